"""模拟银行、模拟担保公司: stand-ins for the institutions that confirm bonds, in demo, rehearsal and tests. Never real.

Each signs with a key of its own. On demand they behave as institutions do on a bad day
(`on_a_bad_day`): they repeat, delay, reorder and say what is not so. Production refuses them.
"""

import hashlib
import random
import secrets
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, TypedDict
from uuid import UUID, uuid4

from django.conf import settings

from platform_site import clock
from platform_site.accounts.actors import CONSOLE
from platform_site.sealing import signing
from trading.models import Bond, BondInstitution
from trading.services import bonds

# 活期存款利率 as the stand-in states it, /1 a year.
RATE = Decimal("0.0005")
NAMES = {"bank": "演练银行", "guarantor": "演练担保公司"}
ANSWERS = {"refund": "refunded", "release": "released", "forfeit": "forfeited", "claim": "claimed"}
LIES = ("amount", "lot", "signature", "account", "deadline", "twice", "order", "content")


class Message(TypedDict):
    """What `bond_callback` takes."""

    institution_id: UUID
    body: dict[str, str]
    signature: str


class StandIn:
    """One stand-in institution."""

    def __init__(self, kind: str = "bank") -> None:
        if settings.MODE == "production":
            raise RuntimeError("a stand-in vouches for nothing in production")
        self.kind = kind

    @property
    def secret(self) -> bytes:
        """Its signing key: the installation's own, and none of a production."""
        return hashlib.sha256(f"bond stand-in {self.kind} {settings.SECRET_KEY}".encode()).digest()

    def register(self) -> BondInstitution:
        """Its row stands."""
        return bonds.institution_register(
            name=NAMES[self.kind],
            kind=self.kind,
            public_key=signing.public_key_of(self.secret),
            annual_rate=RATE if self.kind == "bank" else Decimal(0),
            actor=CONSOLE,
        )

    def say(self, institution_id: UUID, **said: Any) -> Message:
        """A signed message."""
        given = {name: value.isoformat() if hasattr(value, "isoformat") else str(value) for name, value in said.items()}
        body = {"id": str(uuid4()), "at": clock.now().isoformat(), **given}
        return {
            "institution_id": institution_id,
            "body": body,
            "signature": signing.sign(self.secret, bonds.CONTEXT, body),
        }

    def credit(self, bond: Bond, amount: Decimal | None = None, **said: Any) -> Message:
        """Money came in on the bond's account, from the bidder's basic account unless `said` says otherwise."""
        return self.say(
            bond.institution_id,
            **{
                "kind": "credit", "account": bond.account, "lot": bond.lot.reference, "txn": secrets.token_hex(12),
                "amount_cny": amount or bond.required_cny, "payer_name": bond.subject.name,
                "payer_account": bond.payer_account, **said,
            },
        )  # fmt: skip

    def guarantee(self, bond: Bond, amount: Decimal | None = None, **said: Any) -> Message:
        """The guarantee with the bond's number stands, as long as the bid is valid."""
        until = bond.lot.recorded.get("validity_until") or bond.lot.recorded["bid_deadline"] + timedelta(days=90)
        return self.say(
            bond.institution_id,
            **{
                "kind": "guarantee", "account": bond.account, "lot": bond.lot.reference,
                "number": bond.guarantee_number, "amount_cny": amount or bond.required_cny,
                "valid_until": clock.china(until).date(), **said,
            },
        )  # fmt: skip

    def confirm(self, order: Mapping[str, Any], **said: Any) -> Message:
        """What it was ordered is done."""
        return self.say(
            UUID(order["institution"]),
            **{
                "kind": ANSWERS[order["kind"]], "account": order["account"], "lot": order["lot"],
                "order": order["order"], "amount_cny": order["amount_cny"], "interest_cny": order["interest_cny"],
                # The same order is the same movement, however often it is confirmed.
                "txn": f"T{order['order'].replace('-', '')}", **said,
            },
        )  # fmt: skip


def pay(bond: Bond) -> str:
    """The stand-in of the bond's institution confirms payment or guarantee now; its outcome."""
    one = StandIn(bond.institution.kind)
    return bonds.bond_callback(**(one.guarantee(bond) if bond.form == "guarantee" else one.credit(bond)))


def door(order: dict[str, Any]) -> None:
    """The order was carried out and confirmed at once."""
    kind = BondInstitution.objects.values_list("kind", flat=True).get(pk=order["institution"])
    bonds.bond_callback(**StandIn(kind).confirm(order))


def forged(message: Message, **said: str) -> Message:
    """The message with other words under the old signature."""
    return {**message, "body": {**message["body"], **said}}


def lie(one: StandIn, message: Message, how: str, *, deadline: datetime | None = None) -> Message:
    """A message like this one that says what is not so; `how` is one of LIES."""
    body = {**message["body"], "id": str(uuid4())}
    if how == "signature":
        return forged(message, amount_cny="0.01")
    if how == "content":  # the same number, another content, truly signed
        body = {**message["body"], "amount_cny": str(Decimal(body["amount_cny"]) + 1)}
    elif how == "amount":  # the same movement of money, another amount
        body["amount_cny"] = str(Decimal(body["amount_cny"]) + Decimal("100.01"))
    elif how == "lot":
        body |= {"lot": "T-0000-0000/9", "txn": secrets.token_hex(12)}
    elif how == "account":
        body |= {"account": "".join(secrets.choice("0123456789") for _ in range(20)), "txn": secrets.token_hex(12)}
    elif how == "order":
        body |= {"kind": "refunded", "order": str(uuid4())}
    elif how == "deadline":
        body |= {"at": (deadline or clock.now()).isoformat()}
    return {**message, "body": body, "signature": signing.sign(one.secret, bonds.CONTEXT, body)}


def on_a_bad_day(messages: Iterable[Message], *, seed: int, copies: int = 3, window: int = 200) -> Iterator[Message]:
    """Every message at least once, up to `copies` times, each held back by up to `window` others; by `seed` alone."""
    dice = random.Random(seed)
    held: list[tuple[int, int, Message]] = []
    for place, message in enumerate(messages):
        for copy in range(dice.randint(1, copies)):
            held.append((place + dice.randrange(window), dice.randrange(1 << 30) + copy, message))
    for _, _, message in sorted(held, key=lambda row: row[:2]):
        yield message
