"""The opening room: the same for everybody who looks on, with a panel for whoever has something to do in it."""

import json
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.http import require_POST, require_safe

from platform_site import clock
from platform_site.accounts import policy
from platform_site.accounts.refusals import Refused, Violation
from platform_site.accounts.requests import ActedRequest
from platform_site.sealing import selectors as sealing
from platform_site.sealing.models import BidderUnlock
from platform_site.web import streams
from trading.bidwords import words_of
from trading.digests import digest_of
from trading.filings import bids_of, open_verbs
from trading.kernel import procedure as kernel
from trading.lifeline import stages_of
from trading.models import Bid, Lot, Quote
from trading.reach import duties_over
from trading.rooms import LIVE, Room, room_of
from trading.rounds import own_filing, round_of
from trading.services import factors, openings, quotes
from trading.services.acts import facts_of
from trading.views.announced import announced_lot, for_script

# Milliseconds between two looks of a page without news: while keys come in or the roll is about to, and otherwise.
QUICK, SLOW = 3000, 15_000
HOSTS = frozenset({"initiator", "agency", "operator"})
SIDE = frozenset({"initiator", "agency"})


def view_of(lot: Lot, room: Room) -> dict[str, Any]:
    """What the public part shows. One query (holds)."""
    facts = facts_of(lot, clock.now())

    def at(name: str) -> Any:
        return kernel.moment(lot.book, lot.procedure, name, facts)

    turn = round_of(lot)
    deadline = at("bid_deadline")
    passed = deadline is not None and facts.now >= deadline
    return {
        "lot": lot,
        "tender": lot.tender,
        "words": words_of(lot.procedure),
        "facts": facts,
        "room": room,
        "deadline": deadline,
        "passed": passed,
        "pace": QUICK if lot.state == turn.waiting or (lot.state == "bidding" and passed) else SLOW,
        "closes": at(turn.closes),
        "waiting": lot.state == turn.waiting,
        "filed": "最后报价" if turn.final else words_of(lot.procedure).bid,
        "final_deadline": at("final_deadline"),
        "paused": next((hold.reason for hold in facts.holds if hold.end is None), ""),
        "live": lot.state in LIVE,
        "state_name": lot.procedure.states[lot.state],
    }


def panel_of(request: ActedRequest, lot: Lot, room: Room, facts: kernel.Facts) -> dict[str, Any]:
    """What this visitor can do here. Own rows and public ones only. Up to four queries."""
    actor = request.actor
    verbs = open_verbs(lot, facts)
    held = (lot.tender.party_roles(actor) | duties_over(lot, actor)) & HOSTS
    own = _standing(request, lot)
    unlocked = own is not None and BidderUnlock.objects.filter(envelope_id=own.envelope_id).exists()
    turn = round_of(lot)
    opening = lot.state == turn.waiting
    keys_are_in = quotes.keys_are_in if turn.final else openings.keys_are_in
    found: dict[str, Any] = {
        "own": own,
        "unlocked": unlocked,
        "may_unlock": bool(own and own.state == "sealed" and verbs.get(turn.unlock) and not unlocked),
        "may_remark": bool(own and verbs.get("object_opening")),
        "hosts": held if lot.state != "bidding" else frozenset(),
        "answers": [said for said in room.remarks if not said["answer"]] if held & SIDE else [],
        "keys_in": opening and bool(held) and keys_are_in(lot),
        "factor_due": bool(held) and lot.state in {"opening", "opened"} and factors.factor_undrawn(lot),
        "factor_ready": bool(held) and lot.state in {"opening", "opened"} and factors.factor_ready(lot),
        "demo_keys": reverse("demo-key") if settings.MODE == "demo" else "",
    }
    changes = [
        lot.state, str(own.pk) if own else "", unlocked, found["may_remark"], found["keys_in"],
        found["factor_due"], found["factor_ready"],
        [said["place"] for said in found["answers"]],
    ]  # fmt: skip
    return found | {"panel": digest_of(changes)[:16]}


def _standing(request: ActedRequest, lot: Lot) -> Bid | Quote | None:
    turn = round_of(lot)
    return (
        own_filing(lot, turn, request.actor)
        if turn.final
        else bids_of(request.actor).filter(lot=lot).standing().first()
    )


def show(
    request: ActedRequest, lot: Lot, *, typed: Any = None, violations: tuple[Violation, ...] = (), status: int = 200
) -> HttpResponse:
    """The whole room."""
    room = room_of(lot, request.actor)
    context = view_of(lot, room)
    context |= panel_of(request, lot, room, context["facts"])
    signed_in = request.user.is_authenticated
    context |= {
        "frame": "trading/bidding/_frame.html" if signed_in else "base.html",
        "stages": stages_of(lot, context["facts"]),
        "stream": streams.address([openings.room_topic(lot)]) if context["live"] else "",
        "crumbs": [(lot.title, _public(lot)), (f"{context['words'].opening}室", "")],
        "typed": typed or {},
        "violations": violations,
    }
    return render(request, "trading/opening/room.html", context, status=status)


def _public(lot: Lot) -> str:
    from django.urls import NoReverseMatch

    try:
        return reverse("disclosure:trade", args=(lot.tender.reference, lot.number))
    except NoReverseMatch:
        return ""


@ensure_csrf_cookie
@never_cache
@require_safe
def room(request: ActedRequest, reference: str, number: int) -> HttpResponse:
    """Anybody may look on; nobody is counted."""
    return show(request, announced_lot(reference, number))


