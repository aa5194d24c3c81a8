"""Books of the bonds: what institutions said came in equals what lies here, went back and was kept, to the fen."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.db import connection, transaction
from django.db.models import Exists, OuterRef, Sum

from platform_site import clock, ledger
from platform_site.accounts.actors import CONSOLE
from platform_site.accounts.selectors import holders_of
from platform_site.messages import services as messages
from trading.models import Bond, BondMessage, BondOrder, Opening

ZERO = Decimal("0.00")
# An order that an institution has not confirmed in this time is asked after.
PATIENCE = timedelta(days=2)


@dataclass
class Sums:
    """Yuan. `balanced`: received is what institutions said, and all of it is somewhere."""

    said: Decimal = ZERO
    received: Decimal = ZERO
    held: Decimal = ZERO
    refunded: Decimal = ZERO
    forfeited: Decimal = ZERO
    interest: Decimal = ZERO
    faults: list[str] = field(default_factory=list)

    @property
    def balanced(self) -> bool:
        """Nothing is missing and nothing is too much."""
        whole = self.held + self.refunded + self.forfeited
        return not self.faults and self.said == self.received == whole and self.held >= 0

    def add(self, other: "Sums") -> None:
        """The other's amounts and faults are in."""
        for name in ("said", "received", "held", "refunded", "forfeited", "interest"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.faults += other.faults


@dataclass
class Books:
    """Per lot and in whole. Of lots that were never opened only whether they balance: sums tell how many take part.

    Attributes:
        lots: reference -> sums, opened lots only.
        whole: over those.
        sealed_balanced: whether all the others balance, each for itself.
        overdue: orders without an answer for too long, of opened lots.
    """

    lots: dict[str, Sums]
    whole: Sums
    sealed_balanced: bool
    overdue: int

    @property
    def balanced(self) -> bool:
        """Every lot for itself, and so the whole."""
        return self.sealed_balanced and self.whole.balanced and all(s.balanced for s in self.lots.values())


def bonds_reconciled() -> Books:
    """The books as they stand now. Four queries; one moment for all of them."""
    outermost = not connection.in_atomic_block
    with transaction.atomic():
        if outermost:  # institutions go on talking while we count
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        opened = Exists(Opening.objects.filter(lot=OuterRef("lot")))
        bonds = list(Bond.objects.select_related("lot__tender").annotate(opened=opened))
        said = _sums(BondMessage.objects.filter(counted_cny__gt=0), "counted_cny")
        done = BondOrder.objects.filter(state="confirmed")
        out = _sums(done.filter(kind="refund"), "amount_cny")
        kept = _sums(done.filter(kind__in=("forfeit", "claim")), "amount_cny")
        unanswered = BondOrder.objects.filter(state="sent", sent_at__lt=clock.now() - PATIENCE)
        overdue = unanswered.filter(bond__lot__opening__isnull=False).count()
    lots: dict[str, Sums] = {}
    sealed: dict[str, Sums] = {}
    for bond in bonds:
        row = Sums(
            said.get(bond.pk, ZERO), bond.received_cny, bond.balance_cny, bond.refunded_cny, bond.forfeited_cny,
            bond.interest_cny,
        )  # fmt: skip
        row.faults = [
            f"{bond.pk} {name}"
            for name, one, other in (
                ("received", row.said, row.received),
                ("refunded", out.get(bond.pk, ZERO), row.refunded),
                ("forfeited", kept.get(bond.pk, ZERO), row.forfeited),
            )
            if one != other
        ]
        (lots if bond.opened else sealed).setdefault(bond.lot.reference, Sums()).add(row)
    whole = Sums()
    for sums in lots.values():
        whole.add(sums)
    return Books(dict(sorted(lots.items())), whole, all(s.balanced for s in sealed.values()), overdue)


def _sums(rows: Any, column: str) -> dict[Any, Decimal]:
    return dict(rows.values_list("bond").annotate(sum=Sum(column)))


def alert(books: Books) -> None:
    """The operators are told, and the record says so: which opened lots do not balance, never which sealed ones."""
    wrong = [reference for reference, sums in books.lots.items() if not sums.balanced]
    with transaction.atomic():
        facts = {"lots": wrong, "sealed_balanced": books.sealed_balanced, "overdue": books.overdue}
        entry = ledger.append("bonds.unbalanced", subject="bonds", actor=CONSOLE, facts=facts)
        text = "、".join(wrong) if wrong else "未开标标段，开标以前不显示是哪一个"
        messages.deliver(_operators(), dedupe=f"bonds:{entry.id}", title="投标保证金对账不平", body=text)


def _operators() -> Iterable[Any]:
    return holders_of("operator")
