"""The books: dated law by category. A lot keeps the edition it was announced under."""

from datetime import date

from trading.kernel.procedure import Book, Procedure
from trading.rulebooks import engineering, land, procurement

EDITIONS: tuple[Book, ...] = (engineering.BOOK, procurement.BOOK, land.BOOK)
PROCEDURES: dict[str, Procedure] = {p.id: p for book in EDITIONS for p in book.procedures.values()}


def book_for(procedure_id: str, *, on: date) -> Book:
    """The edition of the procedure's book in force on `on`.

    Raises:
        LookupError: no edition of that category holds the procedure on that day.
    """
    found = [b for b in EDITIONS if procedure_id in b.procedures and b.edition <= on]
    if not found:
        raise LookupError(f"no book holds {procedure_id} on {on}")
    return max(found, key=lambda b: b.edition)
