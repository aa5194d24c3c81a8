"""What a lot is called and which book it follows: the same for the row that is traded and for what the public knows."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from trading.kernel.catalogue import with_row
from trading.kernel.procedure import Book, Procedure
from trading.rulebooks import PROCEDURES, book_for


class BookedLot:
    """A lot by its tender, number and moments; whoever inherits has these three.

    Attributes:
        tender: with `reference`, `procedure`, `book_edition` and `catalogue`, the row it was registered under.
        moments: name -> recorded moment, ISO 8601 with its offset.
    """

    __slots__ = ()
    tender: Any
    number: Any
    moments: Any

    @property
    def reference(self) -> str:
        """Tender reference and number, as in URLs and on papers."""
        return f"{self.tender.reference}/{self.number}"

    @property
    def ledger_ref(self) -> str:
        """How the ledger and the holds name this lot."""
        return f"lot:{self.reference}"

    @property
    def final_ref(self) -> str:
        """How sealing names the second round of a procedure that has one; "" where it has none."""
        return f"{self.ledger_ref}#final" if "file_quote" in self.procedure.transitions else ""

    @property
    def procedure(self) -> Procedure:
        """The lot's procedure, from its book; whoever starts it is called as the catalogue's row says."""
        found, row = PROCEDURES[self.tender.procedure], self.tender.catalogue
        said = row.get("initiator") or found.initiator
        return found if said == found.initiator else replace(found, initiator=said)

    @property
    def category(self) -> str:
        """The category it is listed and counted under: a row of the catalogue, or its book's where it has none."""
        return self.tender.catalogue.get("key") or self.procedure.category

    @property
    def book(self) -> Book:
        """The edition the lot was announced under, with the numbers of the catalogue's row where they are its own."""
        return with_row(book_for(self.tender.procedure, on=self.tender.book_edition), self.tender.catalogue)

    @property
    def recorded(self) -> Mapping[str, datetime]:
        """Recorded moments, aware."""
        return {name: datetime.fromisoformat(at) for name, at in self.moments.items()}
