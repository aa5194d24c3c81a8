"""Deals of a year: every award with what it saved or gained, and the sums that the front page shows.

Sums and rows come from one query, so a figure always equals its rows.
"""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from disclosure.tradepage import CATEGORIES, trade_url
from platform_site.clock import CHINA
from trading.models import Award
from trading.rulebooks import PROCEDURES

ZERO = Decimal("0.00")
SELLING = frozenset({"land", "mining", "equity"})


@dataclass(frozen=True, slots=True)
class Deal:
    """One award.

    Attributes:
        base: maximum price or budget (buying), start price (selling); None where none was stated.
        saved: base - amount when buying. gained: amount - base when selling.
    """

    award: Award
    category: str
    amount: Decimal
    base: Decimal | None

    @property
    def saved(self) -> Decimal | None:
        """Yuan below the maximum price; None for sales or without one."""
        return None if self.category in SELLING or self.base is None else self.base - self.amount

    @property
    def gained(self) -> Decimal | None:
        """Yuan above the start price; None for purchases or without one."""
        return self.amount - self.base if self.category in SELLING and self.base is not None else None

    @property
    def url(self) -> str:
        """The trade page."""
        return trade_url(self.award.lot)


def deals(year: int, category: str = "") -> list[Deal]:
    """Awards of a year of China's calendar, newest first. One query."""
    start, end = datetime(year, 1, 1, tzinfo=CHINA), datetime(year + 1, 1, 1, tzinfo=CHINA)
    found = Award.objects.filter(at__gte=start, at__lt=end).select_related("lot__tender", "subject").order_by("-at")
    if category:
        found = found.filter(lot__tender__procedure__in=[p.id for p in PROCEDURES.values() if p.category == category])
    return [_deal(award) for award in found]


def _deal(award: Award) -> Deal:
    lot = award.lot
    category = lot.procedure.category
    start = lot.terms.get("start_price_cny")
    base = (Decimal(start) if start else None) if category in SELLING else lot.ceiling_cny
    return Deal(award, category, award.amount_cny, base)


def sums(rows: list[Deal]) -> dict[str, Any]:
    """Number, amount, saved and gained, each with how many rows it rests on and its share of their base."""
    bought = [d for d in rows if d.saved is not None]
    sold = [d for d in rows if d.gained is not None]
    saved = sum((d.saved for d in bought if d.saved is not None), ZERO)
    gained = sum((d.gained for d in sold if d.gained is not None), ZERO)
    saved_base = sum((d.base for d in bought if d.base is not None), ZERO)
    gained_base = sum((d.base for d in sold if d.base is not None), ZERO)
    return {
        "count": len(rows),
        "amount": sum((d.amount for d in rows), ZERO),
        "bought": len(bought),
        "sold": len(sold),
        "saved": saved,
        "saved_share": saved / saved_base if saved_base else None,
        "gained": gained,
        "gained_share": gained / gained_base if gained_base else None,
    }


def by_category(rows: list[Deal]) -> list[tuple[str, dict[str, Any]]]:
    """The sums of each category that has deals."""
    found = []
    for key, name in CATEGORIES.items():
        if own := [d for d in rows if d.category == key]:
            found.append((name, sums(own)))
    return found
