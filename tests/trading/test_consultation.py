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
from trading.rehearsal.procurement_consultation import OFFERS, TERMS
from trading.services import archives, enquiries, papers, quotes, ticks
from trading.testimony import contests
from trading.testimony.told import Told

NAME = "procurement.consultation"
WATCHERS = ("", "bidder1", "bidder3", "purchaser", "operator", "supervisor")
PAGES = ("bid/", "bid/file/", "opening/", "opening/live/", "results/", "evaluation/", "")
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


def parcel(scene: Scene, who: str, price: str, standing: str = "") -> dict:
    """What the filing page's script sends of a final quote."""
    person = scene.cast[who]
    made = sealed.prepare(scene.cast, scene.again(), person, sealed.offer(person, price), final=True)
    return {
        "header": made["header"].decode(),
        "signature": made["signature"],
        "wraps": made["wraps"],
        "uploads": [str(one) for one in made["upload_ids"]],
        "key": str(made["idempotency_key"]),
        "subject": person.code,
        "standing": standing,
    }


class TestPages:
    """A supplier's way through the second round, by the pages' own doors."""

    @pytest.fixture(scope="class")
    @classmethod
    def quoting(cls, django_db_setup, django_db_blocker, tmp_path_factory):
        with lived(django_db_blocker, tmp_path_factory.mktemp("pages"), "quoted_bidder3", "happy", NAME) as scene:
            yield scene

    def send(self, scene: Scene, client: Client, said: dict):
        body = json.dumps(said)
        return client.post(scene.url("bid/file/send/"), body, content_type="application/json")

    def test_the_filing_page_seals_to_the_second_round(self, scene):
        lot = scene.again()
        page = signed_in(scene.cast, "bidder4").get(scene.url("bid/file/")).content.decode()

        assert f'data-lot="{lot.final_ref}"' in page
        assert KeySet.objects.get(pk=lot.final_ref).hash in page
        assert lot.key_set_hash not in page
        assert "提交最后报价" in page
        assert "提交最后报价" in signed_in(scene.cast, "bidder4").get(scene.url("bid/")).content.decode()

    def test_a_quote_is_filed_replaced_and_has_its_receipts(self, scene):
        client = signed_in(scene.cast, "bidder4")
        first = self.send(scene, client, parcel(scene, "bidder4", "1850000"))
        assert first.status_code == 201
        other = self.send(scene, client, parcel(scene, "bidder4", "1840000"))
        assert (other.status_code, other.json()["violations"][0]["code"]) == (409, "bid.other_window")
        again = parcel(scene, "bidder4", "1840000", standing=first.json()["bid"])
        second = self.send(scene, client, again)
        assert self.send(scene, client, again).json() == second.json()

        assert [row.state for row in Quote.objects.filter(bid__subject__code=scene.cast["bidder4"].code)].count(
            "sealed"
        ) == 1
        for answer in (first, second):
            page = client.get(answer.json()["receipt"])
            assert (page.status_code, "的最后报价" in page.content.decode()) == (200, True)
            assert signed_in(scene.cast, "bidder2").get(answer.json()["receipt"]).status_code == 404
        assert client.get(scene.url("bid/")).content.decode().count("receipts/") >= 3

    def test_it_is_unlocked_and_disclosed_in_the_room(self, scene):
        self.send(scene, signed_in(scene.cast, "bidder4"), parcel(scene, "bidder4", "1850000"))
        after_deadline(scene)
        lot, supplier = scene.again(), signed_in(scene.cast, "bidder4")
        with clock.at(lot.recorded["final_opening_at"]):
            room = supplier.get(scene.url("opening/")).content.decode()
            assert "本单位的最后报价" in room
            assert "接收密钥" in room
            envelope = supplier.get(scene.url("opening/envelope/")).json()
            assert envelope["header"]["lot"] == lot.final_ref
            own = Quote.objects.get(pk=envelope["bid"])
            identity = sealed.identity_of(scene.cast, own.envelope, scene.cast["bidder4"])
            body = json.dumps({"bid": envelope["bid"], "identity": identity})
            unlock = supplier.post(scene.url("opening/unlock/"), body, content_type="application/json")
            assert unlock.json() == {"unlocked": True}
            operator = signed_in(scene.cast, "operator")
            assert operator.post(scene.url("opening/disclose/")).status_code == 409
            for trustee in list(scene.cast.trustees)[1:3]:
                shared.release(scene.cast, lot, trustee, lot.final_ref)
            assert "公布全部最后报价" in operator.get(scene.url("opening/")).content.decode()
            assert operator.post(scene.url("opening/disclose/")).status_code == 302
            shown = Client().get(scene.url("opening/")).content.decode()
        assert scene.again().state == "opened"
        assert "1,850,000" in re.sub(r"<[^>]+>", "", shown)


