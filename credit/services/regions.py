"""The tree of regions (GB/T 2260), loaded once and amended by dates."""

from collections.abc import Iterable

from django.db import transaction

from credit.models import Region


def parent_code(code: str) -> str:
    """The region one level above: 110101 → 110100, 110100 → 110000, 110000 → ""."""
    if code.endswith("0000"):
        return ""
    return f"{code[:2]}0000" if code.endswith("00") else f"{code[:4]}00"


@transaction.atomic
def regions_load(rows: Iterable[tuple[str, str]]) -> int:
    """Every (code, name) stands in the tree; known codes keep their row. Returns how many are new.

    A county whose city has no code of its own (directly administered, 90) hangs on the province.
    """
    known = {region.code: region for region in Region.objects.filter(until__isnull=True)}
    new = 0
    for code, name in sorted(set(rows)):
        if code in known:
            continue
        above = parent_code(code)
        parent = known.get(above) or known.get(f"{code[:2]}0000") if above else None
        known[code] = Region.objects.create(code=code, name=name, parent=parent)
        new += 1
    return new
