"""工程建设项目招标投标. Edition in force since the regulation's revision of 2019-03-02."""

from datetime import date

from trading.kernel.procedure import Book, Moment, Procedure, Transition
from trading.rulebooks.guards import bidding, document, evaluation, result
from trading.rulebooks.register import ALL
from trading.rulebooks.shared import INITIATOR, SET_MOMENTS, moments, states

STATES = {
    "registered": "已进场登记",
    "scheduled": "公告待发布",
    "bidding": "投标中",
    "opening": "开标中",
    "opened": "已开标",
    "evaluating": "评标中",
    "reported": "评标报告已提交",
    "publicity": "中标候选人公示",
    "awarded": "已发中标通知书",
    "contracted": "已订立合同",
    "archived": "已归档",
    "failed": "招标失败",
    "terminated": "已终止",
}

MOMENTS = moments(
    *SET_MOMENTS,
    Moment("opening_closes", "解密截止时间"),
    Moment(
        "media_due", "指定媒介发布期限", after="notice_at", rule="ENG-06", value="media_after_receipt", sense="most"
    ),
    Moment("objection_reply_by", "文件异议答复期限", after="document_objected_at", rule="ENG-13", sense="most"),
    Moment("result_reply_by", "结果异议答复期限", after="result_objected_at", rule="ENG-39", sense="most"),
    Moment("candidates_due", "候选人公示最迟时间", after="report_at", rule="ENG-37", sense="most"),
    Moment("publicity_ends", "公示期满", after="candidates_at", rule="ENG-38", pauses=True),
    Moment("contract_due", "订立合同期限", after="award_at", rule="ENG-43", sense="most"),
    Moment("report_due", "书面报告期限", after="award_at", rule="ENG-47", sense="most"),
    Moment("bonds_due", "退还投标保证金期限", after="contract_at", rule="ENG-45", sense="most"),
    Moment("validity_until", "投标有效期止"),
)

DRAFT_GUARDS = (
    document.approved_and_funded,
    document.open_unless_found,
    document.mandatory_threshold,
    document.no_splitting,
    document.agency_mandate,
    document.designated_media,
    document.issue_window,
    document.bidding_period,
    document.validity_stated,
    document.bid_bond_cap,
    document.four_deposits,
    document.price_limits,
    document.performance_bond_cap,
    document.method_published,
    document.reasonable_conditions,
    document.confirmed_conditions,
    document.trustees_agreed,
)
FILING_GUARDS = (
    bidding.encrypted,
    bidding.signed,
    bidding.acceptable,
    bidding.arrived_whole,
    bidding.not_operator,
    bidding.not_agency,
    bidding.not_banned,
    bidding.consortium_agreed,
)
BIDDING, ANY_TIME = states("bidding"), states("bidding", "opening", "opened", "evaluating", "reported", "publicity")

