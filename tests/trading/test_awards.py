"""Candidates, award, contract: who is told what, together, and when."""

import json
from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied

from experts.models import Draw
from platform_site.accounts.refusals import Refused
from platform_site.holds import services as holds
from platform_site.ledger.models import Entry
from platform_site.messages.models import Message
from tests.trading import evaluation_world as w
from trading.models import Award, Candidate
from trading.services import awards, committees
from trading.services.acts import moment_of


def published():
    """A lot whose candidates are public."""
    world = w.report(w.evaluating())
    awards.candidates_publish(lot_id=world.lot.pk, actor=world.actors["agency"])
    return world


@pytest.fixture(scope="module")
def made(django_db_setup, django_db_blocker):
    with w.kept(django_db_blocker, published) as world:
        yield world


@pytest.fixture
def world(made, db):
    return made.again()


def over(world, at):
    """The publicity period has ended."""
    at(moment_of(world.now(), "publicity_ends"))
    return world


def award(world, rank=1, **given):
    return awards.award_make(lot_id=world.lot.pk, rank=rank, actor=world.actors["agency"], **given)


def test_candidates_are_public_with_points_but_no_members_marks(world):
    notice = world.now().notices.get(kind="candidates")
    assert [c["name"] for c in notice.content["candidates"]] == ["投标人C公司", "投标人A公司", "投标人B公司"]
    said = json.dumps(notice.content, ensure_ascii=False)
    assert "评委甲" not in said
    assert "scores" not in notice.content
    assert [c.rank for c in Candidate.objects.all()] == [1, 2, 3]


@pytest.mark.rule("ENG-38")
def test_no_award_before_the_publicity_is_over(world, at):
    end = moment_of(world.now(), "publicity_ends")

    at(end - timedelta(seconds=1))
    with pytest.raises(Refused, match=r"clock\.too_early"):
        award(world)
    at(end)
    award(world)


def test_the_winner_and_every_loser_are_told_in_one_act(world, at):
    over(world, at)

    award(world)

    told = {n: Message.objects.get(user=world.user(f"bidder{n}"), dedupe__startswith="award:") for n in range(4)}
    assert {n: m.title for n, m in told.items()} == {
        0: "中标结果通知书", 1: "中标结果通知书", 2: "中标通知书", 3: "中标结果通知书",
    }  # fmt: skip
    entry = Entry.objects.get(event="lot.awarded")
    assert (entry.facts["state"], entry.facts["told"], entry.facts["amount_cny"]) == ("awarded", 4, "94000000.00")
    assert world.now().notices.get(kind="award").content["winner"]["name"] == "投标人C公司"


def test_an_award_that_fails_told_nobody(world, at, monkeypatch):
    over(world, at)
    monkeypatch.setattr(awards, "_award_notice", lambda *args: 1 / 0)

    with pytest.raises(ZeroDivisionError):
        award(world)

    assert not Message.objects.filter(dedupe__startswith="award:").exists()
    assert not Award.objects.exists()
    assert world.now().state == "publicity"


@pytest.mark.rule("ENG-40")
def test_the_first_ranked_wins_unless_a_lawful_reason_is_recorded(world, at):
    over(world, at)

    with pytest.raises(Refused, match=r"award\.not_first"):
        award(world, 2)
    for rank in (0, 4):
        with pytest.raises(Refused, match=r"award\.not_candidate"):
            award(world, rank)
    found = award(world, 2, passed_over="第一名书面放弃中标")

    assert found.subject == world.subjects["bidder0"]
    assert Entry.objects.get(event="lot.awarded").facts["passed_over"] == "第一名书面放弃中标"


def test_who_is_not_bound_to_the_first_may_choose_among_the_candidates(world, at):
    over(world, at)
    tender = world.now().tender
    tender.state_controlled = False
    tender.save()

    assert award(world, 3).subject == world.subjects["bidder1"]


def test_an_objection_holds_the_award(world, at):
    lot = world.now()
    holds.place(ref=lot.ledger_ref, kind="objection", reason="异议待答复", article="", source_ref="challenge:x",
                actor=world.actors["agency"])  # fmt: skip
    at(moment_of(world.now(), "publicity_ends") or w.NOON + timedelta(days=30))

    with pytest.raises(Refused, match=r"hold\.standing"):
        award(world)


def test_names_of_the_committee_unlock_with_the_award(world, at):
    over(world, at)
    assert committees.committee_names(world.now()) is None

    award(world)

    names = committees.committee_names(world.now())
    assert [row["label"] for row in names][:2] == ["评委甲", "评委乙"]
    assert all(row["name"] for row in names)
    assert Draw.objects.get().names_unsealed_at
    assert "committee" not in world.now().notices.get(kind="award").content


@pytest.mark.parametrize("name", ["bidder2", "authority", "centre"])
def test_only_the_initiators_side_publishes_awards_and_signs(world, at, name):
    with pytest.raises(PermissionDenied):
        awards.candidates_publish(lot_id=world.lot.pk, actor=world.actors[name])
    over(world, at)
    with pytest.raises(PermissionDenied):
        awards.award_make(lot_id=world.lot.pk, rank=1, actor=world.actors[name])
    award(world)
    with pytest.raises(PermissionDenied):
        sign(world, actor=world.actors[name])


CONTRACT = {"amount_cny": "94000000.00", "period_days": 520, "quality": "合格", "subject": "江北水厂施工一标段"}


def sign(world, actor=None, **changes):
    return awards.contract_sign(
        lot_id=world.lot.pk, particulars={**CONTRACT, **changes}, actor=actor or world.actors["initiator"]
    )


def test_a_contract_equal_to_the_bid_is_signed_and_public(world, at):
    over(world, at)
    award(world)

    contract = sign(world, performance_bond_cny="9400000.00")

    assert str(contract.amount_cny) == "94000000.00"
    notice = world.now().notices.get(kind="contract")
    assert notice.content["party_b"] == "投标人C公司"
    assert notice.content["contract_digest"] == contract.digest
    assert world.now().state == "contracted"


@pytest.mark.rule("ENG-44")
@pytest.mark.parametrize(("change", "what"), [
    ({"amount_cny": "94000000.01"}, "price"), ({"amount_cny": "93999999.99"}, "price"),
    ({"period_days": 521}, "period"), ({"quality": "优良"}, "quality"), ({"subject": "江北水厂施工二标段"}, "subject"),
])  # fmt: skip
def test_a_contract_that_differs_from_the_bid_is_refused(world, at, change, what):
    over(world, at)
    award(world)

    with pytest.raises(Refused) as refused:
        sign(world, **change)

    (violation,) = refused.value.violations
    assert (violation.code, violation.facts["differing"]) == ("contract.mismatch", (what,))


@pytest.mark.rule("ENG-46")
def test_a_performance_bond_over_its_share_of_the_contract_is_refused(world, at):
    over(world, at)
    award(world)

    with pytest.raises(Refused, match=r"amount\.over_cap"):
        sign(world, performance_bond_cny="9400000.01")
