"""Amounts of imported rows as yuan with fen: from a number and its unit, or from words."""

import re
from decimal import Decimal, InvalidOperation
from typing import Any

from disclosure.imports.rows import Reading, RowRejected
from trading.intake.money import FEN, LARGEST, UNITS, amount_after
from trading.intake.page import level

IMPLAUSIBLE = Decimal(1000)  # yuan: below it a budget or a deal is most likely a number whose unit was lost

_RATE = re.compile(r"[元圆](?:/|每)|[%‰]|费率|下浮|折扣|单价")


def from_number(value: Any, unit: str = "元") -> Decimal | None:
    """The number in yuan; None where there is none.

    Raises:
        RowRejected: not a number, negative, or larger than any deal.
    """
    if value is None or (isinstance(value, str) and not value.strip()):
        return None
    if isinstance(value, bool) or not isinstance(value, int | Decimal | str):
        raise RowRejected("money.illegible", repr(value)[:60])
    try:
        written = Decimal(value.strip().replace(",", "") if isinstance(value, str) else value)
    except InvalidOperation:
        raise RowRejected("money.illegible", str(value)[:60]) from None
    if not written.is_finite():
        raise RowRejected("money.illegible", str(value)[:60])
    if written < 0:
        raise RowRejected("money.negative", str(value)[:60])
    if written.adjusted() > 20 or written * UNITS[unit] > LARGEST:
        raise RowRejected("money.absurd", f"{str(value)[:60]}{unit}")
    return (written * UNITS[unit]).quantize(FEN)


def from_words(text: str, unit: str = "") -> Decimal | None:
    """The first amount in `text`, in yuan; `unit` (元, 万元) is the column's, for a number that names none.

    None where there is no amount, it is no total (元/工日, 97.67%), or it has no unit at all.
    """
    plain = re.sub(r"(?<=[0-9])\((万元|元)\)", r"\1", re.sub(r"\s+", "", level(text)))
    if is_rate(plain):
        return None
    start = re.search(r"[0-9]", plain)
    if not start:
        return None
    # The sign is part of the amount; the words before it are not.
    at = start.start() - (1 if plain[start.start() - 1 : start.start()] == "-" else 0)
    if re.fullmatch(r"[0-9][0-9,]*(?:\.[0-9]+)?", plain[at:]) and unit:
        plain += unit
    found = amount_after(plain, at, len(plain))
    if found is None or found.yuan is None or found.yuan < 0:
        return None
    return found.yuan


def is_rate(text: str) -> bool:
    """Whether the words give a price per something, or a percentage, rather than a total."""
    return bool(_RATE.search(level(text)))


def unit_of(label: str) -> str:
    """The unit a column or label names: 万元, 元, or ""."""
    plain = level(label)
    return "万元" if "万元" in plain else "元" if "元" in plain else ""


def settle(reading: Reading, name: str, amount: Decimal | None, source: str, words: str, confidence: str) -> None:
    """The reading's budget or amount is this; nothing is said where there is nothing, zero is told apart from it.

    Args:
        name: budget_cny | amount_cny.
    """
    if amount is None or amount > LARGEST:
        return
    kind = name.removesuffix("_cny")
    if amount == 0:
        reading.flag(f"{kind}.zero")
        reading.say(name, source, words, "doubtful", "原文写为0元，未采用")
        return
    note = ""
    if amount < IMPLAUSIBLE:
        reading.flag(f"{kind}.implausible")
        confidence, note = "doubtful", "小得不合常理，可能漏写单位"
    setattr(reading, name, amount)
    reading.say(name, source, words, confidence, note)
