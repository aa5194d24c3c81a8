"""Acts of the initiator's side and of the winner that need one form each: what is typed, what is done, what is said.

One page shows them all (trading.views.acts); the kernel judges, so an act that may not happen comes back with its
refusal and what was typed.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django import forms

from credit.models import Subject
from platform_site.accounts.actors import Actor
from trading.fields import ChinaTime, Choice, Day, Figure, Money, Text
from trading.kernel.contests import ascending
from trading.models import ContractChange, Lot, Milestone, Payment
from trading.rulebooks.guards.course import VACANCIES
from trading.services import (
    awards,
    contract_texts,
    corrections,
    joint_contracts,
    listings,
    mandates,
    overturns,
    performance,
    postponements,
    reserves,
    retenders,
    successions,
    takers,
)

PICK = ("", "请选择")
MUST = {"error_messages": {"required": "请填写或者选择"}, "required": True}


class LotBound(forms.Form):
    """A form about one lot."""

    def __init__(self, *args: Any, lot: Lot, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.lot = lot
        self.fill(lot)

    def fill(self, lot: Lot) -> None:
        """Choices out of the lot's own rows."""


class Plain(LotBound):
    """Nothing to type: the page says what will happen."""


class Reason(LotBound):
    """Why."""

    reason = Text(label="理由", max_length=1000, rows=4, help_text="随公告全文发布", **MUST)


class GiveUp(LotBound):
    """Why the winner gives the award up."""

    reason = Text(label="放弃中标的理由", max_length=1000, rows=4, help_text="只有招标人和代理机构可以看到", **MUST)


class Postpone(LotBound):
    """A later deadline."""

    bid_deadline = ChinaTime(label="新的投标截止和开标时间", help_text="只能顺延。修改招标文件请用变更公告", **MUST)
    reason = Text(label="延期的原因", max_length=1000, rows=3, **MUST)


class Correct(LotBound):
    """Words of a published notice."""

    notice = Choice(label="要更正的公告", **MUST)
    before = Text(label="原文", max_length=500, rows=2, help_text="按公告原文逐字填写", **MUST)
    after = Text(label="更正为", max_length=500, rows=2, **MUST)
    reason = Text(label="原因", max_length=1000, rows=2, **MUST)

    def fill(self, lot: Lot) -> None:
        """Published notices, newest first."""
        rows = lot.notices.filter(state="published").order_by("-published_at")
        self.fields["notice"].choices = [PICK, *((str(n.pk), n.title) for n in rows)]


class Forgo(LotBound):
    """Going without a tender."""

    reason = Text(label="理由", max_length=1000, rows=3, help_text="随公告全文发布", **MUST)
    approval = Text(label="原审批、核准部门的批准文号", max_length=100, help_text="必须审批、核准的项目应当填写")


class Cancel(LotBound):
    """The winner loses the place."""

    ground = Choice(label="法定事由", choices=[PICK, *VACANCIES.items()], **MUST)
    reason = Text(label="具体情况", max_length=1000, rows=4, help_text="随公告全文发布", **MUST)


class Next(LotBound):
    """The next candidate."""

    rank = Choice(label="中标候选人", **MUST)

    def fill(self, lot: Lot) -> None:
        """The candidates in order; the one whose turn it is stands first."""
        spent = successions.spent_ranks(lot)
        rows = [c for c in lot.candidates.select_related("bid__subject") if c.rank not in spent]
        self.fields["rank"].choices = [(str(c.rank), f"第 {c.rank} 候选人 {c.bid.subject.name}") for c in rows]


class Change(LotBound):
    """A change of the contract."""

    kind = Choice(label="变更性质", choices=[PICK, *ContractChange.KINDS.items()], **MUST)
    amount_cny = Money(label="变更后的合同价款（元）", help_text="不填则不变")
    period_days = Figure(label="变更后的工期（日历天）", least=1, most=9999, help_text="不填则不变")
    reason = Text(label="变更的原因", max_length=1000, rows=3, help_text="随公告全文发布", **MUST)
    needed = Text(label="应当由原中标人承担的理由", max_length=1000, rows=2, help_text="追加达到必须招标的规模时填写")


