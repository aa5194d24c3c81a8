"""What every page of a lot's workbench shows: crumbs, stage strip, next step, and where each act is done."""

from typing import Any

from django.urls import NoReverseMatch, reverse

from platform_site import clock
from trading.actforms import act_page
from trading.draftforms import drawn_for
from trading.kernel.procedure import Facts
from trading.lifeline import OpenAct, due_of, next_of, stages_of
from trading.models import Lot
from trading.services.acts import facts_of

# verb -> page where it is done. A verb without a page here is shown without a link, never as a dead button.
PAGES = {
    "schedule_notice": "trading:wizard-review",
    "recall_notice": "trading:recall",
    "seal_reserve": "trading:reserve",
    "unlock_reserve": "trading:reserve",
    "open_reserve": "trading:reserve",
    "commit_factor": "trading:factor",
    "draw_factor": "trading:opening",
    "clarify": "trading:enquiries",
    "amend": "trading:amend",
    "change_requirements": "trading:amend",
    "propose_trustees": "trading:trustees",
    "replace_trustees": "trading:trustees",
    "answer_document": "trading:challenges",
    "answer_result": "trading:challenges",
    "disclose_bids": "trading:opening",
    "disclose_quotes": "trading:opening",
    "start_evaluation": "trading:evaluation-start",
    "publish_candidates": "trading:results",
    "award": "trading:award",
    "sign_contract": "trading:contract",
    "report_award": "trading:results",
    "refund_bonds": "trading:bonds",
    "forfeit_bond": "trading:bonds",
    "archive": "trading:results",
    "terminate": "trading:terminate",
}


def lot_address(name: str, lot: Lot, *more: Any) -> str:
    """Where a page of the lot stands; "" where this process does not serve it."""
    try:
        return reverse(name, args=(lot.tender.reference, lot.number, *more))
    except NoReverseMatch:
        return ""


def framed(
    lot: Lot, held: frozenset[str], *, here: str = "", facts: Facts | None = None, answered: bool = True
) -> dict[str, Any]:
    """Context of a lot page. One query (holds) unless `facts` are at hand.

    Args:
        here: the page's own word at the end of the crumbs.
    """
    facts = facts or facts_of(lot, clock.now())
    crumbs = [
        ("我的项目", reverse("trading:desk")),
        (lot.tender.title, ""),
        (lot.title, lot_address("trading:lot", lot) if here else ""),
    ]
    if lot.tender.title == lot.title:
        del crumbs[1]
    return {
        "lot": lot,
        "tender": lot.tender,
        "held": held,
        "facts": facts,
        "state_name": lot.procedure.states[lot.state],
        "crumbs": crumbs + ([(here, "")] if here else []),
        "stages": stages_of(lot, facts),
        "next": next_of(lot, facts, answered=answered),
        "due": [{"title": d.title, "at": d.at, "article": d.article, "rule": d.rule} for d in due_of(lot, facts)[1:4]],
    }


def act_links(lot: Lot, acts: list[OpenAct]) -> list[dict[str, Any]]:
    """The open acts with their pages; an act whose page is not served here has an empty address."""
    pages = PAGES if drawn_for(lot) else {verb: page for verb, page in PAGES.items() if verb != "schedule_notice"}
    found = []
    for act in acts:
        url = lot_address(pages[act.verb], lot) if act.verb in pages else ""
        if act_page(lot, act.verb):
            url = lot_address("trading:act", lot, act.verb)
        found.append({"act": act, "url": url})
    return found
