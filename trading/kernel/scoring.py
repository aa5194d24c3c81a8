"""From the members' marks to the ranking: what a report says, recomputable by anybody who holds its inputs.

Every mean is rounded half up to two places per scoring item (评分项), a part is the sum of its items, the total the
sum of its parts and the price points; nothing is rounded in between.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from trading.kernel.adjusting import COUNTED_BY_MEMBERS, adjustments_of
from trading.kernel.contests import STRATEGIES, PriceFormula, Ranked, benchmark, mean_score, points

OVER_CEILING, NOT_RESPONSIVE = 5, 6  # grounds of 招标投标法实施条例 第五十一条 that arithmetic finds by itself


@dataclass(frozen=True, slots=True)
class Tendered:
    """A disclosed bid: id, price in yuan; None where the offer states none that can be read."""

    bid: str
    price: Decimal | None


@dataclass(frozen=True, slots=True)
class Review:
    """One member's answer to one review item of one bid."""

    member: str
    bid: str
    item: str
    passed: bool
    ground: int | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Score:
    """One member's points for one scoring item of one bid."""

    member: str
    bid: str
    item: str
    points: Decimal


@dataclass(frozen=True, slots=True)
class Item:
    """A scoring item of the document: its part, its name, the most it may get."""

    key: str
    part: str
    title: str
    points: Decimal


def price_of(offer: Mapping[str, Any] | None) -> Decimal | None:
    """The price of a disclosed offer, yuan; None where there is none, or it is not a positive amount."""
    try:
        amount = Decimal(str((offer or {})["price_cny"]))
    except (KeyError, InvalidOperation):
        return None
    return amount if amount.is_finite() and amount > 0 else None


def scoring_items(terms: Mapping[str, Any]) -> dict[str, Item]:
    """Items members score, by key. A part without items is one item; the price part is computed, never scored."""
    found = {}
    if terms.get("method") == "lowest" or terms.get("contest") == "sealed_lowest":
        # 经评审的最低投标价法: nobody gives points; members count deviations, whole numbers up to the document's most.
        counted = [one for one in adjustments_of(terms) if one.kind in COUNTED_BY_MEMBERS]
        return {one.key: Item(one.key, "adjustments", one.title, Decimal(one.most)) for one in counted}
    for part in terms.get("criteria") or ():
        if part["key"] == "price":
            continue
        for item in part["items"] or [part]:
            found[item["key"]] = Item(item["key"], part["key"], item["title"], Decimal(str(item["points"])))
    return found


def formula_of(terms: Mapping[str, Any]) -> PriceFormula:
    """The published price formula as a value.

    Raises:
        LookupError: the document draws its factor at the opening, and none has been drawn: there is no price to score.
    """
    said = terms["price_formula"]
    if said.get("factors") and "factor" not in said:
        raise LookupError("the factor of this formula has not been drawn")
    numbers = {name: Decimal(str(said[name])) for name in ("full", "factor", "above", "below") if name in said}
    return PriceFormula(said["kind"], **numbers)


def contest_of(contest: str, terms: Mapping[str, Any]) -> str:
    """The strategy: the procedure's, unless the document chose 经评审的最低投标价法 within it."""
    return "sealed_lowest" if terms.get("method") == "lowest" else contest


def computed_rejections(bids: Iterable[Tendered], ceiling: Decimal | None) -> dict[str, int]:
    """Ground by bid where arithmetic decides: no readable price, or a price above the maximum."""
    found = {}
    for bid in bids:
        if bid.price is None:
            found[bid.bid] = NOT_RESPONSIVE
        elif ceiling is not None and bid.price > ceiling:
            found[bid.bid] = OVER_CEILING
    return found


def voted_rejections(members: Sequence[str], reviews: Iterable[Review]) -> dict[str, list[Review]]:
    """The failing marks by bid, where more than half of the members failed it."""
    failing: dict[str, list[Review]] = {}
    for mark in reviews:
        if not mark.passed and mark.member in members:
            failing.setdefault(mark.bid, []).append(mark)
    return {bid: marks for bid, marks in failing.items() if len({m.member for m in marks}) * 2 > len(members)}


def missing(
    members: Sequence[str], bids: Iterable[str], items: Iterable[str], marks: Iterable[Review] | Iterable[Score]
) -> list[tuple[str, int]]:
    """(member, how many marks are still owed), only members who owe any."""
    given = {(m.member, m.bid, m.item) for m in marks}
    wanted = [(bid, item) for bid in bids for item in items]
    owed = [(member, sum((member, *pair) not in given for pair in wanted)) for member in members]
    return [(member, count) for member, count in owed if count]


def item_means(
    members: Sequence[str], bids: Iterable[str], items: Iterable[str], scores: Iterable[Score], *, trim: bool
) -> dict[str, dict[str, Decimal]]:
    """Mean points by bid and item. Every member has scored every one of these."""
    by = {(s.bid, s.item, s.member): s.points for s in scores}
    return {
        bid: {item: mean_score([by[bid, item, member] for member in members], trim=trim) for item in items}
        for bid in bids
    }


def parts_of(means: Mapping[str, Mapping[str, Decimal]], items: Mapping[str, Item]) -> dict[str, dict[str, Decimal]]:
    """Points by bid and part: the sum of the part's item means."""
    found: dict[str, dict[str, Decimal]] = {}
    for bid, by_item in means.items():
        parts = found.setdefault(bid, {item.part: Decimal(0) for item in items.values()})
        for key, value in by_item.items():
            parts[items[key].part] += value
    return {bid: {part: points(value) for part, value in parts.items()} for bid, parts in found.items()}


def ranked(
    contest: str,
    terms: Mapping[str, Any],
    prices: Mapping[str, Decimal],
    parts: Mapping[str, Mapping[str, Decimal]],
    offered: Mapping[str, Decimal] | None = None,
) -> list[Ranked]:
    """The ranking of the valid bids.

    Args:
        prices: what the bids are compared by.
        offered: the prices offered, where they differ: equal points go by these.
    """
    if contest == "sealed_lowest":
        return STRATEGIES[contest](prices)
    return STRATEGIES[contest](prices, parts, formula_of(terms), offered)


def benchmark_of(contest: str, terms: Mapping[str, Any], prices: Mapping[str, Decimal]) -> Decimal | None:
    """评标基准价; None where no price is scored."""
    return benchmark(formula_of(terms), prices.values()) if contest != "sealed_lowest" and prices else None


@dataclass(frozen=True, slots=True)
class LowPrice:
    """Shares (/1) below which a price must be explained: of the average, of the next lowest, of the maximum price."""

    average: Decimal
    next_lowest: Decimal
    ceiling: Decimal


def low_prices(prices: Mapping[str, Decimal], ceiling: Decimal | None, shares: LowPrice) -> list[str]:
    """Bids whose price is strictly below one of the shares, cheapest first; one bid alone has no average."""
    listed = sorted(prices.items(), key=lambda row: (row[1], row[0]))
    found = []
    for place, (bid, price) in enumerate(listed):
        below = ceiling is not None and price < ceiling * shares.ceiling
        if len(listed) > 1:
            below |= price < sum(prices.values(), Decimal(0)) / len(listed) * shares.average
        if place == 0 and len(listed) > 1:
            below |= price < listed[1][1] * shares.next_lowest
        if below:
            found.append(bid)
    return found
