"""What a bank or guarantor says of a bond, as read out of its signed message. Nothing here is believed yet."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

KINDS = ("credit", "guarantee", "refunded", "refund_failed", "released", "forfeited", "claimed")
FEN = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Said:
    """A message as read. Amounts in yuan with fen."""

    id: str
    kind: str
    account: str
    lot: str
    at: datetime
    amount: Decimal
    interest: Decimal
    txn: str
    payer_name: str
    payer_account: str
    number: str
    valid_until: date | None
    order: str


def read(body: Mapping[str, Any]) -> Said:
    """The message's fields.

    Raises:
        ValueError, KeyError, TypeError: not what an institution of ours sends.
    """

    def text(name: str, most: int = 64) -> str:
        found = body.get(name, "")
        if not isinstance(found, str) or len(found) > most or "\0" in found:
            raise ValueError(name)
        return found

    def money(name: str) -> Decimal:
        try:
            found = Decimal(text(name) or "0")
        except InvalidOperation:
            raise ValueError(name) from None
        if not found.is_finite() or found < 0 or found != found.quantize(FEN) or found >= Decimal(10) ** 13:
            raise ValueError(name)
        return found.quantize(FEN)

    at = datetime.fromisoformat(text("at"))
    if at.tzinfo is None or text("kind") not in KINDS:
        raise ValueError("at or kind")
    until = text("valid_until")
    return Said(
        text("id"), text("kind"), text("account"), text("lot"), at, money("amount_cny"), money("interest_cny"),
        text("txn"), text("payer_name", 200), text("payer_account"), text("number"),
        date.fromisoformat(until) if until else None, text("order"),
    )  # fmt: skip
