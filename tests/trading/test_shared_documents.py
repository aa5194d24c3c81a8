"""一套招标文件，几个标段: one act for the document, every lot of it, all or none."""

import io
import re
from datetime import timedelta
from decimal import Decimal as D

import pytest

from platform_site.accounts.refusals import Refused
from platform_site.ledger.models import Entry
from platform_site.messages.models import Message
from platform_site.sealing.models import KeySet
from platform_site.web.refusals import text
from tests.trading.course_world import lived
from tests.trading.stage import signed_in
from trading.models import DocumentObtained, Lot, Notice, Tender
from trading.rehearsal import engineering_open as happy
from trading.rehearsal.casting import countersign, trustees_of
from trading.rehearsal.engineering_lots import TOO_MUCH, project
from trading.services import documents, drafts, enquiries, postponements, tenders
from trading.services.closings import lot_terminate
from trading.services.deadlines import deadline_of
from trading.services.shared import sharing


@pytest.fixture(scope="module")
def made(django_db_setup, django_db_blocker, tmp_path_factory):
    with lived(django_db_blocker, tmp_path_factory.mktemp("lots"), "bidding", "two_lots") as scene:
        yield scene


@pytest.fixture
def scene(made, db, at):
    """Both lots are announced."""
    at(made.stage.now + timedelta(hours=1))
    return made


@pytest.fixture
def out(scene):
    """The first and the second lot as they stand."""

    def now():
        return tuple(scene.again().tender.lots.select_related("tender").order_by("number"))

    return now


def draft(scene, *, shared=True, lots=2):
    """A project of the agency's, registered now. Its lots."""
    cast, given = scene.cast, project()
    tender = tenders.tender_register(
        procedure="engineering.open",
        initiator=cast.subjects["initiator"],
        agency=cast.subjects["agency"],
        centre=cast.subjects["centre"],
        authority=cast.subjects["authority"],
        actor=cast["agency"].actor,
        lots=given["lots"][:lots],
        mandate={"digest": "0" * 64, "signed_at": "2026-03-01", "scope": "招标代理全过程"},
        **{**given["tender"], "shared_document": shared},
    )
    return tuple(tender.lots.select_related("tender").order_by("number"))


def again(*lots):
    return tuple(Lot.objects.select_related("tender").get(pk=lot.pk) for lot in lots)


