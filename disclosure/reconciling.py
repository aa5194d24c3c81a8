"""Does every public figure equal the sum of its rows, and every row the record? To the fen.

Cells are made from rows as deals are projected; rows are made from what the trade says. Whoever changes one of them
behind the projection is found here: cells are added up again from all rows, and every row's amount is held against the
entry that published the award.
"""

from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import CharField, OuterRef, Subquery, Value
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Coalesce, Concat, TruncMonth

from disclosure.models import DealCell, FigureCheck, ListedLot
from disclosure.models.figures import PLACES
from disclosure.statistics import FIGURES, SUMS, filled
from platform_site import clock
from platform_site.ledger.models import Entry

MOST_TOLD = 20
NAMES = {
    "count": "宗数",
    "bought": "节约宗数",
    "sold": "增值宗数",
    "amount_cny": "成交额",
    "saved_cny": "节约资金",
    "gained_cny": "增值额",
    "saved_base_cny": "节约基数",
    "gained_base_cny": "增值基数",
}


class Unreconciled(Exception):
    """A public figure is not the sum of its rows, or a row not what the record says."""


def reconcile() -> FigureCheck:
    """Everything agrees, and the check that says so is kept. Three queries and the check.

    Raises:
        Unreconciled: naming what differs; the check is kept all the same, and says it.
    """
    with transaction.atomic():
        rows, cells = _from_rows(), _cells()
        found = [*_cell_differences(rows, cells), *_row_differences()]
        check, _ = FigureCheck.objects.update_or_create(
            pk=1,
            defaults={
                "at": clock.machine(),
                "cells": len(cells),
                "rows": sum(one["count"] for one in rows.values()),
                "differences": found[:MOST_TOLD],
            },
        )
    if found:
        raise Unreconciled("; ".join(found[:MOST_TOLD]))
    return check


Sums = Mapping[tuple[Any, ...], Mapping[str, Any]]


def _from_rows() -> Sums:
    """Every cell as its rows add up now. One query."""
    month = TruncMonth("award_at", tzinfo=clock.CHINA)
    found = ListedLot.objects.filter(award_at__isnull=False).order_by().annotate(of=month)
    return {
        (clock.china(row["of"]).date(), *(row[name] for name in PLACES)): filled(row)
        for row in found.values("of", *PLACES).annotate(**SUMS)
    }


def _cells() -> Sums:
    """Every cell as the pages read it. One query."""
    return {
        (row["month"], *(row[name] for name in PLACES)): {name: row[name] for name in FIGURES}
        for row in DealCell.objects.values("month", *PLACES, *FIGURES)
    }


def _cell_differences(rows: Sums, cells: Sums) -> Iterator[str]:
    nothing = filled({})
    for key in sorted({*rows, *cells}):
        said, added = cells.get(key, nothing), rows.get(key, nothing)
        for name in FIGURES:
            if said[name] != added[name]:
                yield f"{_called(key)} {NAMES[name]}：公布 {said[name]}，明细合计 {added[name]}"


def _called(key: tuple[Any, ...]) -> str:
    month: date = key[0]
    return " ".join([f"{month:%Y-%m}", *filter(None, key[1:])])


def _row_differences() -> Iterator[str]:
    """Deals whose amount is not the one the newest award entry of the lot says. One query."""
    told = Entry.objects.filter(subject=OuterRef("ref"), event="lot.awarded").order_by("-recorded_at")
    said = Coalesce(KeyTextTransform("amount_cny", "facts"), KeyTextTransform("amount", "facts"))
    amount = told.annotate(said=said).values("said")[:1]
    found = (
        ListedLot.objects.filter(award_at__isnull=False)
        .annotate(ref=Concat(Value("lot:"), "reference", output_field=CharField()))
        .annotate(recorded=Subquery(amount))
        .values_list("reference", "amount_cny", "base_cny", "saved_cny", "gained_cny", "recorded")
    )
    for reference, shown, base, saved, gained, recorded in found.iterator():
        if recorded is None or Decimal(recorded) != shown:
            yield f"{reference} 成交额：公布 {shown}，存证 {recorded or '没有'}"
        for name, value, right in (
            ("节约资金", saved, base is not None and base - shown),
            ("增值额", gained, base is not None and shown - base),
        ):
            if value is not None and value != right:
                yield f"{reference} {name}：公布 {value}，应为 {right}"
