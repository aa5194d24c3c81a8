"""竞争性磋商, played: first responses to the group alone, a changed document, sealed final quotes opened together."""

import json
import re
import subprocess
import sys
from datetime import timedelta
from decimal import Decimal as D
from pathlib import Path

import pytest
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.test import Client

from disclosure import projecting
from platform_site import clock, ledger
from platform_site.accounts.refusals import Refused
from platform_site.ledger import publishing
from platform_site.ledger.models import Entry
from platform_site.ledger.script import bundle
from platform_site.messages.models import Message
from platform_site.sealing.models import KeySet
from tests.trading.course_world import lived
from tests.trading.stage import Scene, signed_in
from trading.models import Bid, Quote
from trading.rehearsal import engineering_open as shared
from trading.rehearsal import sealed
from trading.rehearsal.procurement_consultation import OFFERS
from trading.services import archives, papers, quotes, ticks
from trading.testimony import contests
from trading.testimony.told import Told

NAME = "procurement.consultation"
WATCHERS = ("", "bidder1", "bidder3", "purchaser", "operator", "supervisor")
PAGES = ("bid/", "opening/", "opening/live/", "results/", "evaluation/", "")
NONCES = (
    (re.compile(rb"ticket=[\w:.%-]+"), b"ticket=T"),
    (re.compile(rb"\b[A-Za-z0-9]{64}\b(?=\"|&quot;)"), b"CSRF"),
)


@pytest.fixture(scope="class")
def quoting(django_db_setup, django_db_blocker, tmp_path_factory):
    """One supplier has filed its final quote, the others may."""
    with lived(django_db_blocker, tmp_path_factory.mktemp("quoting"), "quoted_bidder1", "happy", NAME) as scene:
        yield scene


@pytest.fixture
def scene(quoting, db, at):
    at(quoting.stage.now)
    return quoting


def quote(scene: Scene, who: str, price: str = "1700000", **changes) -> Quote:
    """The supplier's final quote, filed; `changes` of what its browser sends."""
    person = scene.cast[who]
    made = sealed.prepare(scene.cast, scene.again(), person, sealed.offer(person, price), final=True)
    return quotes.quote_file(**{**made, **changes})


def refused(code: str, call, *args, **named) -> Refused:
    with pytest.raises(Refused) as found, transaction.atomic():
        call(*args, **named)
    assert found.value.violations[0].code == code
    return found.value