class Plan(LotBound):
    """A milestone."""

    title = Text(label="节点", max_length=100, **MUST)
    amount_cny = Money(label="节点金额（元）", **MUST)
    planned_on = Day(label="计划交付日期", **MUST)
    acceptance_days = Figure(label="验收期限（日）", least=1, most=365, initial=15, **MUST)


class OfMilestone(LotBound):
    """One milestone of the contract; `states` are those the act is for."""

    states: tuple[str, ...] = ()
    milestone = Choice(label="节点", **MUST)

    def fill(self, lot: Lot) -> None:
        """Milestones the act is for."""
        rows = Milestone.objects.filter(contract__lot=lot, state__in=self.states)
        self.fields["milestone"].choices = [(str(m.number), f"{m.number}. {m.title}") for m in rows]


class Deliver(OfMilestone):
    """Delivery."""

    states = ("planned", "refused")


class Accept(OfMilestone):
    """Acceptance."""

    states = ("delivered",)
    passed = Choice(label="结论", choices=[PICK, ("yes", "验收合格"), ("no", "验收不合格")], **MUST)
    opinion = Text(label="验收意见", max_length=1000, rows=3, help_text="随公告发布", **MUST)


class Pay(OfMilestone):
    """Payment."""

    states = ("delivered", "accepted")
    amount_cny = Money(label="付款金额（元）", **MUST)
    paid_on = Day(label="付款日期", **MUST)
    interest_paid_cny = Money(label="同时支付的逾期利息（元）", help_text="没有逾期的留空")


class Confirm(LotBound):
    """A payment that came."""

    payment = Choice(label="付款", **MUST)

    def fill(self, lot: Lot) -> None:
        """Payments not yet confirmed."""
        rows = Payment.objects.filter(milestone__contract__lot=lot, confirmed_at__isnull=True).select_related(
            "milestone"
        )
        self.fields["payment"].choices = [
            (str(p.pk), f"{p.milestone.title}，{p.paid_on}，{p.amount_cny:,.2f} 元") for p in rows
        ]


class Join(LotBound):
    """The text one signs: shown whole in a line, chosen by its digest."""

    text = Choice(label="合同文本", **MUST)

    def fill(self, lot: Lot) -> None:
        """The text in force."""
        award = lot.standing_award
        found = joint_contracts.in_force(award) if award else None
        self.fields["text"].choices = [(found.digest, contract_line(found.particulars, found.digest))] if found else []


def contract_line(said: Mapping[str, Any], digest: str) -> str:
    """A contract's main terms and the beginning of its digest."""
    parts = [f"合同价款 {Decimal(said['amount_cny']):,.2f} 元"]
    parts += [f"工期 {said['period_days']} 日历天"] if said.get("period_days") else []
    parts += [f"质量{said['quality']}"] if said.get("quality") else []
    return f"{'，'.join(parts)}，摘要 {digest[:8]}"


class SignMandate(LotBound):
    """What the agency is mandated for, and until when."""

    scope = Text(label="委托代理范围", max_length=200, help_text="例如：招标代理全过程", **MUST)
    until = Day(label="委托期限至", **MUST)

    def fill(self, lot: Lot) -> None:
        """The scope as it stands."""
        self.fields["scope"].initial = lot.tender.mandate.get("scope", "")


class EndMandate(LotBound):
    """Why the mandate ends."""

    reason = Text(label="终止委托的原因", max_length=1000, rows=3, help_text="公告发布以后的，随公告全文发布", **MUST)


