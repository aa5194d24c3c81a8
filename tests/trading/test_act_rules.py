"""Rules that an act keeps by its order or its door rather than by a number."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied

from platform_site import clock
from platform_site.accounts.refusals import Refused
from platform_site.messages.models import Message
from tests.trading.boundaries import ENG, day
from tests.trading.stage import standing_at
from trading.kernel.procedure import Facts, gate
from trading.models import Lot
from trading.rehearsal.engineering_open import file
from trading.rehearsal.repertoire import START
from trading.services import bids, documents, enquiries, openings, reports

OPEN = ENG.procedures["engineering.open"]


@pytest.mark.rule("ENG-27")
def test_the_opening_is_at_the_very_minute_of_the_deadline():
    early = Facts("bidding", day(20) - timedelta(seconds=1), {"bid_deadline": day(20)})
    sharp = Facts("bidding", day(20), {"bid_deadline": day(20)})

    assert gate(ENG, OPEN, "start_opening", early).code == "clock.too_early"
    assert gate(ENG, OPEN, "start_opening", sharp) is None


@pytest.mark.rule("ENG-24")
def test_a_filing_at_the_very_minute_of_the_deadline_is_late():
    sharp = Facts("bidding", day(20), {"bid_deadline": day(20)})

    assert gate(ENG, OPEN, "file_bid", sharp).code == "clock.too_late"


@pytest.mark.rule("ENG-23")
def test_the_bond_of_a_withdrawn_bid_goes_back_within_five_days():
    # From a Sunday, so that the fourth, fifth and sixth day are working days or Saturday that rolls.
    lot = Lot(tender=_tender())

    assert bids.refund_by(lot, day(5)) == day(11, 0)


def _tender():
    from trading.models import Tender

    return Tender(procedure="engineering.open", book_edition=ENG.edition)


class TestOnStage:
    """With a lot on the stage."""

    @pytest.mark.rule("ELE-01")
    @standing_at("bidding")
    def test_documents_are_one_click_for_any_subject_and_a_second_click_changes_nothing(self, scene):
        lot, outsider = Lot.objects.get(), scene.cast["bidder5"]

        with clock.at(scene.stage.now):
            first = documents.documents_obtain(lot_id=lot.pk, actor=outsider.actor, user_id=outsider.pk)
            again = documents.documents_obtain(lot_id=lot.pk, actor=outsider.actor, user_id=outsider.pk)

        assert first.pk == again.pk

    @pytest.mark.rule("ENG-21")
    @standing_at("filed_bidder4")
    def test_a_bid_is_visible_to_its_owner_alone_before_the_opening(self, scene):
        rows = Lot.objects.get().bids

        assert {b.subject.code for b in rows.visible_to(scene.cast["bidder2"].actor)} == {scene.cast["bidder2"].code}
        for username in ("initiator", "agency", "operator", "supervisor", "bidder5"):
            assert not rows.visible_to(scene.cast[username].actor).exists()

    @pytest.mark.rule("ENG-41")
    @standing_at("opened")
    def test_nobody_talks_to_the_initiator_between_opening_and_award(self, scene):
        with clock.at(scene.stage.now), pytest.raises((Refused, PermissionDenied)):
            enquiries.enquiry_ask(
                lot_id=Lot.objects.get().pk, text="价格还可以谈吗？", actor=scene.cast["bidder1"].actor
            )

    @pytest.mark.rule("ELE-08")
    @standing_at("scored")
    def test_a_report_is_signed_on_line_under_its_own_digest_only(self, scene):
        lot = Lot.objects.get()
        member = lot.committee.members.first()
        from platform_site.accounts.actors import Actor

        with clock.at(scene.stage.now), pytest.raises(Refused):
            reports.report_sign(lot_id=lot.pk, digest="0" * 64, actor=Actor("person", member.user.public_id))

    @pytest.mark.rule("ELE-10")
    @standing_at("bidding")
    def test_supervision_has_its_board_and_the_public_needs_no_sign_in(self, client, scene, at):
        at(START)

        assert client.get("/trades/").status_code == 200
        client.force_login(scene.cast["supervisor"].user, backend="django.contrib.auth.backends.ModelBackend")
        assert client.get("/supervision/").status_code == 200

    @standing_at("filed_bidder4")
    def test_withdrawing_tells_the_bidder_until_when_his_bond_is_back(self, scene):
        with clock.at(scene.stage.now):
            bids.bid_withdraw(lot_id=Lot.objects.get().pk, actor=scene.cast["bidder2"].actor)

        told = Message.objects.get(dedupe__startswith="withdrawn:")
        assert told.user_id == scene.cast["bidder2"].pk
        assert "24:00" in told.body

    @standing_at("deadline")
    def test_a_bidder_does_not_unlock_another_ones_bid(self, scene):
        lot = Lot.objects.get()
        other = lot.bids.get(subject__code=scene.cast["bidder2"].code)

        with clock.at(scene.stage.now), pytest.raises(PermissionDenied):
            openings.bid_unlock(bid_id=other.id, identity="x", actor=scene.cast["bidder1"].actor)

    @standing_at("deadline")
    def test_a_filing_after_the_deadline_is_refused_whatever_the_client_clock_says(self, scene):
        with clock.at(scene.stage.now), pytest.raises(Refused):
            file(scene.cast, Lot.objects.get(), "bidder5", "0.9")
