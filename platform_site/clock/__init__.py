"""The one door for time.

`now()` is legal time: deadlines, publicity periods, everything a court would ask about. In demo and sandbox it may be
moved forward. `machine()` is wall time: sessions, TOTP, lock-outs, retries, signatures, checkpoints.

The offset between the two is one database row, read once per request or task (`pinned`), so that one act never sees
two times.
"""

import contextlib
from collections.abc import Iterator
from contextvars import ContextVar
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

CHINA = ZoneInfo("Asia/Shanghai")

_offset: ContextVar[timedelta | None] = ContextVar("clock_offset", default=None)
_frozen: ContextVar[datetime | None] = ContextVar("clock_frozen", default=None)


def machine() -> datetime:
    """Wall time, aware, UTC."""
    return datetime.now(UTC)


def now() -> datetime:
    """Legal time, aware, UTC. Inside `at()` it stands still; otherwise wall time plus the province's offset."""
    if (frozen := _frozen.get()) is not None:
        return frozen
    offset = _offset.get()
    if offset is None:
        from platform_site.clock.models import ClockOffset

        offset = ClockOffset.current()
    return machine() + offset


@contextlib.contextmanager
def pinned() -> Iterator[None]:
    """Within, the offset is read once. One query at the first `now()` would be one too many per call."""
    from platform_site.clock.models import ClockOffset

    token = _offset.set(ClockOffset.current())
    try:
        yield
    finally:
        _offset.reset(token)


@contextlib.contextmanager
def at(moment: datetime) -> Iterator[None]:
    """Within, legal time stands still at `moment` (aware). For due moments judged at their own time, and for tests."""
    if moment.tzinfo is None:
        raise ValueError("legal time needs a time zone")
    token = _frozen.set(moment.astimezone(UTC))
    try:
        yield
    finally:
        _frozen.reset(token)


def china(moment: datetime) -> datetime:
    """The same moment on China's clock, for papers and pages."""
    return moment.astimezone(CHINA)
