"""工程建设项目公开招标 after the contract: its changes, milestones, acceptance and payment."""

from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from platform_site import clock
from trading.models import Lot
from trading.rehearsal import engineering_open as happy
from trading.rehearsal.people import Cast, Person
from trading.rehearsal.stage import DENIED, Script, Stage, Step
from trading.services import performance

VARIANTS = {
    "contract_changed": "合同变更：追加工程和工期顺延，公告",
    "performed": "按节点交付、验收、付款，一次逾期付款计息",
}
# What the contract says of its payment: a public body, a small contractor, thirty days, the statutory interest.
PAYMENT = {"payer": "public", "payee_is_sme": True, "payment_days": 30}


def script(stage: Stage, cast: Cast, variant: str, *, draft: Mapping[str, Any] | None = None) -> Script:
    """One of VARIANTS from registration to archive.

    Raises:
        KeyError: no such variant.
    """
    way = {"contract_changed": changed, "performed": performed}[variant]
    lot = yield from happy.announced(stage, cast, "happy", draft)
    yield from happy.bidding(stage, cast, lot, "happy")
    yield from happy.opened(stage, cast, lot)
    yield from happy.evaluated(stage, cast, lot)
    yield from happy.awarded(stage, cast, lot, "happy")
    yield from happy.signed(stage, cast, lot, terms=PAYMENT)
    yield from way(stage, cast, Lot.objects.get(pk=lot.pk))
    stage.later(days=1)
    yield from happy.archived(cast, lot)


def changed(stage: Stage, cast: Cast, lot: Lot) -> Script:
    """Nothing new, then too much without a reason of 第九条, then with it; last a longer period."""
    price = lot.contract.amount_cny
    more = price + Decimal("4600000.00")
    stage.later(days=60)

    def change(what: str, *, refused: str = "", **given: Any) -> Step:
        said = {"reason": "厂区进水管位置调整，增加管网。", **given}
        return Step(
            "招标人",
            what,
            lambda: performance.contract_change(lot_id=lot.pk, actor=cast["initiator"].actor, **said),
            refused=refused,
            state="" if refused else "changed",
        )

    yield change("没有变化的变更", kind="adjust", amount_cny=price, refused="contract.unchanged")
    yield change("追加达到规模标准的工程", kind="addition", amount_cny=more, refused="contract.addition_over")
    yield change(
        "追加工程",
        kind="addition",
        amount_cny=more,
        needed="管网与在建厂区同一沟槽，由他人施工影响功能配套。",
    )
    stage.later(days=20)
    yield change("顺延工期", kind="adjust", period_days=(lot.period_days or 540) + 30, reason="汛期停工，顺延工期。")


def performed(stage: Stage, cast: Cast, lot: Lot) -> Script:
    """Two milestones: one refused, put right, accepted and paid in time; one accepted and paid too late."""
    buyer = cast["initiator"].actor
    code = lot.standing_award.subject.code
    builder = next(p for p in cast.people.values() if p.code == code)
    half = (lot.contract.amount_cny / 2).quantize(Decimal("0.01"))
    rest = lot.contract.amount_cny - half

    def plan(title: str, amount: Decimal, months: int, *, refused: str = "") -> Step:
        planned = clock.china(stage.now).date() + timedelta(days=30 * months)
        return Step(
            "招标人",
            "约定履约节点",
            lambda: performance.milestone_plan(
                lot_id=lot.pk, title=title, amount_cny=amount, planned_on=planned, acceptance_days=15, actor=buyer
            ),
            refused=refused,
        )

    yield plan("主体结构完成", half, 6)
    yield plan("竣工验收", rest, 18)
    yield plan("另付赶工费", Decimal("1.00"), 18, refused="milestone.over_contract")
    stage.later(days=170)
    yield delivered(lot, 1, cast["bidder4"], refused=DENIED)
    yield delivered(lot, 1, builder)
    stage.later(days=5)
    yield accepted(lot, buyer, 1, passed=False, opinion="池壁渗漏，整改后重新交付。")
    stage.later(days=20)
    yield delivered(lot, 1, builder)
    stage.later(days=4)
    yield accepted(lot, buyer, 1, passed=True, opinion="闭水试验合格。")
    stage.later(days=10)
    today = clock.china(stage.now).date()
    yield paid(lot, buyer, 1, half + 1, today, refused="payment.over")
    yield paid(lot, buyer, 1, half, today + timedelta(days=3), refused="payment.future")
    payment = yield paid(lot, buyer, 1, half, today)
    yield confirmed(lot, builder, payment)
    stage.later(days=320)
    yield delivered(lot, 2, builder)
    stage.later(days=22)
    yield accepted(lot, buyer, 2, passed=True, opinion="竣工验收合格。")
    stage.later(days=40)
    late = yield paid(lot, buyer, 2, rest, clock.china(stage.now).date())
    yield confirmed(lot, builder, late)


def delivered(lot: Lot, number: int, builder: Person, *, refused: str = "") -> Step:
    """The contractor delivers."""
    return Step(
        "中标人" if not refused else "其他投标人",
        "交付并申请验收",
        lambda: performance.milestone_deliver(lot_id=lot.pk, number=number, actor=builder.actor),
        refused=refused,
        state="" if refused else f"delivered_{number}",
    )


def accepted(lot: Lot, buyer: Any, number: int, *, passed: bool, opinion: str) -> Step:
    """The initiator accepts, or does not."""
    return Step(
        "招标人",
        "验收" if passed else "验收不合格",
        lambda: performance.milestone_accept(lot_id=lot.pk, number=number, passed=passed, opinion=opinion, actor=buyer),
        state=f"accepted_{number}" if passed else "",
    )


def paid(lot: Lot, buyer: Any, number: int, amount: Decimal, on: date, *, refused: str = "") -> Step:
    """The initiator pays, with the interest it owes."""

    def pay() -> Any:
        milestone = lot.contract.milestones.get(number=number)
        days = performance.late_days(milestone.pay_by, on)
        owed = performance.interest_of(amount, performance.late_rate(lot.book, lot.contract), days)
        return performance.milestone_pay(
            lot_id=lot.pk,
            number=number,
            amount_cny=amount,
            paid_on=on,
            interest_paid_cny=owed or None,
            actor=buyer,
        )

    return Step("招标人", "付款", pay, refused=refused, state="" if refused else f"paid_{number}")


def confirmed(lot: Lot, builder: Person, payment: Any) -> Step:
    """The contractor confirms the money."""
    return Step(
        "中标人",
        "确认收款",
        lambda: performance.payment_confirm(lot_id=lot.pk, payment_id=payment.pk, actor=builder.actor),
    )
