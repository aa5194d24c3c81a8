"""The bid deadline as everybody goes by it, and setting it anew: what was announced, moved on by holds and outages."""

from datetime import datetime

from trading.kernel.procedure import set_again
from trading.models import Lot
from trading.services.acts import Act, moment_of

DEADLINE = "bid_deadline"


def deadline_of(lot: Lot) -> datetime:
    """The deadline counted through holds; while the clock stands still, as it was announced. One query."""
    return moment_of(lot, DEADLINE) or lot.recorded[DEADLINE]


def deadline_set(act: Act, at: datetime) -> None:
    """From now on the deadline is `at`: holds that are over move it no more, one that stands moves it by what is left.

    An act under a standing hold that leaves the deadline alone leaves its count alone too.
    """
    untouched = at == act.lot.recorded[DEADLINE] and moment_of(act.lot, DEADLINE) is None
    act.lot.record(DEADLINE, at)
    if not untouched:
        act.lot.record(set_again(DEADLINE), act.now)
