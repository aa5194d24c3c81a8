"""How the winner is found: sealed and scored, sealed and lowest, ascending. From public inputs, to the fen.

Every figure is Decimal. Points are rounded half up to two places at each published step (每个评分点、报价得分、总分),
so that anybody with a pocket calculator gets the same table.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal

CENT = Decimal("0.01")
# Where nothing in the document says otherwise: 100 points; every percent above, below the benchmark costs this.
HUNDRED = Decimal(100)


def points(value: Decimal) -> Decimal:
    """`value` rounded half up to two places, as every published score is."""
    return value.quantize(CENT, rounding=ROUND_HALF_UP)


@dataclass(frozen=True, slots=True)
class PriceFormula:
    """The published price formula.

    Attributes:
        kind: `mean_deviation` (benchmark = mean of the valid prices × factor; each percent of deviation costs points)
            or `lowest_ratio` (lowest valid price / price × full points).
        full: points of the price part.
        factor: multiplies the mean: fixed by the document, or drawn at the opening (基准价系数, 下浮系数, e.g. 0.98).
        above, below: points lost per percent above and below the benchmark.
    """

    kind: str
    full: Decimal
    factor: Decimal = Decimal(1)
    above: Decimal = Decimal(1)
    below: Decimal = Decimal("0.5")


@dataclass(frozen=True, slots=True)
class Ranked:
    """One row of the ranking: place from 1, the bid, its points by part and in total, its price in yuan."""

    place: int
    bid: str
    price: Decimal
    parts: Mapping[str, Decimal]
    total: Decimal


def benchmark(formula: PriceFormula, prices: Iterable[Decimal]) -> Decimal:
    """The evaluation benchmark price 评标基准价, yuan to the fen. Empty prices are a caller's error."""
    listed = list(prices)
    if formula.kind == "lowest_ratio":
        return min(listed)
    return (sum(listed, Decimal(0)) / len(listed) * formula.factor).quantize(CENT, rounding=ROUND_HALF_UP)


def price_points(formula: PriceFormula, prices: Mapping[str, Decimal]) -> dict[str, Decimal]:
    """Points of the price part by bid, never below zero."""
    if not prices:
        return {}
    base = benchmark(formula, prices.values())
    found = {}
    for bid, price in prices.items():
        if formula.kind == "lowest_ratio":
            found[bid] = points(base / price * formula.full)
            continue
        deviation = (price - base) / base * HUNDRED
        lost = deviation * formula.above if deviation > 0 else -deviation * formula.below
        found[bid] = points(max(Decimal(0), formula.full - lost))
    return found


def mean_score(scores: Sequence[Decimal], *, trim: bool = False) -> Decimal:
    """The members' mean; `trim` drops one highest and one lowest, where the document says so and five or more sat."""
    if not scores:
        raise ValueError("no member has scored")
    kept = sorted(scores)[1:-1] if trim and len(scores) >= 5 else list(scores)
    return points(sum(kept, Decimal(0)) / len(kept))


def sealed_scored(
    prices: Mapping[str, Decimal],
    scored: Mapping[str, Mapping[str, Decimal]],
    formula: PriceFormula,
    offered: Mapping[str, Decimal] | None = None,
) -> list[Ranked]:
    """综合评估法: highest total first; equal totals by lower price, then by the higher scored parts, then by bid id.

    Args:
        prices: yuan by bid, only bids that passed every review.
        scored: by bid, the mean points of each part but price.
        offered: the prices offered, where `prices` are what a preference leaves of them: equal points go by the price
            offered (财政部令第87号 第五十七条).
    """
    by_price = price_points(formula, prices)
    rows = []
    for bid, price in prices.items():
        parts = {**scored[bid], "price": by_price[bid]}
        rows.append((bid, price, parts, points(sum(parts.values(), Decimal(0)))))
    tie = offered or prices
    rows.sort(key=lambda r: (-r[3], tie[r[0]], -sum((v for k, v in r[2].items() if k != "price"), Decimal(0)), r[0]))
    return [Ranked(n, *row) for n, row in enumerate(rows, 1)]


def sealed_lowest(prices: Mapping[str, Decimal]) -> list[Ranked]:
    """Lowest price first (询价, 经评审的最低投标价法 with evaluated prices); equal prices by bid id."""
    rows = sorted(prices.items(), key=lambda item: (item[1], item[0]))
    return [Ranked(n, bid, price, {}, Decimal(0)) for n, (bid, price) in enumerate(rows, 1)]


@dataclass(frozen=True, slots=True)
class Offered:
    """One accepted offer of a listing: who, how much (yuan), when it arrived."""

    bidder: str
    amount: Decimal
    at: datetime


def next_floor(offers: Sequence[Offered], start: Decimal, increment: Decimal) -> Decimal:
    """The least the next offer may be: the start price, afterwards the highest plus one increment."""
    return max((o.amount for o in offers), default=start - increment) + increment


def ascending(offers: Sequence[Offered], reserve: Decimal | None) -> Offered | None:
    """Highest offer at or above the reserve; equal ones by arrival. None: not sold (国土资源部39号令 第十九条)."""
    best = max(offers, key=lambda o: (o.amount, -o.at.timestamp()), default=None)
    return best if best and (reserve is None or best.amount >= reserve) else None


STRATEGIES: dict[str, Callable] = {
    "sealed_scored": sealed_scored,
    "sealed_lowest": sealed_lowest,
    "ascending": ascending,
}
