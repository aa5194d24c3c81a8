"""Before its time nobody but himself can tell that a rival has come forward: land before its free bids, equity before
its disclosure has ended (SOE-13), final quotes of a consultation before their deadline (design §7).

Two worlds from one lot: `quiet`, where only `bidder1` has signed up or quoted, and `busy`, where rivals do too: sign
up, click twice, look at the hall, try to offer too early; quote and replace the quote. Every page of the lot, every
statement behind it, what goes out, the news on the stream and the files of the record are compared after masking what
is random.
"""

import difflib
import logging
import re
from datetime import timedelta
from typing import Any
from unittest import mock
from uuid import uuid4

import pytest
from django.db import connection, transaction
from django.middleware import csrf
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from platform_site import clock, ledger
from platform_site.ledger import publishing
from platform_site.ledger.models import Entry
from platform_site.messages.models import Message
from platform_site.web import streams
from tests.security.walk import routes
from tests.security.worlds import Listener, masked, published
from tests.trading.stage import Scene, played, signed_in, stage_cast
from trading.models import Quote, SignUp
from trading.rehearsal import procurement_consultation
from trading.services import listings, ticks

__all__ = ["stage_cast"]
pytestmark = [pytest.mark.django_db, pytest.mark.lives]
RIVALS = ("bidder2", "bidder3")
# Every page of the lot is asked by a visitor, a stranger who trades and whose sale it is; what shows the lot by all.
NEAR = ("", "bidder5", "side")
FAR = ("bidder1", "operator", "supervisor", "draw_officer")
OPEN = (
    "disclosure:home", "disclosure:trades", "disclosure:feed", "disclosure:calendar", "trading:desk", "trading:bids",
    "messages:inbox", "accounts:desk",
)  # fmt: skip
SHOWING = frozenset({"disclosure:trade", "trading:hall", "trading:hall-live", "trading:part"})
STAMPED = re.compile(r"(?<=Expires: ).* GMT")
# The wall clock of the database, which goes on between the worlds.
RECORDED = re.compile(r"(?<=recorded_at\":\")[^\"]+")
# procedure, variant, the rehearsal's milestone, how long after it, who sells
STAGES = (
    ("land.listing", "low_offer", "announced", timedelta(hours=2), "grantor"),
    ("equity.transfer", "single", "announced", timedelta(days=4), "transferor"),
    ("procurement.consultation", "happy", "quoting", timedelta(hours=2), "purchaser"),
)


def look(scene: Scene, seller: str, watchers: tuple[str, ...] = (*NEAR, *FAR)) -> dict[Any, Any]:
    """Every page of the lot as those near it get it, and what shows the lot as the others do."""
    seen: dict[Any, Any] = {}
    reference, number = scene.lot.tender.reference, scene.lot.number
    bound = [one for one in routes() if set(one.arguments) == {"reference", "number"}]
    for who in watchers:
        name = seller if who == "side" else who
        client = signed_in(scene.cast, name) if name else Client()
        client.raise_request_exception = False
        pages = [(one.name, reverse(one.name, args=(reference, number))) for one in bound
                 if who in NEAR or one.name in SHOWING]  # fmt: skip
        pages += [(one, reverse(one)) for one in OPEN]
        for route, url in pages:
            with transaction.atomic(), CaptureQueriesContext(connection) as asked:
                answer = client.get(url)
                content = b"".join(answer.streaming_content) if answer.streaming else answer.content
                transaction.set_rollback(True)
            headers = "\n".join(f"{k}: {v}" for k, v in sorted(answer.headers.items()))
            # The public's pages keep some of what they read for some seconds of a clock of their own.
            asked_of = len(asked.captured_queries) if route.startswith("trading:") else 0
            said = masked(STAMPED.sub("T", content.decode(errors="replace")))
            seen[who, route] = (answer.status_code, masked(STAMPED.sub("T", headers)), said, asked_of)
    return seen


def rivals_come(scene: Scene) -> None:
    """They sign up, click again, look around, and offer before anybody may; or they quote, and quote again."""
    for name in RIVALS:
        if scene.again().state == "quoting":
            for _ in range(2):
                procurement_consultation.quote(scene.cast, scene.lot, scene.cast[name])
            assert signed_in(scene.cast, name).get(scene.url("bid/")).status_code == 200
            continue
        client = signed_in(scene.cast, name)
        assert client.post(scene.url("part/sign-up/")).status_code == 302
        assert client.post(scene.url("part/sign-up/")).status_code == 302
        assert client.get(scene.url("hall/")).status_code == 200
        early = {"amount": "1", "key": str(uuid4())}
        assert client.post(scene.url("hall/offer/"), early, headers={"Accept": "application/json"}).status_code == 409


