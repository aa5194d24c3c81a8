"""经评审的最低投标价法: from the price a bidder offered to the price he is compared by, and back again by anybody.

The document publishes every adjustment with its number. A term the offer states (工期) is counted from the offer; a
deviation is counted by the members, and what counts is the middle of their counts: one member alone moves nothing.
Nothing is adjusted that the document does not name; the award is at the price offered (12号令 第二十九条至第三十三条).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from statistics import median_low
from typing import Any

CENT = Decimal("0.01")
# How an adjustment is counted -> what one of it is.
KINDS = {"day": "按日", "amount": "按项", "share": "按比例"}


@dataclass(frozen=True, slots=True)
class Adjustment:
    """One published adjustment of the price.

    Attributes:
        kind: day (each day of the offered period above `base` adds, each day below it takes off `value` yuan) | amount
            (each deviation adds `value` yuan) | share (each adds `value` of the price, /1).
        value: yuan, or /1 for share.
        most: days or deviations counted at most.
        base: days of the document's period; day only.
    """

    key: str
    title: str
    kind: str
    value: Decimal
    most: int
    base: int = 0


@dataclass(frozen=True, slots=True)
class Step:
    """One adjustment of one bid: how many were counted, and the yuan they add (below zero: take off)."""

    key: str
    title: str
    count: int
    amount: Decimal


def adjustments_of(terms: Mapping[str, Any], period_days: int | None = None) -> list[Adjustment]:
    """The document's adjustments in its order.

    Args:
        terms: the lot's terms, or a report's content, which holds them too.
        period_days: the document's period, what an adjustment by the day starts from.
    """
    return [
        Adjustment(
            row["key"],
            row["title"],
            row["kind"],
            Decimal(str(row["value"])),
            int(row["most"]),
            int(row.get("base") or period_days or 0),
        )
        for row in terms.get("adjustments") or ()
    ]


def unquantified(rows: Sequence[Mapping[str, Any]], period_days: int | None) -> list[str]:
    """Titles of adjustments without a number, without a limit, or by the day where the document states no period."""
    found = []
    for row in rows:
        try:
            value, most = Decimal(str(row.get("value"))), int(row.get("most") or 0)
        except ArithmeticError:
            value, most = Decimal(0), 0
        within = value < 1 if row.get("kind") == "share" else True
        timed = row.get("kind") != "day" or bool(row.get("base") or period_days)
        if row.get("kind") not in KINDS or not value.is_finite() or value <= 0 or most < 1 or not within or not timed:
            found.append(str(row.get("title") or ""))
    return found


def middle(counts: Sequence[int]) -> int:
    """The middle of the members' counts; of an even number the lower of the two."""
    return median_low(counts)


def steps_of(
    adjustments: Sequence[Adjustment], price: Decimal, offered_days: int | None, counts: Mapping[str, int]
) -> list[Step]:
    """Every adjustment of one bid in the document's order, each rounded to the fen by itself.

    Args:
        offered_days: the period the bidder offered; None counts as the document's own.
        counts: agreed deviations by key.
    """
    found = []
    for one in adjustments:
        if one.kind == "day":
            days = (offered_days if offered_days is not None else one.base) - one.base
            count = max(-one.most, min(one.most, days))
            amount = one.value * count
        else:
            count = min(one.most, counts.get(one.key, 0))
            amount = one.value * count * (price if one.kind == "share" else 1)
        found.append(Step(one.key, one.title, count, amount.quantize(CENT, rounding=ROUND_HALF_UP)))
    return found


def evaluated(price: Decimal, steps: Sequence[Step]) -> Decimal:
    """评标价: the price offered and every adjustment, yuan."""
    return price + sum((step.amount for step in steps), Decimal(0))
