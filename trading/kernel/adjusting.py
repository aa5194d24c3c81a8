"""From the price a bidder offered to the price he is compared by, and back again by anybody.

经评审的最低投标价法, and the price preferences of government procurement (小微企业价格扣除, 本国产品).

The document publishes every adjustment with its number. A term the offer states (工期) is counted from the offer; a
deviation is counted by the members, and what counts is the middle of their counts: one member alone moves nothing.
Nothing is adjusted that the document does not name; the award is at the price offered (12号令 第二十九条至第三十三条).
A preference is claimed by what the bid itself declares, sealed like its price; each is counted on the price offered.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from statistics import median_low
from types import MappingProxyType
from typing import Any

CENT = Decimal("0.01")
# How an adjustment is counted -> what one of it is.
KINDS = {"day": "按日", "amount": "按项", "share": "按比例"}
# Counted from what the bid declares and no deviation of it, so no line of a list of deviations.
PREFERENCE = "preference"
COUNTED_BY_MEMBERS = frozenset({"amount", "share"})
# Which preferences there are: key of the document's row -> what the bidder claims.
CLAIMS = {"small": "小微企业", "joint": "联合体或者分包含小微企业", "domestic": "本国产品"}
# What such a row is called in the document.
DEDUCTIONS = {
    "small": "小微企业价格扣除",
    "joint": "联合体或者分包含小微企业的价格扣除",
    "domestic": "本国产品价格扣除",
}
# 中小企业声明函: size -> the law's word; of these only SMALL have their price deducted.
SIZES = {"micro": "微型企业", "small": "小型企业", "medium": "中型企业", "large": "大型企业"}
SMALL = frozenset({"micro", "small"})
NOTHING: Mapping[str, Any] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Adjustment:
    """One published adjustment of the price.

    Attributes:
        kind: day (each day of the offered period above `base` adds, each day below it takes off `value` yuan) | amount
            (each deviation adds `value` yuan) | share (each adds `value` of the price, /1) | preference (`value` of the
            price, /1, is taken off where the bid declares what `key` of CLAIMS asks).
        value: yuan, or /1 for share and preference.
        most: days or deviations counted at most.
        base: days of the document's period; day only.
        least: the share (/1) that has to be declared; preference only.
    """

    key: str
    title: str
    kind: str
    value: Decimal
    most: int
    base: int = 0
    least: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True)
class Declared:
    """What a bid declares of itself; a share is /1, None where it declares none that can be read.

    Attributes:
        size: a key of SIZES; "" without 中小企业声明函.
        small_share: of the contract, done by small or micro enterprises within a consortium or by subcontract.
        domestic_share: of the cost of all products, of those that meet the standard of 本国产品.
    """

    size: str = ""
    small_share: Decimal | None = None
    domestic_share: Decimal | None = None

    def claims(self, one: "Adjustment") -> bool:
        """Whether this entitles to the preference `one`. Who is small has the deduction of the small, not both."""
        if one.key == "small":
            return self.size in SMALL
        share = {"joint": self.small_share, "domestic": self.domestic_share}.get(one.key)
        if share is None or share < one.least:
            return False
        return one.key != "joint" or self.size not in SMALL


def declared_of(offer: Mapping[str, Any] | None) -> Declared:
    """What a disclosed offer declares; whatever cannot be read is not declared."""
    said = (offer or {}).get("declares")
    if not isinstance(said, Mapping):
        return Declared()
    size = said.get("size")
    return Declared(
        size if isinstance(size, str) and size in SIZES else "",
        _share(said.get("small_share")),
        _share(said.get("domestic_share")),
    )


def _share(text: Any) -> Decimal | None:
    try:
        share = Decimal(text) if isinstance(text, str) else None
    except ArithmeticError:
        return None
    return share if share is not None and share.is_finite() and 0 <= share <= 1 else None


@dataclass(frozen=True, slots=True)
class Step:
    """One adjustment of one bid: how many were counted, and the yuan they add (below zero: take off)."""

    key: str
    title: str
    count: int
    amount: Decimal


def adjustments_of(
    terms: Mapping[str, Any], period_days: int | None = None, least: Mapping[str, Decimal] = NOTHING
) -> list[Adjustment]:
    """The document's adjustments in its order.

    Args:
        terms: the lot's terms, or a report's content, which holds them too.
        period_days: the document's period, what an adjustment by the day starts from.
        least: the law's shares by preference; a report states them itself.
    """
    return [
        Adjustment(
            row["key"],
            row["title"],
            row["kind"],
            Decimal(str(row["value"])),
            int(row["most"]),
            int(row.get("base") or period_days or 0),
            least.get(row["key"], Decimal(str(row.get("least") or 0))),
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
    adjustments: Sequence[Adjustment],
    price: Decimal,
    offered_days: int | None,
    counts: Mapping[str, int],
    declared: Declared = Declared(),
) -> list[Step]:
    """Every adjustment of one bid in the document's order, each rounded to the fen by itself.

    Args:
        offered_days: the period the bidder offered; None counts as the document's own.
        counts: agreed deviations by key.
        declared: what the bid declares. Preferences stack, and each is taken off the price offered, never off what
            another has left of it (财库〔2025〕30号).
    """
    found = []
    for one in adjustments:
        if one.kind == "day":
            days = (offered_days if offered_days is not None else one.base) - one.base
            count = max(-one.most, min(one.most, days))
            amount = one.value * count
        elif one.kind == PREFERENCE:
            count = int(declared.claims(one))
            amount = -one.value * price if count else Decimal(0)  # nothing taken off is no minus nothing
        else:
            count = min(one.most, counts.get(one.key, 0))
            amount = one.value * count * (price if one.kind == "share" else 1)
        found.append(Step(one.key, one.title, count, amount.quantize(CENT, rounding=ROUND_HALF_UP)))
    return found


def evaluated(price: Decimal, steps: Sequence[Step]) -> Decimal:
    """评标价: the price offered and every adjustment, yuan."""
    return price + sum((step.amount for step in steps), Decimal(0))
