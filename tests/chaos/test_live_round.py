"""Fifty bidders over HTTP in a timed round, web and stream killed under them: nothing accepted is lost, nothing wrong
is accepted, and a round whose last seconds were not served pauses by the rule."""

import http.client
import json
import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from uuid import uuid4

import pytest
from django.test import Client

from platform_site import clock, ledger
from platform_site.clock.models import ClockOffset
from platform_site.embedded import portal_processes
from platform_site.embedded.processes import Known, spawn, stop_groups
from platform_site.ledger import audit
from platform_site.ledger import selectors as record
from platform_site.ledger.models import Entry
from platform_site.web import door
from platform_site.web.models import ServedSpan
from tests.auction_again import auction
from tests.browser import free_port
from tests.chaos.own_redis import url_of
from tests.databases import BASE
from tests.hot_lot import hot_lot
from trading.models import Lot, Offer
from trading.services import listings

pytestmark = pytest.mark.chaos
STEP, MOST = Decimal(500_000), 12
BIDDERS, PATIENCE, TOKEN = 50, 40, "a" * 32  # seconds; any token does for a browser that sends it twice


@dataclass
class Running:
    """The portal's processes, each killed and started at will."""

    folder: Path
    environment: dict[str, str]
    port: int
    children: dict[str, subprocess.Popen] = field(default_factory=dict)

    def start(self, *names: str) -> None:
        run = self.folder
        for spec in portal_processes.specs(run=run, host="127.0.0.1", port=self.port, local=run, web_workers=1):
            if spec.name in names:
                environment = self.environment | dict(spec.environment)
                log = run / f"{spec.name}.log"
                self.children[spec.name] = spawn(spec.command, log=log, cwd=BASE, env=environment)

    def kill(self, *names: str) -> None:
        for name in names:
            child = self.children.pop(name)
            os.killpg(child.pid, signal.SIGKILL)
            child.wait()

    def answers(self) -> bool:
        link = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
        try:
            link.request("GET", "/healthz")
            return link.getresponse().status == 200
        except OSError:
            return False
        finally:
            link.close()

    def stop(self) -> None:
        stop_groups([Known.of(child.pid, name) for name, child in self.children.items()], patience=5)
        for child in self.children.values():
            child.wait()


@pytest.fixture
def portal(fresh_db, cluster, store, files) -> Iterator[Running]:
    """Everything `make run` starts, over the test's own database, folders and Redis."""
    (files / "tmp").mkdir()
    port = free_port()
    origin = f"http://127.0.0.1:{port}"
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "platform_site.settings",
        "PORTAL_LOCAL_DIR": str(files),
        "PORTAL_ORIGIN": origin,
        "DATABASE_URL": cluster.url(user="portal_app", database=fresh_db),
        "REDIS_URL": url_of(store),
    }
    running = Running(files, environment, port)
    yield running
    running.stop()


def until(reached: Callable[[], bool], what: str) -> None:
    begun = time.monotonic()
    while not reached():
        assert time.monotonic() - begun < PATIENCE, f"never: {what}"
        time.sleep(0.1)


@dataclass
class Bidder:
    """A browser's script: one key an offer, asked again under the same key until there is an answer."""

    port: int
    path: str
    session: str
    answers: list[tuple[str, str, int]] = field(default_factory=list)  # key, amount, status
    asked_again: int = 0

    def offer(self, amount: str) -> tuple[int, dict]:
        key = str(uuid4())
        headers = {
            "Cookie": f"sessionid={self.session}; csrftoken={TOKEN}", "X-CSRFToken": TOKEN,
            "Accept": "application/json", "Content-Type": "application/x-www-form-urlencoded",
        }  # fmt: skip
        for _ in range(200):
            link = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
            try:
                link.request("POST", self.path, f"amount={amount}&key={key}&sure=1", headers)
                answer = link.getresponse()
                said = answer.read()
                if answer.status < 500:
                    self.answers.append((key, amount, answer.status))
                    return answer.status, json.loads(said)
            except (OSError, http.client.HTTPException):
                pass
            finally:
                link.close()
            self.asked_again += 1
            time.sleep(0.1)
        raise AssertionError("no answer")

    def bid(self, amount: Decimal, bold: int) -> None:
        """Offer, and where it was too low take the way out and `bold` increments more, until one offer is accepted."""
        for _ in range(MOST):
            status, said = self.offer(str(amount))
            if status == 201:
                return
            amount = Decimal(said["violations"][0]["remedy"]["value"]) + STEP * bold