class TestTalks:
    """While the group talks: the purchaser changes the document, the group asks for final quotes."""

    @pytest.fixture(scope="class")
    @classmethod
    def quoting(cls, django_db_setup, django_db_blocker, tmp_path_factory):
        with lived(django_db_blocker, tmp_path_factory.mktemp("talks"), "committee", "happy", NAME) as scene:
            yield scene

    def member(self, scene: Scene) -> Client:
        client = Client()
        client.force_login(scene.again().committee.members.order_by("label").first().user)
        return client

    def test_the_purchaser_changes_the_document_for_everybody(self, scene):
        client = signed_in(scene.cast, "purchaser")
        page = client.get(scene.url("amend/"))
        assert (page.status_code, "新的投标截止时间" in page.content.decode()) == (200, False)
        before = scene.again().recorded["bid_deadline"]

        answer = client.post(scene.url("amend/"), {"summary": "培训改为四次。", "bid_deadline": "2030-01-01 09:00"})

        lot = scene.again()
        assert answer.status_code == 302
        assert (lot.documents.count(), lot.recorded["bid_deadline"], lot.state) == (2, before, "consulting")
        title = lot.notices.get(kind="amendment").title
        told = set(Message.objects.filter(title=title).values_list("user_id", flat=True))
        assert {scene.cast[who].user.pk for who in OFFERS} <= told

    @pytest.mark.rule("GP-28")
    @pytest.mark.parametrize(
        "change",
        [{"terms": {"candidates": 2}}, {"columns": {"ceiling_cny": D("2100000.00")}}, {"terms": {"criteria": []}}],
    )
    def test_talks_change_what_is_asked_for_and_nothing_else(self, scene, change):
        found = refused(
            "requirements.only",
            enquiries.amendment_issue,
            lot_id=scene.lot.pk,
            summary="调整。",
            actor=scene.cast["purchaser"].actor,
            verb="change_requirements",
            **change,
        )
        assert "第二十条" in found.violations[0].article

    def test_the_group_asks_for_final_quotes_in_its_room(self, scene):
        client = self.member(scene)
        page = client.get(scene.url("evaluation/room/")).content.decode()
        assert "要求提交最后报价" in page
        assert "1,860,000" in re.sub(r"<[^>]+>", "", page)

        def call(text: str):
            return client.post(scene.url("evaluation/room/quotes/"), {"deadline": text})

        wrong = call("明天")
        assert (wrong.status_code, "明天" in wrong.content.decode()) == (422, True)
        past = call("2026-01-01 09:00")
        assert (past.status_code, "应当在现在以后" in past.content.decode()) == (409, True)
        assert scene.again().state == "consulting"
        assert signed_in(scene.cast, "purchaser").post(scene.url("evaluation/room/quotes/")).status_code in {404, 422}
        assert signed_in(scene.cast, "bidder1").post(scene.url("evaluation/room/quotes/")).status_code == 404
        assert call((scene.stage.now + timedelta(days=2)).strftime("%Y-%m-%d %H:%M")).status_code == 302
        assert scene.again().state == "quoting"
        assert "要求提交最后报价</h2>" not in client.get(scene.url("evaluation/room/")).content.decode()


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


def test_what_an_amendment_makes_of_the_criteria_is_judged(django_db_blocker, db, tmp_path):
    """As they are to be, not as they were: before the responses the price's weight may change within its span."""
    technical, business, price = TERMS["criteria"]
    heavy = [{**technical, "points": "19"}, business, {**price, "points": "61"}]
    with lived(django_db_blocker, tmp_path, "bidding", "happy", NAME) as early, clock.at(early.stage.now):
        refused(
            "share.over_cap",
            enquiries.amendment_issue,
            lot_id=early.lot.pk,
            summary="调整分值。",
            actor=early.cast["purchaser"].actor,
            terms={"criteria": heavy},
        )
