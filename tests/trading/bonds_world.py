"""A lot that takes bids and bonds, for the tests of bonds: bidders declare, stand-ins speak."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from platform_site import clock
from trading.bank_standin import StandIn, door
from trading.models import Bond, Lot
from trading.rehearsal import bonds_played
from trading.rehearsal.people import Cast
from trading.services import bond_orders, bonds

REQUIRED = Decimal("800000.00")


@dataclass
class Counter:
    """The lot while it takes bids, and the institutions' counter."""

    cast: Cast
    stage: Any
    lot: Lot

    @property
    def deadline(self) -> datetime:
        """When bids and bonds must be in."""
        return Lot.objects.get(pk=self.lot.pk).recorded["bid_deadline"]

    def declare(self, who: str = "bidder1", form: str = "transfer") -> Bond:
        """`who` has declared a bond at the stage's time."""
        with clock.at(self.stage.now):
            return bonds_played.declare(self.cast, self.lot, who, form)

    def hears(self, message: Any, *, at: datetime | None = None) -> str:
        """What came of a message that arrived at this time."""
        with clock.at(at or self.stage.now):
            return bonds.bond_callback(**message)

    def credit(self, bond: Bond, amount: Any = None, **said: Any) -> Any:
        """The bank's message of money that came in."""
        with clock.at(self.stage.now):
            return StandIn().credit(bond, amount, **said)

    def guarantee(self, bond: Bond, amount: Any = None, **said: Any) -> Any:
        """The guarantor's message of its guarantee."""
        with clock.at(self.stage.now):
            return StandIn("guarantor").guarantee(bond, amount, **said)

    def paid(self, who: str = "bidder1") -> Bond:
        """`who` has a bond that stands."""
        bond = self.declare(who)
        assert self.hears(self.credit(bond)) == "accepted"
        return again(bond)

    def send(self) -> int:
        """The clock's refunds were ordered and institutions carried every order out. How many."""
        with clock.at(self.stage.now):
            bond_orders.bonds_due()
            return bond_orders.orders_send(door)

    def later(self, **delta: float) -> None:
        """Legal time moved on."""
        self.stage.later(**delta)

    def past_deadline(self) -> None:
        """The deadline has come."""
        self.stage.to(self.deadline + timedelta(seconds=1))


def again(bond: Bond) -> Bond:
    """The bond as it stands."""
    return Bond.objects.select_related("lot__tender", "subject", "institution").get(pk=bond.pk)
