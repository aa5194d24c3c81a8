"""更换招标代理机构 in mid-tender, and what of 实施条例 第十三条 is refused or told (ENG-49)."""

from datetime import date

import pytest
from django.core.exceptions import PermissionDenied

from credit.services.memberships import membership_grant
from platform_site import clock
from platform_site.accounts.actors import CONSOLE
from platform_site.accounts.refusals import Refused
from platform_site.ledger.models import Entry
from platform_site.messages.models import Message
from tests.trading.boundaries import ENG, day
from tests.trading.course_world import lived
from tests.trading.public_side import followed
from tests.trading.stage import signed_in
from trading import testimony
from trading.kernel import mandates as kernel
from trading.kernel.procedure import Facts
from trading.models import Bid
from trading.rehearsal import engineering_open
from trading.rehearsal.casting import add_trader
from trading.rehearsal.people import invented_code
from trading.rulebooks.guards import bidding, document
from trading.services import bids, bonds, enquiries, mandates, openings, tenders, ticks

UNTIL = date(2026, 9, 30)
NAME = "云泽信衡招标代理有限公司"


@pytest.fixture(scope="module")
def made(django_db_setup, django_db_blocker, tmp_path_factory):
    with lived(django_db_blocker, tmp_path_factory.mktemp("files"), "filed_bidder4") as scene:
        with clock.at(scene.stage.now):
            add_trader(scene.cast, "heir", "陆明川", invented_code(NAME, "91"), NAME, ("agency",))
        yield scene


@pytest.fixture
def scene(made, db, at):
    at(made.stage.now)
    return made


def end(scene):
    mandates.mandate_end(lot_id=scene.lot.pk, reason="解除。", actor=scene.cast["initiator"].actor)


def appoint(scene, by="initiator", code="", **given):
    said = {"scope": "招标代理全过程", "until": UNTIL, "reason": "原代理机构的项目负责人离职。", **given}
    return mandates.agency_appoint(
        lot_id=scene.lot.pk, code=code or scene.cast["heir"].code, actor=scene.cast[by].actor, **said
    )


def changed(scene):
    end(scene)
    return appoint(scene)


def clarify(scene, who):
    return enquiries.clarification_issue(lot_id=scene.lot.pk, answers={}, text="说明。", actor=scene.cast[who].actor)


@pytest.mark.rule("ENG-49")
@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ({"mandate_stands": True}, "mandate.in_force"),
        ({"not_an_agency": True}, "agency.unfit"),
        ({"same_agency": True}, "mandate.same_agency"),
        ({"agency_bids": True}, "bidder.agency"),
        ({"bans": [{"authority": "某局", "until": None, "article": ""}]}, "sanction.banned"),
        ({"until": day(-1)}, "mandate.past"),
        ({}, None),
    ],
)
def test_who_may_be_appointed(asked, code):
    found = document.agency_replaceable(Facts("bidding", day(0), values={"agency": True, **asked}), ENG)

    assert (found.code if found else None) == code


@pytest.mark.rule("ENG-49")
def test_the_new_agency_goes_on_and_the_old_one_is_refused_with_the_article_and_who_acts(scene):
    changed(scene)

    assert clarify(scene, "heir").kind == "clarification"
    with pytest.raises(Refused) as refused:
        clarify(scene, "agency")
    found = refused.value.violations[0]
    assert found.code == "mandate.replaced"
    assert "第十三条" in found.article
    assert found.facts["name"] == NAME
    assert Entry.objects.filter(event="tender.agency_changed", facts__agency=scene.cast["heir"].code).exists()
    assert list(testimony.rows_as_recorded()) == []


def test_an_agency_changed_behind_the_services_is_found(scene):
    changed(scene)
    tender = scene.again().tender
    tender.agency = scene.cast.subjects["agency"]
    tender.save(update_fields=["agency"])

    assert any("tender: agency is" in one.why for one in testimony.rows_as_recorded())


def test_the_old_agencys_open_page_says_who_acts_now_and_a_stranger_learns_nothing(scene):
    changed(scene)

    for tail in ("", "amend/"):
        answer = signed_in(scene.cast, "agency").get(scene.url(tail))
        assert answer.status_code == 409
        assert NAME in answer.content.decode()
    assert signed_in(scene.cast, "bidder1").get(scene.url("amend/")).status_code == 404


def test_the_change_is_public_and_both_agencies_are_told(scene, client):
    changed(scene)

    notice = scene.again().notices.get(kind="agency", title__endswith="更换招标代理机构公告")
    followed()
    page = client.get(f"/trades/{scene.lot.reference}/notices/{notice.pk}/").content.decode()
    assert NAME in page
    assert "原为云泽中正工程咨询有限公司" in page
    told = Message.objects.filter(title="更换招标代理机构").values_list("user_id", flat=True)
    assert set(told) == {scene.cast["heir"].pk, scene.cast["agency"].pk}