def bring_near(seconds: float) -> None:
    """The round ends so soon: nobody waits five minutes in a test."""
    lot = Lot.objects.get()
    ends = clock.now() + timedelta(seconds=seconds)
    lot.record("round_ends", ends)
    Lot.objects.filter(pk=lot.pk).update(moments=lot.moments, next_check=ends)


def entries_of(lot: Lot) -> list[dict]:
    """What the public record says of the lot, in its order, once everything is numbered."""
    until(lambda: not Entry.objects.filter(sealed=False, place__isnull=True).exists(), "every entry is numbered")
    return [entry.facts for entry in record.entries_for(lot.ledger_ref).order_by("place__position")]


def test_a_round_under_fire_is_right_or_paused_by_the_rule(portal, files):
    lot, cast, people = hot_lot(BIDDERS)
    path = f"/work/lots/{lot.reference}/hall/offer/"
    bidders = []
    for person in people:
        client = Client()
        client.force_login(person.user)
        bidders.append(Bidder(portal.port, path, client.cookies["sessionid"].value))
    portal.start("web", "stream", "front", "sequencer", "worker", "beat")
    until(portal.answers, "the portal answers")

    floor = listings.floor_of(lot)
    # Everybody at once; in the middle of it web and stream are killed, web in the midst of what it was writing.
    threads = [threading.Thread(target=one.bid, args=(floor, n % 7), daemon=True) for n, one in enumerate(bidders)]
    for thread in threads:
        thread.start()
    until(lambda: Offer.objects.count() > 4, "offers come in")
    portal.kill("web", "stream")
    portal.start("web", "stream")
    for thread in threads:
        thread.join(PATIENCE)
    assert sum(one.asked_again for one in bidders) > 0, "nobody noticed the kill"

    # The last seconds: killed again, and back only after the end.
    bring_near(11)
    ends = Lot.objects.get().recorded["round_ends"]
    until(lambda: ServedSpan.objects.filter(at__gte=clock.machine() - timedelta(seconds=2)).exists(), "it is watched")
    until(lambda: clock.now() > ends - door.GAP - timedelta(seconds=2), "the last seconds")
    portal.kill("web", "stream")
    until(lambda: clock.now() > ends, "the end")
    assert Lot.objects.get().state == "timed"
    portal.start("web", "stream")
    until(portal.answers, "the portal is back")
    assert bidders[0].offer("99000000000")[0] == 409, "an offer after the end"
    until(lambda: Entry.objects.filter(event="listing.replanned").exists(), "the pause is declared")

    found = Lot.objects.get()
    assert found.state == "timed"
    assert found.recorded["round_ends"] > found.recorded["round_from"] > ends
    assert bidders[1].offer("99000000000")[0] == 409, "an offer in the pause"

    # It goes on, and the next end is served: it closes there.
    ahead = found.recorded["round_from"] - clock.now() + timedelta(seconds=1)
    ClockOffset.objects.update(offset=ClockOffset.current() + ahead)
    assert bidders[2].offer("99000000000")[0] == 201
    bring_near(4)
    until(lambda: Lot.objects.get().state == "closed", "the round closes")

    answered = [answer for one in bidders for answer in one.answers]
    stored = {str(offer.idempotency_key): offer for offer in Offer.objects.filter(lot=lot)}
    accepted = {key: amount for key, amount, status in answered if status == 201}
    refused = {key for key, _, status in answered if status == 409}
    assert len(accepted) + len(refused) == len(answered)
    assert {key: stored[key].amount_cny for key in accepted} == {key: Decimal(text) for key, text in accepted.items()}
    assert not refused & stored.keys()
    assert len(stored) == len(accepted) + 1  # the first, of the script, before everybody came
    assert len(accepted) > 10
    again = auction.held_again(entries_of(lot))
    # Ends that a test brings near follow from no entry; everything else does.
    assert [one for one in again.faults if " the end is " not in one and "was not the end" not in one] == []
    award = listings.deal_confirm(lot_id=lot.pk, actor=cast["grantor"].actor)
    assert award.amount_cny == again.best == max(offer.amount_cny for offer in stored.values())
    assert award.subject.code == people[2].actor.subject_code
    ledger.sequence_once()
    assert audit.verify().bad == []
