"""The page of a lot as one bidder sees it: next step, documents, questions, objections, own bond, own filings."""

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse

from platform_site import clock
from platform_site.accounts.actors import Actor
from platform_site.accounts.refusals import Violation
from platform_site.accounts.requests import PersonRequest
from platform_site.web.words import amount
from trading.bidwords import words_of
from trading.filings import Own, bidder_next, objection_until, open_verbs, own_side, versions_of
from trading.kernel import procedure as kernel
from trading.lifeline import due_of, stages_of
from trading.models import BondInstitution, Lot
from trading.rulebooks.vocabulary import BOND_FORMS, FORFEITS, RETURNS
from trading.services import bonds, challenges
from trading.services.acts import facts_of
from trading.services.shared import sharing
from trading.services.trustees import left_behind
from trading.views.announced import DRAFT

SPOKEN = ("clarification", "amendment", "trustees")
WORDS = {key: words for key, (words, _) in {**RETURNS, **FORFEITS}.items()}


def common(request: PersonRequest, lot: Lot, own: Own, *, here: str = "") -> dict[str, Any]:
    """What every page of a bidder at a lot shows. One query (holds)."""
    facts = facts_of(lot, clock.now())
    said, verbs = words_of(lot.procedure), open_verbs(lot, facts)
    deadline = kernel.moment(lot.book, lot.procedure, "bid_deadline", facts)
    crumbs = [("我的投标", reverse("trading:bids")), (lot.title, address("trading:bid", lot) if here else "")]
    return {
        "lot": lot,
        "tender": lot.tender,
        "words": said,
        "facts": facts,
        "verbs": verbs,
        "own": own,
        "deadline": deadline,
        "state_name": lot.procedure.states[lot.state],
        "crumbs": crumbs + ([(here, "")] if here else []),
        "stages": stages_of(lot, facts),
        "next": bidder_next(lot, own, facts, verbs),
        "due": [
            {"title": d.title, "at": d.at, "article": d.article, "rule": d.rule}
            for d in due_of(lot, facts)
            if d.actor == "clock"
        ][1:3],
    }


def address(name: str, lot: Lot, *more: Any) -> str:
    """A page of the lot."""
    return reverse(name, args=(lot.tender.reference, lot.number, *more))


def bid_page(
    request: PersonRequest,
    lot: Lot,
    *,
    typed: Mapping[str, str] | None = None,
    violations: tuple[Violation, ...] = (),
    status: int = 200,
) -> HttpResponse:
    """The page with what was typed, if something was refused."""
    own = own_side(lot, request.actor)
    context = common(request, lot, own)
    context["bond"] = own_bond(lot, own)
    moves = lot.procedure.transitions
    context |= {
        "versions": versions_of(lot),
        "sharing": [one for one in sharing(lot) if one.state not in DRAFT],
        "spoken": list(lot.notices.filter(kind__in=SPOKEN, state="published").order_by("-published_at")),
        "objection_until": objection_until(lot, context["deadline"]),
        "publicity_ends": kernel.moment(lot.book, lot.procedure, "publicity_ends", context["facts"])
        if "object_result" in moves
        else None,
        "acts": {verb: {"title": moves[verb].title, "rule": next(iter(moves[verb].rules), "")} for verb in moves},
        "reply_within": {
            verb: amount(lot.book.rule(rule)["days"]) for verb, _, rule, _ in challenges.WAYS.values() if verb in moves
        },
        "winner_acts": winner_acts(lot, request.actor),
        "seal_anew": bool(own.standing and lot.state == "bidding" and left_behind(lot, own.standing)),
        "typed": typed or {},
        "violations": violations,
    }
    return render(request, "trading/bidding/bid.html", context, status=status)


def winner_acts(lot: Lot, actor: Actor) -> list[tuple[str, str]]:
    """(title, page) of what the winner may do now; empty for everybody else."""
    if lot.state not in {"awarded", "contracted"} or "winner" not in lot.party_roles(actor):
        return []
    if lot.state == "contracted":
        if "deliver_milestone" not in lot.procedure.transitions:
            return []
        return [("合同履行：交付、收款", address("trading:performance", lot))]
    move = lot.procedure.transitions.get("give_up_award")
    return [(move.title, address("trading:act", lot, "give_up_award"))] if move else []


def own_bond(lot: Lot, own: Own) -> dict[str, Any] | None:
    """What the bidder's own page shows of its bond; None where the document asks for none. Own rows only."""
    required = bonds.required_of(lot)
    if required is None:
        return None
    standing = next((bond for bond in own.bonds if bond.state in ("declared", "short", "held")), None)
    forms = [form for form in BOND_FORMS if form in {*(lot.terms.get("bond_forms") or ()), "guarantee"}]
    return {
        "required": required,
        "rows": [(bond, WORDS.get(bond.ground, "")) for bond in own.bonds],
        "standing": standing,
        "forms": [(form, BOND_FORMS[form]) for form in forms],
        "institutions": list(BondInstitution.objects.filter(ended_at__isnull=True).order_by("kind", "name")),
        "missing": max(required - standing.received_cny, required * 0) if standing else required,
        "stand_in": settings.MODE == "demo" and standing is not None and standing.state != "held",
    }
