"""Counting periods through holds. The statutory calendar itself is platform_site.workdays."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta

from platform_site import workdays
from platform_site.workdays import CHINA

DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class HeldFor:
    """A hold as the kernel sees it: when, why, under which article. `end` None: it still stands."""

    start: datetime
    end: datetime | None
    kind: str
    reason: str = ""
    article: str = ""


def counted(start: datetime, amount: int, unit: str, sense: str) -> datetime:
    """The end of a period of `amount` `unit` (cd | wd | h | min) that starts at `start`.

    `least`: the first moment outside a minimum period. `most`: the last moment inside a maximum one. For whole days
    both are 24:00 of the last day (民法典 第二百零一条、第二百零三条: the first day is not counted, rest days roll).
    """
    if unit == "min":
        return start + timedelta(minutes=amount)
    if unit == "h":
        return start + timedelta(hours=amount)
    if unit not in {"cd", "wd"}:
        raise ValueError(f"cannot count a period in {unit!r}")
    return (
        workdays.earliest_after(start, amount, unit) if sense == "least" else workdays.period_end(start, amount, unit)
    )


def through_holds(
    at: datetime, holds: tuple[HeldFor, ...], *, since: datetime | None, keep_hour: bool
) -> datetime | None:
    """`at` moved on by the whole days it was held; None while a hold that began before it still stands.

    Args:
        since: holds that ended before this moment do not count (the period had not begun).
        keep_hour: a moment that a person set keeps its hour and rolls to a working day; a counted one ends at 24:00.

    An outage moves only what falls inside it (the published clause of the tender document, 补救方案): by the days it
    lasted, a begun one counting whole, so never to before its end. What falls due the very moment it begins is outside:
    until then everybody could file.
    """
    for hold in sorted(holds, key=lambda h: h.start):
        if hold.start >= at or (since and hold.end and hold.end <= since):
            continue
        if hold.end is None:
            return None
        if hold.kind == "outage" and at > hold.end:
            continue
        held = hold.end - max(hold.start, since or hold.start)
        at += DAY * -(-held // DAY)
        at = _rolled(at) if keep_hour else workdays.period_end(at - DAY - timedelta(microseconds=1), 1, "cd")
    return at


def _rolled(at: datetime) -> datetime:
    local = at.astimezone(CHINA)
    day = local.date()
    if not workdays.is_workday(day):
        day = workdays.next_workday(day)
    return datetime.combine(day, time(local.hour, local.minute, local.second), CHINA)


def same_hour(earliest: datetime, wished: datetime) -> datetime:
    """The first working day's moment not before `earliest` that keeps the hour of `wished`: the one-click way out."""
    hour = wished.astimezone(CHINA).time()
    day = earliest.astimezone(CHINA).date()
    found = datetime.combine(day, hour, CHINA)
    if found < earliest:
        found += DAY
    return _rolled(found)
