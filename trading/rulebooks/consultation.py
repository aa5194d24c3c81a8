"""竞争性磋商 (财库〔2014〕214号): first responses to a group, talks over a document that may change, then final quotes.

The sealed purchase with a second sealed round between its opening and its evaluation. What was offered first is the
group's alone until the final quotes of all are open.
"""

from dataclasses import replace

from trading.kernel.procedure import Moment, Transition
from trading.rulebooks import sealed
from trading.rulebooks.engineering import FILING_GUARDS
from trading.rulebooks.guards import bidding, document, evaluation, preference
from trading.rulebooks.shared import INITIATOR, states

CRITERIA = (document.price_weighs_within, *preference.ASKED)
LAW = sealed.Law(
    notice="磋商公告", document="磋商文件", bid="响应文件", group="磋商小组", work="评审", rule="GP-28",
    draft=(
        document.budget_published, document.consultation_period, document.consultation_issue_window,
        document.trustees_agreed, *CRITERIA,
    ),
    quorum="GP-29", enough=bidding.enough_suppliers, too_few=bidding.too_few_suppliers, few="响应供应商不足三家",
    group_rule="GP-14", composed=evaluation.inquiry_group_composed, scored=True,
)  # fmt: skip
FIRST = ("registered", "scheduled", "bidding", "opening")
ROUND = {"consulting": "磋商中", "quoting": "最后报价中", "closing": "最后报价开启中"}
STATES = {name: sealed.STATES[name] for name in FIRST} | ROUND | sealed.STATES
MOMENTS = sealed.MOMENTS | {
    "final_deadline": Moment("final_deadline", "最后报价截止时间", pauses=True),
    "final_closes": Moment("final_closes", "最后报价解密截止时间"),
}


def transitions() -> dict[str, Transition]:
    """The acts of a consultation: those of a sealed purchase, and its second round."""
    found, rule, due = sealed.transitions(LAW), ("GP-29",), "final_deadline"
    enough, few, settled = (bidding.enough_suppliers,), (bidding.too_few_suppliers,), (bidding.keys_settled,)
    quoting, closing, consulting = states("quoting"), states("closing"), states("consulting")
    for verb in ("disclose_bids", "disclose_final"):
        found[verb] = replace(found[verb], target="consulting", title="响应文件交磋商小组")
    found["form_committee"] = replace(found["form_committee"], source=states("bidding", "opening") | consulting)
    return found | {
        "amend": Transition(
            states("bidding"), "", INITIATOR, "修改磋商文件", ("GP-28",), before="bid_deadline",
            guards=(document.consultation_amended, *CRITERIA),
        ),
        "change_requirements": Transition(
            consulting, "", INITIATOR, "变动磋商文件，同时通知全部供应商", ("GP-28",),
            guards=(document.requirements_only,),
        ),
        "call_quotes": Transition(
            consulting, "quoting", "committee", "要求提交最后报价", rule, guards=(LAW.composed, *enough)
        ),
        "file_quote": Transition(
            quoting, "", "bidder", "提交最后报价", rule, before=due, through_hold=True,
            guards=(*FILING_GUARDS, bidding.still_consulting),
        ),
        "start_quotes": Transition(quoting, "closing", "clock", "开启最后报价", rule, not_before=due, guards=enough),
        "fail_few_quotes": Transition(
            quoting, "failed", "clock", "提交最后报价的供应商不足三家", rule, not_before=due, guards=few
        ),
        "unlock_quote": Transition(closing, "", "bidder", "解密最后报价", rule),
        "disclose_quotes": Transition(
            closing, "opened", "clock|operator|initiator|agency", "公布最后报价", rule, guards=settled
        ),
        "disclose_quotes_late": Transition(
            closing, "opened", "clock", "公布最后报价", rule, not_before="final_closes", guards=settled
        ),
    }  # fmt: skip


def stages() -> tuple[tuple[str, frozenset[str], str], ...]:
    """The strip on the trade page."""
    first, rest = sealed.stages(LAW)[:3], sealed.stages(LAW)[4:]
    talks = ("磋商", states("consulting"), "consulting_at")
    final = ("最后报价", states("quoting", "closing", "opened"), "final_deadline")
    return (*first, ("开启", states("opening"), "opening_at"), talks, final, *rest)