class TestQuoting:
    """While final quotes are filed."""

    def test_what_was_offered_first_is_nobodys_but_the_groups(self, scene):
        lot = scene.again()
        shown = Entry.objects.get(event="lot.bids_handed_over")
        rival = scene.cast["bidder1"].actor

        assert [set(row) for row in shown.facts["results"]] == [{"bid", "outcome", "by", "missing", "blame"}] * 4
        assert not lot.notices.filter(kind="opening").exists()
        assert lot.opening.results == []
        assert {bid.subject.code for bid in Bid.objects.visible_to(rival).filter(lot=lot)} == {rival.subject_code}
        assert not Bid.objects.visible_to(scene.cast["purchaser"].actor).filter(lot=lot).exists()

    def test_no_page_tells_of_a_first_price_or_of_a_rivals_final_quote(self, scene):
        clients = {who: signed_in(scene.cast, who) if who else Client() for who in WATCHERS}
        projecting.catch_up()
        everything(scene, clients)  # sessions and tokens stand
        without, record = everything(scene, clients), told_of(scene)

        quote(scene, "bidder2")
        quote(scene, "bidder2", "1710000")

        projecting.catch_up()
        assert told_of(scene) == record
        assert [where for where, answer in everything(scene, clients).items() if answer != without[where]] == []
        assert not [where for where, (status, *_) in without.items() if status >= 500]
        assert sum(status == 200 for status, *_ in without.values()) > 20
        for where, (_, _, body) in without.items():
            for price, _, _ in OFFERS.values():
                assert not re.search(f"{int(price):,}|{price}".encode(), body), where

    def test_a_replaced_quote_keeps_its_row_and_the_same_key_is_answered_alike(self, scene):
        person = scene.cast["bidder2"]
        made = sealed.prepare(scene.cast, scene.again(), person, sealed.offer(person, "1700000"), final=True)
        first = quotes.quote_file(**made)

        assert quotes.quote_file(**made) == first
        second = quote(scene, "bidder2", "1690000")

        first.refresh_from_db()
        assert (first.state, second.state) == ("replaced", "sealed")
        assert set(second.promise) == set(first.promise)

    def test_a_late_quote_is_refused_by_the_clock_alone(self, scene, at):
        deadline = scene.again().recorded["final_deadline"]
        at(deadline)

        found = refused("clock.too_late", quote, scene, "bidder2")
        assert found.violations[0].rule == "GP-29"
        at(deadline - timedelta(seconds=1))
        assert quote(scene, "bidder2").state == "sealed"

    def test_a_quote_of_somebody_who_never_responded_is_refused(self, scene):
        with pytest.raises(PermissionDenied), transaction.atomic():
            quote(scene, "bidder5")
        lot = scene.again()
        lot.bids.filter(subject__code=scene.cast["bidder2"].code).update(state="lapsed")
        refused("quote.not_in", quote, scene, "bidder2")
        lot.bids.filter(subject__code=scene.cast["bidder2"].code).update(state="opened")

    def test_an_envelope_for_the_first_round_is_none_for_the_second(self, scene):
        """Its keys are public since the responses were opened: what was sealed to them would be read at once."""
        person = scene.cast["bidder2"]
        made = sealed.prepare(scene.cast, scene.again(), person, sealed.offer(person, "1700000"))
        refused("envelope.refused", quotes.quote_file, **made)

    def test_a_quote_answers_the_document_as_it_was_changed(self, scene):
        lot = scene.again()
        first, changed = lot.documents.order_by("number")
        assert quote(scene, "bidder2").document == changed
        header = json.loads(
            sealed.prepare(
                scene.cast, lot, scene.cast["bidder3"], sealed.offer(scene.cast["bidder3"], "1"), final=True
            )["header"]
        )
        assert header["document"] == changed.digest != first.digest

    def test_no_trustee_gives_its_key_of_the_second_round_before_its_opening(self, scene):
        lot = scene.again()
        first, second = (KeySet.objects.get(pk=ref) for ref in (lot.ledger_ref, lot.final_ref))

        assert {m["recipient"] for m in first.document["members"]}.isdisjoint(
            m["recipient"] for m in second.document["members"]
        )
        refused("trustees.too_early", shared.release, scene.cast, lot, list(scene.cast.trustees)[1], lot.final_ref)

    @pytest.mark.rule("GP-29")
    def test_with_two_quotes_nothing_is_opened_and_all_go_back(self, scene):
        quote(scene, "bidder2")
        after_deadline(scene)

        lot = scene.again()
        assert lot.state == "failed"
        assert set(Quote.objects.values_list("state", "envelope__state")) == {("returned", "returned")}
        assert lot.notices.get(kind="failure").content["reason"] == "提交最后报价的供应商不足三家"
        assert verify_rows(lot) == []
        refused("trustees.too_early", shared.release, scene.cast, lot, list(scene.cast.trustees)[1], lot.final_ref)

    @pytest.mark.rule("GP-29")
    def test_with_three_the_one_without_a_quote_has_left(self, scene):
        for who in ("bidder2", "bidder3"):
            quote(scene, who, OFFERS[who][1])
        after_deadline(scene)
        lot = scene.again()
        assert lot.state == "closing"
        refused("opening.waiting", quotes.quotes_disclose, lot_id=lot.pk, actor=scene.cast["operator"].actor)
        for trustee in list(scene.cast.trustees)[1:3]:
            shared.release(scene.cast, lot, trustee, lot.final_ref)
        assert ticks.disclose_ready() == 1

        lot = scene.again()
        bids = {bid.subject.code: bid for bid in lot.bids.select_related("subject")}
        assert lot.state == "opened"
        assert bids[scene.cast["bidder4"].code].state == "left"
        assert bids[scene.cast["bidder4"].code].offer is None
        assert {who: D(bids[scene.cast[who].code].offer["price_cny"]) for who in ("bidder1", "bidder2", "bidder3")} == {
            who: D(OFFERS[who][1]) for who in ("bidder1", "bidder2", "bidder3")
        }
        notice = lot.notices.get(kind="opening")
        assert notice.title.endswith("最后报价开启记录")
        assert OFFERS["bidder4"][0] not in json.dumps(notice.content)
        assert verify_rows(lot) == []
        Quote.objects.filter(state="opened").update(arrived_at=lot.recorded["final_deadline"])
        assert "quote: arrived_at is" in verify_rows(lot)[0]

    def test_whose_quote_cannot_be_opened_in_time_is_out_with_the_missing_named(self, scene):
        for who in ("bidder2", "bidder3", "bidder4"):
            quote(scene, who, OFFERS[who][1])
        after_deadline(scene)
        for who in ("bidder1", "bidder2", "bidder3"):
            sealed.unlock_quote(scene.cast, scene.again(), scene.cast[who])
        closes = scene.again().recorded["final_closes"]
        with clock.at(closes):
            ticks.tick(until=closes)

        lot = scene.again()
        row = next(one for one in lot.opening.results if one["outcome"] == "withdrawn")
        assert lot.state == "opened"
        assert len(row["missing"]) > 2
        assert lot.bids.get(subject__code=scene.cast["bidder4"].code).state == "lapsed"
        assert verify_rows(lot) == []

    def test_only_its_supplier_unlocks_a_quote(self, scene):
        own = quote(scene, "bidder2")
        with pytest.raises(PermissionDenied), transaction.atomic():
            quotes.quote_unlock(quote_id=own.id, identity="x", actor=scene.cast["bidder3"].actor)


