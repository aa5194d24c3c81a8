"""招标计划: public before the tender, changed and cancelled in public, linked to by the project that follows."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client

from disclosure import projecting
from disclosure.models import ListedNotice
from platform_site import ledger
from platform_site.accounts.refusals import Refused
from platform_site.ledger.models import Entry
from tests.trading.boundaries import ENG, day
from tests.trading.stage import START, drafted, signed_in, stage_cast  # noqa: F401
from trading import registers
from trading.kernel.procedure import Facts
from trading.models import PlanNotice, TenderPlan
from trading.rehearsal.engineering_open import schedule
from trading.rehearsal.engineering_prepared import PLAN
from trading.rulebooks.guards.planning import planned_ahead
from trading.services import plans, ticks

FORM = {**PLAN, "estimate_cny": "190,000,000.00"}


@pytest.fixture
def cast(stage_cast, db, at, files):  # noqa: F811
    at(START)
    return stage_cast


def publish(cast, **other):
    return plans.plan_publish(
        initiator=cast.subjects["initiator"], said={**PLAN, **other}, actor=cast["initiator"].actor
    )


def listed():
    ledger.sequence_once()
    projecting.catch_up()
    return {row.kind: row for row in ListedNotice.objects.all()}


@pytest.mark.rule("ENG-56")
@pytest.mark.parametrize(("days", "told"), [(30, True), (31, False)])
def test_a_notice_less_than_thirty_days_after_its_plan_is_told_to_supervision(days, told):
    facts = Facts("registered", day(0), values={"plan_published_at": day(0), "notice_at": day(days)})

    assert (planned_ahead(facts, ENG) is not None) == told


def test_without_a_plan_nothing_is_measured():
    assert (
        planned_ahead(Facts("registered", day(0), values={"plan_published_at": None, "notice_at": day(1)}), ENG) is None
    )


def test_a_published_plan_is_a_line_of_the_public_list_and_a_page(cast):
    plan = publish(cast)

    row = listed()["plan"]
    page = Client().get(row.path)
    assert (row.stage, row.amount_cny, row.reference) == ("plan", Decimal("190000000.00"), plan.reference)
    assert page.status_code == 200
    assert "不接受报名" in page.content.decode()
    assert not list(registers.plans_unchanged())


@pytest.mark.parametrize("fact", ["title", "scope", "estimate_cny", "notice_month", "region_name"])
@pytest.mark.rule("ENG-56")
def test_a_plan_that_leaves_something_out_is_refused(cast, fact):
    with pytest.raises(Refused, match=r"fact\.missing"):
        publish(cast, **{fact: None})
    assert not TenderPlan.objects.exists()


def test_only_the_initiator_publishes(cast):
    with pytest.raises(PermissionDenied):
        plans.plan_publish(initiator=cast.subjects["initiator"], said=PLAN, actor=cast["bidder1"].actor)


def test_a_change_says_what_and_why_and_leaves_the_first_text_as_it_was(cast):
    plan = publish(cast)
    first = plan.said

    changed = plans.plan_change(
        plan_id=plan.pk, said={"notice_month": "2026-06"}, reason="审批推迟。", actor=cast["initiator"].actor
    )

    assert changed.content["changes"] == ["notice_month"]
    first.refresh_from_db()
    assert first.content["notice_month"] == "2026-04"
    rows = listed()
    assert (rows["plan"].ended, rows["plan_change"].ended) == ("已变更", "")
    assert "审批推迟" in Client().get(rows["plan"].path).content.decode()


def test_a_cancelled_plan_can_be_neither_changed_nor_used(cast):
    plan, chief = publish(cast), cast["initiator"].actor
    plans.plan_cancel(plan_id=plan.pk, reason="不再建设。", actor=chief)

    with pytest.raises(Refused, match=r"state\.wrong"):
        plans.plan_change(plan_id=plan.pk, said={"scope": "别的"}, reason="x", actor=chief)
    with pytest.raises(Refused, match=r"state\.wrong"):
        plans.plan_for(reference=plan.reference, initiator=plan.initiator, actor=chief)
    assert listed()["plan_cancel"].ended == "已取消"


@pytest.mark.parametrize("reference", ["JH-nothing", "another"])
def test_a_project_is_registered_on_a_plan_of_its_own_initiator_only(cast, reference):
    if reference == "another":
        other = cast.subjects["purchaser"]
        reference = plans.plan_publish(initiator=other, said=PLAN, actor=cast["purchaser"].actor).reference

    with pytest.raises(Refused, match=r"plan\.not_own"):
        plans.plan_for(reference=reference, initiator=cast.subjects["initiator"], actor=cast["agency"].actor)


@pytest.mark.rule("ENG-56")
def test_notice_and_plan_link_to_each_other_and_a_short_distance_is_in_the_record(cast, at):
    plan = publish(cast)
    scene = drafted(cast, plan=plan.reference)
    lot = scene.again()
    schedule(cast, lot)
    at(START + timedelta(days=1, hours=1))
    ticks.tick(until=lot.recorded["notice_at"])

    notice = lot.notices.get(kind="tender", state="published")
    assert notice.content["plan"]["reference"] == plan.reference
    entry = Entry.objects.get(event="lot.announced")
    assert {"code": "plan.too_short", "rule": "ENG-56"} in entry.facts["warnings"]
    rows = listed()
    assert rows["plan"].ended == "已发布招标公告"
    assert f"/trades/{lot.reference}/" in Client().get(rows["plan"].path).content.decode()
    assert plan.reference in Client().get(f"/trades/{lot.reference}/").content.decode()
    with pytest.raises(Refused, match=r"plan\.used"):
        plans.plan_cancel(plan_id=plan.pk, reason="x", actor=cast["initiator"].actor)


def test_a_draft_on_a_plan_does_not_show_on_its_public_page(cast):
    plan = publish(cast)
    tender = drafted(cast, plan=plan.reference).lot.tender
    listed()

    assert tender.reference not in Client().get(f"/plans/{plan.reference}/").content.decode()


@pytest.mark.parametrize("what", ["content", "digest", "day", "gone"])
def test_a_text_of_a_plan_changed_behind_the_services_is_found(cast, what):
    plan = publish(cast)
    if what == "content":
        PlanNotice.objects.update(content={**plan.said.content, "estimate_cny": "1.00"})
    elif what == "digest":
        PlanNotice.objects.update(digest="0" * 64)
    elif what == "day":
        TenderPlan.objects.update(published_at=START - timedelta(days=90))
    else:
        PlanNotice.objects.filter(plan=plan).update(plan=publish(cast), number=9)  # nobody may delete one

    assert list(registers.plans_unchanged())


class TestPages:
    """The initiator's pages."""

    def test_a_plan_is_published_changed_and_cancelled_by_form(self, cast):
        client = signed_in(cast, "initiator")

        made = client.post("/work/plans/new/", FORM)

        plan = TenderPlan.objects.get()
        assert made["Location"] == f"/work/plans/{plan.reference}/"
        assert client.get(made["Location"]).status_code == 200
        changed = client.post(made["Location"], {**FORM, "scope": "新建净水厂和管网。", "reason": "范围调整。"})
        assert changed.status_code == 302
        assert plan.texts.count() == 2
        gone = client.post(made["Location"], {"cancel": "1", "cancel-reason": "不再建设。"})
        assert gone.status_code == 302
        plan.refresh_from_db()
        assert plan.state == "cancelled"
        assert "已取消" in client.get("/work/plans/").content.decode()

    def test_what_was_typed_comes_back_with_what_is_wrong(self, cast):
        client = signed_in(cast, "initiator")

        unreadable = client.post("/work/plans/new/", {**FORM, "notice_month": "四月", "estimate_cny": "1.9亿元"})
        past = client.post("/work/plans/new/", {**FORM, "notice_month": "2026-01"})

        assert unreadable.status_code == 422
        assert "请写成 2026-05 的样子" in unreadable.content.decode()
        assert (past.status_code, "月份已经过去" in past.content.decode()) == (409, True)
        assert PLAN["scope"] in past.content.decode()
        assert not TenderPlan.objects.exists()

    def test_nobody_else_sees_the_page_of_a_plan(self, cast):
        plan = publish(cast)

        assert signed_in(cast, "bidder1").get(f"/work/plans/{plan.reference}/").status_code == 404
        assert signed_in(cast, "agency").get(f"/work/plans/{plan.reference}/").status_code == 404

    def test_the_register_form_takes_the_plan(self, cast):
        plan, client = publish(cast), signed_in(cast, "initiator")
        said = {
            "side": "initiator", "title": "水厂", "procedure": "engineering.open", "trade_category": "A07",
            "kind": "works", "centre": cast.subjects["centre"].code, "plan": plan.reference,
            "lots-TOTAL_FORMS": "1", "lots-INITIAL_FORMS": "0", "lots-0-title": "一标段",
        }  # fmt: skip

        refused = client.post("/work/register/", {**said, "plan": "JH-1"})
        made = client.post("/work/register/", said)

        assert (refused.status_code, "没有这个招标计划" in refused.content.decode()) == (409, True)
        assert made.status_code == 302
        assert plan.tenders.get().title == "水厂"
