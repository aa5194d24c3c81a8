"""委托招标代理 (ENG-49): signed by the initiator with scope and last day; ended or run out, the agency acts no more."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client

from disclosure import projecting
from platform_site import ledger
from platform_site.accounts.refusals import Refused
from platform_site.ledger.models import Entry
from platform_site.messages.models import Message
from tests.trading.boundaries import ENG, day
from tests.trading.stage import START, drafted, signed_in, stage_cast  # noqa: F401
from trading.kernel import mandates as kernel
from trading.kernel.procedure import Facts
from trading.rehearsal.engineering_open import schedule
from trading.rulebooks.guards import document
from trading.services import mandates, tenders, ticks

UNTIL = date(2026, 9, 30)


@pytest.fixture
def scene(stage_cast, db, at, files):  # noqa: F811
    at(START)
    return drafted(stage_cast)


def sign(scene, until=UNTIL, by="initiator"):
    return mandates.mandate_sign(lot_id=scene.lot.pk, scope="招标代理全过程", until=until, actor=scene.cast[by].actor)


def end(scene, by="initiator"):
    return mandates.mandate_end(lot_id=scene.lot.pk, reason="双方协商解除。", actor=scene.cast[by].actor)


@pytest.mark.rule("ENG-49")
def test_a_claimed_mandate_is_no_signature():
    values = {"agency": True, "mandate": True, "mandate_signed": False}

    assert document.agency_mandate(Facts("registered", day(0), values=values), ENG).code == "mandate.unsigned"
    assert kernel.claimed({"scope": "a", "confirmed_at": "2026", "until": "2030"}) == {"scope": "a"}


@pytest.mark.rule("ENG-49")
def test_a_notice_waits_for_the_initiators_signature(scene):
    tender = scene.lot.tender
    tender.mandate = {"scope": "招标代理全过程"}
    tender.save()
    with pytest.raises(Refused, match=r"mandate\.unsigned"):
        schedule(scene.cast, scene.again())

    sign(scene)

    schedule(scene.cast, scene.again())
    assert Entry.objects.filter(event="lot.mandate_signed").exists()


@pytest.mark.rule("ENG-49")
@pytest.mark.parametrize("who", ["agency", "bidder1", "operator"])
def test_only_the_initiator_signs_and_ends(scene, who):
    for act in (sign, end):
        with pytest.raises(PermissionDenied):
            act(scene, by=who)


@pytest.mark.rule("ENG-49")
def test_the_last_day_counts_whole_and_the_next_moment_is_too_late(scene, at):
    sign(scene, until=date(2026, 3, 12))
    shape = {"lot_id": scene.lot.pk, "actor": scene.cast["agency"].actor, "columns": {"scope": "改"}}

    at(START.replace(day=12, hour=23, minute=59))
    tenders.lot_shape(**shape)
    at(START.replace(day=13, hour=0))
    with pytest.raises(Refused, match=r"mandate\.expired 招标投标法 第十二条"):
        tenders.lot_shape(**shape)
    tenders.lot_shape(**{**shape, "actor": scene.cast["initiator"].actor})


@pytest.mark.rule("ENG-49")
def test_an_ended_mandate_refuses_every_act_of_the_agency_and_a_new_signature_lets_it_act(scene):
    sign(scene)
    end(scene)
    for act in (lambda: schedule(scene.cast, scene.again()), lambda: shaped(scene)):
        with pytest.raises(Refused, match=r"mandate\.ended"):
            act()
    with pytest.raises(Refused, match=r"mandate\.already_ended"):
        end(scene)

    sign(scene)

    shaped(scene)


def shaped(scene, **tender):
    return tenders.lot_shape(
        lot_id=scene.lot.pk, actor=scene.cast["agency"].actor, columns={"scope": "改"}, tender=tender
    )


def test_an_agency_rewords_no_signed_mandate_in_its_draft(scene):
    sign(scene)
    before = scene.again().tender.mandate

    shaped(scene, mandate={"scope": "什么都办", "until": "2099-01-01T00:00:00+08:00"})

    assert scene.again().tender.mandate == before


def test_signing_for_a_day_that_has_passed_is_refused(scene):
    with pytest.raises(Refused, match=r"mandate\.past"):
        sign(scene, until=START.date() - timedelta(days=1))


def test_an_end_after_the_notice_is_public_and_told_to_the_agency(scene, at):
    lot = scene.again()
    schedule(scene.cast, lot)
    at(lot.recorded["notice_at"])
    ticks.tick(until=lot.recorded["notice_at"])

    end(scene)

    notice = scene.again().notices.get(kind="agency")
    ledger.sequence_once()
    projecting.catch_up()
    page = Client().get(f"/trades/{lot.reference}/notices/{notice.pk}/").content.decode()
    assert "终止对" in page
    assert "终止" in Client().get(f"/trades/{lot.reference}/").content.decode()
    assert Message.objects.filter(title="终止招标代理委托", user=scene.cast["agency"].user).exists()


def test_the_initiator_signs_and_ends_by_its_pages(scene):
    chief, agent = signed_in(scene.cast, "initiator"), signed_in(scene.cast, "agency")

    assert agent.get(scene.url("acts/sign_mandate/")).status_code == 404
    assert chief.post(scene.url("acts/sign_mandate/"), {"scope": "全过程", "until": ""}).status_code == 422
    assert chief.post(scene.url("acts/sign_mandate/"), {"scope": "全过程", "until": "2026-01-01"}).status_code == 409
    assert chief.post(scene.url("acts/sign_mandate/"), {"scope": "全过程", "until": "2026-12-31"}).status_code == 302
    assert "签署招标代理委托" in chief.get(scene.url()).content.decode()
    assert chief.post(scene.url("acts/end_mandate/"), {"reason": "解除"}).status_code == 302
    assert "ended_at" in scene.again().tender.mandate
