"""Bid bonds on screen: the bidder's own, the list after the opening, and the door for institutions' signed messages."""

import json
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe

from platform_site import clock
from platform_site.accounts.refusals import Refused, Violation
from platform_site.accounts.requests import PersonRequest
from trading import bank_standin
from trading.filings import open_verbs
from trading.models import Bond, Lot
from trading.rulebooks.vocabulary import FORFEITS
from trading.services import bond_orders, bonds
from trading.services.acts import facts_of
from trading.views.announced import announced_page
from trading.views.benches import framed
from trading.views.bidpage import WORDS, address, bid_page
from trading.views.own import SIDE, lot_page

MOST_JSON = 16 * 1024


@announced_page
@require_POST
def declare(request: PersonRequest, lot: Lot) -> HttpResponse:
    """The bond is declared, with an account of its own."""
    asked = request.POST.get("institution", "")
    try:
        institution = UUID(asked)
    except ValueError:
        institution = None
    try:
        bonds.bond_declare(
            lot_id=lot.pk,
            form=request.POST.get("form", ""),
            institution_id=institution,
            payer_account=request.POST.get("payer_account", ""),
            guarantee_number=request.POST.get("guarantee_number", ""),
            actor=request.actor,
        )
    except Refused as refused:
        return bid_page(request, lot, typed=request.POST, violations=refused.violations, status=409)
    messages.success(request, "投标保证金已登记")
    return redirect(address("trading:bid", lot) + "#bond")


@announced_page
@require_POST
def pay(request: PersonRequest, lot: Lot) -> HttpResponse:
    """Demo only: while bonds may be declared, the stand-in institution confirms the own one."""
    if settings.MODE != "demo" or not open_verbs(lot, facts_of(lot, clock.now())).get("declare_bond"):
        raise Http404
    mine = lot.bonds.standing().filter(subject__code=request.actor.subject_code or "-")
    bond = mine.select_related("institution", "subject", "lot__tender").first()
    if bond is None or bond.institution is None:
        raise Http404
    bank_standin.pay(bond)
    messages.success(request, "演练机构已确认")
    return redirect(address("trading:bid", lot) + "#bond")


@csrf_exempt  # an institution shows its signature, never a session
@require_POST
def callback(request: HttpRequest) -> JsonResponse:
    """One signed message: {"institution", "body": {...}, "signature"}. Answers {"outcome"}; 403 where it is not signed.

    Nothing in the answer, its time or a log tells of anything but this message.
    """
    try:
        said = json.loads(request.body) if len(request.body) <= MOST_JSON else {}
        institution, body, signature = UUID(said["institution"]), said["body"], said["signature"]
        if not isinstance(body, dict) or not isinstance(signature, str):
            raise ValueError
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return JsonResponse({"outcome": "malformed"}, status=400)
    try:
        outcome = bonds.bond_callback(institution_id=institution, body=body, signature=signature)
    except PermissionDenied:
        return JsonResponse({"outcome": "unsigned"}, status=403)
    return JsonResponse({"outcome": outcome, "text": bonds.OUTCOMES[outcome]})


def _list(
    request: HttpRequest, lot: Lot, held: frozenset[str], *, violations: tuple[Violation, ...] = (), status: int = 200
) -> HttpResponse:
    """The bonds once the opening has started; before it, a page that is the same whoever has paid."""
    shown = "opening_at" in lot.moments
    rows = []
    if shown:
        for bond in lot.bonds.select_related("subject", "institution").order_by("declared_at", "pk"):
            orders = list(bond.orders.all())
            rows.append({"bond": bond, "ground": WORDS.get(bond.ground, ""), "orders": orders})
    context = framed(lot, held, here="投标保证金") | {
        "shown": shown,
        "rows": rows,
        "side": bool(held & SIDE),
        "required": bonds.required_of(lot),
        "grounds": [(key, words, article) for key, (words, article) in FORFEITS.items()],
        "may_forfeit": bool(held & SIDE) and lot.state in lot.procedure.transitions["forfeit_bond"].source,
        "bonds_due": bond_orders.return_by(lot),
        "typed": request.POST,
        "violations": violations,
    }
    return render(request, "trading/bonds.html", context, status=status)


def _asks(lot: Lot) -> bool:
    return bonds.required_of(lot) is not None


@never_cache
@login_required
@require_safe
def bond_list(request: PersonRequest, reference: str, number: int) -> HttpResponse:
    """The initiator's side and the operator's list; the lot's own supervision reads it too."""
    if "supervisor" in request.actor.duties:
        found = Lot.objects.visible_to(request.actor).filter(tender__reference=reference, number=number)
        lot = found.filter(tender__authority__code=request.actor.subject_code or "-").select_related(
            "tender__initiator", "tender__agency", "tender__centre", "tender__authority"
        )
        one = get_object_or_404(lot)
        if not _asks(one):
            raise Http404
        return _list(request, one, frozenset({"supervisor"}))
    return _for_parties(request, reference, number)


@lot_page(roles=SIDE | {"operator"}, only=_asks)
def _for_parties(request: HttpRequest, lot: Lot, held: frozenset[str]) -> HttpResponse:
    return _list(request, lot, held)


@require_POST
@lot_page(only=_asks)
def forfeit(request: PersonRequest, lot: Lot, held: frozenset[str], bond_id: UUID) -> HttpResponse:
    """The bond is kept on a ground of the law, or the refusal says why not."""
    bond = get_object_or_404(Bond.objects.visible_to(request.actor).filter(lot=lot), pk=bond_id)
    try:
        bond_orders.bond_forfeit(
            bond_id=bond.pk,
            ground=request.POST.get("ground", ""),
            reason=request.POST.get("reason", ""),
            actor=request.actor,
        )
    except Refused as refused:
        return _list(request, lot, held, violations=refused.violations, status=409)
    messages.success(request, "已决定不予退还，投标人已收到通知")
    return redirect("trading:bonds", lot.tender.reference, lot.number)
