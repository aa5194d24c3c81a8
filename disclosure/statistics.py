"""交易统计: how many deals, for how much, what buyers saved and sales gained, against the year before.

Figures are sums of cells (`DealCell`); each names the address of the rows it is the sum of, and `reconcile` holds cells
against rows and rows against the record.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from django.db.models import Count, Q, QuerySet, Sum
from django.urls import reverse

from credit import centres
from credit.regioncodes import level_of, stem
from disclosure import categories
from disclosure.models import DealCell, ListedRegion
from platform_site import clock

ZERO = Decimal("0.00")
# What is added up; the sums of a query carry names that no column of its rows has.
FIGURES = ("count", "bought", "sold", "amount_cny", "saved_cny", "gained_cny", "saved_base_cny", "gained_base_cny")
# Of rows of deals.
SUMS = {
    "all_count": Count("pk"),
    "all_bought": Count("saved_cny"),
    "all_sold": Count("gained_cny"),
    "all_amount_cny": Sum("amount_cny"),
    "all_saved_cny": Sum("saved_cny"),
    "all_gained_cny": Sum("gained_cny"),
    "all_saved_base_cny": Sum("base_cny", filter=Q(saved_cny__isnull=False)),
    "all_gained_base_cny": Sum("base_cny", filter=Q(gained_cny__isnull=False)),
}
# Of cells.
ADDED = {f"all_{name}": Sum(name) for name in FIGURES}
FIRST_YEAR = 2015


def filled(row: Mapping[str, Any]) -> dict[str, Any]:
    """A query's sums by the figures' own names; nothing is 0."""
    return {name: row.get(f"all_{name}") or (0 if name in FIGURES[:3] else ZERO) for name in FIGURES}


@dataclass(frozen=True, slots=True)
class Asked:
    """Which deals.

    Attributes:
        year: of China's calendar; months: first and last, both counted.
        region: six digits; a province's or a city's holds everything below it.
        centre: code; holds every centre below it.
        authority: code of the authority that supervises.
    """

    year: int
    months: tuple[int, int] = (1, 12)
    category: str = ""
    region: str = ""
    centre: str = ""
    authority: str = ""

    def before(self) -> "Asked":
        """The same a year earlier."""
        return replace(self, year=self.year - 1)

    def within(self, found: QuerySet[Any], places: Sequence[centres.Place] | None = None) -> QuerySet[Any]:
        """Rows or cells of the category, region, centre and authority asked for. One query at most."""
        if self.category:
            found = found.filter(category=self.category)
        if self.region:
            found = found.filter(region_code__startswith=stem(self.region))
        if self.centre:
            found = found.filter(centre_code__in=centres.reach(self.centre, places))
        return found.filter(authority_code=self.authority) if self.authority else found

    def url(self) -> str:
        """The address of the rows."""
        said: dict[str, Any] = {"year": self.year}
        if self.months != (1, 12):
            said |= {"from": self.months[0], "to": self.months[1]}
        said |= {name: value for name in PLACES if (value := getattr(self, name))}
        return f"{reverse('disclosure:deals')}?{urlencode(said)}"


PLACES = ("category", "region", "centre", "authority")


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a table: sums, what they were a year before, and the rows they are the sum of.

    Attributes:
        sums, before: `filled` sums.
        depth: how far the line is set in: a city under its province.
        own: whether its sum is part of the total; a line set in is part of the one above it.
    """

    name: str
    asked: Asked
    sums: Mapping[str, Any]
    before: Mapping[str, Any]
    depth: int = 0

    @property
    def url(self) -> str:
        """The rows that add up to it."""
        return self.asked.url()

    @property
    def saved_share(self) -> Decimal | None:
        """节约率: of what buyers would have paid at most, /1; None where nothing was measured."""
        return share(self.sums["saved_cny"], self.sums["saved_base_cny"])

    @property
    def gained_share(self) -> Decimal | None:
        """增值率: of the start prices, /1."""
        return share(self.sums["gained_cny"], self.sums["gained_base_cny"])

    @property
    def count_growth(self) -> Decimal | None:
        """同比 of the number, /1; None where there was none a year before."""
        return growth(self.sums["count"], self.before["count"])

    @property
    def amount_growth(self) -> Decimal | None:
        """同比 of the amount, /1."""
        return growth(self.sums["amount_cny"], self.before["amount_cny"])


def share(part: Decimal, whole: Decimal) -> Decimal | None:
    """/1 to six places; None of nothing."""
    return (part / whole).quantize(Decimal("0.000001")) if whole else None


