"""Forming a committee and starting its work: the draw officer's, the initiator's and the centre's page of a lot.

It knows labels and deliveries, never names: who sits is nobody's to read before the award (招标投标法 第三十七条).
"""

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from platform_site import clock
from platform_site.accounts.refusals import Refused, Violation
from platform_site.accounts.requests import PersonRequest
from trading import paperwords
from trading.committeedesk import choices_for, desk_of, forming_lots
from trading.evaluationroom import said_of
from trading.fields import ChinaTime
from trading.kernel import procedure as kernel
from trading.lifeline import next_of, stages_of
from trading.models import Lot
from trading.services import committees, evaluations
from trading.services.acts import facts_of
from trading.views.evaluation import may_ask_time
from trading.views.own import SIDE
from trading.views.seated import desk_page, seat_at

AROUND = SIDE | {"operator", "draw_officer", "supervisor"}
STARTERS = SIDE | {"operator"}
# Bids come to light with the opening; before that the draw goes on without knowing them.
FORMING = ("bidding", "opening", "consulting", "opened")


def page(
    request: PersonRequest,
    lot: Lot,
    held: frozenset[str],
    *,
    violations: tuple[Violation, ...] = (),
    typed: dict[str, Any] | None = None,
    error: str = "",
) -> HttpResponse:
    """The desk with whatever was refused and typed."""
    now = clock.now()
    facts, desk = facts_of(lot, now), desk_of(lot)
    officer = "draw_officer" in held
    crumbs = [("我的项目", reverse("trading:desk")), (lot.title, reverse("trading:lot", args=_at(lot)))]
    if not held & (SIDE | {"operator"}):
        crumbs = [("组建评标委员会", reverse("trading:committees"))] if officer else []
        crumbs.append((lot.title, ""))
    context = {
        "lot": lot,
        "tender": lot.tender,
        "held": held,
        "said": said_of(lot.procedure),
        "names_rule": paperwords.words_of(lot.procedure).names,
        "state_name": lot.procedure.states[lot.state],
        "crumbs": [*crumbs, ("评审组织", "")],
        "stages": stages_of(lot, facts),
        "next": next_of(lot, facts),
        "desk": desk,
        "officer": officer,
        # The draw's page opens to whoever commits a nonce there, and to the officer; to nobody else is it offered.
        "draws": officer or bool(desk.draw and request.actor.subject_code in desk.draw.initiator_codes),
        "watching": bool(held & {"draw_officer", "supervisor"}),
        "choices": choices_for(lot, (typed or {}).get("people", ())) if officer and desk.may_form else [],
        "form_shut": kernel.gate(lot.book, lot.procedure, "form_committee", facts),
        "start_shut": kernel.gate(lot.book, lot.procedure, "start_evaluation", facts),
        "starter": bool(held & STARTERS),
        "side": bool(held & SIDE),
        "rules": {verb: move.rules[0] for verb, move in lot.procedure.transitions.items() if move.rules},
        "forming": lot.state in FORMING,
        "may_extend": may_ask_time(lot) and lot.state == "evaluating" and bool(held & SIDE),
        "until": (typed or {}).get("until", ""),
        "error": error,
        "violations": violations,
    }
    status = 409 if violations else 422 if error else 200
    return render(request, "trading/evaluation/desk.html", context, status=status)


def _at(lot: Lot) -> tuple[str, int]:
    return lot.tender.reference, lot.number


@never_cache
@login_required
@require_safe
def evaluation(request: PersonRequest, reference: str, number: int) -> HttpResponseBase:
    """The desk; a member who has nothing to do with it is led to the room."""
    try:
        return _desk(request, reference, number)
    except Http404:
        if seat_at(request.actor, reference, number) is None:
            raise
        return redirect("trading:evaluation-room", reference, number)


@desk_page(roles=AROUND)
def _desk(request: PersonRequest, lot: Lot, held: frozenset[str]) -> HttpResponse:
    return page(request, lot, held)


@require_POST
@desk_page(roles=frozenset({"draw_officer"}))
def draw(request: PersonRequest, lot: Lot, held: frozenset[str]) -> HttpResponse:
    """The list is public and the draw waits for its nonces."""
    try:
        made = committees.committee_draw_open(lot_id=lot.pk, actor=request.actor)
    except Refused as refused:
        return page(request, lot, held, violations=refused.violations)
    messages.success(request, "名单已公布，等待招标人代表和见证人提交随机数")
    return redirect("experts:draw-desk", made.pk)


@require_POST
@desk_page(roles=frozenset({"draw_officer"}))
def form(request: PersonRequest, lot: Lot, held: frozenset[str]) -> HttpResponse:
    """The committee sits: whoever of the draw said yes, and the representatives ticked."""
    desk, chosen = desk_of(lot), request.POST.getlist("people")
    people = [choice.user_id for choice in choices_for(lot, chosen) if choice.on]
    try:
        if desk.draw is None:
            raise Refused([Violation("draw.missing", "EXP-03", lot.book.article("EXP-03"))])
        if len(people) != len(set(chosen)):
            raise Refused([Violation("committee.stranger", "ENG-28", lot.book.article("ENG-28"))])
        committees.committee_form(
            lot_id=lot.pk,
            draw_id=desk.draw.pk,
            representatives=people,
            actor=request.actor,
        )
    except Refused as refused:
        return page(request, lot, held, violations=refused.violations, typed={"people": chosen})
    messages.success(request, f"{said_of(lot.procedure).committee}已组建，名单在结果公布以前保密")
    return redirect("trading:evaluation", *_at(lot))


@require_http_methods(["GET", "HEAD", "POST"])
@desk_page(roles=STARTERS)
def start(request: PersonRequest, lot: Lot, held: frozenset[str]) -> HttpResponse:
    """The committee may work."""
    if request.method != "POST":
        return redirect("trading:evaluation", *_at(lot))
    try:
        evaluations.evaluation_start(lot_id=lot.pk, actor=request.actor)
    except Refused as refused:
        return page(request, lot, held, violations=refused.violations)
    messages.success(request, f"{said_of(lot.procedure).evaluation}已开始，各成员可以进入评标室")
    return redirect("trading:evaluation", *_at(lot))


@require_POST
@desk_page(roles=SIDE)
def extend(request: PersonRequest, lot: Lot, held: frozenset[str]) -> HttpResponse:
    """The committee has more time."""
    typed = request.POST.get("until", "")
    until = read_moment(typed)
    if isinstance(until, str):
        return page(request, lot, held, typed={"until": typed}, error=until)
    try:
        evaluations.time_extend(lot_id=lot.pk, until=until, actor=request.actor)
    except Refused as refused:
        return page(request, lot, held, violations=refused.violations, typed={"until": typed})
    messages.success(request, "评标时间已延长，全体成员可见")
    return redirect("trading:evaluation", *_at(lot))


def read_moment(typed: str) -> datetime | str:
    """The moment, or why it could not be read."""
    from django.core.exceptions import ValidationError

    try:
        return ChinaTime(required=True).clean(typed)
    except ValidationError as wrong:
        return wrong.messages[0]


@never_cache
@login_required
@require_safe
def committees_due(request: PersonRequest) -> HttpResponse:
    """The draw officer's list: lots that need a committee, and how far each is."""
    if "draw_officer" not in request.actor.duties:
        raise Http404
    return render(request, "trading/evaluation/forming.html", {"rows": forming_lots()})