class AppointAgency(LotBound):
    """Another agency, and its mandate."""

    code = Choice(label="新的招标代理机构", **MUST)
    scope = Text(label="委托代理范围", max_length=200, help_text="例如：招标代理全过程", **MUST)
    until = Day(label="委托期限至", **MUST)
    reason = Text(label="更换的原因", max_length=1000, rows=3, help_text="公告发布以后的，随公告全文发布", **MUST)

    def fill(self, lot: Lot) -> None:
        """Registered agencies but the present one; the scope as it stood."""
        rows = Subject.objects.filter(kinds__contains=["agency"], state="active").exclude(pk=lot.tender.agency_id)
        self.fields["code"].choices = [PICK, *((one.code, one.name) for one in rows.order_by("name")[:300])]
        self.fields["scope"].initial = lot.tender.mandate.get("scope", "")


class DealContract(LotBound):
    """The contract of a live auction: what was sold, for the price of the deal."""

    subject = Text(label="合同标的", max_length=200, **MUST)
    amount_cny = Money(label="合同价款（元）", **MUST)

    def fill(self, lot: Lot) -> None:
        """As the deal says."""
        award = lot.standing_award
        self.fields["subject"].initial = lot.title
        self.fields["amount_cny"].initial = award.amount_cny if award else None


class Settle(LotBound):
    """What came in through the exchange."""

    paid_cny = Money(label="已到账的价款（元）", **MUST)


Given = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class ActPage:
    """One act as its page knows it.

    Attributes:
        do: (lot, cleaned form, actor) -> what was made.
        about: what happens, in a sentence, above the form; {winner} stands for the book's word.
        done: said when it happened.
        lands: the route one arrives at, of the lot or of the lot that was made.
        winner: done by the winner, not by the initiator's side.
        shows: (title, value) of what is decided on, above the form.
    """

    form: type[LotBound]
    do: Callable[[Lot, Given, Actor], Any]
    about: str
    done: str
    lands: str = "trading:lot"
    winner: bool = False
    shows: Callable[[Lot], list[tuple[str, str]]] = lambda lot: []


def _day(typed: str) -> date:
    return date.fromisoformat(typed)


def _correct(lot: Lot, said: Given, actor: Actor) -> Any:
    words = {name: said[name] for name in ("before", "after", "reason")}
    return corrections.notice_correct(lot_id=lot.pk, notice_id=said["notice"], actor=actor, **words)


def _plan(lot: Lot, said: Given, actor: Actor) -> Any:
    planned = {**said, "planned_on": _day(said["planned_on"])}
    return performance.milestone_plan(lot_id=lot.pk, actor=actor, **planned)


def _pay(lot: Lot, said: Given, actor: Actor) -> Any:
    return performance.milestone_pay(
        lot_id=lot.pk,
        number=int(said["milestone"]),
        amount_cny=said["amount_cny"],
        paid_on=_day(said["paid_on"]),
        interest_paid_cny=said["interest_paid_cny"],
        actor=actor,
    )


def _accept(lot: Lot, said: Given, actor: Actor) -> Any:
    return performance.milestone_accept(
        lot_id=lot.pk,
        number=int(said["milestone"]),
        passed=said["passed"] == "yes",
        opinion=said["opinion"],
        actor=actor,
    )


