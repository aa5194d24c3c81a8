"""The national classification as it stands in the database: which codes it holds, and what they are called."""

from collections.abc import Iterable, Sequence

from experts import classification
from experts.models import Specialty


def tree() -> list[Specialty]:
    """Everything in force, by code: each code follows the one above it. One query."""
    return list(Specialty.objects.filter(until__isnull=True).order_by("code"))


def outside(codes: Iterable[str]) -> list[str]:
    """Those of `codes` that the classification does not hold, sorted (EXP-02). One query.

    Below a first level whose annex was not loaded, codes are taken by their shape.
    """
    wanted = set(codes)
    asked = wanted | {classification.branch(code) for code in wanted}
    known = dict(Specialty.objects.filter(code__in=asked, until__isnull=True).values_list("code", "complete"))

    def held(code: str) -> bool:
        branch = classification.branch(code)
        return code in known or (classification.well_formed(code) and known.get(branch) is False)

    return sorted(code for code in wanted if not held(code))


def named(codes: Sequence[str]) -> list[tuple[str, str]]:
    """(code, name of the nearest level that has one, "" where none has), in the order given. One query."""
    lines = {code: [code, *classification.upwards(code)] for code in codes}
    asked = {one for line in lines.values() for one in line}
    names = dict(Specialty.objects.filter(code__in=asked, until__isnull=True).values_list("code", "name"))
    return [(code, next((names[one] for one in lines[code] if one in names), "")) for code in codes]


def names_in(lists: Iterable[Sequence[str]]) -> dict[str, str]:
    """Code -> name of everything in the lists. One query."""
    return dict(named(sorted({code for codes in lists for code in codes})))
