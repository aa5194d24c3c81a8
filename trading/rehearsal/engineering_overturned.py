"""工程建设项目公开招标 whose result does not stand: objections, the winner who gives up, the award set aside."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from platform_site.accounts.actors import Actor
from trading.models import Lot
from trading.rehearsal import engineering_open as happy
from trading.rehearsal import offices
from trading.rehearsal.people import Cast
from trading.rehearsal.stage import DENIED, Script, Stage, Step
from trading.services import awards, challenges, marks, overturns, retenders, successions
from trading.services.acts import moment_of

VARIANTS = {
    "late_objection": "公示期满后提出的结果异议不予受理",
    "objection_upheld": "结果异议成立，重新评标，重新公示",
    "objection_retender": "结果异议成立，宣布招标失败，重新招标",
    "winner_abandons": "中标人放弃，取消中标资格，依次确定第二候选人",
    "award_set_aside": "监督部门认定中标无效，宣布招标失败，重新招标",
}


def script(stage: Stage, cast: Cast, variant: str, *, draft: Mapping[str, Any] | None = None) -> Script:
    """One of VARIANTS from registration to archive.

    Raises:
        KeyError: no such variant.
    """
    way = WAYS[variant]
    lot = yield from happy.announced(stage, cast, "happy", draft)
    yield from happy.bidding(stage, cast, lot, "happy")
    yield from happy.opened(stage, cast, lot)
    yield from happy.evaluated(stage, cast, lot)
    yield from happy.published(stage, cast, lot)
    yield from way(stage, cast, Lot.objects.get(pk=lot.pk))


def objection(cast: Cast, lot: Lot, *, refused: str = "") -> Step:
    """A bidder objects to the result."""
    return Step(
        "投标人",
        "对评标结果提出异议",
        lambda: challenges.challenge_file(
            lot_id=lot.pk,
            kind="result",
            title="对第一候选人业绩证明的异议",
            text="第一候选人的类似工程业绩与公开记录不符，请核实。",
            actor=cast["bidder3"].actor,
        ),
        refused=refused,
        state="" if refused else "objected",
    )


def too_late(stage: Stage, cast: Cast, lot: Lot) -> Script:
    """The publicity is over to the minute: the objection is refused with its window, the award goes on."""
    stage.to(moment_of(lot, "publicity_ends"))
    yield objection(cast, lot, refused="clock.too_late")
    yield from happy.won(stage, cast, lot)
    yield from happy.finished(stage, cast, lot)


def upheld(stage: Stage, cast: Cast, lot: Lot) -> Script:
    """The objection holds true and touches the result: no award on it."""
    agent = cast["agency"].actor
    yield Step(
        "招标代理机构",
        "没有异议即重新评标",
        lambda: overturns.result_redo(lot_id=lot.pk, reason="重新评审。", actor=agent),
        refused="result.standing",
    )
    stage.later(days=1)
    challenge = yield objection(cast, lot)
    stage.later(days=1)
    yield Step(
        "招标代理机构",
        "答复异议，异议成立",
        lambda: challenges.challenge_answer(
            challenge_id=challenge.id,
            reply="经核实，第一候选人的业绩证明与事实不符，异议成立，影响评标结果。",
            upheld=True,
            actor=agent,
        ),
        state="upheld",
    )
    stage.to(moment_of(Lot.objects.get(pk=lot.pk), "publicity_ends"))
    yield Step(
        "招标代理机构",
        "按原结果定标",
        lambda: awards.award_make(lot_id=lot.pk, rank=1, actor=agent),
        refused="result.objection_upheld",
    )


def evaluated_again(stage: Stage, cast: Cast, lot: Lot) -> Script:
    """The committee starts anew, gives the first bidder nothing for his record, and another result is published."""
    yield from upheld(stage, cast, lot)
    yield Step(
        "招标代理机构",
        "重新评标",
        lambda: overturns.result_redo(
            lot_id=lot.pk, reason="异议成立，由评标委员会依照招标文件重新评审。", actor=cast["agency"].actor
        ),
        state="redone",
    )
    yield from happy.reported(cast, lot, by=strictly(cast))
    yield from happy.published(stage, cast, lot)
    yield from happy.won(stage, cast, lot)
    yield from happy.finished(stage, cast, lot)


def strictly(cast: Cast) -> happy.Assess:
    """How members assess the second time: as before, but nothing for the record of the first bidder."""

    def assess(lot: Lot, offered: list[Any], member: Actor, number: int) -> None:
        happy.assess(lot, offered, member, number)
        first = next(bid for bid in offered if bid.subject.code == cast["bidder1"].code)
        marks.bid_score(
            lot_id=lot.pk,
            bid_id=first.id,
            item="record",
            points=Decimal("0.00"),
            reason="业绩证明与事实不符。",
            actor=member,
        )

    return assess


def failed_on_objection(stage: Stage, cast: Cast, lot: Lot) -> Script:
    """The document itself was at fault: the tender fails and is registered anew."""
    yield from upheld(stage, cast, lot)
    yield Step(
        "招标代理机构",
        "宣布招标失败",
        lambda: overturns.result_fail(
            lot_id=lot.pk, reason="异议成立，评标标准有缺陷，不能以重新评标纠正。", actor=cast["agency"].actor
        ),
        state="failed",
    )
    yield from again(stage, cast, lot)


def again(stage: Stage, cast: Cast, lot: Lot) -> Script:
    """The failed lot is registered anew and archived."""
    stage.later(hours=1)
    yield Step(
        "招标代理机构",
        "重新招标",
        lambda: retenders.retender_register(lot_id=lot.pk, actor=cast["agency"].actor),
        state="retendered",
    )
    yield from happy.archived(cast, lot)


def abandoned(stage: Stage, cast: Cast, lot: Lot) -> Script:
    """The winner gives the award up, loses the place and the bond; the second candidate follows, not the third."""
    agent = cast["agency"].actor
    yield from happy.won(stage, cast, lot)
    winner = next(p for p in cast.people.values() if p.code == Lot.objects.get(pk=lot.pk).standing_award.subject.code)
    loser = next(cast[name] for name in happy.PRESENT if cast[name].code != winner.code)
    stage.later(days=5)
    reason = "中标人书面放弃中标，无正当理由不订立合同。"
    yield Step(
        "招标代理机构",
        "中标人未放弃时取消中标资格",
        lambda: successions.award_cancel(lot_id=lot.pk, ground="refused", reason=reason, actor=agent),
        refused="award.not_given_up",
    )
    yield Step(
        "未中标的投标人",
        "代中标人放弃",
        lambda: successions.award_give_up(lot_id=lot.pk, reason="放弃。", actor=loser.actor),
        refused=DENIED,
    )
    yield Step(
        "中标人",
        "书面放弃中标",
        lambda: successions.award_give_up(lot_id=lot.pk, reason="材料涨价，无力承接。", actor=winner.actor),
        state="given_up",
    )
    yield Step(
        "招标代理机构",
        "取消中标资格",
        lambda: successions.award_cancel(lot_id=lot.pk, ground="refused", reason=reason, actor=agent),
        state="vacated",
    )
    stage.later(days=1)
    for rank in (1, 3):
        yield Step(
            "招标代理机构",
            f"确定第{rank}候选人为中标人",
            lambda r=rank: successions.award_next(lot_id=lot.pk, rank=r, actor=agent),
            refused="award.not_next",
        )
    yield Step(
        "招标代理机构",
        "依次确定第二候选人为中标人",
        lambda: successions.award_next(lot_id=lot.pk, rank=2, actor=agent),
        state="succeeded",
    )
    yield from happy.finished(stage, cast, lot)


def set_aside(stage: Stage, cast: Cast, lot: Lot) -> Script:
    """The authority's decision holds the lot; the initiator carries it out; the tender fails and starts anew."""
    agent, authority = cast["agency"].actor, cast["supervisor"].actor
    yield from happy.won(stage, cast, lot)
    stage.later(days=3)
    reason = "中标人在投标中提供虚假业绩，对中标结果造成实质性影响。"
    carry_out = lambda: overturns.award_set_aside(lot_id=lot.pk, reason=reason, actor=agent)  # noqa: E731
    yield Step("招标代理机构", "没有处理决定即认定中标无效", carry_out, refused="decision.missing")
    order = yield Step(
        "行政监督部门",
        "认定中标无效",
        lambda: offices.ask(
            "order_issue", lot_id=lot.pk, kind="void", number="泽水罚〔2026〕3号", text=reason, actor=authority
        ),
        state="voided",
    )
    offer = Lot.objects.get(pk=lot.pk).standing_award.bid.offer
    yield Step(
        "招标人",
        "决定发出后订立合同",
        lambda: awards.contract_sign(
            lot_id=lot.pk, particulars={"amount_cny": offer["price_cny"]}, actor=cast["initiator"].actor
        ),
        refused="hold.standing",
    )
    stage.later(days=2)
    yield Step("招标代理机构", "执行中标无效的决定", carry_out, state="vacated")
    yield Step(
        "行政监督部门",
        "解除暂停",
        lambda: offices.ask("order_lift", order_id=order.id, reason="决定已经执行。", actor=authority),
    )
    yield Step(
        "招标代理机构",
        "宣布招标失败",
        lambda: overturns.result_fail(lot_id=lot.pk, reason="中标无效，其余候选人的报价不能满足预算。", actor=agent),
        state="failed",
    )
    yield from again(stage, cast, lot)


WAYS = {
    "late_objection": too_late,
    "objection_upheld": evaluated_again,
    "objection_retender": failed_on_objection,
    "winner_abandons": abandoned,
    "award_set_aside": set_aside,
}