PERFORMANCE = "trading:performance"
RESULTS = "trading:results"
ACTS: dict[str, ActPage] = {
    "sign_mandate": ActPage(
        SignMandate,
        lambda lot, said, actor: mandates.mandate_sign(
            lot_id=lot.pk, scope=said["scope"], until=_day(said["until"]), actor=actor
        ),
        "由招标人签署。签署以后招标代理机构方可提交公告，在委托的范围和期限内办理；期满或者终止以后不再办理。",
        "委托已签署，代理机构已收到通知",
    ),
    "end_mandate": ActPage(
        EndMandate,
        lambda lot, said, actor: mandates.mandate_end(lot_id=lot.pk, actor=actor, **said),
        "终止以后的事项由招标人自行办理，此前依委托办理的事项继续有效。招标公告已经发布的，另发公告。",
        "委托已终止，代理机构已收到通知",
    ),
    "appoint_agency": ActPage(
        AppointAgency,
        lambda lot, said, actor: mandates.agency_appoint(
            lot_id=lot.pk, actor=actor, **{**said, "until": _day(said["until"])}
        ),
        "先终止原来的委托。更换以后由新的代理机构在委托的范围和期限内办理，已经编制和办理的事项继续有效；"
        "原代理机构不再办理，也不得在本项目投标。项目的各标段一并更换，招标公告已经发布的，另发公告。",
        "代理机构已更换，双方已收到通知",
    ),
    "postpone": ActPage(
        Postpone,
        lambda lot, said, actor: postponements.lot_postpone(lot_id=lot.pk, actor=actor, **said),
        "截止和开标时间顺延，招标文件不变。已经递交的投标文件保持封存，继续有效；获取招标文件的人都会收到通知。",
        "延期公告已发布",
    ),
    "correct_notice": ActPage(
        Correct,
        _correct,
        "另发一则更正公告，原公告不改动，标明已经更正。更正中标候选人公示的，公示期重新计算。",
        "更正公告已发布",
    ),
    "retender": ActPage(
        Plain,
        lambda lot, said, actor: retenders.retender_register(lot_id=lot.pk, actor=actor),
        "按原来的内容重新登记一个项目，与本标段相互链接。登记以后可以修改，再提交公告。",
        "已经重新登记，请核对内容后提交公告",
    ),
    "forgo_tender": ActPage(
        Forgo,
        lambda lot, said, actor: retenders.tender_forgo(lot_id=lot.pk, actor=actor, **said),
        "重新招标后投标人仍少于三个的，可以不再进行招标。",
        "不再招标公告已发布",
    ),
    "redo_evaluation": ActPage(
        Reason,
        lambda lot, said, actor: overturns.result_redo(lot_id=lot.pk, actor=actor, **said),
        "原评标报告保存在档案里，不再作为定标的依据。评标委员会从头评审，完成后重新公示。",
        "已经重新评标，投标人已收到通知",
        RESULTS,
    ),
    "fail_result": ActPage(
        Reason,
        lambda lot, said, actor: overturns.result_fail(lot_id=lot.pk, actor=actor, **said),
        "宣布以后不能恢复，下一步是重新招标。",
        "招标失败公告已发布",
    ),
    "give_up_award": ActPage(
        GiveUp,
        lambda lot, said, actor: successions.award_give_up(lot_id=lot.pk, actor=actor, **said),
        "放弃以后不能收回。无正当理由不订立合同的，取消中标资格，投标保证金不予退还。",
        "已经告知招标人",
        "trading:bid",
        winner=True,
    ),
    "cancel_award": ActPage(
        Cancel,
        lambda lot, said, actor: successions.award_cancel(lot_id=lot.pk, actor=actor, **said),
        "取消以后公告。随后依次确定其他中标候选人，或者重新招标。",
        "已经取消中标资格并公告",
        RESULTS,
    ),
    "set_aside_award": ActPage(
        Reason,
        lambda lot, said, actor: overturns.award_set_aside(lot_id=lot.pk, actor=actor, **said),
        "执行监督部门认定中标无效的决定，公告以后依次确定其他中标候选人，或者重新招标。",
        "中标无效公告已发布",
        RESULTS,
    ),
    "award_next": ActPage(
        Next,
        lambda lot, said, actor: successions.award_next(lot_id=lot.pk, rank=int(said["rank"]), actor=actor),
        "一次办理：中标通知书发给中标人，结果同时告知所有未中标人，并公告。",
        "中标通知书已发出，结果同时告知其他投标人",
        RESULTS,
    ),
    "join_contract": ActPage(
        Join,
        lambda lot, said, actor: contract_texts.contract_join(lot_id=lot.pk, digest=said["text"], actor=actor),
        "联合体各方应当共同与招标人签订合同，就中标项目承担连带责任。签署的就是招标人送来的这份文本；文本改动的，须重新签署。",
        "已签署，招标人已收到通知",
        "trading:bid",
        winner=True,
    ),
    "change_contract": ActPage(
        Change,
        lambda lot, said, actor: performance.contract_change(lot_id=lot.pk, actor=actor, **said),
        "原合同不改动，变更另行登记并公告。标的和质量不得变更。",
        "合同变更已登记并公告",
        PERFORMANCE,
    ),
    "plan_milestone": ActPage(
        Plan, _plan, "节点金额合计不超过合同价款。付款期限自验收合格或者验收期限届满起算。", "节点已登记", PERFORMANCE
    ),
    "deliver_milestone": ActPage(
        Deliver,
        lambda lot, said, actor: performance.milestone_deliver(
            lot_id=lot.pk, number=int(said["milestone"]), actor=actor
        ),
        "交付以后验收期限开始计算。",
        "已经告知招标人验收",
        PERFORMANCE,
        winner=True,
    ),
    "accept_milestone": ActPage(
        Accept, _accept, "拖延验收的，付款期限自约定的验收期限届满之日起算。", "验收结论已登记并公告", PERFORMANCE
    ),
    "pay_milestone": ActPage(
        Pay, _pay, "登记已经支付的款项。晚于期限的，按日计算逾期利息。", "付款已登记，中标人已收到通知", PERFORMANCE
    ),
    "confirm_payment": ActPage(
        Confirm,
        lambda lot, said, actor: performance.payment_confirm(
            lot_id=lot.pk, payment_id=int(said["payment"]), actor=actor
        ),
        "确认款项已经到账。",
        "收款已确认",
        PERFORMANCE,
        winner=True,
    ),
}


