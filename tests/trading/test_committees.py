"""Who sits in a committee, who may not, and who may know it."""

import json
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied

from credit.models import Membership
from experts import services as experts
from experts.models import Expert, Invitation
from platform_site import clock
from platform_site.accounts.refusals import Refused
from platform_site.ledger.models import Entry
from platform_site.messages.models import Message
from platform_site.sealing import services as sealing
from tests.experts import world as pool
from tests.trading import evaluation_world as w
from trading.models import Candidate, Lot, Opening
from trading.services import awards, committees, evaluations, marks, reports

pytestmark = pytest.mark.django_db


def test_a_committee_of_the_drawn_and_one_representative():
    world = w.drawn(w.opened())

    committee = w.form(world)

    members = committees.members_of(committee)
    assert [m.label for m in members] == ["评委甲", "评委乙", "评委丙", "评委丁", "评委戊"]
    assert [m.is_expert for m in members] == [True, True, True, True, False]
    entry = Entry.objects.get(event="committee.formed")
    assert [m["drawn"] for m in entry.facts["members"]] == [*world.draw.certificate["selected"], ""]
    assert entry.facts["certificate"] == world.draw.certificate_digest


@pytest.mark.rule("EXP-07")
def test_the_record_holds_labels_and_no_name():
    world = w.drawn(w.opened())
    w.form(world)

    said = json.dumps([e.facts for e in Entry.objects.about(world.lot.ledger_ref)], ensure_ascii=False)
    for member in world.lot.committee.members.select_related("user"):
        assert str(member.user.public_id) not in said
        assert member.user.name not in said
    assert "people" in Entry.objects.get(event="committee.formed").private


@pytest.mark.rule("EXP-07")
def test_names_are_told_after_the_award_only():
    world = w.drawn(w.opened())
    w.form(world)

    for state in world.lot.procedure.states:
        world.lot.state = state
        told = committees.committee_names(world.lot)
        assert (told is not None) == (state in {"awarded", "vacated", "contracted", "archived"})
    assert len(told or []) == 0 or {row["label"] for row in told} >= {"评委甲"}


@pytest.mark.rule("EXP-03")
def test_no_committee_while_somebody_has_not_answered():
    world = w.drawn(w.opened(), accept=False)

    with pytest.raises(Refused, match=r"draw\.missing"):
        w.form(world)


@pytest.mark.rule("EXP-03")
def test_no_committee_from_another_lots_draw():
    world, other = w.opened(), None
    pool.pool(9)
    other = pool.drawn(pool.trustees(), pool.NEED, "lot:A07-other/1")
    world.draw = other
    w.everybody_accepts(world)

    with pytest.raises(Refused, match=r"draw\.missing"):
        w.form(world)


@pytest.mark.rule("EXP-03")
def test_an_accepted_invitation_that_was_never_drawn_forms_no_committee():
    world = w.drawn(w.opened())
    seated = world.draw.invitations.values_list("expert_id", flat=True)
    stranger = Expert.objects.exclude(pk__in=seated).first()
    Invitation.objects.create(
        draw=world.draw, expert=stranger, label="ab" * 32, rank=99, state="accepted", sent_at=clock.now()
    )

    with pytest.raises(Refused, match=r"draw\.missing"):
        w.form(world)


@pytest.mark.rule("ENG-28")
@pytest.mark.parametrize(
    ("count", "representatives"), [(3, ("initiator",)), (5, ("initiator",)), (3, ("initiator", "agency"))]
)
def test_too_small_even_or_too_few_experts_is_refused(count, representatives):
    world = w.drawn(w.opened(), count=count)

    with pytest.raises(Refused, match=r"committee\.composition"):
        w.form(world, representatives)


def test_only_the_draw_officer_forms_it():
    world = w.drawn(w.opened())
    for name in ("initiator", "agency", "bidder0"):
        with pytest.raises(PermissionDenied):
            committees.committee_form(
                lot_id=world.lot.pk, draw_id=world.draw.pk, representatives=[], actor=world.actors[name]
            )


def test_a_representative_acts_for_the_initiator():
    world = w.drawn(w.opened())
    Membership.objects.filter(user=world.user("initiator")).update(until=clock.now())

    with pytest.raises(Refused, match=r"committee\.stranger"):
        w.form(world)