def growth(now: Decimal | int, before: Decimal | int) -> Decimal | None:
    """(now - before) / before to six places; None where there was nothing before."""
    return ((Decimal(now) - before) / Decimal(before)).quantize(Decimal("0.000001")) if before else None


@dataclass(frozen=True, slots=True)
class Statistics:
    """Everything a page of statistics says."""

    asked: Asked
    total: Line
    categories: list[Line] = field(default_factory=list)
    regions: list[Line] = field(default_factory=list)
    centres: list[Line] = field(default_factory=list)
    months: list[Line] = field(default_factory=list)


def months_said(year: int) -> tuple[int, int]:
    """The months of a year that have begun: what a year is compared by."""
    today = clock.china(clock.now()).date()
    return (1, today.month) if year == today.year else (1, 12)


def statistics(asked: Asked) -> Statistics:
    """The sums of what was asked for, by category, region, centre and month. At most seven queries."""
    places = centres.tree()
    here, last = _cells(asked, places), _cells(asked.before(), places)
    names = _names({cell["region_code"] for cell in (*here, *last) if cell["region_code"]})
    total = _line("合计", asked, here, last)
    return Statistics(
        asked,
        total,
        [
            line
            for key, name in categories.names().items()
            if (line := _part(name, replace(asked, category=key), here, last, lambda c, k=key: c["category"] == k))
        ],
        _regions(asked, here, last, names),
        _centres(asked, here, last, places),
        [
            line
            for month in range(asked.months[0], asked.months[1] + 1)
            if (
                line := _part(
                    f"{month}月", replace(asked, months=(month, month)), here, last,
                    lambda c, m=month: c["month"].month == m,
                )
            )
        ],
    )  # fmt: skip


def total(asked: Asked) -> Line:
    """The sums of what was asked for, alone. Two queries, one more where a centre is."""
    return _line("合计", asked, _cells(asked), _cells(asked.before()))


Cells = list[dict[str, Any]]


def _cells(asked: Asked, places: Sequence[centres.Place] | None = None) -> Cells:
    first, last = asked.months
    found = DealCell.objects.filter(month__gte=date(asked.year, first, 1), month__lte=date(asked.year, last, 1))
    grouped = asked.within(found, places).order_by()
    return list(grouped.values("month", "category", "region_code", "centre_code").annotate(**ADDED))


def _sum(cells: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    total = filled({})
    for cell in cells:
        for name in total:
            total[name] += cell[f"all_{name}"]
    return total


def _line(name: str, asked: Asked, here: Cells, last: Cells, depth: int = 0) -> Line:
    return Line(name, asked, _sum(here), _sum(last), depth)


def _part(name: str, asked: Asked, here: Cells, last: Cells, fits: Any, depth: int = 0) -> Line | None:
    """A line where this year or the last has deals; None otherwise."""
    mine, then = [c for c in here if fits(c)], [c for c in last if fits(c)]
    return _line(name, asked, mine, then, depth) if mine or then else None


def _names(codes: set[str]) -> dict[str, str]:
    """Region code -> name, of these regions and those that hold them: as loaded, else as a notice called it. Two
    queries."""
    wanted = codes | {f"{code[:2]}0000" for code in codes} | {f"{code[:4]}00" for code in codes}
    listed = dict(ListedRegion.objects.filter(code__in=wanted).values_list("code", "name"))
    return listed | centres.region_names(wanted)


def _regions(asked: Asked, here: Cells, last: Cells, names: Mapping[str, str]) -> list[Line]:
    """Provinces, and under each its cities and counties that have deals."""
    codes = {c["region_code"] for c in [*here, *last] if c["region_code"]}
    above = {f"{code[:2]}0000" for code in codes} | {f"{code[:4]}00" for code in codes}
    lines = []
    within = stem(asked.region)
    for code in sorted(one for one in codes | above if one.startswith(within)):
        prefix = stem(code)
        depth = level_of(code) - 1
        name = names.get(code) or code
        line = _part(
            name, replace(asked, region=code), here, last, lambda c, p=prefix: c["region_code"].startswith(p), depth
        )
        if line:
            lines.append(line)
    return lines


def _centres(asked: Asked, here: Cells, last: Cells, places: Sequence[centres.Place]) -> list[Line]:
    """Every centre with deals of its own or below it, in the order of the tree."""
    lines, within = [], centres.reach(asked.centre, places)
    for place in places:
        if asked.centre and place.code not in within:
            continue
        reach = centres.reach(place.code, places)
        line = _part(
            place.name, replace(asked, centre=place.code), here, last, lambda c, r=reach: c["centre_code"] in r,
            place.depth,
        )  # fmt: skip
        if line:
            lines.append(line)
    return lines
