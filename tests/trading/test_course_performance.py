"""The contract lives: changes, milestones, acceptance, payment and its interest."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied

from platform_site import clock
from platform_site.accounts.refusals import Refused
from platform_site.ledger.models import Entry
from tests.trading.course_world import lived
from tests.trading.public_side import followed
from tests.trading.stage import signed_in
from trading.services import performance as p

FEN = Decimal("0.01")


@pytest.fixture(scope="module")
def made(django_db_setup, django_db_blocker, tmp_path_factory):
    with lived(django_db_blocker, tmp_path_factory.mktemp("files"), "contracted") as scene:
        yield scene


@pytest.fixture
def scene(made, db, at):
    at(made.stage.now)
    return made


def side(scene):
    return {"lot_id": scene.lot.pk, "actor": scene.cast["agency"].actor}


def builder(scene):
    code = scene.again().standing_award.subject.code
    return next(one for one in scene.cast.people.values() if one.code == code)


def plan(scene, amount="1000000.00", title="主体完成"):
    planned = clock.china(clock.now()).date() + timedelta(days=90)
    return p.milestone_plan(
        title=title, amount_cny=Decimal(amount), planned_on=planned, acceptance_days=15, **side(scene)
    )


def deliver(scene, number=1):
    return p.milestone_deliver(lot_id=scene.lot.pk, number=number, actor=builder(scene).actor)


def accept(scene, number=1, passed=True):
    return p.milestone_accept(number=number, passed=passed, opinion="试验合格。", **side(scene))


def pay(scene, amount="1000000.00", days=0):
    on = clock.china(clock.now()).date() + timedelta(days=days)
    return p.milestone_pay(number=1, amount_cny=Decimal(amount), paid_on=on, **side(scene))


@pytest.mark.rule("ENG-53")
def test_a_change_is_public_and_the_contract_as_signed_stays(scene, client):
    contract = scene.again().contract
    price = contract.amount_cny

    change = p.contract_change(
        kind="adjust", reason="工程量偏差。", amount_cny=price + 100, period_days=600, **side(scene)
    )

    contract.refresh_from_db()
    assert contract.amount_cny == price
    assert (p.price_of(contract), p.period_of(contract)) == (price + 100, 600)
    assert change.digest in str(scene.again().notices.get(kind="contract_change").content)
    followed()
    assert "工程量偏差" in client.get(f"/trades/{scene.lot.reference}/").content.decode()


@pytest.mark.rule("ENG-53")
def test_small_additions_count_together(scene):
    price = scene.again().contract.amount_cny
    p.contract_change(kind="addition", reason="一", amount_cny=price + 2_500_000, **side(scene))

    with pytest.raises(Refused, match=r"contract\.addition_over") as refused:
        p.contract_change(kind="addition", reason="二", amount_cny=price + 4_000_000, **side(scene))
    assert refused.value.violations[0].facts["added"] == Decimal("4000000.00")
    p.contract_change(kind="addition", reason="三", amount_cny=price + 4_000_000 - FEN, **side(scene))
    p.contract_change(kind="addition", reason="四", needed="同一沟槽。", amount_cny=price + 4_000_000, **side(scene))


@pytest.mark.parametrize("given", [{"kind": "wish"}, {"kind": "adjust", "reason": " "}, {"kind": "adjust"}])
def test_a_change_that_is_none_is_refused(scene, given):
    said = {"reason": "原因", **given, **side(scene)}

    with pytest.raises(Refused):
        p.contract_change(**said)

    assert not Entry.objects.filter(event="contract.changed").exists()


@pytest.mark.rule("ENG-44")
def test_milestones_add_up_to_the_contract_and_no_fen_more(scene):
    price = scene.again().contract.amount_cny
    plan(scene, str(price - FEN))

    with pytest.raises(Refused, match=r"milestone\.over_contract"):
        plan(scene, "0.02")
    plan(scene, "0.01")


@pytest.mark.rule("ENG-50")
def test_the_term_of_payment_runs_from_the_acceptance(scene, at):
    plan(scene)
    deliver(scene)
    at(clock.now() + timedelta(days=3))

    milestone = accept(scene)

    last = clock.china(milestone.pay_by - timedelta(seconds=1)).date()
    assert last >= clock.china(milestone.accepted_at).date() + timedelta(days=30)
    assert scene.again().recorded["payment_due"] == milestone.pay_by
    assert "acceptance_due" not in scene.again().recorded


@pytest.mark.rule("ENG-55")
def test_who_accepts_too_late_pays_from_the_end_of_the_agreed_term(scene, at):
    plan(scene)
    delivered = deliver(scene)
    by = delivered.pay_by
    at(delivered.acceptance_due + timedelta(days=10))

    milestone = accept(scene)

    assert milestone.pay_by == by
    warned = Entry.objects.get(event="milestone.accepted").facts["warnings"]
    assert {"code": "acceptance.late", "rule": "ENG-55"} in warned


@pytest.mark.rule("ENG-50")
def test_every_day_too_late_costs_interest_and_is_told(scene, at):
    plan(scene)
    deliver(scene)
    milestone = accept(scene)
    at(milestone.pay_by + timedelta(days=9, hours=12))

    payment = pay(scene)

    assert (payment.late_days, payment.interest_cny) == (10, Decimal("5000.00"))
    warned = Entry.objects.get(event="milestone.paid_for").facts["warnings"]
    assert {"code": "payment.late", "rule": "ENG-50"} in warned
    milestone.refresh_from_db()
    assert milestone.state == "paid"


def test_on_its_last_day_a_payment_is_in_time(scene, at):
    plan(scene)
    deliver(scene)
    milestone = accept(scene)
    at(milestone.pay_by - timedelta(minutes=1))

    payment = pay(scene)

    assert (payment.late_days, payment.interest_cny) == (0, Decimal("0.00"))
    assert "warnings" not in Entry.objects.get(event="milestone.paid_for").facts


def test_a_part_leaves_the_rest_open_and_more_than_open_is_refused(scene):
    plan(scene)
    deliver(scene)
    accept(scene)
    pay(scene, "400000.00")

    with pytest.raises(Refused, match=r"payment\.over"):
        pay(scene, "600000.01")
    with pytest.raises(Refused, match=r"payment\.future"):
        pay(scene, "1.00", days=1)
    pay(scene, "600000.00")
    with pytest.raises(Refused, match=r"milestone\.state"):
        pay(scene, "0.01")


def test_a_refused_delivery_is_delivered_again(scene):
    plan(scene)
    deliver(scene)
    accept(scene, passed=False)
    with pytest.raises(Refused, match=r"milestone\.state"):
        accept(scene)

    assert deliver(scene).state == "delivered"
    assert scene.again().notices.filter(kind="acceptance").count() == 1


def test_each_side_does_its_own(scene):
    plan(scene)
    own, other = builder(scene), scene.cast["bidder4"]

    for actor in (other.actor, scene.cast["agency"].actor, scene.cast["operator"].actor):
        with pytest.raises(PermissionDenied):
            p.milestone_deliver(lot_id=scene.lot.pk, number=1, actor=actor)
    deliver(scene)
    with pytest.raises(PermissionDenied):
        p.milestone_accept(lot_id=scene.lot.pk, number=1, passed=True, opinion="好", actor=own.actor)
    accept(scene)
    payment = pay(scene)
    with pytest.raises(PermissionDenied):
        p.payment_confirm(lot_id=scene.lot.pk, payment_id=payment.pk, actor=scene.cast["agency"].actor)
    for _ in range(2):
        p.payment_confirm(lot_id=scene.lot.pk, payment_id=payment.pk, actor=own.actor)
    assert Entry.objects.filter(event="payment.confirmed").count() == 1


def test_the_performance_page_leads_both_sides_through_it(scene, client):
    buyer, seller = signed_in(scene.cast, "agency"), signed_in(scene.cast, builder(scene).username)
    assert "还没有约定节点" in buyer.get(scene.url("performance/")).content.decode()
    bad = buyer.post(
        scene.url("acts/plan_milestone/"), {"title": "主体", "amount_cny": "八百万", "acceptance_days": "15"}
    )
    assert bad.status_code == 422
    assert "八百万" in bad.content.decode()
    said = {"title": "主体完成", "amount_cny": "1,000,000.00", "planned_on": "2026-09-01", "acceptance_days": "15"}
    assert buyer.post(scene.url("acts/plan_milestone/"), said).status_code == 302
    assert "acts/deliver_milestone/?milestone=1" in seller.get(scene.url("performance/")).content.decode()
    seller.post(scene.url("acts/deliver_milestone/"), {"milestone": "1"})
    buyer.post(scene.url("acts/accept_milestone/"), {"milestone": "1", "passed": "yes", "opinion": "合格"})
    today = clock.china(clock.now()).date().isoformat()
    over = buyer.post(scene.url("acts/pay_milestone/"), {"milestone": "1", "amount_cny": "1000001", "paid_on": today})
    assert over.status_code == 409
    assert "付款超过未付金额" in over.content.decode()
    buyer.post(scene.url("acts/pay_milestone/"), {"milestone": "1", "amount_cny": "1000000", "paid_on": today})
    assert "acts/confirm_payment/" in seller.get(scene.url("performance/")).content.decode()

    followed()
    page = client.get(f"/trades/{scene.lot.reference}/").content.decode()
    assert "已付清" in page
    assert signed_in(scene.cast, "bidder4").get(scene.url("performance/")).status_code == 404


@pytest.mark.rule("ENG-50")
def test_a_contract_with_too_long_a_term_of_payment_is_told(scene):
    from trading.kernel.procedure import Facts, warnings

    lot = scene.again()
    said = {"payment_days": 31, "payer": "public", "payee_is_sme": True, "contract_cny": Decimal(1)}
    facts = Facts("awarded", clock.now(), {}, said)

    assert [v.code for v in warnings(lot.book, lot.procedure, "sign_contract", facts)] == ["payment.too_long"]
