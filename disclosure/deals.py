"""Deals of a year: every award with what it saved or gained, and the sums that the front page shows.

Rows and sums are read from the same rows of the same read model under the same condition, so a figure equals its rows.
"""

from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import Count, Q, QuerySet, Sum

from disclosure import categories
from disclosure.models import ListedLot
from platform_site.clock import CHINA

ZERO = Decimal("0.00")
PER_PAGE = 200
_SUMS = {
    "count": Count("pk"),
    "amount": Sum("amount_cny"),
    "bought": Count("saved_cny"),
    "sold": Count("gained_cny"),
    "saved": Sum("saved_cny"),
    "gained": Sum("gained_cny"),
    "saved_base": Sum("base_cny", filter=Q(saved_cny__isnull=False)),
    "gained_base": Sum("base_cny", filter=Q(gained_cny__isnull=False)),
}


def deals(year: int, category: str = "") -> QuerySet[ListedLot]:
    """Lots awarded in a year of China's calendar, newest first."""
    start, end = datetime(year, 1, 1, tzinfo=CHINA), datetime(year + 1, 1, 1, tzinfo=CHINA)
    found = ListedLot.objects.filter(award_at__gte=start, award_at__lt=end)
    if category:
        found = found.filter(category=category)
    return found.order_by("-award_at", "-reference")


def page(found: QuerySet[ListedLot], after: str = "") -> tuple[list[ListedLot], str]:
    """One page of deals, and the reference the next begins behind ("" where there is none). Two queries at most."""
    last = found.filter(reference=after).first() if after else None
    if last is not None:
        found = found.filter(Q(award_at__lt=last.award_at) | Q(award_at=last.award_at, reference__lt=last.reference))
    rows = list(found[: PER_PAGE + 1])
    return rows[:PER_PAGE], rows[PER_PAGE - 1].reference if len(rows) > PER_PAGE else ""


def sums(found: QuerySet[ListedLot]) -> dict[str, Any]:
    """Number, amount, saved and gained, each with how many rows it rests on and its share of their base. One query."""
    return _shares(found.order_by().aggregate(**_SUMS))


def by_category(found: QuerySet[ListedLot]) -> list[tuple[str, dict[str, Any]]]:
    """The sums of each category that has deals. One query."""
    rows = {row["category"]: row for row in found.order_by().values("category").annotate(**_SUMS)}
    return [(name, _shares(rows[key])) for key, name in categories.names().items() if key in rows]


def _shares(row: dict[str, Any]) -> dict[str, Any]:
    whole = {name: value if value is not None else ZERO for name, value in row.items()}
    saved_base, gained_base = whole.pop("saved_base"), whole.pop("gained_base")
    return {
        **whole,
        "saved_share": whole["saved"] / saved_base if saved_base else None,
        "gained_share": whole["gained"] / gained_base if gained_base else None,
    }