@never_cache
@require_safe
def live(request: ActedRequest, reference: str, number: int) -> HttpResponse:
    """The public part, or 204 where nothing has changed since `seen`."""
    lot = announced_lot(reference, number)
    found = room_of(lot, request.actor)
    context = view_of(lot, found)
    context |= {"panel": panel_of(request, lot, found, context["facts"])["panel"]}
    if request.GET.get("seen") == f"{found.token}{int(context['passed'])}":
        answer = HttpResponse(status=204)
        # Mine may have changed without anything public: another window of mine unlocked.
        answer["X-Panel"] = context["panel"]
        return answer
    return render(request, "trading/opening/_live.html", context)


@never_cache
@require_safe
def panel(request: ActedRequest, reference: str, number: int) -> HttpResponse:
    """The visitor's own part."""
    lot = announced_lot(reference, number)
    found = room_of(lot, request.actor)
    context = view_of(lot, found)
    context |= panel_of(request, lot, found, context["facts"]) | {"typed": {}}
    return render(request, "trading/opening/_panel.html", context)


@for_script
@require_safe
def envelope(request: ActedRequest, reference: str, number: int) -> HttpResponse:
    """The own envelope's header and the wrap that only the own key opens; 404 outside the opening."""
    lot = announced_lot(reference, number)
    own = _standing(request, lot)
    if lot.state != round_of(lot).waiting or own is None:
        return JsonResponse({"violations": []}, status=404)
    said = sealing.envelope_for_owner(own.envelope_id, subject_code=own.subject.code)
    return JsonResponse({"bid": str(own.pk), **(said or {})})


@for_script
@require_POST
def unlock(request: ActedRequest, reference: str, number: int) -> HttpResponse:
    """The own envelope's one-time identity is in. Repeatable."""
    lot = announced_lot(reference, number)
    try:
        body = json.loads(request.body)
        bid_id, identity = UUID(body["bid"]), str(body["identity"])
    except (ValueError, KeyError, TypeError, RecursionError):
        raise Refused([Violation("upload.malformed")]) from None
    own = _standing(request, lot)
    if isinstance(own, Quote) and own.pk == bid_id:
        quotes.quote_unlock(quote_id=bid_id, identity=identity, actor=request.actor)
        return JsonResponse({"unlocked": True})
    if not bids_of(request.actor).filter(lot=lot, pk=bid_id).exists():
        return JsonResponse({"violations": []}, status=404)
    openings.bid_unlock(bid_id=bid_id, identity=identity, actor=request.actor)
    return JsonResponse({"unlocked": True})


def _back(lot: Lot, tail: str = "") -> HttpResponse:
    return redirect(reverse("trading:opening", args=(lot.tender.reference, lot.number)) + tail)


@never_cache
@login_required
@require_POST
def disclose(request: ActedRequest, reference: str, number: int) -> HttpResponse:
    """Every content is public together, once the keys are in."""
    lot = announced_lot(reference, number)
    turn = round_of(lot)
    policy.require(request.actor, lot.procedure.transitions[turn.disclose].actor, over=lot)
    try:
        (quotes.quotes_disclose if turn.final else openings.bids_disclose)(lot_id=lot.pk, actor=request.actor)
    except Refused as refused:
        return show(request, announced_lot(reference, number), violations=refused.violations, status=409)
    done = lot.procedure.transitions[turn.disclose].title if lot.final_ref else ""
    messages.success(request, f"已办：{done}" if done else f"全部{words_of(lot.procedure).bid}已同时公布")
    return _back(lot)


@never_cache
@login_required
@require_POST
def factor(request: ActedRequest, reference: str, number: int) -> HttpResponse:
    """The factor the document draws is drawn, once the trustees' keys are in."""
    lot = announced_lot(reference, number, verb="draw_factor")
    policy.require(request.actor, lot.procedure.transitions["draw_factor"].actor, over=lot)
    try:
        draw = factors.factor_draw(lot_id=lot.pk, actor=request.actor)
    except Refused as refused:
        return show(request, announced_lot(reference, number), violations=refused.violations, status=409)
    messages.success(request, f"抽中系数 {draw.drawn}，证书已记入账本")
    return _back(lot, "#factor")


@never_cache
@login_required
@require_POST
def remark(request: ActedRequest, reference: str, number: int) -> HttpResponse:
    """An objection on the spot stands on the record."""
    lot = announced_lot(reference, number)
    try:
        openings.opening_remark(lot_id=lot.pk, text=request.POST.get("text", ""), actor=request.actor)
    except Refused as refused:
        return show(request, lot, typed=request.POST, violations=refused.violations, status=409)
    messages.success(request, "异议已记入开标记录")
    return _back(lot, "#remarks")


@never_cache
@login_required
@require_POST
def remark_answer(request: ActedRequest, reference: str, number: int, place: int) -> HttpResponse:
    """The initiator has answered on the spot."""
    lot = announced_lot(reference, number)
    policy.require(request.actor, "initiator|agency", over=lot)
    found = room_of(lot, request.actor)
    if found.opening is None or not 1 <= place <= len(found.remarks):
        raise Http404
    answer = request.POST.get("answer", "")
    try:
        openings.opening_remark_answer(lot_id=lot.pk, number=place, answer=answer, actor=request.actor)
    except Refused as refused:
        return show(request, lot, typed={"place": place, "answer": answer}, violations=refused.violations, status=409)
    messages.success(request, "答复已记入开标记录")
    return _back(lot, "#remarks")
