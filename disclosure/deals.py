"""Deals of a year: every award with what it saved or gained, and the sums that the front page shows.

Rows and sums are read from the same rows of the same read model under the same condition, so a figure equals its rows.
"""

from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet

from disclosure import categories
from disclosure.models import ListedLot
from disclosure.statistics import SUMS, Asked, filled
from platform_site.clock import CHINA

PER_PAGE = 200
MONEY = ("amount", "saved", "gained", "saved_base", "gained_base")


def deals(year: int, category: str = "") -> QuerySet[ListedLot]:
    """Lots awarded in a year of China's calendar, newest first."""
    return of(Asked(year, category=category))


def of(asked: Asked) -> QuerySet[ListedLot]:
    """The lots awarded in what was asked for, newest first. One query at most to ask which centres stand below."""
    first, last = asked.months
    start = datetime(asked.year, first, 1, tzinfo=CHINA)
    end = datetime(asked.year + last // 12, last % 12 + 1, 1, tzinfo=CHINA)
    found = asked.within(ListedLot.objects.filter(award_at__gte=start, award_at__lt=end))
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
    return _shares(found.order_by().aggregate(**SUMS))


def by_category(found: QuerySet[ListedLot]) -> list[tuple[str, dict[str, Any]]]:
    """The sums of each category that has deals. One query."""
    rows = {row["category"]: row for row in found.order_by().values("category").annotate(**SUMS)}
    return [(name, _shares(rows[key])) for key, name in categories.names().items() if key in rows]


def _shares(row: dict[str, Any]) -> dict[str, Any]:
    whole = filled(row)
    said = {name: whole[f"{name}_cny"] for name in MONEY} | {n: whole[n] for n in ("count", "bought", "sold")}
    return {
        **said,
        "saved_share": said["saved"] / said["saved_base"] if said["saved_base"] else None,
        "gained_share": said["gained"] / said["gained_base"] if said["gained_base"] else None,
    }
