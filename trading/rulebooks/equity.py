"""企业国有产权转让 under 企业国有资产法 and 32号令: disclosed, then sold to the only taker or by network bidding.

Who has come forward is known to nobody until the disclosure ends; then one taker buys by agreement at not less than the
disclosed price, and two or more bid against each other (SOE-13).
"""

from datetime import date

from trading.kernel.procedure import Book, Moment, Procedure, Transition
from trading.rulebooks import drafts
from trading.rulebooks.guards import bidding, equity, result
from trading.rulebooks.register import ALL
from trading.rulebooks.shared import INITIATOR, moments, outage, replan, states

STATES = {
    "registered": "已登记",
    "scheduled": "公告待发布",
    "announced": "信息披露中",
    "single": "协议转让",
    "waiting": "等待网络竞价",
    "timed": "网络竞价",
    "closed": "竞价结束",
    "awarded": "已确定受让方",
    "contracted": "已签产权交易合同",
    "settled": "价款已结清",
    "archived": "已归档",
    "failed": "未成交",
}
MOMENTS = moments(
    Moment("notice_at", "信息披露起始"),
    Moment("disclosure_until", "信息披露期满", pauses=True),
    Moment("bidding_from", "网络竞价开始", pauses=True),
    Moment("round_from", "本轮竞价开始"),
    Moment("round_ends", "本轮竞价截止"),
    Moment("priority_until", "优先购买权答复期满", after="notice_at", rule="SOE-15"),
    Moment("payment_due", "价款付清期限", after="contract_at", rule="SOE-16", sense="most"),
)
DRAFT = (
    equity.approved,
    equity.price_not_below_valuation,
    equity.disclosed_long_enough,
    equity.way_of_bidding_said,
    equity.deposit_within_share,
)
TRANSITIONS = {
    "schedule_notice": Transition(
        states("registered"), "scheduled", INITIATOR, "提交信息披露公告", ("SOE-01",), guards=DRAFT
    ),
    "publish_notice": Transition(
        states("scheduled"), "announced", "clock", "正式披露信息", ("SOE-01",), not_before="notice_at", guards=DRAFT
    ),
    "sign_up": Transition(
        states("announced"), "", "person", "登记受让意向", ("SOE-01",), before="disclosure_until", through_hold=True,
        guards=(bidding.not_operator, bidding.not_banned),
    ),
    "suffer_outage": outage("announced"),
    "fail_no_taker": Transition(
        states("announced"), "failed", "clock", "信息披露期满，没有意向受让方", ("SOE-13",),
        not_before="disclosure_until", guards=(equity.no_taker,),
    ),
    "call_single": Transition(
        states("announced"), "single", "clock", "信息披露期满", ("SOE-13",),
        not_before="disclosure_until", guards=(equity.one_taker,),
    ),
    "call_bidding": Transition(
        states("announced"), "waiting", "clock", "信息披露期满", ("SOE-13", "SOE-12"),
        not_before="disclosure_until", guards=(equity.several_takers,),
    ),
    "offer": Transition(states("single"), "", "bidder", "报价", ("SOE-13",), guards=(equity.offer_high_enough,)),
    "start_bidding": Transition(
        states("waiting"), "timed", "clock", "网络竞价开始", ("SOE-12",), not_before="bidding_from"
    ),
    "offer_timed": Transition(
        states("timed"), "", "bidder", "竞价报价", ("SOE-13",), not_before="round_from", before="round_ends",
        guards=(equity.offer_high_enough,),
    ),
    "replan": replan("SOE-12", "timed"),
    "close_round": Transition(states("timed"), "closed", "clock", "网络竞价结束", ("SOE-12",), not_before="round_ends"),
    "award": Transition(
        states("single", "closed"), "awarded", INITIATOR, "确定受让方", ("SOE-13",), guards=(equity.taken,)
    ),
    "fail_unsold": Transition(
        states("single", "closed"), "failed", INITIATOR, "无人报价，未成交", ("SOE-13",), guards=(equity.untaken,)
    ),
    "sign_contract": Transition(
        states("awarded"), "contracted", INITIATOR, "签订产权交易合同", ("SOE-13",),
        guards=(equity.contract_equals_deal, equity.priority_answered),
    ),
    "settle": Transition(
        states("contracted"), "settled", "operator", "结算价款，出具交易凭证", ("SOE-16",), deadline="payment_due",
        guards=(equity.paid_in_full,),
    ),
    "archive": Transition(
        states("settled", "failed"), "archived", "operator|initiator|agency", "归档", ("PLT-15",),
        guards=(result.record_whole,),
    ),
}  # fmt: skip
STAGES = (
    ("登记", states("registered", "scheduled"), "registered_at"),
    ("信息披露", states("announced"), "disclosure_until"),
    ("竞价", states("single", "waiting", "timed"), "closed_at"),
    ("成交", states("closed", "awarded"), "award_at"),
    ("合同", states("contracted"), "contract_at"),
    ("结算", states("settled"), "settled_at"),
    ("归档", states("archived"), "archived_at"),
)
TRANSFER = Procedure(
    "equity.transfer",
    "产权转让",
    "equity",
    "ascending",
    "转让方",
    STATES,
    MOMENTS,
    TRANSITIONS,
    STAGES,
    draft=drafts.EQUITY,
)
# SOE-12 to SOE-16 stand in force since the operating rules of 2025.
BOOK = Book("equity", "国有产权交易", date(2025, 2, 18), ALL, {TRANSFER.id: TRANSFER})
