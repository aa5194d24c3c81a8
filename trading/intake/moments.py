"""Dates and hours as notices write them, from 2026年4月21日（上午）10时30分 to Mar 16, 2026.

All times are China's (Asia/Shanghai). A date whose hour is not stated stays a date.
"""

import re
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from trading.intake.facts import Moment
from trading.intake.numerals import integer

CHINA = ZoneInfo("Asia/Shanghai")
EARLIEST, LATEST = 1990, 2100  # what a notice can sensibly name; anything else is a slip

_D2 = r"[0-9](?:\s{0,2}[0-9])?"  # typists leave blanks inside: 2026年0 3月27日
_Y4 = r"(?:1\s?9|2\s?0)\s?[0-9]\s?[0-9]"
_HAN = "[〇○零一二三四五六七八九十]"
_MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]

_FILLER = r"(?:\s|[（(\[]?(?:北京时间|公历|星期[一二三四五六日天]|周[一二三四五六日])[)）\]]?)"
_HALF = r"[(\[]?(?P<half>上午|下午|中午|晚上|早上|凌晨|傍晚|夜间|AM|PM|am|pm)?[)\]]?"
_CLOCK = (
    r"(?P<hour>[0-9](?:\s?[0-9])?)\s{0,2}(?:"
    r"(?::\s?(?P<minute>[0-9]{2})(?!\d)(?:\s?:\s?(?P<second>[0-9]{2}))?(?:\s?时)?)"
    r"|[时点](?!间|内)(?:\s{0,2}(?P<minute2>[0-9](?:\s?[0-9])?)"
    r"\s{0,2}分?(?:\s{0,2}(?P<second2>[0-9]{1,2})秒)?|(?P<half_hour>半)|整)?"
    r")(?:\s?(?P<after>AM|PM|am|pm))?"
)
_TIME = re.compile(rf"T?{_FILLER}{{0,4}}{_HALF}{_FILLER}{{0,4}}{_CLOCK}")

_DAY = re.compile(
    rf"(?<![0-9])(?P<y>{_Y4})\s{{0,2}}年\s{{0,2}}(?P<m>{_D2})\s{{0,2}}月\s{{0,2}}(?P<d>{_D2})\s{{0,2}}[日号]"
    rf"|(?<![0-9A-Za-z.])(?P<y2>{_Y4})(?P<sep>[-/.])(?P<m2>[0-9]{{1,2}})(?P=sep)(?P<d2>[0-9]{{1,2}})(?![0-9])"
    rf"|(?<![0-9年])(?P<m3>{_D2})\s{{0,2}}月\s{{0,2}}(?P<d3>{_D2})\s{{0,2}}[日号]"
    rf"|(?P<mon>[A-Z][a-z]{{2}})[a-z]*\.?\s(?P<d4>[0-9]{{1,2}}),?\s(?P<y4>[0-9]{{4}})"
    rf"|(?P<y5>二[〇○零]{_HAN}{{2}})\s?年\s?(?P<m5>{_HAN}{{1,3}})\s?月\s?(?P<d5>{_HAN}{{1,3}})\s?[日号]"
)
_UNTIL = re.compile(
    r"\s{0,3}[(\[]?(?:北京时间)?[)\]]?\s{0,3}(?:起|开始)?\s{0,3},?\s{0,3}(?:至|到|--?|~{1,2}|——)\s{0,3}"
)


@dataclass(frozen=True, slots=True)
class Read:
    """A moment read at [start, end). `note` says what was inferred; `derived` whether anything was."""

    value: Moment
    start: int
    end: int
    derived: bool = False
    note: str = ""


def moments_in(text: str, start: int, end: int, *, year: int | None = None) -> list[Read]:
    """Every legible moment of text[start:end], in order.

    Args:
        text: levelled text (half-width digits and punctuation).
        year: for dates without a year, the year to infer; None drops them unless an earlier date gives it.
    """
    found: list[Read] = []
    for match in _DAY.finditer(text, start, end):
        if found and match.start() < found[-1].end:
            continue
        known = found[-1].value.year if found else year
        day, inferred = _day(match, known)
        if day is None:
            continue
        note = f"原文未写年份，按{day.year}年计" if inferred else ""
        read = _with_time(text, Read(day, match.start(), match.end(), inferred, note), end)
        found.append(read)
    return found


