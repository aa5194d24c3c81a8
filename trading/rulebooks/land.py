"""国有建设用地使用权出让. So far the listing (挂牌) under 国土资源部39号令 of 2007-11-01."""

from datetime import date

from trading.kernel.procedure import Book, Moment, Procedure, Transition
from trading.rulebooks.guards import bidding, document, result
from trading.rulebooks.register import ALL
from trading.rulebooks.shared import INITIATOR, moments, outage, states

STATES = {
    "registered": "已登记",
    "scheduled": "公告待发布",
    "announced": "公告中",
    "listing": "挂牌中",
    "last_call": "询问是否继续竞价",
    "timed": "限时竞价",
    "closed": "竞价结束",
    "awarded": "已签成交确认书",
    "contracted": "已签出让合同",
    "archived": "已归档",
    "failed": "未成交",
}
MOMENTS = moments(
    Moment("notice_at", "公告发布时间"),
    Moment("listing_from", "挂牌开始", pauses=True),
    Moment("listing_until", "挂牌截止", pauses=True),
    Moment("call_ends", "应答截止"),
    Moment("round_ends", "本轮限时竞价截止"),
    Moment("contract_due", "签订出让合同期限", after="award_at", rule="LND-11", sense="most"),
    Moment("refund_due", "退还竞买保证金期限", after="closed_at", rule="LND-12", value="refund", sense="most"),
)
DRAFT = (document.land_notice_period, document.listing_period, document.land_deposit)
TRANSITIONS = {
    "schedule_notice": Transition(
        states("registered"), "scheduled", INITIATOR, "提交出让公告", ("LND-03",), guards=DRAFT
    ),
    "publish_notice": Transition(
        states("scheduled"), "announced", "clock", "发布出让公告", ("LND-03",), not_before="notice_at", guards=DRAFT
    ),
    "sign_up": Transition(
        states("announced", "listing"),
        "",
        "person",
        "竞买申请",
        ("LND-06",),
        before="listing_until",
        through_hold=True,
        guards=(bidding.not_operator, bidding.not_banned),
    ),
    "suffer_outage": outage("announced", "listing"),
    "start_listing": Transition(
        states("announced"), "listing", "clock", "挂牌开始", ("LND-05",), not_before="listing_from"
    ),
    "offer": Transition(
        states("listing"),
        "",
        "bidder",
        "报价",
        ("LND-09",),
        before="listing_until",
        guards=(bidding.offer_high_enough,),
    ),
    "start_call": Transition(
        states("listing"), "last_call", "clock", "挂牌截止，询问是否继续竞价", ("LND-10",), not_before="listing_until"
    ),
    "continue_bidding": Transition(
        states("last_call"), "timed", "bidder", "要求继续竞价，进入限时竞价", ("LND-10",), before="call_ends"
    ),
    "offer_timed": Transition(
        states("timed"), "", "bidder", "限时报价", ("LND-09",), before="round_ends", guards=(bidding.offer_high_enough,)
    ),
    "close_call": Transition(
        states("last_call"), "closed", "clock", "无人要求继续竞价，竞价结束", ("LND-10",), not_before="call_ends"
    ),
    "close_round": Transition(states("timed"), "closed", "clock", "限时竞价结束", ("LND-10",), not_before="round_ends"),
    "award": Transition(
        states("closed"),
        "awarded",
        INITIATOR,
        "签订成交确认书",
        ("LND-11", "LND-09"),
        guards=(bidding.reserve_reached,),
    ),
    "fail_unsold": Transition(
        states("closed"), "failed", INITIATOR, "未达底价，不成交", ("LND-09",), guards=(bidding.reserve_missed,)
    ),
    "sign_contract": Transition(
        states("awarded"),
        "contracted",
        INITIATOR,
        "签订出让合同",
        ("LND-11",),
        deadline="contract_due",
        guards=(result.contract_equals_bid,),
    ),
    "archive": Transition(
        states("contracted", "failed"),
        "archived",
        "operator|initiator|agency",
        "归档",
        ("PLT-15",),
        guards=(result.record_whole,),
    ),
}
STAGES = (
    ("登记", states("registered", "scheduled"), "registered_at"),
    ("出让公告", states("announced"), "notice_at"),
    ("挂牌", states("listing"), "listing_until"),
    ("限时竞价", states("last_call", "timed"), "closed_at"),
    ("成交", states("closed", "awarded"), "award_at"),
    ("合同", states("contracted"), "contract_at"),
    ("归档", states("archived"), "archived_at"),
)
LISTING = Procedure("land.listing", "挂牌出让", "land", "ascending", "出让人", STATES, MOMENTS, TRANSITIONS, STAGES)
BOOK = Book("land", "国有建设用地使用权出让", date(2007, 11, 1), ALL, {LISTING.id: LISTING})
