"""Sealed purchase: announced, filed under seal, opened at the deadline, judged by a drawn group, awarded.

What the open tender of the procurement law and its inquiry share. A book says on which rules each act rests, what it
calls bid and group, and what else its guards ask.
"""

from dataclasses import dataclass

from trading.kernel.procedure import Guard, Moment, Transition
from trading.rulebooks.engineering import FILING_GUARDS
from trading.rulebooks.guards import bidding, evaluation, result
from trading.rulebooks.shared import INITIATOR, SET_MOMENTS, moments, outage, states

STATES = {
    "registered": "已登记",
    "scheduled": "公告待发布",
    "bidding": "响应中",
    "opening": "开启中",
    "opened": "已开启",
    "evaluating": "评审中",
    "reported": "评审报告已提交",
    "awarded": "已发成交通知书",
    "contracted": "已签订合同",
    "archived": "已归档",
    "failed": "采购失败",
}
MOMENTS = moments(
    *SET_MOMENTS,
    Moment("opening_closes", "解密截止时间"),
    Moment("award_due", "确认成交供应商期限", after="report_at", rule="GP-32", value="confirm", sense="most"),
    Moment("contract_due", "签订合同期限", after="award_at", rule="GP-34", value="contract", sense="most"),
)
BIDDING, EVALUATING = states("bidding"), states("evaluating")


@dataclass(frozen=True, slots=True)
class Law:
    """Words and rules of one way to buy.

    Attributes:
        notice, document, bid, group, work: 招标公告, 招标文件, 投标文件, 评标委员会, 评标.
        won, opening: 成交, 中标; 开启, 开标. opens: the act's own name, where it is not 开启 and the bid.
        rule: what notice and filing rest on; quorum: how many must have filed, and the two guards that ask it.
        composed: of the group, under `group_rule`.
        scored: whether members give points. ended: the act that ends it for want of responsive bids; None where none.
    """

    notice: str
    document: str
    bid: str
    group: str
    work: str
    rule: str
    draft: tuple[Guard, ...]
    quorum: str
    enough: Guard
    too_few: Guard
    few: str
    group_rule: str
    composed: Guard
    filed: tuple[Guard, ...] = ()
    begun: tuple[Guard, ...] = ()
    reported: tuple[Guard, ...] = (evaluation.report_complete,)
    scored: bool = False
    won: str = "成交"
    opening: str = "开启"
    opens: str = ""
    ended: Transition | None = None


def transitions(law: Law) -> dict[str, Transition]:
    """The acts of a sealed purchase."""
    rule, due, host = (law.rule,), "bid_deadline", "operator|initiator|agency"
    found = {
        "schedule_notice": Transition(
            states("registered"), "scheduled", INITIATOR, f"提交{law.notice}", rule, guards=law.draft
        ),
        "publish_notice": Transition(
            states("scheduled"), "bidding", "clock", f"发布{law.notice}", rule, not_before="notice_at", guards=law.draft
        ),
        "obtain_documents": Transition(
            BIDDING, "", "person", f"获取{law.document}", rule, before=due, through_hold=True
        ),
        "suffer_outage": outage("bidding"),
        "file_bid": Transition(
            BIDDING, "", "person", f"提交{law.bid}", rule, before=due, through_hold=True,
            guards=(*FILING_GUARDS, *law.filed),
        ),
        "withdraw_bid": Transition(BIDDING, "", "bidder", f"撤回{law.bid}", rule, before=due, through_hold=True),
        "start_opening": Transition(
            BIDDING, "opening", "clock", law.opens or f"开启{law.bid}", (law.quorum,), not_before=due,
            guards=(law.enough,),
        ),
        "fail_too_few": Transition(
            BIDDING, "failed", "clock", law.few, (law.quorum,), not_before=due, guards=(law.too_few,)
        ),
        "unlock": Transition(states("opening"), "", "bidder", f"解密{law.bid}", rule),
        "disclose_final": Transition(
            states("opening"), "opened", "clock", "解密时间已到，公布报价", rule, not_before="opening_closes",
            guards=(bidding.keys_settled,),
        ),
        "disclose_bids": Transition(
            states("opening"), "opened", f"clock|{host}", "公布报价", rule, guards=(bidding.keys_settled,)
        ),
        "form_committee": Transition(
            states("bidding", "opening", "opened"), "", "draw_officer", f"组建{law.group}",
            (law.group_rule, "GP-16", "GP-15"),
            guards=(evaluation.drawn_at_random, law.composed, evaluation.no_supplier_interest),
        ),
        "start_evaluation": Transition(
            states("opened"), "evaluating", host, f"开始{law.work}", (law.group_rule,),
            guards=(law.composed, evaluation.no_supplier_interest, *law.begun),
        ),
        "review_bid": Transition(EVALUATING, "", "committee", "响应性审查", ("GP-18",)),
        "sign_report": Transition(EVALUATING, "", "committee", f"签署{law.work}报告", ("GP-32",)),
        "submit_report": Transition(
            EVALUATING, "reported", "committee", f"提交{law.work}报告", ("GP-32",), guards=law.reported
        ),
        "award": Transition(
            states("reported"), "awarded", INITIATOR, f"发出{law.won}通知书并公告结果", ("GP-33", "GP-32"),
            deadline="award_due", guards=(result.purchase_losers_told,),
        ),
        "sign_contract": Transition(
            states("awarded"), "contracted", INITIATOR, "签订采购合同", ("GP-34",), deadline="contract_due",
            guards=(result.purchase_contract_equals_bid,),
        ),
        "archive": Transition(
            states("contracted", "failed"), "archived", host, "归档", ("GP-41",), guards=(result.record_whole,)
        ),
    }  # fmt: skip
    if law.scored:
        found["score_bid"] = Transition(
            EVALUATING, "", "committee", "评分", ("GP-19",), guards=(evaluation.purchase_criteria_only,)
        )
    if law.ended:
        found["reject_all"] = law.ended
    return found


def stages(law: Law) -> tuple[tuple[str, frozenset[str], str], ...]:
    """The strip on the trade page."""
    return (
        ("登记", states("registered", "scheduled"), "registered_at"),
        (law.notice, states(), "notice_at"),
        (law.bid.removesuffix("文件"), BIDDING, "bid_deadline"),
        (law.opening, states("opening", "opened"), "opening_at"),
        (law.work, states("evaluating", "reported"), "report_at"),
        (law.won, states("awarded"), "award_at"),
        ("合同", states("contracted"), "contract_at"),
        ("归档", states("archived"), "archived_at"),
    )
