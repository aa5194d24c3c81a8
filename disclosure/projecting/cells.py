"""The sums a lot's deal goes into, made anew from their rows."""

from collections.abc import Iterable
from datetime import date, datetime

from django.db.models import QuerySet

from disclosure.models import DealCell, ListedLot
from disclosure.models.figures import PLACES
from disclosure.statistics import FIGURES, SUMS, filled
from platform_site import clock

Key = tuple[date, str, str, str, str]


def key_of(reference: str) -> Key | None:
    """The cell a lot's deal is counted in as the read model stands; None without a deal. One query."""
    row = ListedLot.objects.filter(pk=reference).values_list("award_at", *PLACES).first()
    if row is None or row[0] is None:
        return None
    return (month_of(row[0]), *row[1:])


def month_of(at: datetime) -> date:
    """The first day of the month in China's calendar."""
    return clock.china(at).date().replace(day=1)


def rows_of(key: Key) -> QuerySet[ListedLot]:
    """The deals of a cell."""
    month, *places = key
    start = datetime(month.year, month.month, 1, tzinfo=clock.CHINA)
    end = datetime(month.year + month.month // 12, month.month % 12 + 1, 1, tzinfo=clock.CHINA)
    return ListedLot.objects.filter(award_at__gte=start, award_at__lt=end, **dict(zip(PLACES, places, strict=True)))


def made_anew(keys: Iterable[Key | None]) -> None:
    """Each cell is the sum of its rows; one without rows is gone. Two queries a cell."""
    for key in dict.fromkeys(keys):
        if key is None:
            continue
        sums = filled(rows_of(key).order_by().aggregate(**SUMS))
        named = dict(zip(("month", *PLACES), key, strict=True))
        if not sums["count"]:
            DealCell.objects.filter(**named).delete()
            continue
        DealCell.objects.bulk_create(
            [DealCell(**named, **sums)],
            update_conflicts=True,
            unique_fields=["month", *PLACES],
            update_fields=FIGURES,
        )
