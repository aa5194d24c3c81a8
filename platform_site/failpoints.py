"""Places where a test may kill the process, to see that what stands on disk and in the database heals.

PORTAL_FAILPOINT names one. Production has none.
"""

import os

from platform_site import env

KILLED = 137  # as if by SIGKILL: no handlers, no flushing


def failpoint(name: str) -> None:
    """Does not return if this is the place named by the environment, outside production."""
    if env.text("PORTAL_FAILPOINT") == name and env.text("PORTAL_MODE", "demo") != "production":
        os._exit(KILLED)
