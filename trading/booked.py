"""What a lot is called and which book it follows: the same for the row that is traded and for what the public knows."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from trading.kernel.procedure import Book, Procedure
from trading.rulebooks import PROCEDURES, book_for


class BookedLot:
    """A lot by its tender, number and moments; whoever inherits has these three.

    Attributes:
        tender: with `reference`, `procedure` and `book_edition`.
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
        """The lot's procedure, from its book."""
        return PROCEDURES[self.tender.procedure]

    @property
    def book(self) -> Book:
        """The edition the lot was announced under."""
        return book_for(self.tender.procedure, on=self.tender.book_edition)

    @property
    def recorded(self) -> Mapping[str, datetime]:
        """Recorded moments, aware."""
        return {name: datetime.fromisoformat(at) for name, at in self.moments.items()}