@pytest.mark.parametrize("who", ["agency", "heir", "operator", "bidder1"])
def test_only_the_initiator_appoints(scene, who):
    end(scene)

    with pytest.raises(PermissionDenied):
        appoint(scene, by=who)


def test_two_agencies_at_once_and_one_that_is_none_are_refused_and_nothing_changes(scene):
    with pytest.raises(Refused, match=r"mandate\.in_force"):
        appoint(scene)
    end(scene)
    for code in (scene.cast["bidder5"].code, scene.cast["initiator"].code, scene.cast.subjects["centre"].code, "none"):
        with pytest.raises(Refused, match=r"agency\.unfit"):
            appoint(scene, code=code)

    with pytest.raises(Refused, match=r"mandate\.same_agency"):
        appoint(scene, code=scene.cast["agency"].code)

    assert scene.again().tender.agency.code == scene.cast["agency"].code


def test_before_the_opening_nobody_learns_by_an_appointment_who_bids(scene):
    """Whether the one appointed has filed is asked only of a public roll: the answer would be a leak."""
    row = scene.cast.subjects["bidder1"]
    row.kinds = ["bidder", "agency"]
    row.save(update_fields=["kinds"])
    end(scene)
    deadline = scene.again().recorded["bid_deadline"]

    assert mandates._fitness(scene.again(), row, scene.stage.now)["agency_bids"] is False
    ticks.tick(until=deadline)

    assert mandates._fitness(scene.again(), row, deadline)["agency_bids"] is True


@pytest.mark.rule("ENG-49")
def test_neither_agency_bids_nor_declares_a_bond(scene):
    changed(scene)

    for who in ("agency", "heir"):
        with pytest.raises(Refused) as refused:
            bonds.bond_declare(lot_id=scene.lot.pk, form="gold", institution_id=None, actor=scene.cast[who].actor)
        assert "bidder.agency" in [one.code for one in refused.value.violations]
    assert bidding.not_agencys_person(Facts("bidding", day(0), values={"agency_person": True}), ENG)


@pytest.mark.rule("ENG-49")
def test_a_person_of_the_agency_files_for_nobody(scene):
    cast = scene.cast
    membership_grant(subject_code=cast["agency"].code, user=cast["bidder1"].user, duty="handler", actor=CONSOLE)
    before = Bid.objects.count()

    with pytest.raises(Refused, match=r"bidder\.agency_person"):
        engineering_open.file(cast, scene.again(), "bidder1", "0.91")

    assert Bid.objects.count() == before
    assert bids.bid_withdraw(lot_id=scene.lot.pk, actor=cast["bidder1"].actor).state == "withdrawn"


@pytest.mark.rule("ENG-49", "ENG-22")
def test_shared_legal_representatives_are_told_to_supervision_when_the_roll_is_public(scene):
    for who, person in (("agency", "沈万里"), ("bidder1", "沈万里"), ("bidder2", "顾一舟"), ("bidder3", "顾一舟")):
        row = scene.cast.subjects[who]
        row.legal_person = person
        row.save(update_fields=["legal_person"])
    ticks.tick(until=scene.again().recorded["bid_deadline"])

    said = Entry.objects.get(event="lot.opening_started").facts["warnings"]
    assert {"code": "bidders.agency_related", "rule": "ENG-49"} in said
    assert {"code": "bidders.related", "rule": "ENG-22"} in said
    listed = list(scene.again().bids.standing().select_related("subject"))
    assert openings.agency_sharing(scene.again(), listed) == [scene.cast.subjects["bidder1"].name]


def test_a_draft_goes_to_the_next_agency_without_a_notice(scene, db):
    from tests.trading.stage import drafted

    other = drafted(scene.cast, start=scene.stage.now)
    mandates.mandate_end(lot_id=other.lot.pk, reason="解除。", actor=scene.cast["initiator"].actor)
    mandates.agency_appoint(
        lot_id=other.lot.pk, code=scene.cast["heir"].code, scope="全过程", until=UNTIL, reason="换人。",
        actor=scene.cast["initiator"].actor,
    )  # fmt: skip

    shape = {"lot_id": other.lot.pk, "columns": {"scope": "改"}}
    tenders.lot_shape(**shape, actor=scene.cast["heir"].actor)
    with pytest.raises(Refused, match=r"mandate\.replaced"):
        tenders.lot_shape(**shape, actor=scene.cast["agency"].actor)
    assert not other.again().notices.exists()


def test_on_the_page_the_initiator_ends_and_appoints(scene):
    chief, url = signed_in(scene.cast, "initiator"), scene.url("acts/appoint_agency/")
    said = {"code": scene.cast["heir"].code, "scope": "全过程", "until": "2026-09-30", "reason": "换人"}
    assert chief.post(url, said).status_code == 409
    end(scene)
    assert chief.post(url, {**said, "reason": ""}).status_code == 422

    assert chief.post(url, said).status_code == 302
    assert scene.again().tender.agency.name == NAME
    assert kernel.former_codes(scene.again().tender.mandate) == [scene.cast["agency"].code]
