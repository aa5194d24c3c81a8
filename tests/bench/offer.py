"""Row `offer`: five hundred bidders at one hot lot, an accepted offer against an empty authenticated POST."""

import itertools
import threading
import time
from decimal import Decimal
from typing import Any
from uuid import uuid4

from django.db import connections
from django.test import Client, override_settings
from django.urls import reverse

from platform_site import ledger
from platform_site.ledger import selectors as record
from tests.auction_again import auction
from tests.bench.ground import Ground
from tests.bench.rows import Part, Row, median
from tests.hot_lot import hot_lot
from trading.models import Lot, Offer
from trading.services import listings

BIDDERS, THREADS, QUIET, STEP = 500, 8, 200, Decimal(500_000)


def run(ground: Ground) -> Row:
    """First one after another, an offer and an empty POST in turns; then everybody at once, and the books are read."""
    with ground.scratch(), override_settings(ROOT_URLCONF="tests.bench.urls", ALLOWED_HOSTS=["testserver"]):
        lot, clients = _hot_lot()
        pairs = _in_turns(lot, clients)
        answers, took = _rush(lot, clients)
        wrong = _wrong(lot, answers)
    accepted = [answer for answer in answers if answer[2] == 201]
    return Row(
        "offer",
        [
            Part(
                what="an accepted offer in the timed round",
                figure=median([offer for _, offer in pairs]) * 1000,
                unit="ms",
                against=median([empty for empty, _ in pairs]) * 1000,
                beside="an empty authenticated POST",
                at_most=5,
                samples=[(empty * 1000, offer * 1000) for empty, offer in pairs],
                note="samples are pairs (empty, offer) in turns, through every middleware, in one process; the offer "
                "is posted to the hall as its page's script posts it",
            ),
            Part(
                what=f"offers lost or wrong of {len(answers)} by {BIDDERS} bidders at once",
                figure=float(len(wrong)),
                unit="offers",
                against=1.0,
                beside="one",
                at_most=0.5,
                samples=wrong[:20],
                note=f"{len(accepted)} accepted, the others refused below the floor, in {took:.1f} s",
            ),
        ],
        {"offers_a_second_at_once": round(len(answers) / took, 1)},
    )


def _hot_lot() -> tuple[Lot, list[Client]]:
    """A lot in its timed round with 500 signed-up bidders, each in an own browser."""
    lot, _, people = hot_lot(BIDDERS)
    clients = []
    for person in people:
        client = Client(headers={"Accept": "application/json"})
        client.force_login(person.user)
        clients.append(client)
    return lot, clients


def _address(lot: Lot) -> str:
    return reverse("trading:hall-offer", args=(lot.tender.reference, lot.number))


def _in_turns(lot: Lot, clients: list[Client]) -> list[tuple[float, float]]:
    pairs, amount = [], listings.floor_of(lot) - STEP
    for number in range(QUIET):
        client = clients[number % len(clients)]
        began = time.perf_counter()
        empty = client.post("/bench/empty/")
        between = time.perf_counter()
        amount += STEP
        answer = client.post(_address(lot), {"amount": amount, "key": uuid4()})
        ended = time.perf_counter()
        assert (empty.status_code, answer.status_code) == (204, 201), answer.content.decode()[:300]
        pairs.append((between - began, ended - between))
    return pairs


def _rush(lot: Lot, clients: list[Client]) -> tuple[list[tuple[str, Decimal, int]], float]:
    """(key, amount, status) of an offer of everybody, THREADS at a time, a floor's step above one another."""
    best = Offer.objects.filter(lot=lot).order_by("-amount_cny").values_list("amount_cny", flat=True)[0]
    queue, answers = itertools.count(), []

    def work() -> None:
        try:
            while (number := next(queue)) < len(clients):
                key, amount = str(uuid4()), best + STEP * (number + 1)
                answer = clients[number].post(_address(lot), {"amount": amount, "key": key})
                answers.append((key, amount, answer.status_code))
        finally:
            connections.close_all()

    threads = [threading.Thread(target=work) for _ in range(THREADS)]
    began = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers, time.perf_counter() - began


def _wrong(lot: Lot, answers: list[tuple[str, Decimal, int]]) -> list[Any]:
    """Accepted and not there, refused and there, without an entry, or not what the record's entries lead to."""
    stored = {str(offer.idempotency_key): offer for offer in Offer.objects.filter(lot=lot)}
    wrong: list[Any] = [
        (key, str(amount), status)
        for key, amount, status in answers
        if (status == 201) != (key in stored) or status not in {201, 409}
        or (key in stored and stored[key].amount_cny != amount)
    ]  # fmt: skip
    ledger.sequence_once()
    entries = [entry.facts for entry in record.entries_for(lot.ledger_ref).order_by("place__position")]
    wrong += [("held again", fault) for fault in auction.check_auction(entries)]
    told = {facts["offer"] for facts in entries if "offer" in facts}
    wrong += [("no entry", str(offer.pk)) for offer in stored.values() if str(offer.pk) not in told]
    return wrong
