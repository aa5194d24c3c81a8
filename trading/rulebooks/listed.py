"""挂牌: notice, free offers, the call at the end, timed rounds, a deal above the reserve or none.

What land and mining share. Their numbers and articles differ: a book says on which rules each act rests.
"""

from dataclasses import dataclass

from trading.kernel.procedure import Guard, Moment, Transition
from trading.rulebooks.guards import bidding, result
from trading.rulebooks.shared import INITIATOR, outage, replan, states

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
SET_MOMENTS = (
    Moment("notice_at", "公告发布时间"),
    Moment("listing_from", "挂牌开始", pauses=True),
    Moment("listing_until", "挂牌截止", pauses=True),
    Moment("call_ends", "应答截止"),
    Moment("round_from", "本轮限时竞价开始"),
    Moment("round_ends", "本轮限时竞价截止"),
)
STAGES = (
    ("登记", states("registered", "scheduled"), "registered_at"),
    ("出让公告", states("announced"), "notice_at"),
    ("挂牌", states("listing"), "listing_until"),
    ("限时竞价", states("last_call", "timed"), "closed_at"),
    ("成交", states("closed", "awarded"), "award_at"),
    ("合同", states("contracted"), "contract_at"),
    ("归档", states("archived"), "archived_at"),
)


@dataclass(frozen=True, slots=True)
class Law:
    """Ids of the rules each act rests on, and the guards that speak for them.

    Attributes:
        reserve: the rule a sealed reserve rests on.
        draft: asked of the notice.
        offered: asked of every offer.
        stated, openable: asked before a reserve is sealed, is opened.
        reached, missed: asked before a deal, before its failure.
        contracted: asked of the contract.
    """

    notice: str
    sign_up: str
    period: str
    offers: str
    ending: str
    deal: str
    contract: str
    reserve: str
    draft: tuple[Guard, ...]
    offered: Guard
    stated: Guard
    openable: Guard
    reached: tuple[Guard, ...]
    missed: tuple[Guard, ...]
    contracted: Guard


def transitions(law: Law, *, contract_from: str = "", contract_by: str = "") -> dict[str, Transition]:
    """The acts of a listing.

    Args:
        contract_from, contract_by: moments before which no contract is signed, and by which one is.
    """
    going = ("announced", "listing")
    return {
        "schedule_notice": Transition(
            states("registered"), "scheduled", INITIATOR, "提交出让公告", (law.notice,), guards=law.draft
        ),
        "publish_notice": Transition(
            states("scheduled"), "announced", "clock", "发布出让公告", (law.notice,), not_before="notice_at",
            guards=law.draft,
        ),
        "sign_up": Transition(
            states(*going), "", "person", "竞买申请", (law.sign_up,), before="listing_until", through_hold=True,
            guards=(bidding.not_operator, bidding.not_banned),
        ),
        # The remedy is a term of the document: the decree on electronic tendering governs no listing.
        "suffer_outage": outage(*going, rules=()),
        # Decided and sealed before the notice, replaced until the listing starts, read by nobody before it has closed.
        "seal_reserve": Transition(
            states("registered", "scheduled", "announced"), "", "initiator", "密封底价", (law.reserve,),
            before="listing_from", guards=(law.stated,), through_hold=True,
        ),
        "unlock_reserve": Transition(states("closed"), "", "initiator", "解密底价", (law.reserve,)),
        "open_reserve": Transition(
            states("closed"), "", "clock|operator|initiator|agency", "公布底价", (law.reserve,), guards=(law.openable,)
        ),
        "start_listing": Transition(
            states("announced"), "listing", "clock", "挂牌开始", (law.period,), not_before="listing_from"
        ),
        "offer": Transition(
            states("listing"), "", "bidder", "报价", (law.offers,), before="listing_until", guards=(law.offered,)
        ),
        "start_call": Transition(
            states("listing"), "last_call", "clock", "挂牌截止，询问是否继续竞价", (law.ending,),
            not_before="listing_until",
        ),
        "continue_bidding": Transition(
            states("last_call"), "timed", "bidder", "要求继续竞价，进入限时竞价", (law.ending,), before="call_ends"
        ),
        "offer_timed": Transition(
            states("timed"), "", "bidder", "限时报价", (law.offers,), not_before="round_from", before="round_ends",
            guards=(law.offered,),
        ),
        "replan": replan(law.ending, "last_call", "timed"),
        "close_call": Transition(
            states("last_call"), "closed", "clock", "无人要求继续竞价，竞价结束", (law.ending,), not_before="call_ends"
        ),
        "close_round": Transition(
            states("timed"), "closed", "clock", "限时竞价结束", (law.ending,), not_before="round_ends"
        ),
        "award": Transition(
            states("closed"), "awarded", INITIATOR, "签订成交确认书", (law.deal, law.offers), guards=law.reached
        ),
        "fail_unsold": Transition(
            states("closed"), "failed", INITIATOR, "未达底价，不成交", (law.offers,), guards=law.missed
        ),
        "sign_contract": Transition(
            states("awarded"), "contracted", INITIATOR, "签订出让合同", (law.contract,), not_before=contract_from,
            deadline=contract_by, guards=(law.contracted,),
        ),
        "archive": Transition(
            states("contracted", "failed"), "archived", "operator|initiator|agency", "归档", ("PLT-15",),
            guards=(result.record_whole,),
        ),
    }  # fmt: skip
