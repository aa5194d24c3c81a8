"""Moving legal time, in demo and sandbox only. Every due moment on the way is judged at its own moment, in order."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from django.conf import settings
from django.db import connection, transaction

from platform_site import clock, ledger
from platform_site.accounts import policy
from platform_site.accounts.actors import Actor
from platform_site.accounts.refusals import Refused, Violation
from platform_site.clock.models import ClockOffset

log = logging.getLogger(__name__)
# Session-level advisory lock: two people who move the clock wait for each other. "CLCK" as a number.
ADVANCE_LOCK = 0x434C434B
DRIFT_LIMIT = timedelta(milliseconds=100)
# A reading is as good as its round trip is short: so short is good enough, and so often it is tried.
SHORT_TRIP, READINGS = timedelta(milliseconds=20), 5


class DueSource(Protocol):
    """A room with rows that fall due. Trading registers its tick, experts their invitation deadlines."""

    def next_due(self, *, after: datetime | None, until: datetime) -> datetime | None:
        """The earliest moment not after `until` (and strictly after `after`, if given) at which a row falls due."""
        ...

    def run_due(self, moment: datetime) -> None:
        """Every row due at or before `moment` was judged, each at its own moment. Runs its own transactions."""
        ...


_sources: list[DueSource] = []


def on_advance(source: DueSource) -> DueSource:
    """`source` is asked whenever the clock is moved. Call it from AppConfig.ready(); a source registers once."""
    if source not in _sources:
        _sources.append(source)
    return source


def next_moment(within: timedelta = timedelta(days=400)) -> datetime | None:
    """The soonest moment ahead at which anything falls due anywhere; None where nothing does."""
    now = clock.now()
    found = [at for source in _sources if (at := source.next_due(after=now, until=now + within)) is not None]
    return min(found, default=None)


@dataclass(frozen=True, slots=True)
class Advanced:
    """What moving the clock did: the two ends and how many due moments were run between them."""

    began: datetime
    ended: datetime
    moments: int


def advance(to: datetime, actor: Actor, *, progress: Callable[[datetime], None] | None = None) -> Advanced:
    """Legal time is `to`, and everything that fell due on the way has happened, in order.

    Not inside a transaction: each due moment commits by itself, and the clock others read moves along with it, so that
    nobody acts at an hour before something already judged.

    Args:
        to: aware; not before `clock.now()`.
        actor: in the sandbox an operator; in the demo anybody.
        progress: called with each due moment before it runs.

    Raises:
        Refused: in production, or backwards.
        PermissionDenied: in the sandbox, for anybody but an operator.
    """
    if settings.MODE == "production":
        raise Refused([Violation("clock.production")])
    if settings.MODE == "sandbox":
        policy.require(actor, "operator")
    if connection.in_atomic_block:
        raise transaction.TransactionManagementError("advance() commits moment by moment; call it outside atomic()")
    with _alone():
        began = clock.machine() + ClockOffset.current()
        if to < began:
            raise Refused([Violation("clock.backwards", facts={"now": began, "to": to})])
        with transaction.atomic():
            ledger.append("clock.advanced", subject="clock", actor=actor, facts={"from": began, "to": to})
        moments = _run_until(to, progress)
        _set(to)
    return Advanced(began, to, moments)


def _run_until(to: datetime, progress: Callable[[datetime], None] | None) -> int:
    count = 0
    passed: dict[int, datetime] = {}
    while True:
        ahead = [
            (due, i)
            for i, source in enumerate(_sources)
            if (due := source.next_due(after=passed.get(i), until=to)) is not None
        ]
        if not ahead:
            return count
        moment, i = min(ahead)
        if progress:
            progress(moment)
        _set(moment)
        with clock.at(moment):
            _sources[i].run_due(moment)
        count += 1
        if _sources[i].next_due(after=passed.get(i), until=moment) is not None:
            # A row that stays due (its act is refused) must not hold up the whole province.
            log.warning("%s still has rows due at %s", type(_sources[i]).__name__, moment.isoformat())
            passed[i] = moment


def _set(moment: datetime) -> None:
    """Legal time is at least `moment` from here on; it never goes back, also for rows that fell due long ago."""
    offset = moment - clock.machine()
    with transaction.atomic():
        row, _ = ClockOffset.objects.select_for_update().get_or_create(pk=1)
        if offset > row.offset:
            row.offset = offset
            row.save(update_fields=["offset"])


class _alone:
    """Within, no other process moves the clock."""

    def __enter__(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(%s)", [ADVANCE_LOCK])

    def __exit__(self, *exc: object) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [ADVANCE_LOCK])


def drift() -> timedelta:
    """How far this machine's clock surely runs ahead of PostgreSQL's (behind: negative). One query, up to
    `READINGS` where the answers are slow.

    Half the shortest round trip is the error and is left out: a busy machine is not a wrong clock, and must not turn
    filings away in the last minute.
    """
    readings = []
    for _ in range(READINGS):
        readings.append(_reading())
        if readings[-1][0] <= SHORT_TRIP:
            break
    trip, found = min(readings)
    return max(abs(found) - trip / 2, timedelta()) * (-1 if found < timedelta() else 1)


def _reading() -> tuple[timedelta, timedelta]:
    """(round trip, how far ahead this clock was if the answer was given in the middle of it)."""
    before = clock.machine()
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        (theirs,) = cursor.fetchone()
    trip = clock.machine() - before
    return trip, before + trip / 2 - theirs


def require_in_step() -> None:
    """Return if this node may stamp filings.

    Raises:
        Refused: its clock differs from PostgreSQL's by more than 100 ms (design §3).
    """
    if abs(found := drift()) > DRIFT_LIMIT:
        milliseconds = int(found / timedelta(milliseconds=1))
        raise Refused([Violation("clock.drift", facts={"milliseconds": milliseconds})])