class TestDraft:
    """Before the notice."""

    def test_terms_and_times_are_the_document_s_money_and_scope_the_lot_s_own(self, scene):
        first, second = draft(scene)
        at = scene.stage.now + timedelta(days=3)

        tenders.lot_shape(
            lot_id=first.pk,
            actor=scene.cast["agency"].actor,
            columns={"scope": "土建", "ceiling_cny": D("1000000.00"), "qualification": "市政一级"},
            terms={"validity_days": 120, "bond_cny": "10000.00"},
            moments={"notice_at": at},
        )

        first, second = again(first, second)
        assert (second.terms["validity_days"], second.qualification, second.recorded["notice_at"]) == (
            120,
            "市政一级",
            at,
        )
        assert (first.terms["bond_cny"], second.terms["bond_cny"]) == ("10000.00", "600000.00")
        assert (second.scope, second.ceiling_cny) == (project()["lots"][1]["scope"], D("96400000.00"))

    def test_lots_that_share_nothing_are_left_alone(self, scene):
        first, second = draft(scene, shared=False)

        tenders.lot_shape(lot_id=first.pk, actor=scene.cast["agency"].actor, terms={"validity_days": 120})

        assert again(second)[0].terms["validity_days"] == 90
        assert sharing(first) == []

    def test_a_single_lot_shares_with_nobody(self, scene):
        (lot,) = draft(scene, lots=1)

        assert not lot.tender.shared_document
        assert "shared_document" not in Entry.objects.filter(event="tender.registered").latest("recorded_at").facts

    def test_files_and_trustees_reach_every_lot_each_with_keys_of_its_own(self, scene):
        first, second = draft(scene)
        agent = scene.cast["agency"].actor
        stored = documents.file_store("招标文件.txt", io.BytesIO("招标文件".encode()), "text/plain")

        drafts.draft_file_add(lot_id=second.pk, file=stored, actor=agent)
        tenders.key_set_assign(lot_id=first.pk, trustees=trustees_of(scene.cast), k=3, actor=agent)

        assert drafts.draft_files(first) == drafts.draft_files(second) == [stored]
        sets = {KeySet.objects.get(pk=lot.ledger_ref).hash for lot in (first, second)}
        assert len(sets) == 2
        assert {lot.key_set_hash for lot in again(first, second)} == sets

    def test_one_lot_s_fault_keeps_the_notice_of_all_back_and_is_named(self, scene):
        first, second = draft(scene)
        agent, before = scene.cast["agency"].actor, Notice.objects.count()
        publish = scene.stage.at(scene.stage.now + timedelta(days=1), 9)
        moments = {"notice_at": publish, "documents_from": publish, **happy.lawful_moments(publish)}
        tenders.lot_shape(lot_id=first.pk, actor=agent, moments=moments)
        tenders.lot_shape(lot_id=second.pk, actor=agent, terms={"bond_cny": TOO_MUCH})
        tenders.key_set_assign(lot_id=first.pk, trustees=trustees_of(scene.cast), k=3, actor=agent)
        for lot in (first, second):
            countersign(scene.cast, lot.ledger_ref)

        with pytest.raises(Refused, match=r"amount\.over_cap") as refused:
            happy.schedule(scene.cast, first)
        assert [v.facts["sharing"] for v in refused.value.violations] == [second.title]
        assert second.title in text(refused.value.violations[0])

        assert Notice.objects.count() == before
        assert {lot.state for lot in again(first, second)} == {"registered"}