def _auctioned(lot: Lot) -> list[tuple[str, str]]:
    """How the auction ended, by pseudonym: who it was is told with the deal."""
    best = ascending(listings.offers_of(lot), None)
    shown = [("最高报价", f"{best.amount:,.2f} 元，{best.bidder}" if best else "没有报价")]
    amount, lost = reserves.binding(lot)
    if amount is not None or lost:
        shown.append(("底价", "已损毁，不得成交" if lost else f"{amount:,.2f} 元"))
    return shown


def _owed(lot: Lot) -> list[tuple[str, str]]:
    award = lot.standing_award
    return [("受让方", award.subject.name), ("成交价款", f"{award.amount_cny:,.2f} 元")] if award else []


def _deal_contract(lot: Lot, said: Given, actor: Actor) -> Any:
    return awards.contract_sign(lot_id=lot.pk, particulars=dict(said), actor=actor)


# Of a lot that is sold by live auction.
AUCTION: dict[str, ActPage] = {
    "award": ActPage(
        Plain,
        lambda lot, said, actor: listings.deal_confirm(lot_id=lot.pk, actor=actor),
        "最高报价不低于底价的成交。签订以后成交确认书发给{winner}，结果公告，并告知其他参加竞价的人。",
        "成交确认书已签发，结果已公告",
        RESULTS,
        shows=_auctioned,
    ),
    "fail_unsold": ActPage(
        Plain,
        lambda lot, said, actor: listings.listing_fail(lot_id=lot.pk, actor=actor),
        "没有人报价，或者最高报价低于底价的，宣布未成交并公告。",
        "未成交公告已发布",
        RESULTS,
        shows=_auctioned,
    ),
    "sign_contract": ActPage(
        DealContract, _deal_contract, "标的和价款应当与成交确认书一致。", "合同已登记并公告", RESULTS, shows=_owed
    ),
    "settle": ActPage(
        Settle,
        lambda lot, said, actor: takers.deal_settle(lot_id=lot.pk, paid_cny=said["paid_cny"], actor=actor),
        "价款全部到账以后出具交易凭证，结果公告。",
        "交易凭证已出具，结果已公告",
        RESULTS,
        shows=_owed,
    ),
}


def act_page(lot: Lot, verb: str) -> ActPage | None:
    """The page the verb has for this lot; None where it has none."""
    auctioned = AUCTION.get(verb) if "sign_up" in lot.procedure.transitions else None
    return auctioned or ACTS.get(verb)
