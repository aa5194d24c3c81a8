"""Dates and times as a Chinese page says them. Every function takes aware moments and speaks China's clock."""

from datetime import date, datetime, time, timedelta

from platform_site import clock

WEEKDAYS = "一二三四五六日"
NEAR = timedelta(days=3)
DUE = timedelta(hours=24)


def _local(value: datetime | date) -> datetime:
    if isinstance(value, datetime):
        return clock.china(value)
    return datetime.combine(value, time(), clock.CHINA)


def day(value: datetime | date, *, year: bool | None = None) -> str:
    """`11月26日`, with the year where it is not this one (or `year` says so)."""
    at = _local(value)
    if year is None:
        year = at.year != clock.china(clock.now()).year
    return f"{at.year}年{at.month}月{at.day}日" if year else f"{at.month}月{at.day}日"


def moment(value: datetime, *, year: bool | None = None) -> str:
    """`11月26日 09:30`."""
    return f"{day(value, year=year)} {_local(value):%H:%M}"


def until(value: datetime | date, *, year: bool | None = None) -> str:
    """A deadline: midnight is 24:00 of the day before, as the law counts."""
    if not isinstance(value, datetime):
        return f"{day(value, year=year)} 24:00"
    at = _local(value)
    if at.time() == time():
        return f"{day(at - timedelta(days=1), year=year)} 24:00"
    return moment(value, year=year)


def iso(value: datetime | date) -> str:
    """`2026-11-26`, for dense tables."""
    return f"{_local(value):%Y-%m-%d}"


def stamp(value: datetime) -> str:
    """`2026-11-26 09:30:07`, for evidence."""
    return f"{_local(value):%Y-%m-%d %H:%M:%S}"


def second(value: datetime) -> str:
    """`11月26日 09:30:07`."""
    return f"{day(value)} {_local(value):%H:%M:%S}"


def recent(value: datetime) -> str:
    """`今日 09:30`, `昨日 17:20`, else the date: for news lists."""
    at, today = _local(value), clock.china(clock.now()).date()
    if at.date() == today:
        return f"今日 {at:%H:%M}"
    if at.date() == today - timedelta(days=1):
        return f"昨日 {at:%H:%M}"
    return day(value)


def weekday(value: datetime | date) -> str:
    """`周三`."""
    return "周" + WEEKDAYS[_local(value).weekday()]


def clock_time(value: datetime) -> str:
    """`09:30`."""
    return f"{_local(value):%H:%M}"


def paper(value: datetime) -> str:
    """`2026年4月1日9时30分`: on papers, without a space that justified lines would stretch."""
    at = _local(value)
    minutes = f"{at.minute}分" if at.minute else ""
    return f"{day(value, year=True)}{at.hour}时{minutes}"


def paper_until(value: datetime | date) -> str:
    """A deadline on papers: midnight is 24时 of the day before."""
    if not isinstance(value, datetime):
        return f"{day(value, year=True)}24时"
    at = _local(value)
    if at.time() == time():
        return f"{day(at - timedelta(days=1), year=True)}24时"
    return paper(value)


FORMS = {
    "day": day,
    "moment": moment,
    "until": until,
    "iso": iso,
    "stamp": stamp,
    "second": second,
    "recent": recent,
    "weekday": weekday,
    "time": clock_time,
    "fullday": lambda value: day(value, year=True),
    "full": lambda value: moment(value, year=True),
    "fulluntil": lambda value: until(value, year=True),
    "paper": paper,
    "paperuntil": paper_until,
}


def nearness(value: datetime) -> str:
    """`is-past`, `is-due` (at most 24 hours), `is-near` (at most 3 days) or "": what a clock chip looks like."""
    left = value - clock.now()
    if left <= timedelta(0):
        return "is-past"
    if left <= DUE:
        return "is-due"
    return "is-near" if left <= NEAR else ""


def left(value: datetime) -> tuple[int, int, int, int]:
    """Days, hours, minutes, seconds until `value`; zeros once it has passed."""
    seconds = max(0, int((value - clock.now()).total_seconds()))
    return seconds // 86400, seconds // 3600 % 24, seconds // 60 % 60, seconds % 60