class TestAnnounced:
    """From the notice to the deadline."""

    def test_one_notice_names_every_lot(self, scene, out):
        notices = Notice.objects.filter(kind="tender", lot__in=out())

        assert len({notice.title for notice in notices}) == 1
        for notice in notices:
            assert [row["lot"] for row in notice.content["lots"]] == [lot.reference for lot in out()]
        assert len({(n.published_at, n.content["terms"]["validity_days"]) for n in notices}) == 1

    def test_a_bidder_obtains_it_once(self, scene, out):
        bidder = scene.cast["bidder1"]

        for lot in (*out(), *out()):
            documents.documents_obtain(lot_id=lot.pk, actor=bidder.actor, user_id=bidder.pk)

        held = DocumentObtained.objects.filter(subject__code=bidder.code)
        assert sorted(held.values_list("lot_id", flat=True)) == [lot.pk for lot in out()]
        assert Entry.objects.filter(event="documents.obtained", sealed=True).count() == 2

    def test_a_question_about_one_is_answered_to_the_holders_of_both(self, scene, out):
        first, second = out()
        bidder, rival = scene.cast["bidder1"], scene.cast["bidder2"]
        for who in (bidder, rival):
            documents.documents_obtain(lot_id=first.pk, actor=who.actor, user_id=who.pk)
        asked = enquiries.enquiry_ask(lot_id=second.pk, text="管材？", actor=bidder.actor)

        enquiries.clarification_issue(
            lot_id=first.pk, answers={asked.id: "球墨铸铁管。"}, actor=scene.cast["agency"].actor
        )

        said = [n.content["answers"] for n in Notice.objects.filter(kind="clarification", lot__in=(first, second))]
        assert said == [[{"question": "管材？", "answer": "球墨铸铁管。"}]] * 2
        assert Message.objects.filter(user=rival.user, title__contains="澄清").count() == 2

    def test_another_project_s_question_is_not_answered_here(self, scene, out):
        other = draft(scene)[0]
        asked = other.enquiries.create(
            subject=scene.cast.subjects["bidder1"], pseudonym="询问人", text="？", asked_at=scene.stage.now
        )

        with pytest.raises(Refused, match=r"enquiry\.unknown"):
            enquiries.clarification_issue(
                lot_id=out()[0].pk, answers={asked.id: "答"}, actor=scene.cast["agency"].actor
            )

    def test_an_amendment_makes_a_version_of_each_and_changes_the_ceiling_of_one(self, scene, out):
        first, second = out()
        later = deadline_of(first) + timedelta(days=7)

        enquiries.amendment_issue(
            lot_id=second.pk,
            summary="调整限价，延长等标期。",
            columns={"ceiling_cny": D("95000000.00")},
            terms={"validity_days": 120},
            bid_deadline=later,
            actor=scene.cast["agency"].actor,
        )

        first, second = out()
        assert (first.ceiling_cny, second.ceiling_cny) == (D("186420000.00"), D("95000000.00"))
        assert [lot.documents.count() for lot in (first, second)] == [2, 2]
        assert {(deadline_of(lot), lot.terms["validity_days"]) for lot in (first, second)} == {(later, 120)}

    def test_an_amendment_too_late_for_both_changes_neither(self, scene, out, at):
        at(deadline_of(out()[0]) - timedelta(days=3))

        with pytest.raises(Refused, match=r"period\.too_short"):
            enquiries.amendment_issue(lot_id=out()[0].pk, summary="晚了。", actor=scene.cast["agency"].actor)
        assert [lot.documents.count() for lot in out()] == [1, 1]

    def test_a_postponement_moves_both_openings(self, scene, out):
        later = deadline_of(out()[0]) + timedelta(days=1)

        postponements.lot_postpone(
            lot_id=out()[1].pk, bid_deadline=later, reason="开标场所检修。", actor=scene.cast["agency"].actor
        )

        assert {deadline_of(lot) for lot in out()} == {later}

    def test_a_lot_that_has_ended_is_left_alone(self, scene, out):
        first, second = out()
        agent = scene.cast["agency"].actor
        lot_terminate(lot_id=second.pk, reason="资金不落实。", refund="没有收取费用。", actor=agent)
        later = deadline_of(first) + timedelta(days=1)

        postponements.lot_postpone(lot_id=first.pk, bid_deadline=later, reason="检修。", actor=agent)

        assert not Notice.objects.filter(lot=second, kind="postponement").exists()


class TestPages:
    """What people see of it."""

    def test_the_bidder_is_told_and_led_to_the_other_lots(self, scene, out):
        first, second = out()
        page = signed_in(scene.cast, "bidder1").get(f"/work/lots/{first.reference}/bid/").text

        assert "由 2 个标段共用" in page
        assert f"/work/lots/{second.reference}/bid/" in page

    def test_the_wizard_says_whose_draft_it_writes(self, scene):
        first, second = draft(scene)
        page = signed_in(scene.cast, "agency").get(f"/work/lots/{first.reference}/draft/times/").text

        assert "这一步的内容同时写进各标段" in page
        assert f"/work/lots/{second.reference}/draft/times/" in page

    def test_a_project_is_registered_with_one_document(self, scene):
        body = {
            "side": "initiator",
            "title": "城东片区雨污分流",
            "procedure": "engineering.open",
            "trade_category": "A02",
            "kind": "works",
            "centre": scene.cast.subjects["centre"].code,
            "shared_document": "on",
            "lots-TOTAL_FORMS": "2",
            "lots-INITIAL_FORMS": "0",
            "lots-0-title": "一标段",
            "lots-1-title": "二标段",
        }

        answer = signed_in(scene.cast, "initiator").post("/work/register/", body)

        assert answer.status_code == 302, answer.text
        assert Tender.objects.latest("pk").shared_document

    def test_growing_the_form_keeps_what_was_ticked(self, scene):
        body = {"shared_document": "on", "lots-TOTAL_FORMS": "2", "lots-INITIAL_FORMS": "0", "add": "1"}

        page = signed_in(scene.cast, "initiator").post("/work/register/", body).text

        (box,) = re.findall(r'<input[^>]*name="shared_document"[^>]*>', page)
        assert "checked" in box
