"""The page of an act that needs one form, and the contract's performance with what can be done about it."""

from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from platform_site.accounts.refusals import Refused
from trading.actforms import ActPage, act_page
from trading.kernel import procedure as kernel
from trading.lifeline import open_acts_of
from trading.models import Contract, Lot
from trading.paperwords import words_of
from trading.services import performance as performing
from trading.views.benches import framed, lot_address
from trading.views.own import SIDE, lot_page

BOTH = SIDE | {"winner", "partner"}
PERFORMED = ("plan_milestone", "deliver_milestone", "accept_milestone", "pay_milestone", "confirm_payment")


@require_http_methods(["GET", "HEAD", "POST"])
@lot_page(roles=BOTH | {"operator"})
def act(request: HttpRequest, lot: Lot, held: frozenset[str], verb: str) -> HttpResponse:
    """One act with its form, the article it rests on and, where it may not happen, the refusal."""
    page, move = act_page(lot, verb), lot.procedure.transitions.get(verb)
    if page is None or move is None or not held & set(move.actor.split("|")):
        raise Http404
    context = framed(lot, held, here=move.title)
    shut = kernel.gate(lot.book, lot.procedure, verb, context["facts"])
    form = page.form(request.POST if request.method == "POST" else None, lot=lot, initial=asked(request))
    violations: tuple = ()
    if request.method == "POST" and form.is_valid():
        try:
            made = page.do(lot, form.cleaned_data, request.actor)
        except Refused as refused:
            violations = refused.violations
        else:
            messages.success(request, page.done)
            return redirect(landing(page, made if isinstance(made, Lot) and made.pk != lot.pk else lot))
    if page.winner:
        context["crumbs"] = [(lot.title, lot_address("trading:bid", lot)), (move.title, "")]
    context |= {
        "about": page.about.format(winner=words_of(lot.procedure).winner),
        "move": move,
        "shows": page.shows(lot) if not shut else [],
        "rule": next(iter(move.rules), ""),
        "form": form,
        "violations": violations,
        "shut": None if violations else shut,
        "back": lot_address("trading:bid" if page.winner else page.lands, lot),
    }
    return render(request, "trading/act.html", context, status=409 if violations else 422 if form.errors else 200)


def asked(request: HttpRequest) -> dict[str, str]:
    """What the link filled in already: the milestone, the notice, the payment."""
    return {name: request.GET[name] for name in ("milestone", "notice", "payment") if name in request.GET}


def landing(page: ActPage, lot: Lot) -> str:
    """Where one arrives after the act; a lot without a contract page lands on its own."""
    return reverse(page.lands, args=(lot.tender.reference, lot.number))


@require_safe
@lot_page(roles=BOTH | {"operator"}, only=lambda lot: lot.state in {"contracted", "archived"})
def performance(request: HttpRequest, lot: Lot, held: frozenset[str]) -> HttpResponse:
    """The contract with its changes, milestones and payments, for initiator, agency, winner and the centre."""
    contract = Contract.objects.filter(lot=lot).first()
    if contract is None or "plan_milestone" not in lot.procedure.transitions:
        raise Http404
    context = framed(lot, held, here="合同履行")
    if not held & (SIDE | {"operator"}):
        context["crumbs"] = [(lot.title, lot_address("trading:bid", lot)), ("合同履行", "")]
    can = {one.verb for one in open_acts_of(lot, context["facts"], held) if one.shut is None}
    context |= {
        "contract": contract,
        "winner": lot.standing_award,
        "price": performing.price_of(contract),
        "period": performing.period_of(contract),
        "changes": list(contract.changes.all()),
        "rows": rows(lot, contract, can),
        "can": can,
        "planned": sum((m.amount_cny for m in contract.milestones.all()), Decimal(0)),
    }
    return render(request, "trading/performance.html", context)


def rows(lot: Lot, contract: Contract, can: set[str]) -> list[dict[str, Any]]:
    """The milestones with their payments and the one act that is next. Two queries."""
    doing = {"planned": "deliver_milestone", "refused": "deliver_milestone", "delivered": "accept_milestone"}
    found = []
    for milestone in contract.milestones.prefetch_related("payments"):
        verb = doing.get(milestone.state, "pay_milestone" if milestone.state == "accepted" else "")
        paid = sum((p.amount_cny for p in milestone.payments.all()), Decimal(0))
        waiting = next((p for p in milestone.payments.all() if p.confirmed_at is None), None)
        if waiting and "confirm_payment" in can:
            url = f"{lot_address('trading:act', lot, 'confirm_payment')}?payment={waiting.pk}"
            title = "确认收款"
        elif verb in can:
            url = f"{lot_address('trading:act', lot, verb)}?milestone={milestone.number}"
            title = lot.procedure.transitions[verb].title
        else:
            url = title = ""
        found.append({"one": milestone, "paid": paid, "open": milestone.amount_cny - paid, "url": url, "title": title})
    return found
