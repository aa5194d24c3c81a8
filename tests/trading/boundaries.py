"""Facts just inside and just outside a rule's number, shared by the pass and the fail of a test."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from platform_site.accounts.refusals import Violation
from platform_site.clock import CHINA
from trading.kernel.procedure import Facts
from trading.rulebooks import catalogued, engineering, land, mining, procurement

ENG, GP, LND, MIN = engineering.BOOK, procurement.BOOK, land.BOOK, mining.BOOK
OTHER = catalogued.BOOK
# A Tuesday far from any festival: 20 calendar days later is a Monday that works.
ISSUED = datetime(2026, 3, 10, 9, 0, tzinfo=CHINA)
FEN = Decimal("0.01")
DAY = timedelta(days=1)


def asked(
    guard: Any, book: Any = ENG, *, now: datetime = ISSUED, state: str = "registered", **values: Any
) -> Violation | None:
    """What `guard` says to these values."""
    return guard(Facts(state, now, {}, values), book)


def day(number: int, hour: int = 9) -> datetime:
    """`number` days after ISSUED, at an hour of China's clock."""
    return (ISSUED + number * DAY).replace(hour=hour)
