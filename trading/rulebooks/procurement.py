"""政府采购: 公开招标, 询价 and 竞争性磋商; law and regulation in force since 2015-03-01."""

from dataclasses import replace
from datetime import date

from trading.kernel.procedure import Book, Procedure, Transition
from trading.rulebooks import consultation, drafts, sealed
from trading.rulebooks.guards import bidding, document, evaluation, preference
from trading.rulebooks.register import ALL
from trading.rulebooks.shared import states

ASKED = sealed.Law(
    notice="询价公告", document="询价通知书", bid="响应文件", group="询价小组", work="评审",
    rule="GP-27",
    draft=(document.budget_published, document.inquiry_period, document.trustees_agreed, *preference.ASKED),
    filed=(bidding.one_quote,),
    quorum="GP-29", enough=bidding.enough_suppliers, too_few=bidding.too_few_suppliers, few="响应供应商不足三家",
    group_rule="GP-14", composed=evaluation.inquiry_group_composed,
)  # fmt: skip
TENDERED = sealed.Law(
    notice="招标公告", document="招标文件", bid="投标文件", group="评标委员会", work="评标",
    rule="GP-05",
    draft=(
        document.budget_published, document.purchase_period, document.purchase_issue_window,
        document.purchase_bond_cap, document.price_weighs_enough, document.trustees_agreed, *preference.ASKED,
    ),
    quorum="GP-18", enough=bidding.enough_tenders, too_few=bidding.too_few_tenders, few="投标人不足三家，废标",
    group_rule="GP-13", composed=evaluation.tender_committee_composed,
    begun=(evaluation.enough_qualified,),
    reported=(evaluation.report_complete, evaluation.enough_responsive),
    scored=True,
    won="中标",
    opening="开标",
    opens="开标",
    ended=Transition(
        states("evaluating"), "failed", "committee", "废标", ("GP-18",), guards=(evaluation.few_responsive,)
    ),
)  # fmt: skip
TENDERED_STATES = sealed.STATES | {
    "bidding": "投标中",
    "opening": "开标中",
    "opened": "已开标",
    "evaluating": "评标中",
    "reported": "评标报告已提交",
    "awarded": "已发中标通知书",
    "failed": "废标",
}
TENDERED_MOMENTS = sealed.MOMENTS | {"award_due": replace(sealed.MOMENTS["award_due"], title="确定中标人期限")}
INQUIRY = Procedure(
    "procurement.inquiry", "询价", "procurement", "sealed_lowest", "采购人", sealed.STATES, sealed.MOMENTS,
    sealed.transitions(ASKED), sealed.stages(ASKED), draft=drafts.INQUIRY,
)  # fmt: skip
OPEN = Procedure(
    "procurement.open", "公开招标", "procurement", "sealed_scored", "采购人", TENDERED_STATES, TENDERED_MOMENTS,
    sealed.transitions(TENDERED), sealed.stages(TENDERED), draft=drafts.PURCHASE,
)  # fmt: skip
CONSULTATION = Procedure(
    "procurement.consultation", "竞争性磋商", "procurement", "sealed_scored", "采购人", consultation.STATES,
    consultation.MOMENTS, consultation.transitions(), consultation.stages(), draft=drafts.CONSULTATION,
)  # fmt: skip
BOOK = Book("procurement", "政府采购", date(2015, 3, 1), ALL, {p.id: p for p in (INQUIRY, OPEN, CONSULTATION)})
