"""The hall of a live auction: the same for everybody who looks on, with a panel for whoever may offer in it."""

from dataclasses import asdict
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import NoReverseMatch, reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.http import require_POST, require_safe

from platform_site import clock
from platform_site.accounts.refusals import Refused, Violation
from platform_site.accounts.requests import ActedRequest, PersonRequest
from platform_site.accounts.selectors import is_official
from platform_site.web import streams
from platform_site.web.amounts import capitals
from trading import hall as halls
from trading.digests import digest_of
from trading.filings import open_verbs
from trading.kernel import procedure as kernel
from trading.lifeline import next_of, stages_of
from trading.models import Lot, Offer, SignUp
from trading.rulebooks.pausing import pausing_on
from trading.services import letters, listings
from trading.services.acts import facts_of
from trading.services.terms import decimal_of, money
from trading.views.announced import announced_lot, announced_page, refused_json
from trading.views.bidding import FilingRequest, stamped

# An offer that lies more increments than this above the least is asked about once more: it cannot be taken back.
FAR = 20


def view_of(request: ActedRequest, lot: Lot) -> dict[str, Any]:
    """What every part of the hall shows, the visitor's own rows marked. Four queries."""
    facts = facts_of(lot, clock.now())
    mine = halls.own_sign_up(lot, request.actor)
    found = halls.hall_of(lot, facts, mine=mine, whole="all" in request.GET)
    passed = bool(found.ends and found.ends.at and found.ends.at <= facts.now)
    resumes = lot.recorded.get("round_from")
    moves = lot.procedure.transitions
    return {
        "lot": lot,
        "tender": lot.tender,
        "words": halls.words_of(lot.procedure),
        "facts": facts,
        "hall": found,
        "mine": mine,
        "hall_url": _address(lot),
        "ends_title": lot.procedure.moments[moves[found.ends.verb].not_before].title if found.ends else "",
        "offer_rule": next(iter(moves["offer_timed"].rules), ""),
        "round_minutes": listings.round_minutes(lot),
        "bond": decimal_of(lot.terms, "bond_cny"),
        "passed": passed,
        "seen": f"{found.token}{int(passed)}{int(bool(resumes and resumes > facts.now))}",
        "pace": halls.QUICK if lot.state in halls.PACED or passed else halls.SLOW,
        "live": lot.state in halls.LIVE,
        "resumes": resumes if lot.state in halls.PACED and resumes and resumes > facts.now else None,
        "clause": pausing_on(clock.china(facts.now).date()).clause,
        "paused": next((hold.reason for hold in facts.holds if hold.end is None), ""),
        "state_name": lot.procedure.states[lot.state],
    }


def panel_of(request: ActedRequest, lot: Lot, context: dict[str, Any]) -> dict[str, Any]:
    """What this visitor can do here: own rows and public ones only. At most three queries."""
    mine: SignUp | None = context["mine"]
    verbs, found = open_verbs(lot, context["facts"]), context["hall"]
    best = Offer.objects.filter(sign_up=mine).order_by("-amount_cny").first() if mine else None
    actor = request.actor
    trades = bool(actor.user_id) and not is_official(actor) and not lot.tender.party_roles(actor)
    offering = bool(mine and (verbs.get("offer") or verbs.get("offer_timed")))
    leads = bool(best and found.best and found.best.amount == best.amount_cny)
    said = {
        "own_best": best,
        "leads": leads,
        "may_sign": bool(trades and not mine and verbs.get("sign_up")),
        "trades": trades,
        "may_offer": offering,
        "may_continue": bool(mine and verbs.get("continue_bidding")),
        "steps": halls.quick_steps(found) if offering else [],
        "key": uuid4(),
        "typed_key": uuid4(),
        "far_from": found.floor + found.increment * FAR,
    }
    changes = [
        lot.state, mine.pseudonym if mine else "", str(best.pk) if best else "", leads, said["may_sign"], offering,
        said["may_continue"], found.floor if mine else 0,
    ]  # fmt: skip
    return said | {"panel": digest_of(changes)[:16]}


def listed_lot(reference: str, number: int) -> Lot:
    """The announced lot of a procedure with a live auction; 404 otherwise."""
    return announced_lot(reference, number, verb="sign_up")