def world(scene: Scene, seller: str, *, busy: bool) -> dict[str, Any]:
    """One world, undone afterwards."""
    news: list[str] = []
    logs: list[str] = []
    listener, found = Listener(logs), {}
    with transaction.atomic(), mock.patch.object(streams, "_send", lambda *said: news.append(" ".join(said))):
        logging.getLogger("trading").addHandler(listener)
        if busy:
            rivals_come(scene)
        ticks.tick()
        ledger.sequence_once()
        publishing.publish()
        found["files"] = [(path, RECORDED.sub("T", content)) for path, content in published()]
        found["pages"] = look(scene, seller)
        own = [scene.cast[name].user.pk for name in RIVALS]
        told = Message.objects.exclude(user_id__in=own).order_by("pk").values_list("user_id", "title", "body")
        found["messages"] = list(told)
        rows = Entry.objects.filter(sealed=False).order_by("recorded_at").values_list("event", "subject", "facts")
        found["entries"] = [(event, subject, masked(str(facts))) for event, subject, facts in rows]
        found["next"] = scene.again().next_check
        found["came"] = SignUp.objects.filter(lot=scene.lot).count() + Quote.objects.filter(bid__lot=scene.lot).count()
        logging.getLogger("trading").removeHandler(listener)
        transaction.set_rollback(True)
    return found | {"news": news, "logs": logs}


@pytest.fixture(params=STAGES, ids=lambda one: f"{one[0]}-{one[2]}")
def worlds(request, stage_cast, files, at, monkeypatch):
    """(quiet, busy) of one lot at one moment."""
    procedure, variant, milestone, later, seller = request.param
    scene = played(stage_cast, milestone, variant, procedure)
    at(scene.stage.now + later)
    # Tokens against forged forms and the wall clock are the same in both, or no two pages would ever be.
    for name in ("_get_new_csrf_string", "_mask_cipher_secret"):
        monkeypatch.setattr(csrf, name, lambda *_: "t" * 32)
    wall = clock.machine()
    monkeypatch.setattr(clock, "machine", lambda: wall)
    if scene.again().state == "quoting":
        procurement_consultation.quote(scene.cast, scene.lot, scene.cast["bidder1"])
    else:
        listings.sign_up(lot_id=scene.lot.pk, actor=scene.cast["bidder1"].actor)
    ledger.sequence_once()
    return world(scene, seller, busy=False), world(scene, seller, busy=True)


def test_nobody_can_tell_that_a_rival_has_come_forward(worlds):
    quiet, busy = worlds

    assert busy["came"] > quiet["came"], "the rivals came, or this proves nothing"
    assert quiet["pages"].keys() == busy["pages"].keys()
    assert sum(answer[0] == 200 for answer in quiet["pages"].values()) > 40
    for name in ("messages", "entries", "next", "news", "logs", "files"):
        assert quiet[name] == busy[name], name
    differ = [key for key, answer in quiet["pages"].items() if answer != busy["pages"][key]]
    assert not differ, shown(quiet["pages"], busy["pages"], differ)


def shown(quiet: dict[Any, Any], busy: dict[Any, Any], keys: list[Any]) -> str:
    """What differs, for whoever has to find the leak."""
    said = []
    for key in keys[:8]:
        (status, heads, body, asked), (other, its_heads, its_body, its_asked) = quiet[key], busy[key]
        said.append(f"{key}: {status} {other}, {asked} and {its_asked} queries, heads alike: {heads == its_heads}")
        said += list(difflib.unified_diff(body.splitlines(), its_body.splitlines(), lineterm="", n=0))[2:8]
    return "\n".join(said)


def test_the_same_eyes_do_see_an_offer(stage_cast, files, at):
    """The comparison itself can fail: an offer of the rival's is there for all."""
    scene = played(stage_cast, "offered", "low_offer", "land.listing")
    at(scene.stage.now + timedelta(hours=2))
    before = look(scene, "grantor", ("supervisor",))
    rival = scene.cast["bidder2"].actor
    listings.sign_up(lot_id=scene.lot.pk, actor=rival)
    least = listings.floor_of(scene.again())
    listings.offer_make(lot_id=scene.lot.pk, amount=least, idempotency_key=uuid4(), actor=rival)
    after = look(scene, "grantor", ("supervisor",))

    changed = {key[1] for key in before if before[key] != after[key]}
    assert {"trading:hall", "trading:hall-live"} <= changed
