"""政府采购. So far the inquiry (询价); its edition is the law and regulation in force since 2015-03-01."""

from datetime import date

from trading.kernel.procedure import Book, Moment, Procedure, Transition
from trading.rulebooks.engineering import FILING_GUARDS
from trading.rulebooks.guards import bidding, document, evaluation, result
from trading.rulebooks.register import ALL
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
DRAFT = (document.budget_published, document.inquiry_period, document.trustees_agreed)
BIDDING = states("bidding")
TRANSITIONS = {
    "schedule_notice": Transition(
        states("registered"), "scheduled", INITIATOR, "提交询价公告", ("GP-27",), guards=DRAFT
    ),
    "publish_notice": Transition(
        states("scheduled"), "bidding", "clock", "发布询价公告", ("GP-27",), not_before="notice_at", guards=DRAFT
    ),
    "obtain_documents": Transition(
        BIDDING, "", "person", "获取询价通知书", ("GP-27",), before="bid_deadline", through_hold=True
    ),
    "suffer_outage": outage("bidding"),
    "file_bid": Transition(
        BIDDING,
        "",
        "person",
        "提交响应文件",
        ("GP-27",),
        before="bid_deadline",
        through_hold=True,
        guards=(*FILING_GUARDS, bidding.one_quote),
    ),
    "withdraw_bid": Transition(
        BIDDING, "", "bidder", "撤回响应文件", ("GP-27",), before="bid_deadline", through_hold=True
    ),
    "start_opening": Transition(
        BIDDING,
        "opening",
        "clock",
        "开启响应文件",
        ("GP-29",),
        not_before="bid_deadline",
        guards=(bidding.enough_suppliers,),
    ),
    "fail_too_few": Transition(
        BIDDING,
        "failed",
        "clock",
        "响应供应商不足三家",
        ("GP-29",),
        not_before="bid_deadline",
        guards=(bidding.too_few_suppliers,),
    ),
    "unlock": Transition(states("opening"), "", "bidder", "解密响应文件", ("GP-27",)),
    "disclose_final": Transition(
        states("opening"),
        "opened",
        "clock",
        "解密时间已到，公布报价",
        ("GP-27",),
        not_before="opening_closes",
        guards=(bidding.keys_settled,),
    ),
    "disclose_bids": Transition(
        states("opening"),
        "opened",
        "clock|operator|initiator|agency",
        "公布报价",
        ("GP-27",),
        guards=(bidding.keys_settled,),
    ),
    "form_committee": Transition(
        states("bidding", "opening", "opened"),
        "",
        "draw_officer",
        "组建询价小组",
        ("GP-14", "GP-16"),
        guards=(evaluation.drawn_at_random, evaluation.inquiry_group_composed),
    ),
    "start_evaluation": Transition(
        states("opened"),
        "evaluating",
        "operator|initiator|agency",
        "开始评审",
        ("GP-14",),
        guards=(evaluation.inquiry_group_composed,),
    ),
    "review_bid": Transition(states("evaluating"), "", "committee", "响应性审查", ("GP-18",)),
    "sign_report": Transition(states("evaluating"), "", "committee", "签署评审报告", ("GP-32",)),
    "submit_report": Transition(
        states("evaluating"), "reported", "committee", "提交评审报告", ("GP-32",), guards=(evaluation.report_complete,)
    ),
    "award": Transition(
        states("reported"),
        "awarded",
        INITIATOR,
        "发出成交通知书并公告结果",
        ("GP-33", "GP-32"),
        deadline="award_due",
        guards=(result.losers_told,),
    ),
    "sign_contract": Transition(
        states("awarded"),
        "contracted",
        INITIATOR,
        "签订采购合同",
        ("GP-34",),
        deadline="contract_due",
        guards=(result.contract_equals_bid,),
    ),
    "archive": Transition(
        states("contracted", "failed"),
        "archived",
        "operator|initiator|agency",
        "归档",
        ("GP-41",),
        guards=(result.record_whole,),
    ),
}
STAGES = (
    ("登记", states("registered", "scheduled"), "registered_at"),
    ("询价公告", states(), "notice_at"),
    ("响应", BIDDING, "bid_deadline"),
    ("开启", states("opening", "opened"), "opening_at"),
    ("评审", states("evaluating", "reported"), "report_at"),
    ("成交", states("awarded"), "award_at"),
    ("合同", states("contracted"), "contract_at"),
    ("归档", states("archived"), "archived_at"),
)
INQUIRY = Procedure(
    "procurement.inquiry", "询价", "procurement", "sealed_lowest", "采购人", STATES, MOMENTS, TRANSITIONS, STAGES
)
BOOK = Book("procurement", "政府采购", date(2015, 3, 1), ALL, {INQUIRY.id: INQUIRY})