@pytest.mark.rule("ENG-29")
@pytest.mark.parametrize("side", ["bidder1", "authority", "centre"])
def test_a_representative_with_another_interest_does_not_sit(side):
    world = w.drawn(w.opened())
    Membership.objects.create(
        user=world.user("initiator"), subject=world.subjects[side], duty="handler", since=clock.now()
    )

    with pytest.raises(Refused, match=r"committee\.conflict"):
        w.form(world)


@pytest.mark.rule("ENG-29")
@pytest.mark.parametrize("side", ["initiator", "agency", "authority", "centre", "bidder2"])
def test_the_draw_leaves_out_whoever_is_employed_by_a_party(side):
    world = w.opened()
    code = world.subjects[side].code

    excluded = committees.exclusions_of(world.now())

    assert excluded.employers[code] == side.rstrip("0123456789")


def test_the_draw_leaves_out_whoever_acts_for_a_bidder():
    world = w.opened()
    expert = pool.expert(1)
    Membership.objects.create(user=expert.user, subject=world.subjects["bidder0"], duty="handler", since=clock.now())

    assert committees.exclusions_of(world.now()).persons == {str(expert.public_id): "bidder"}


def test_before_the_roll_is_public_nobody_is_left_out_for_a_bidder():
    world = w.opened()
    # Nobody may delete an opening: it belongs to another lot instead.
    other = w.made(Lot.objects.create(tender=world.lot.tender, number=9, title="另一标段"))
    Opening.objects.filter(lot=world.lot).update(lot=other)

    excluded = committees.exclusions_of(world.now())

    assert set(excluded.employers.values()) == {"initiator", "agency", "authority", "centre"}


@pytest.mark.rule("ENG-29", "ENG-30")
def test_a_conflict_seen_after_the_draw_stops_the_start_until_the_member_is_replaced():
    world = w.drawn(w.opened())
    w.form(world)
    invitation = world.draw.invitations.first()
    Membership.objects.create(
        user=invitation.expert.user, subject=world.subjects["bidder3"], duty="handler", since=clock.now()
    )
    with pytest.raises(Refused, match=r"committee\.conflict"):
        evaluations.evaluation_start(lot_id=world.lot.pk, actor=world.actors["agency"])

    experts.replace(
        draw_id=world.draw.pk, label=invitation.label, reason="recused", note="与投标人有关系", actor=pool.OFFICER
    )
    w.everybody_accepts(world)
    committee = w.form(world)
    evaluations.evaluation_start(lot_id=world.lot.pk, actor=world.actors["agency"])

    assert [m.label for m in committees.members_of(committee)] == ["评委乙", "评委丙", "评委丁", "评委戊", "评委己"]
    started = Entry.objects.get(event="evaluation.started")
    assert started.facts["warnings"] == [{"code": "committee.replaced", "rule": "ENG-30"}]


@pytest.mark.rule("GP-14")
def test_an_inquiry_group_of_three():
    world = w.drawn(w.opened(procedure="procurement.inquiry"), count=2)

    committee = w.form(world)

    assert committee.members.count() == 3


def once_at_a_bidder(procedure: str, months_ago: int) -> tuple:
    """An opened lot, and an expert of the pool who left the employ of one of its bidders so many months ago."""
    world = w.opened(procedure=procedure)
    expert, today = pool.expert(1), clock.china(clock.now())
    year, month = divmod(today.year * 12 + today.month - 1 - months_ago, 12)
    past = [{"code": world.subjects["bidder0"].code, "name": "旧单位", "left": f"{year}-{month + 1:02}"}]
    Expert.objects.filter(pk=expert.pk).update(employers_past=past)
    return world, expert


@pytest.mark.rule("GP-15")
@pytest.mark.parametrize(("months_ago", "barred"), [(1, True), (36, True), (37, False)])
def test_whoever_left_a_supplier_within_three_years_does_not_review_its_response(months_ago, barred):
    world, expert = once_at_a_bidder("procurement.inquiry", months_ago)

    excluded = committees.exclusions_of(world.now())

    assert excluded.persons == ({str(expert.public_id): "bidder"} if barred else {})
    found = committees.conflicts(world.now(), [(expert.user_id, expert.employer_code, True)])
    assert found == (["专家：与投标人有利害关系"] if barred else [])


