"""What narrows a list without words: category, stage, place, source; alone, together, several of each.

One facet's page is the beginning of an index of its own. Two of them may hardly ever meet, and no order of either finds
that out soon: so every pair, triple and quadruple of a notice's facets is a mark of it, and an index holds the marks
(`gz_facets`, migration 0007). A list that is thin in the newest rows asks that index (disclosure/finding.py).
"""

from dataclasses import dataclass
from itertools import product
from typing import Any

from django.db.models import Q

Column = tuple[str, tuple[Any, ...]]


@dataclass(frozen=True, slots=True)
class Facets:
    """What is asked for; what is empty does not narrow.

    Attributes:
        region: six digits; a code ending in 0000 is a province, in 00 a city, and everything below it is meant.
        source: own | history | "".
    """

    categories: tuple[str, ...] = ()
    stages: tuple[str, ...] = ()
    region: str = ""
    source: str = ""

    @property
    def place(self) -> Column | None:
        """The column that holds the region at its level, and the region's digits there."""
        if not self.region:
            return None
        if self.region.endswith("0000"):
            return "province", (self.region[:2],)
        return ("city", (self.region[:4],)) if self.region.endswith("00") else ("region_code", (self.region,))

    @property
    def columns(self) -> list[Column]:
        """Each facet's column and the values asked for, the one that narrows most first."""
        asked = [
            self.place,
            ("stage", self.stages),
            ("category", self.categories),
            ("imported", (self.source == "history",) if self.source else ()),
        ]
        return [one for one in asked if one and one[1]]

    @property
    def lead(self) -> Column | None:
        """The facet whose own index gives its rows newest first; None where every facet has several values."""
        return next((one for one in self.columns if len(one[1]) == 1), None)

    @property
    def rest(self) -> list[Column]:
        """The facets but the lead."""
        lead = self.lead
        return [one for one in self.columns if one != lead]

    @property
    def marks(self) -> list[str]:
        """A row is meant if it has one of these marks; empty for one facet alone, which has no mark."""
        if len(self.columns) < 2:
            return []
        place = self.place[1] if self.place else ("",)
        source = ("t" if self.source == "history" else "f",) if self.source else ("",)
        return ["/".join(parts) for parts in product(self.categories or ("",), self.stages or ("",), place, source)]


def condition(column: Column) -> Q:
    """The rows with one of the column's values."""
    name, values = column
    return Q(**({name: values[0]} if len(values) == 1 else {f"{name}__in": values}))
