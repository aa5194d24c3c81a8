"""The statutory calendar: how the law counts days (GEN-01…04). Plain Python; the kernel imports it.

Units are never converted into each other (GEN-03): `cd` 日, calendar days; `wd` 工作日, working days; `mo` 月 and `yr`
年, counted from date to date.
The day of the trigger is not counted (GEN-01). A period whose last day is a rest day ends on the first working day
after it (GEN-02; docs/decisions/0003-rest-days-roll.md says why weekends roll too). A period of n days is complete
with its n-th day: the number itself is included (GEN-04, 本数在内).

Every end is a half-open bound in China time: an act is in time while `moment < period_end(...)`; a minimum period is
over once `moment >= earliest_after(...)`.
"""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from platform_site.workdays.calendars import year_calendar

Unit = Literal["cd", "wd", "mo", "yr"]
# China keeps one time zone without summer time, so midnight exists on every day this platform can meet.
CHINA = ZoneInfo("Asia/Shanghai")
DAY = timedelta(days=1)

ENFORCES = {
    "GEN-01": "platform_site.workdays.add_days",
    "GEN-02": "platform_site.workdays.add_days",
    "GEN-03": "platform_site.workdays.is_workday",
    "GEN-04": "platform_site.workdays.earliest_after",
}


@dataclass(frozen=True, slots=True)
class Count:
    """A period counted day by day, for the sentence and the day ruler beside a deadline.

    Attributes:
        first_day: day 1 of the count.
        nth_day: the n-th day before GEN-02 is applied.
        last_day: the day the period ends on.
        ends_at: 24:00 of `last_day`, China time.
        provisional: True if a year without a State Council notice was counted through.
    """

    first_day: date
    nth_day: date
    last_day: date
    ends_at: datetime
    provisional: bool

    @property
    def rolled(self) -> bool:
        """Whether the end moved past a rest day."""
        return self.nth_day != self.last_day


def is_workday(day: date) -> bool:
    """Whether `day` is a working day (工作日): weekdays less holidays, plus make-up workdays (GEN-03)."""
    return year_calendar(day.year).is_workday(day)


def provisional(day: date) -> bool:
    """Whether the State Council notice for the day's year is not loaded, so that its working days may still change."""
    return year_calendar(day.year).provisional


def next_workday(day: date) -> date:
    """The first working day on or after `day`."""
    while not is_workday(day):
        day += DAY
    return day


def add_days(start: date, n: int, unit: Unit) -> date:
    """The last day of a period of `n` days that `start` triggers: `start` is not counted, a rest day rolls forward.

    Args:
        start: the trigger's day in China.
        n: at least 1.
        unit: `cd` calendar days, `wd` working days, `mo` months or `yr` years.

    Source: 民法典 第二百零一条至第二百零三条 (GEN-01, GEN-02, GEN-03).
    """
    return next_workday(_nth_day(start, n, unit))


def _nth_day(start: date, n: int, unit: Unit) -> date:
    if n < 1:
        raise ValueError("a period has at least one day")
    if unit == "cd":
        return start + n * DAY
    if unit in {"mo", "yr"}:
        return same_day_later(start, n if unit == "mo" else 12 * n)
    if unit != "wd":
        raise ValueError(f"unit must be cd, wd, mo or yr, not {unit!r}")
    day = start
    while n:
        day += DAY
        n -= is_workday(day)
    return day


def same_day_later(start: date, months: int) -> date:
    """The corresponding day of the month of expiry, or that month's last day (民法典 第二百零二条)."""
    year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    return date(year, month + 1, min(start.day, monthrange(year, month + 1)[1]))


def day_of(moment: datetime) -> date:
    """The day in China that an aware moment falls on."""
    if moment.tzinfo is None:
        raise ValueError("legal time needs a time zone")
    return moment.astimezone(CHINA).date()


def midnight(day: date) -> datetime:
    """00:00 China time at the beginning of `day`, aware."""
    return datetime.combine(day, time(), CHINA)


def period_end(start: datetime, n: int, unit: Unit) -> datetime:
    """24:00 China time of the period's last day, given as 00:00 of the day after. In time is `moment < period_end`."""
    return midnight(add_days(day_of(start), n, unit) + DAY)


def earliest_after(start: datetime, n: int, unit: Unit) -> datetime:
    """The first moment a minimum period of `n` days from `start` is over: 00:00 China of the day after its last day.

    Rolling the last day (GEN-02) only ever lengthens a minimum period, and all n days are full ones (GEN-04).
    """
    return period_end(start, n, unit)


def latest_before(end: datetime, n: int, unit: Unit) -> datetime:
    """The bound before which a trigger leaves a whole minimum period of `n` days before `end`.

    `start < latest_before(end, n, unit)` exactly when `earliest_after(start, n, unit) <= end`: how late a
    clarification may be sent without moving the deadline (ENG-11). A rest day is never rolled *towards* `end`: that
    would shorten the period (GEN-02).
    """
    day = day_of(end)
    while midnight(add_days(day, n, unit) + DAY) > end:
        day -= DAY
    return midnight(day + DAY)


def window_closes(end: datetime, n: int, unit: Literal["cd", "wd"]) -> datetime:
    """24:00 China of the n-th day counted back from `end`, whose own day is not counted (在……n日前提出).

    For a right that must be used `n` days before a deadline (ENG-12, objection): the n-th day back is still in time.
    In time is `moment < window_closes(...)`.
    """
    if n < 1:
        raise ValueError("a period has at least one day")
    day = day_of(end)
    if unit == "cd":
        day -= n * DAY
    else:
        while n:
            day -= DAY
            n -= is_workday(day)
    return midnight(day + DAY)


def days_between(start: datetime, end: datetime, unit: Literal["cd", "wd"] = "cd") -> int:
    """How many counted days lie fully between `start` and `end`: neither the trigger's day nor the day of `end`.

    The number printed beside a minimum period ("现为 13 日"). Whether the period suffices is `earliest_after`'s
    answer, because the last day may have to roll.
    """
    first, last = day_of(start), day_of(end)
    if unit == "cd":
        return max(0, (last - first).days - 1)
    return sum(is_workday(first + i * DAY) for i in range(1, (last - first).days))


def count(start: datetime, n: int, unit: Unit) -> Count:
    """The period day by day, with what a page must say about it."""
    trigger = day_of(start)
    nth = _nth_day(trigger, n, unit)
    last = next_workday(nth)
    years = range(trigger.year, last.year + 1)
    return Count(trigger + DAY, nth, last, midnight(last + DAY), any(year_calendar(y).provisional for y in years))
