"""What goes wrong on somebody's machine, said in one line."""

import contextlib
import errno
import sys
from collections.abc import Iterator


class Trouble(Exception):
    """Something the person at the terminal can mend; its text is the whole message."""


def plain(error: OSError) -> str:
    """The one line for an operating system error a person can mend."""
    if error.errno == errno.ENOSPC:
        return f"the disk is full (while writing {error.filename or 'a file'}); free some space and start again"
    if error.errno in {errno.EACCES, errno.EPERM}:
        return f"no permission for {error.filename or 'a file'}"
    return str(error)


@contextlib.contextmanager
def told_plainly() -> Iterator[None]:
    """Within, trouble and full disks end the program with one line and exit code 1 instead of a traceback."""
    try:
        yield
    except Trouble as trouble:
        print(f"portal: {trouble}", file=sys.stderr)
        raise SystemExit(1) from None
    except OSError as error:
        if error.errno not in {errno.ENOSPC, errno.EACCES, errno.EPERM}:
            raise
        print(f"portal: {plain(error)}", file=sys.stderr)
        raise SystemExit(1) from None