def show(
    request: ActedRequest,
    lot: Lot,
    *,
    asked: dict[str, Any] | None = None,
    typed: str = "",
    violations: tuple[Violation, ...] = (),
    status: int = 200,
) -> HttpResponse:
    """The whole hall.

    Args:
        asked: the amount that is asked about once more, with its key.
        typed: what stands in the amount's field.
    """
    context = view_of(request, lot)
    context |= panel_of(request, lot, context)
    context |= {
        "frame": "trading/bidding/_frame.html" if request.user.is_authenticated else "base.html",
        "stages": stages_of(lot, context["facts"]),
        "stream": streams.address([listings.hall_topic(lot)]) if context["live"] else "",
        "crumbs": [(lot.title, _public(lot)), ("竞价大厅", "")],
        "asked": asked,
        "typed": typed,
        "violations": violations,
    }
    return render(request, "trading/hall/hall.html", context, status=status)


def _public(lot: Lot) -> str:
    try:
        return reverse("disclosure:trade", args=(lot.tender.reference, lot.number))
    except NoReverseMatch:
        return ""


def _address(lot: Lot, tail: str = "") -> str:
    return reverse("trading:hall", args=(lot.tender.reference, lot.number)) + tail


@ensure_csrf_cookie
@never_cache
@require_safe
def hall(request: ActedRequest, reference: str, number: int) -> HttpResponse:
    """Anybody may look on; nobody is counted."""
    return show(request, listed_lot(reference, number))


@never_cache
@require_safe
def live(request: ActedRequest, reference: str, number: int) -> HttpResponse:
    """The public part, or 204 where nothing has changed since `seen`: the replay of whatever a stream did not tell."""
    lot = listed_lot(reference, number)
    context = view_of(request, lot)
    context |= {"panel": panel_of(request, lot, context)["panel"]}
    if request.GET.get("seen") == context["seen"]:
        answer = HttpResponse(status=204)
        # Mine may have changed without anything public: another window of mine signed up.
        answer["X-Panel"] = context["panel"]
        return answer
    return render(request, "trading/hall/_live.html", context)


@never_cache
@require_safe
def panel(request: ActedRequest, reference: str, number: int) -> HttpResponse:
    """The visitor's own part."""
    lot = listed_lot(reference, number)
    context = view_of(request, lot)
    return render(request, "trading/hall/_panel.html", context | panel_of(request, lot, context))


@announced_page(verb="sign_up")
@require_safe
def own(request: PersonRequest, lot: Lot) -> HttpResponse:
    """The lot as one bidder sees it: signed up or not, the own pseudonym, what comes next, the own offers."""
    return own_page(request, lot)


def own_page(
    request: PersonRequest, lot: Lot, *, violations: tuple[Violation, ...] = (), status: int = 200
) -> HttpResponse:
    """The page, with what was refused."""
    context = view_of(request, lot)
    context |= panel_of(request, lot, context)
    mine = context["mine"]
    ends = context["hall"].ends
    due = kernel.due(lot.book, lot.procedure, context["facts"])
    context |= {
        "crumbs": [("我的投标", reverse("trading:bids")), (lot.title, "")],
        "stages": stages_of(lot, context["facts"]),
        "next": own_next(lot, context),
        "due": [
            {"title": d.title, "at": d.at, "article": d.article, "rule": d.rule}
            for d in due
            if d.actor == "clock" and d != ends and not d.verb.startswith("fail_")
        ][:2],
        "dates": [
            (how.title, at)
            for name, how in lot.procedure.moments.items()
            if not how.after and (at := kernel.moment(lot.book, lot.procedure, name, context["facts"]))
        ],
        "offers": list(mine.offers.order_by("-amount_cny")) if mine else [],
        "letters": letters.readable(lot, request.actor) if mine and lot.state in SETTLED else [],
        "award": lot.standing_award if mine and lot.state in SETTLED else None,
        "violations": violations,
    }
    return render(request, "trading/hall/own.html", context, status=status)


SETTLED = frozenset({"awarded", "contracted", "settled", "archived"})


def own_next(lot: Lot, context: dict[str, Any]) -> dict[str, Any]:
    """The bidder's next step in the law's words, as components/next.html takes it."""
    moves, ends = lot.procedure.transitions, context["hall"].ends
    verb = next(
        (
            verb
            for verb, open_ in (
                ("sign_up", context["may_sign"]),
                ("continue_bidding", context["may_continue"]),
                ("offer_timed", context["may_offer"] and lot.state == "timed"),
                ("offer", context["may_offer"] and not context["leads"]),
            )
            if open_
        ),
        "",
    )
    if not verb and not ends:
        return asdict(next_of(lot, context["facts"]))
    rule = next(iter(moves[verb].rules), "") if verb else ends.rule
    title = moves[verb].title if verb else f"等待{context['ends_title']}"
    return {
        "title": title,
        "article": lot.book.article(rule),
        "rule": rule,
        "until": ends.at if ends else None,
        "until_note": f"距{context['ends_title']}" if ends else "",
        "paused": context["paused"],
        "verb": verb,
    }