@pytest.mark.rule("GP-15")
def test_an_inquiry_group_with_an_interest_in_a_supplier_is_not_formed():
    world = w.drawn(w.opened(procedure="procurement.inquiry"), count=2)
    drawn = world.draw.invitations.first().expert
    Membership.objects.create(user=drawn.user, subject=world.subjects["bidder1"], duty="handler", since=clock.now())

    with pytest.raises(Refused) as refused:
        w.form(world)
    assert [(one.code, one.rule) for one in refused.value.violations] == [("committee.conflict", "GP-15")]


def test_the_tendering_law_looks_at_present_employers_alone():
    world, _ = once_at_a_bidder("engineering.open", 1)

    assert committees.exclusions_of(world.now()).persons == {}


def test_labels_do_not_run_out():
    labels = [committees.label_of(n) for n in range(25)]

    assert labels[:2] == ["评委甲", "评委乙"]
    assert labels[10] == "评委甲2"
    assert len(set(labels)) == 25
    assert sorted(labels, key=committees._number) == labels


def test_nothing_is_evaluated_without_a_committee():
    world = w.opened()

    with pytest.raises(Refused, match=r"committee\.composition"):
        evaluations.evaluation_start(lot_id=world.lot.pk, actor=world.actors["agency"])


def test_nothing_is_scored_before_the_start():
    world = w.drawn(w.opened())
    w.form(world)

    with pytest.raises(Refused, match=r"state\.wrong"):
        marks.bid_score(
            lot_id=world.lot.pk, bid_id=world.bids[0].id, item="plan", points=Decimal("1.00"), actor=world.seats()[0]
        )


def test_an_inquiry_ranks_by_price_alone():
    world = w.drawn(w.opened(procedure="procurement.inquiry", terms={**w.TERMS, "criteria": []}), count=2)
    w.form(world)
    evaluations.evaluation_start(lot_id=world.lot.pk, actor=world.actors["agency"])
    for n in range(4):
        w.review(world, n)
    w.signed(world)
    report = reports.report_submit(lot_id=world.lot.pk, actor=world.seats()[0])

    assert [r["name"] for r in report.content["ranking"]] == [f"投标人{c}公司" for c in "BACD"]
    assert report.content["benchmark_cny"] is None


def test_an_inquiry_is_awarded_from_the_report_with_the_experts_named():
    world = w.drawn(w.opened(procedure="procurement.inquiry", terms={**w.TERMS, "criteria": []}), count=2)
    w.form(world)
    evaluations.evaluation_start(lot_id=world.lot.pk, actor=world.actors["agency"])
    for n in range(4):
        w.review(world, n)
    w.signed(world)
    reports.report_submit(lot_id=world.lot.pk, actor=world.seats()[0])

    found = awards.award_make(lot_id=world.lot.pk, rank=1, actor=world.actors["agency"])

    assert found.subject == world.subjects["bidder1"]
    notice = world.now().notices.get(kind="award")
    assert notice.title.endswith("成交结果公告")
    assert len(notice.content["committee"]) == 3
    assert Candidate.objects.get(rank=1).points == {"total": None}


def test_a_draw_for_a_lot_takes_need_sides_and_exclusions_from_the_lot():
    world = w.opened()
    keepers = pool.trustees()
    sealing.assign_keyset(world.lot.ledger_ref, keepers.rows, 3)
    inside = pool.expert(50, employer=world.subjects["bidder0"].code)
    pool.pool(6)

    draw = committees.committee_draw_open(lot_id=world.lot.pk, actor=pool.OFFICER)

    assert draw.need == {"specialties": ["A08"], "regions": [], "count": 4, "per_employer": 1}
    assert draw.initiator_codes == [world.subjects["initiator"].code, world.subjects["agency"].code]
    assert {draw.opened[row.label].expert: row.excluded for row in draw.listed}[str(inside.public_id)] == "bidder"
    assert Message.objects.filter(user=world.user("agency"), title="专家抽取待提交随机数承诺").exists()
    with pytest.raises(PermissionDenied):
        committees.committee_draw_open(lot_id=world.lot.pk, actor=world.actors["agency"])


def test_no_draw_for_a_lot_that_forms_no_committee():
    world = w.opened()
    world.lot.state = "evaluating"
    world.lot.save()

    with pytest.raises(Refused, match=r"state\.wrong"):
        committees.committee_draw_open(lot_id=world.lot.pk, actor=pool.OFFICER)
