"""Places where a test may kill the process, to see that what stands on disk and in the database heals.

PORTAL_FAILPOINT names one, or several by a pattern (`*.before_commit`). Production has none.
"""

import os
from fnmatch import fnmatchcase

from platform_site import env

KILLED = 137  # as if by SIGKILL: no handlers, no flushing


def failpoint(name: str) -> None:
    """Does not return if this is a place the environment names, outside production."""
    wanted = env.text("PORTAL_FAILPOINT")
    if wanted and fnmatchcase(name, wanted) and env.text("PORTAL_MODE", "demo") != "production":
        os._exit(KILLED)
