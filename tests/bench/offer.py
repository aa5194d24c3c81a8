"""Row `offer`: five hundred bidders at one hot lot, an accepted offer against an empty authenticated POST."""

import itertools
import threading
import time
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

from django.db import connections
from django.test import Client, override_settings

from platform_site import clock
from platform_site.clock.models import ClockOffset
from platform_site.ledger.models import Entry
from tests.bench.ground import Ground
from tests.bench.rows import Part, Row, median
from trading.models import Lot, Offer
from trading.rehearsal import land_listing
from trading.rehearsal.casting import add_trader
from trading.rehearsal.people import Cast, invented_code
from trading.rehearsal.repertoire import cast_for
from trading.rehearsal.stage import Played, Stage, play
from trading.services import listings, ticks

BIDDERS, THREADS, QUIET, STEP = 500, 8, 200, Decimal(500_000)


def run(ground: Ground) -> Row:
    """First one after another, an offer and an empty POST in turns; then everybody at once, and the books are read."""
    with ground.scratch(), override_settings(ROOT_URLCONF="tests.bench.urls", ALLOWED_HOSTS=["testserver"]):
        lot, clients = _hot_lot()
        pairs = _in_turns(lot, clients)
        answers, took = _rush(lot, clients)
        wrong = _wrong(lot, answers)
    accepted = [answer for answer in answers if answer[2] == 204]
    return Row(
        "offer",
        [
            Part(
                what="an accepted offer in the timed round",
                figure=median([offer for _, offer in pairs]) * 1000,
                unit="ms",
                against=median([empty for empty, _ in pairs]) * 1000,
                beside="an empty authenticated POST",
                at_most=2,
                samples=[(empty * 1000, offer * 1000) for empty, offer in pairs],
                note="samples are pairs (empty, offer) in turns, through every middleware, in one process; the posting "
                "view is the bench's own and calls the service",
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
    start = clock.machine()
    cast = cast_for(start=start)
    with clock.at(start):
        names = [_bidder(cast, number) for number in range(BIDDERS)]
    stage = Stage(start)
    play(stage, land_listing.script(stage, cast), Played("land.listing", "happy"), stop_at="offered")
    lot = Lot.objects.get()
    with clock.at(stage.now):
        for name in names:
            listings.sign_up(lot_id=lot.pk, actor=cast[name].actor)
    stage.to(lot.recorded["listing_until"])
    with clock.at(stage.now):
        listings.bidding_continue(lot_id=lot.pk, actor=cast["bidder1"].actor)
    ClockOffset.objects.update_or_create(pk=1, defaults={"offset": stage.now - clock.machine() + timedelta(seconds=1)})
    clients = []
    for name in names:
        client = Client()
        client.force_login(cast[name].user)
        clients.append(client)
    return Lot.objects.get(), clients


def _bidder(cast: Cast, number: int) -> str:
    name = f"云泽第{number}置业有限公司"
    add_trader(cast, f"offerer{number}", f"经办{number}", invented_code(name), name, ("bidder",))
    return f"offerer{number}"


def _in_turns(lot: Lot, clients: list[Client]) -> list[tuple[float, float]]:
    pairs, amount = [], Decimal(50_000_000)
    for number in range(QUIET):
        client = clients[number % len(clients)]
        began = time.perf_counter()
        empty = client.post("/bench/empty/")
        between = time.perf_counter()
        amount += STEP
        answer = client.post(f"/bench/offer/{lot.pk}/", {"amount": amount, "key": uuid4()})
        ended = time.perf_counter()
        assert (empty.status_code, answer.status_code) == (204, 204), answer.content.decode()[:300]
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
                answer = clients[number].post(f"/bench/offer/{lot.pk}/", {"amount": amount, "key": key})
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
    """Accepted and not there, refused and there, out of order, or without an entry."""
    stored = {str(offer.idempotency_key): offer for offer in Offer.objects.filter(lot=lot)}
    wrong: list[Any] = [
        (key, str(amount), status)
        for key, amount, status in answers
        if (status == 204) != (key in stored) or status not in {204, 409}
        or (key in stored and stored[key].amount_cny != amount)
    ]  # fmt: skip
    ordered = list(Offer.objects.filter(lot=lot).order_by("at", "id").values_list("amount_cny", flat=True))
    wrong += [("falls", str(after)) for before, after in itertools.pairwise(ordered) if after <= before]
    told = {entry.facts["offer"] for entry in Entry.objects.filter(event="offer.made")}
    wrong += [("no entry", str(offer.pk)) for offer in stored.values() if str(offer.pk) not in told]
    ticks.tick()
    return wrong