def after_deadline(scene: Scene) -> None:
    """The deadline of the final quotes has come."""
    deadline = scene.again().recorded["final_deadline"]
    with clock.at(deadline):
        ticks.tick(until=deadline)


def verify_rows(lot) -> list[str]:
    """What the record says against, of bids, quotes and the opening."""
    told = Told([lot])
    return [found.why for check in (contests.bids, contests.quotes, contests.openings) for found in check(told)]


def told_of(scene: Scene) -> dict:
    """What was written to whom, and what the public record holds."""
    own = scene.cast["bidder2"].user.pk
    return {
        "messages": list(Message.objects.exclude(user_id=own).order_by("pk").values_list("user_id", "title")),
        "entries": list(Entry.objects.filter(sealed=False).order_by("recorded_at").values_list("event", "subject")),
        "next": scene.again().next_check,
    }


def everything(scene: Scene, clients: dict[str, Client]) -> dict:
    """Every page as every watcher gets it: status, headers, body without its nonces."""
    seen, lot = {}, scene.again()
    addresses = [scene.url(tail) for tail in PAGES] + ["/work/bids/", "/work/", f"/trades/{lot.reference}/"]
    for who, client in clients.items():
        for address in addresses:
            answer = client.get(address)
            headers = {k: v for k, v in answer.headers.items() if k not in {"Expires", "Content-Length"}}
            body = answer.content
            for pattern, mask in NONCES:
                body = pattern.sub(mask, body)
            seen[who, address] = (answer.status_code, headers, body)
    return seen


@pytest.fixture(scope="class")
def preferred(django_db_setup, django_db_blocker, tmp_path_factory):
    folder = tmp_path_factory.mktemp("preferred")
    with lived(django_db_blocker, folder, "contracted", "preference_decides", NAME) as scene:
        yield scene


class TestContracted:
    """To the contract, decided by the preferences."""

    @pytest.fixture
    def scene(self, preferred, db, at):
        at(preferred.stage.now)
        return preferred

    @pytest.mark.rule("GP-21", "GP-23", "GP-24")
    def test_preferences_count_from_the_final_price_and_the_contract_is_at_it(self, scene):
        lot = scene.again()
        first = lot.report.content["ranking"][0]

        # 1,900,000 less a tenth and a fifth of 1,900,000; declared with the first response, sealed like it.
        assert first["subject"] == scene.cast["bidder3"].code
        assert (D(first["price_cny"]), D(first["evaluated_cny"])) == (D("1900000"), D("1330000.00"))
        assert lot.contract.amount_cny == D("1900000.00")

    def test_the_archive_verifies_with_both_rounds_and_without_us(self, scene, settings, tmp_path):
        lot = scene.again()
        ledger.sequence_once()
        publishing.publish()
        unmade = papers.missing_for(lot)
        made = archives.archive_make(lot_id=lot.pk, actor=scene.cast["operator"].actor, without_papers=unmade or "none")
        script = tmp_path / "verify.py"
        script.write_bytes(bundle())
        file = Path(settings.MEDIA_ROOT) / made.file.path
        done = subprocess.run(
            [sys.executable, str(script), "archive", str(file)], capture_output=True, text=True, check=False
        )

        assert done.returncode == 0, done.stdout + done.stderr
        assert "8 envelopes open again" in done.stdout
        assert "the evaluation comes out the same" in done.stdout


@pytest.mark.rule("GP-28")
@pytest.mark.parametrize(("variant", "until"), [("short_periods", "amended"), ("too_few", "deadline")])
def test_a_way_goes_as_its_script_says(variant, until, django_db_blocker, tmp_path, db):
    with lived(django_db_blocker, tmp_path, until, variant, NAME) as scene:
        assert scene.again().state == {"amended": "bidding", "deadline": "failed"}[until]