def illegible_in(text: str, start: int, end: int) -> list[str]:
    """The words of dates that no calendar knows (2月30日)."""
    return [m.group() for m in _DAY.finditer(text, start, end) if not m.group("m3") and _day(m, None)[0] is None]


def range_after(text: str, first: Read, end: int) -> Read | None:
    """The second end of a range `first 至 …`, sharing the first's year where it names none."""
    joint = _UNTIL.match(text, first.end, end)
    if not joint:
        return None
    return next((r for r in moments_in(text, joint.end(), end, year=first.value.year) if r.start == joint.end()), None)


def day_of(moment: Moment) -> date:
    """The calendar day of a moment."""
    return moment.date() if isinstance(moment, datetime) else moment


def hour_stated(moment: Moment) -> bool:
    """Whether the moment carries an hour."""
    return isinstance(moment, datetime)


def at(day: date, clock: time) -> datetime:
    """`day` at `clock`, China time."""
    return datetime.combine(day, clock, tzinfo=CHINA)


def chinese(moment: Moment) -> str:
    """`moment` in words: 2026年4月21日10时30分."""
    words = f"{moment.year}年{moment.month}月{moment.day}日"
    return f"{words}{moment.hour}时{moment.minute:02d}分" if isinstance(moment, datetime) else words


def _day(match: re.Match[str], known: int | None) -> tuple[date | None, bool]:
    """The day and whether its year was inferred; (None, …) when the calendar has no such day."""
    part = match.groupdict()
    inferred = False
    if part["mon"]:
        name = part["mon"].lower()
        month = _MONTHS.index(name) + 1 if name in _MONTHS else 0
        year, day = int(part["y4"]), int(part["d4"])
    elif part["y5"]:
        year, month, day = integer(part["y5"]) or 0, integer(part["m5"]) or 0, integer(part["d5"]) or 0
    elif part["m3"]:
        if known is None:
            return None, True
        year, month, day, inferred = known, _number(part["m3"]), _number(part["d3"]), True
    else:
        year = _number(part["y"] or part["y2"])
        month, day = _number(part["m"] or part["m2"]), _number(part["d"] or part["d2"])
    try:
        return (date(year, month, day), inferred) if EARLIEST <= year <= LATEST else (None, inferred)
    except ValueError:
        return None, inferred


def _with_time(text: str, read: Read, end: int) -> Read:
    """`read` with the hour that follows it, if one does."""
    match = _TIME.match(text, read.end, end)
    if not match:
        return read
    part = match.groupdict()
    hour, minute = _number(part["hour"]), _number(part["minute"] or part["minute2"] or "0")
    second = _number(part["second"] or part["second2"] or "0")
    if part["half_hour"]:
        minute = 30
    half = (part["half"] or part["after"] or "").lower()
    day, note = day_of(read.value), read.note
    if (
        half in {"下午", "晚上", "傍晚", "夜间", "pm", "中午"}
        and 1 <= hour < 12
        and not (half == "中午" and hour == 11)
    ):
        hour += 12
    elif half == "am" and hour == 12:
        hour = 0
    elif half in {"上午", "早上", "凌晨", "am"} and hour > 12:
        return replace(read, derived=True, note=_join(note, f"「{match.group().strip()}」自相矛盾，时刻未采用"))
    if hour == 24 and minute == second == 0:
        day, hour, note = day + timedelta(days=1), 0, _join(note, "原文为24时，即次日零时")
    if hour > 23 or minute > 59 or second > 59:
        return replace(read, derived=True, note=_join(note, f"「{match.group().strip()}」不成时刻，未采用"))
    return replace(read, value=at(day, time(hour, minute, second)), end=match.end(), note=note)


def _number(text: str) -> int:
    return int("".join(text.split()))


def _join(*notes: str) -> str:
    return "；".join(note for note in notes if note)
