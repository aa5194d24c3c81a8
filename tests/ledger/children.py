"""Work done in processes of its own, over connections of their own."""

import os
import traceback
from collections.abc import Callable

from django.db import connections


def start(work: Callable[[], None]) -> int:
    """The pid of a child that does `work` and exits 0, or 1 with a traceback.

    The parent's connection is closed first: two processes on one socket would talk through each other.
    """
    connections.close_all()
    pid = os.fork()
    if pid:
        return pid
    status = 1
    try:
        work()
        status = 0
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(status)


def wait(pid: int) -> int:
    """The child's exit status."""
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