# -- acts --------------------------------------------------------------------------------------------------------------


@stamped
def sign_up(request: FilingRequest, reference: str, number: int) -> HttpResponse:
    """One click and the subject takes part; a second click changes nothing."""
    return _signed(request, reference, number, arrived=request.arrived_at)


@never_cache
@login_required
@require_POST
def _signed(request: PersonRequest, reference: str, number: int, *, arrived: datetime) -> HttpResponse:
    lot = listed_lot(reference, number)
    try:
        with listings.on_its_way(lot, arrived):
            held = listings.sign_up(lot_id=lot.pk, actor=request.actor, arrived_at=arrived)
    except Refused as refused:
        return own_page(request, lot, violations=refused.violations, status=409)
    messages.success(request, f"已{lot.procedure.transitions['sign_up'].title}，您在竞价大厅的代号是 {held.pseudonym}")
    return redirect("trading:part", lot.tender.reference, lot.number)


@stamped
def go_on(request: FilingRequest, reference: str, number: int) -> HttpResponse:
    """A bidder asks to go on: the timed round begins."""
    return _asked(request, reference, number, arrived=request.arrived_at)


@never_cache
@login_required
@require_POST
def _asked(request: PersonRequest, reference: str, number: int, *, arrived: datetime) -> HttpResponse:
    lot = listed_lot(reference, number)
    try:
        with listings.on_its_way(lot, arrived):
            listings.bidding_continue(lot_id=lot.pk, actor=request.actor, arrived_at=arrived)
    except Refused as refused:
        return show(request, listed_lot(reference, number), violations=refused.violations, status=409)
    messages.success(request, "已要求继续竞价，进入限时竞价")
    return redirect(_address(lot))


@stamped
def offer(request: FilingRequest, reference: str, number: int) -> HttpResponse:
    """One offer. A form is led back to the hall; a page's script is answered in JSON, refusals with their words.

    The time is stamped before session, permission or any lock. The same key again is answered alike.
    """
    return _offered(request, reference, number)


@never_cache
def _offered(request: FilingRequest, reference: str, number: int) -> HttpResponse:
    script = "application/json" in request.headers.get("Accept", "")
    if request.method != "POST":
        return HttpResponse(status=405, headers={"Allow": "POST"})
    if not request.user.is_authenticated:
        return (
            refused_json([Violation("session.expired")], status=401) if script else _sign_in(request, reference, number)
        )
    lot = announced_lot(reference, number, verb="sign_up", parties=False)
    typed = request.POST.get("amount", "")
    try:
        amount, key = read(request)
        if not script and "sure" not in request.POST and far(lot, amount):
            return show(request, lot, asked={"amount": amount, "capitals": capitals(amount), "key": key})
        with listings.on_its_way(lot, request.arrived_at):
            made = listings.offer_make(
                lot_id=lot.pk, amount=amount, idempotency_key=key, actor=request.actor, arrived_at=request.arrived_at
            )
    except Refused as refused:
        if script:
            return refused_json(refused.violations, fill=True)
        lot = listed_lot(reference, number)
        return show(request, lot, typed=typed, violations=refused.violations, status=409)
    if script:
        return JsonResponse(
            {"offer": str(made.pk), "amount": str(made.amount_cny), "at": made.at.isoformat()}, status=201
        )
    messages.success(request, f"报价 {made.amount_cny:,.2f} 元已受理")
    return redirect(_address(lot))


def _sign_in(request: FilingRequest, reference: str, number: int) -> HttpResponse:
    back = reverse("trading:hall", args=(reference, number))
    return redirect(f"{reverse('accounts:sign-in')}?next={back}")


def read(request: FilingRequest) -> tuple[Decimal, UUID]:
    """The amount in yuan and the key of the click.

    Raises:
        Refused: broken off on its way: of a longer number only the beginning may have come; no amount; no key.
    """
    if not request.whole:
        raise Refused([Violation("upload.damaged")])
    try:
        key = UUID(request.POST.get("key", ""))
    except ValueError:
        raise Refused([Violation("upload.malformed")]) from None
    amount = money(request.POST.get("amount"), field="amount")
    if amount is None:
        raise Refused([Violation("amount.unreadable", facts={"field": "amount", "typed": ""})])
    return amount, key


def far(lot: Lot, amount: Decimal) -> bool:
    """Whether the amount lies so far above the least that a zero too many may have been typed. One query."""
    return amount > listings.floor_of(lot) + Decimal(lot.terms["increment_cny"]) * FAR