TRANSITIONS = {
    "schedule_notice": Transition(
        states("registered", "scheduled"),
        "scheduled",
        INITIATOR,
        "提交招标公告",
        ("ENG-06", "ENG-03"),
        guards=DRAFT_GUARDS,
    ),
    "recall_notice": Transition(states("scheduled"), "registered", INITIATOR, "撤回待发布的公告", before="notice_at"),
    "publish_notice": Transition(
        states("scheduled"),
        "bidding",
        "clock",
        "发布招标公告",
        ("ENG-06",),
        not_before="notice_at",
        deadline="media_due",
        guards=DRAFT_GUARDS,
    ),
    "obtain_documents": Transition(
        BIDDING,
        "",
        "person",
        "获取招标文件",
        ("ELE-01", "ENG-07"),
        not_before="documents_from",
        before="bid_deadline",
        through_hold=True,
    ),
    "ask": Transition(BIDDING, "", "holder", "提出询问", ("ENG-11",), before="bid_deadline", through_hold=True),
    "clarify": Transition(BIDDING, "", INITIATOR, "发出澄清", ("ENG-11",), before="bid_deadline", through_hold=True),
    "amend": Transition(
        BIDDING,
        "",
        INITIATOR,
        "修改招标文件",
        ("ENG-11",),
        before="bid_deadline",
        through_hold=True,
        guards=(document.amendment_in_time, document.bidding_period, document.issue_window),
    ),
    "object_document": Transition(
        BIDDING,
        "",
        "person",
        "对招标文件提出异议",
        ("ENG-12",),
        before="bid_deadline",
        through_hold=True,
        guards=(document.document_objection_in_time,),
    ),
    "answer_document": Transition(
        ANY_TIME,
        "",
        INITIATOR,
        "答复对招标文件的异议",
        ("ENG-13",),
        deadline="objection_reply_by",
        done="document_answered_at",
        through_hold=True,
    ),
    "answer_result": Transition(
        states("publicity"),
        "",
        INITIATOR,
        "答复对评标结果的异议",
        ("ENG-39",),
        deadline="result_reply_by",
        done="result_answered_at",
        through_hold=True,
    ),
    "file_bid": Transition(
        BIDDING,
        "",
        "person",
        "递交投标文件",
        ("ENG-24", "ELE-04"),
        before="bid_deadline",
        through_hold=True,
        guards=FILING_GUARDS,
    ),
    "withdraw_bid": Transition(
        BIDDING, "", "bidder", "撤回投标文件", ("ENG-23",), before="bid_deadline", through_hold=True
    ),
    "start_opening": Transition(
        BIDDING,
        "opening",
        "clock",
        "开标",
        ("ENG-27", "ELE-06"),
        not_before="bid_deadline",
        guards=(bidding.enough_bids, bidding.unrelated_bidders),
    ),
    "fail_too_few": Transition(
        BIDDING,
        "failed",
        "clock",
        "投标人少于三个，不得开标",
        ("ENG-26",),
        not_before="bid_deadline",
        guards=(bidding.too_few_bids,),
    ),
    "unlock": Transition(states("opening"), "", "bidder", "解密投标文件", ("ELE-06",)),
    "disclose_final": Transition(
        states("opening"),
        "opened",
        "clock",
        "解密时间已到，公布投标文件",
        ("ELE-06", "ELE-07"),
        not_before="opening_closes",
        guards=(bidding.keys_settled,),
    ),
    "disclose_bids": Transition(
        states("opening"),
        "opened",
        "clock|operator|initiator|agency",
        "公布投标文件",
        ("ELE-06", "ENG-27"),
        guards=(bidding.keys_settled,),
    ),
    "object_opening": Transition(states("opening", "opened"), "", "bidder", "当场提出异议", ("ENG-27",)),
    "form_committee": Transition(
        states("bidding", "opening", "opened"),
        "",
        "draw_officer",
        "组建评标委员会",
        ("ENG-28", "EXP-03"),
        guards=(evaluation.drawn_at_random, evaluation.committee_composed, evaluation.no_conflict),
    ),
    "start_evaluation": Transition(
        states("opened"),
        "evaluating",
        "operator|initiator|agency",
        "开始评标",
        ("ENG-28",),
        guards=(evaluation.committee_composed, evaluation.no_conflict, evaluation.members_kept),
    ),
    "review_bid": Transition(
        states("evaluating"), "", "committee", "响应性审查", ("ENG-32",), guards=(evaluation.rejections_grounded,)
    ),
    "ask_bidder": Transition(states("evaluating"), "", "committee", "要求投标人澄清", ("ENG-33",)),
    "answer_committee": Transition(
        states("evaluating"), "", "bidder", "答复澄清", ("ENG-33",), guards=(evaluation.asked_by_committee,)
    ),
    "score_bid": Transition(
        states("evaluating"), "", "committee", "评分", ("ENG-31",), guards=(evaluation.listed_criteria_only,)
    ),
    "sign_report": Transition(states("evaluating"), "", "committee", "签署评标报告", ("ENG-36",)),
    "submit_report": Transition(
        states("evaluating"),
        "reported",
        "committee",
        "提交评标报告",
        ("ENG-36",),
        guards=(
            evaluation.report_complete,
            evaluation.rejections_grounded,
            evaluation.related_not_ranked,
            evaluation.time_granted,
            evaluation.low_price_explained,
            evaluation.competition_left,
        ),
    ),
    "reject_all": Transition(states("evaluating"), "failed", "committee", "否决全部投标", ("ENG-35",)),
    "publish_candidates": Transition(
        states("reported"), "publicity", INITIATOR, "公示中标候选人", ("ENG-37",), deadline="candidates_due"
    ),
    "object_result": Transition(
        states("publicity"),
        "",
        "person",
        "对评标结果提出异议",
        ("ENG-39",),
        before="publicity_ends",
        through_hold=True,
        guards=(result.objection_in_publicity,),
    ),
    "award": Transition(
        states("publicity"),
        "awarded",
        INITIATOR,
        "发出中标通知书并告知所有未中标人",
        ("ENG-42", "ENG-40"),
        not_before="publicity_ends",
        guards=(result.first_ranked, result.losers_told, result.inside_validity),
    ),
    "sign_contract": Transition(
        states("awarded"),
        "contracted",
        INITIATOR,
        "订立书面合同",
        ("ENG-43", "ENG-44"),
        deadline="contract_due",
        guards=(
            result.contract_equals_bid,
            result.performance_bond,
            result.main_work_kept,
            result.payment_term,
            result.late_interest,
        ),
    ),
    "report_award": Transition(
        states("awarded", "contracted"),
        "",
        INITIATOR,
        "向监督部门提交书面报告",
        ("ENG-47",),
        deadline="report_due",
        done="award_reported_at",
        through_hold=True,
    ),
    "refund_bonds": Transition(
        states("contracted"),
        "",
        INITIATOR,
        "退还投标保证金及利息",
        ("ENG-45",),
        deadline="bonds_due",
        done="bonds_refunded_at",
        through_hold=True,
    ),
    "archive": Transition(
        states("contracted", "failed", "terminated"),
        "archived",
        "operator|initiator|agency",
        "归档",
        ("ELE-09", "PLT-15"),
        guards=(result.record_whole,),
    ),
    "terminate": Transition(
        states("registered", "scheduled", "bidding", "opening", "opened", "evaluating"),
        "terminated",
        INITIATOR,
        "终止招标",
        ("ENG-19",),
        through_hold=True,
        guards=(result.refunds_stated,),
    ),
}

STAGES = (
    ("进场登记", states("registered", "scheduled"), "registered_at"),
    ("招标公告", states(), "notice_at"),
    ("投标", BIDDING, "bid_deadline"),
    ("开标", states("opening", "opened"), "opening_at"),
    ("评标", states("evaluating", "reported"), "report_at"),
    ("候选人公示", states("publicity"), "publicity_ends"),
    ("中标通知", states("awarded"), "award_at"),
    ("合同", states("contracted"), "contract_at"),
    ("归档", states("archived"), "archived_at"),
)

OPEN = Procedure(
    "engineering.open", "公开招标", "engineering", "sealed_scored", "招标人", STATES, MOMENTS, TRANSITIONS, STAGES
)

BOOK = Book("engineering", "工程建设项目招标投标", date(2019, 3, 2), ALL, {OPEN.id: OPEN})
