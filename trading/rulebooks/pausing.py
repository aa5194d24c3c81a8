"""服务中断的处理: a round that was not served to its end is not over; it pauses and is planned anew.

The law leaves a round's length to the place (LND-10, MIN-10, SOE-12), and with it what happens when the round could not
be held. What stands here is the platform's own published rule, dated, named in the notice of every re-planning.
"""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from platform_site import workdays
from platform_site.workdays import CHINA


@dataclass(frozen=True, slots=True)
class Pausing:
    """One edition of the rule.

    Attributes:
        since: the day it is in force from.
        stretch: how long before its end a round must have been served without a gap.
        pause: how long bidders are given to come back before it goes on.
        opens, closes: hours of a working day between which it goes on; otherwise the next working day, when it opens.
        clause: how it is cited.
    """

    since: date
    stretch: timedelta
    pause: timedelta
    opens: time
    closes: time
    clause: str


EDITIONS = (
    Pausing(
        date(2026, 1, 1), timedelta(seconds=60), timedelta(minutes=10), time(9), time(17),
        "本平台网上竞价须知（2026年1月1日起施行） 服务中断的处理",
    ),
)  # fmt: skip


def pausing_on(day: date) -> Pausing:
    """The edition in force on `day`; before the first, the first."""
    return next((one for one in reversed(EDITIONS) if one.since <= day), EDITIONS[0])


def resumption(now: datetime, rule: Pausing) -> datetime:
    """When bidding goes on, counted from `now`: after the pause, within a working day's hours."""
    at = (now + rule.pause).astimezone(CHINA)
    day = at.date()
    if workdays.is_workday(day) and rule.opens <= at.time() < rule.closes:
        return at
    if not workdays.is_workday(day) or at.time() >= rule.closes:
        day = workdays.next_workday(day + timedelta(days=1))
    return datetime.combine(day, rule.opens, CHINA)
