"""Which days are rest days, year by year.

Three sources, the first that knows the year wins: a calendar the centre has loaded (JSON, one file a year, under
`.local/calendars/`), the State Council notices that ship with `chinesecalendar`, and, for years without a notice, the
statutory holidays of 全国年节及纪念日放假办法 with plain weekends. The last kind is provisional: nobody knows the
make-up workdays yet.

Plain Python: the trade kernel counts with it.
"""

import json
import os
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path

from platform_site import env

CALENDARS_DIR = Path(env.text("PORTAL_CALENDARS_DIR", str(env.LOCAL_DIR / "calendars")))
SATURDAY = 5


@dataclass(frozen=True, slots=True)
class YearCalendar:
    """One year's working and rest days.

    Attributes:
        year: the calendar year.
        source: what it rests on, as shown on the screen.
        provisional: True while the State Council notice for the year is not loaded.
        rest: weekdays that are rest days (and any weekend days the notice names).
        work: weekend days that are worked (调休上班).
    """

    year: int
    source: str
    provisional: bool
    rest: frozenset[date]
    work: frozenset[date]

    def is_workday(self, day: date) -> bool:
        """Whether `day` is a working day (工作日) of this year."""
        return day in self.work or (day.weekday() < SATURDAY and day not in self.rest)


def parse(text: str) -> YearCalendar:
    """A calendar from JSON `{"year": 2027, "notice": "国办发明电…", "rest": ["2027-01-01"], "work": []}`.

    Raises:
        ValueError: a missing notice, a day of another year, a day both worked and rested, or a worked weekday.
    """
    data = json.loads(text)
    year, notice = data.get("year"), str(data.get("notice") or "").strip()
    if not isinstance(year, int) or not notice:
        raise ValueError("a calendar names its year and the notice it rests on")
    rest = frozenset(date.fromisoformat(day) for day in data.get("rest", []))
    work = frozenset(date.fromisoformat(day) for day in data.get("work", []))
    if strangers := sorted(day for day in rest | work if day.year != year):
        raise ValueError(f"{strangers[0]} does not belong to {year}")
    if both := sorted(rest & work):
        raise ValueError(f"{both[0]} is both a rest day and a working day")
    if weekdays := sorted(day for day in work if day.weekday() < SATURDAY):
        raise ValueError(f"{weekdays[0]} is a weekday: it is worked anyway, so the notice cannot make it up")
    if not rest:
        raise ValueError("a calendar without a rest day is not a State Council notice")
    return YearCalendar(year, notice, False, rest, work)


def year_calendar(year: int) -> YearCalendar:
    """The calendar in force for `year`."""
    # The folder's mtime changes when a file is put in place, so that every process sees a new calendar at once.
    try:
        stamp = os.stat(CALENDARS_DIR).st_mtime_ns
    except FileNotFoundError:
        stamp = 0
    return _year_calendar(year, CALENDARS_DIR, stamp)


@lru_cache(maxsize=256)
def _year_calendar(year: int, folder: Path, stamp: int) -> YearCalendar:
    path = folder / f"{year}.json"
    if stamp and path.exists():
        return parse(path.read_text(encoding="utf-8"))
    return _published(year) or _statutory(year)


def _published(year: int) -> YearCalendar | None:
    """The State Council notice as `chinesecalendar` carries it, or None where it carries none."""
    from chinese_calendar import constants

    rest = frozenset(day for day in constants.holidays if day.year == year)
    if not rest:
        return None
    work = frozenset(day for day in constants.workdays if day.year == year)
    return YearCalendar(year, "国务院办公厅节假日安排通知", False, rest, work)


def _statutory(year: int) -> YearCalendar:
    """Statutory holidays alone, with the days off in lieu that the law itself gives (放假办法 第六条)."""
    import holidays

    found = holidays.country_holidays("CN", years=year, language="en_US")
    rest = frozenset(day for day, name in found.items() if day.year == year and "substituted" not in name)
    source = "全国年节及纪念日放假办法（国务院通知未发布，暂按法定节假日计算）"
    return YearCalendar(year, source, True, rest, frozenset())
