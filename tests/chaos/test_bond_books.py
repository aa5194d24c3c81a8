"""Callbacks of institutions on a bad day: the books balance to the fen and each refund leaves once.

The same every time but for how the connections interleave. A thousand by default; BOND_CALLBACKS=10000 is the whole
day, which takes many minutes.
"""

import os
import random
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection, transaction

from credit.models import Subject
from platform_site import clock, ledger
from platform_site.accounts.actors import CONSOLE
from platform_site.ledger.models import Entry
from trading.bank_standin import LIES, StandIn, lie, on_a_bad_day
from trading.locks import lock_lot
from trading.models import Bond, BondMessage, BondOrder, Lot, Tender
from trading.rehearsal.repertoire import START, cast_for
from trading.services import bond_books, bond_orders, bonds

pytestmark = pytest.mark.chaos
CALLBACKS = int(os.environ.get("BOND_CALLBACKS", "1000"))
LOTS, BIDDERS, PARTS, HANDS = CALLBACKS // 250, ("bidder1", "bidder2", "bidder3", "bidder4", "bidder5"), 8, 4
REQUIRED = Decimal("800000.00")
FEN = Decimal("0.01")
NOW = START + timedelta(days=40)


class Bank:
    """The other side's own books: what really came in and what really left, each order once."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.came: Counter[str] = Counter()
        self.left: Counter[str] = Counter()
        self.told: Counter[str] = Counter()
        self.orders: list[dict[str, Any]] = []

    def door(self, order: dict[str, Any]) -> None:
        """An order has reached the bank."""
        with self.lock:
            self.told[order["order"]] += 1
            self.left[order["account"]] += int(Decimal(order["amount_cny"]) / FEN)
            self.orders.append(order)


def test_callbacks_balance_and_each_refund_leaves_once(fresh_db, files):
    cast, dice, bank = cast_for(), random.Random(20261122), Bank()
    one, found = StandIn(), bonds_of(cast)
    deadline = START + timedelta(days=30)
    credits = [message for bond in found for message in paid_in_parts(one, bond, dice, bank)]
    dice.shuffle(credits)
    cut = len(credits) * 9 // 10  # a tenth is delayed until the refunds are under way
    # Who twists a movement of money before having told it truly cannot be told from who speaks the truth: later.
    twists, plain = ("amount", "content"), [how for how in LIES if how not in ("amount", "content")]
    lies = [
        lie(one, dice.choice(credits), plain[n % len(plain)], deadline=deadline) for n in range(CALLBACKS * 6 // 100)
    ]
    twisted = [lie(one, dice.choice(credits[:cut]), twists[n % 2]) for n in range(CALLBACKS * 2 // 100)]
    outcomes: Counter[str] = Counter()
    began = time.monotonic()

    day = list(on_a_bad_day(sorted([*credits[:cut], *lies], key=lambda _: dice.random()), seed=1, copies=7))
    outcomes += deliver(day)
    assert bond_books.bonds_reconciled().balanced

    order_back(cast)
    late = list(on_a_bad_day([*credits[cut:], *twisted], seed=2, copies=7))
    outcomes += deliver(late, meanwhile=lambda: bond_orders.orders_send(bank.door))
    answered = 0
    for turn in range(20):
        in_parallel([lambda: bond_orders.orders_send(bank.door)] * HANDS)
        if answered == len(bank.orders):
            break
        confirmations = [one.confirm(order, at=NOW) for order in bank.orders[answered:]]
        answered = len(bank.orders)
        doubled = [one.confirm(order, at=NOW) for order in bank.orders]  # confirmed once more, under another number
        outcomes += deliver(list(on_a_bad_day([*confirmations, *doubled], seed=3 + turn, copies=3)))
    while sum(outcomes.values()) < CALLBACKS:  # whatever was said is said again
        outcomes += deliver(day[: CALLBACKS - sum(outcomes.values())])

    assert sum(outcomes.values()) >= CALLBACKS
    assert {"accepted", "repeated", "contradiction", "wrong_lot", "unknown_bond", "unknown_order", "unsigned"} <= set(
        outcomes
    ), outcomes
    books = bond_books.bonds_reconciled()
    assert books.balanced
    assert set(bank.told.values()) == {1}, "an order left twice"
    assert len(bank.told) == BondOrder.objects.count() == BondOrder.objects.filter(state="confirmed").count()
    for bond in Bond.objects.all():
        assert (bond.state, bond.balance_cny) == ("returned", Decimal("0.00"))
        assert int(bond.received_cny / FEN) == bank.came[bond.account], "what really came in, to the fen"
        assert int(bond.refunded_cny / FEN) == bank.left[bond.account] == bank.came[bond.account]
    counted = BondMessage.objects.filter(counted_cny__gt=0)
    assert counted.count() == len(credits)
    assert Entry.objects.filter(event="bond.refunded").count() == len(bank.told)
    print(f"\n{sum(outcomes.values())} callbacks in {time.monotonic() - began:.0f} s, {dict(outcomes)}")


def bonds_of(cast) -> list[Bond]:
    """A declared bond of every bidder in every lot; the lots' course itself is no matter here."""
    bank = StandIn().register()
    tender = {
        "initiator": cast.subjects["initiator"], "book_edition": START.date(), "procedure": "engineering.open",
        "trade_category": "A07", "region_code": "990100", "registered_at": START, "title": "混乱的一天",
    }  # fmt: skip
    moments = {"bid_deadline": (START + timedelta(days=30)).isoformat()}
    with transaction.atomic(), clock.at(START):
        owner = Tender.objects.create(reference="CHAOS-1", **tender)
        for number in range(1, LOTS + 1):
            lot = Lot(tender=owner, number=number, title=f"标段{number}", state="bidding", moments=moments)
            lot.terms = {"bond_cny": str(REQUIRED), "bond_forms": ["transfer"]}
            lot.save()
            ledger.append("lot.announced", subject=lot, actor=CONSOLE, facts={"state": "bidding"})
            for who in BIDDERS:
                bond = Bond.objects.create(
                    lot=lot, subject=Subject.objects.get(code=cast[who].code), institution=bank, form="transfer",
                    account=f"{number:010d}{cast[who].pk:010d}", payer_account=f"6222{cast[who].pk:08d}",
                    required_cny=REQUIRED, declared_at=START,
                )  # fmt: skip
                ledger.append("bond.declared", subject=bond, actor=CONSOLE, facts={}, sealed=True)
    return list(Bond.objects.select_related("lot__tender", "subject", "institution").order_by("pk"))


