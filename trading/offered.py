"""Which procedures a project may be registered for, and under which trade categories: the one list the forms offer."""

from trading.kernel.procedure import Procedure
from trading.rulebooks import EDITIONS, PROCEDURES


def offered() -> list[tuple[str, list[Procedure]]]:
    """(title of the law, its procedures that can be drafted), in the order of the books."""
    found: dict[str, list[Procedure]] = {}
    for book in EDITIONS:
        known = found.setdefault(book.title, [])
        known += [p for p in book.procedures.values() if p.draft is not None and p not in known]
    return [(title, procedures) for title, procedures in found.items() if procedures]


def offered_as(procedure_id: str) -> Procedure | None:
    """The procedure of that id where a project may be registered for it."""
    found = PROCEDURES.get(procedure_id)
    return found if found is not None and found.draft is not None else None


def planned() -> list[Procedure]:
    """Procedures whose project may follow a published plan."""
    return [p for _, found in offered() for p in found if p.draft is not None and "plan" in p.draft.registered]


def categories_of(procedure: Procedure) -> tuple[tuple[str, str], ...]:
    """交易分类代码 a project of the procedure may bear, with their names."""
    return procedure.draft.categories if procedure.draft is not None else ()
