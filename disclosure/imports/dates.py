"""When a notice was published: a day, and the hour where the source gives one. All times are China's."""

import re
from datetime import date, datetime, time
from typing import Any

from disclosure.imports.rows import RowRejected
from trading.intake.moments import CHINA, at, day_of, hour_stated, moments_in
from trading.intake.page import level

_COMPACT = re.compile(r"(?P<y>(?:19|20)[0-9]{2})(?P<m>[0-9]{2})(?P<d>[0-9]{2})")
EARLIEST = 1990


def published(value: Any) -> tuple[date, datetime, bool]:
    """(day, moment, whether the hour is the source's): midnight where only the day is known, or the hour is 00:00:00.

    Raises:
        RowRejected: nothing there, or nothing that is a date.
    """
    text = str(value).strip() if value is not None else ""
    if not text:
        raise RowRejected("date.missing")
    moment = _iso(text) or _compact(text) or _written(text)
    if moment is None:
        raise RowRejected("date.illegible", text[:60])
    if isinstance(moment, datetime):
        local = moment.astimezone(CHINA)
        # Midnight to the second is how these systems write a day without an hour.
        return local.date(), local, local.time() != time(0)
    return moment, at(moment, time(0)), False


def _iso(text: str) -> datetime | None:
    """2024-12-09T16:31:31+08:00; without an offset it is China's time."""
    if "T" not in text:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    if moment.year < EARLIEST:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=CHINA)


def _compact(text: str) -> date | None:
    """20220606."""
    match = _COMPACT.fullmatch(text)
    try:
        return date(int(match["y"]), int(match["m"]), int(match["d"])) if match else None
    except ValueError:
        return None


def _written(text: str) -> date | datetime | None:
    """2026-3-15 14:31:17, 2026年03月27日, Mar 16, 2026, 2007/4/1 17:43:45."""
    plain = level(text)
    found = moments_in(plain, 0, len(plain))
    if not found:
        return None
    value = found[0].value
    return value if hour_stated(value) else day_of(value)
