"""The tree of centres, read whole: there are some thousands in the country and a dozen in a province."""

from collections.abc import Iterable
from dataclasses import dataclass

from credit.models import Centre, Region
from credit.regioncodes import level_of

LEVELS = {0: "国家", 1: "省级", 2: "市级", 3: "县级"}


@dataclass(frozen=True, slots=True)
class Place:
    """One centre in the tree.

    Attributes:
        parent: code of the centre above, "" for a topmost one.
        depth: how many centres stand above it.
    """

    code: str
    name: str
    region_code: str
    parent: str
    depth: int

    @property
    def level(self) -> str:
        """省级, 市级, 县级, by its region."""
        return LEVELS[level_of(self.region_code)]


def tree() -> list[Place]:
    """Every centre below its parent, by region code. One query."""
    rows = Centre.objects.select_related("subject", "parent__subject").order_by("subject__region_code", "subject__code")
    under: dict[str, list[Centre]] = {}
    for row in rows:
        under.setdefault(row.parent.subject.code if row.parent else "", []).append(row)

    def walk(parent: str, depth: int) -> Iterable[Place]:
        for row in under.get(parent, ()):
            one = row.subject
            yield Place(one.code, one.name, one.region_code, parent, depth)
            yield from walk(one.code, depth + 1)

    return list(walk("", 0))


def reach(code: str, places: Iterable[Place] | None = None) -> frozenset[str]:
    """Codes of a centre and of every centre below it; the code alone where it stands in no tree. One query at most."""
    below: dict[str, list[str]] = {}
    for one in tree() if places is None else places:
        below.setdefault(one.parent, []).append(one.code)
    found, ahead = {code}, [code]
    while ahead:
        ahead = [child for parent in ahead for child in below.get(parent, ())]
        found.update(ahead)
    return frozenset(found)


def region_names(codes: Iterable[str]) -> dict[str, str]:
    """Region code -> what it is called now. One query."""
    found = Region.objects.filter(code__in=list(codes), until__isnull=True)
    return dict(found.values_list("code", "name"))