def paid_in_parts(one: StandIn, bond: Bond, dice: random.Random, bank: Bank) -> list[Any]:
    """Credits of odd fen, told to nobody yet; the bank's own books know them."""
    amounts = [Decimal(dice.randrange(1, 20_000_000)) * FEN for _ in range(PARTS)]
    bank.came[bond.account] = int(sum(amounts) / FEN)
    at = START + timedelta(days=3)
    return [
        one.credit(bond, amount, at=at, id=f"{bond.account}-{n}", txn=f"{bond.account}-{n}")
        for n, amount in enumerate(amounts)
    ]


def deliver(messages: list[Any], meanwhile: Any = None) -> Counter[str]:
    """What came of the messages, handed in by several connections at once."""
    found: list[Counter[str]] = []

    def hand(some: list[Any]) -> None:
        mine: Counter[str] = Counter()
        for place, message in enumerate(some):
            if meanwhile and place % 50 == 0:
                meanwhile()
            try:
                mine[bonds.bond_callback(**message)] += 1
            except PermissionDenied:
                mine["unsigned"] += 1
        found.append(mine)

    in_parallel([lambda some=messages[n::HANDS]: hand(some) for n in range(HANDS)])
    return sum(found, Counter())


def in_parallel(works: list[Any]) -> None:
    """Every work is done, each over a connection of its own."""

    def alone(work: Any) -> None:
        with closing(connection), clock.at(NOW):
            work()

    with ThreadPoolExecutor(len(works)) as hands:
        for done in [hands.submit(alone, work) for work in works]:
            done.result()


def order_back(cast) -> None:
    """Everything that lies with us is ordered back, by two people at once who do not know of each other."""

    def all_of_them() -> None:
        for key in Lot.objects.order_by("pk").values_list("pk", flat=True):
            with transaction.atomic():
                bond_orders.return_all(lock_lot(key), "contract", actor=cast["agency"].actor)

    in_parallel([all_of_them] * 2)
