"""Binding the draw of a lot's factor: the initiator's side and the authority, each once, before the notice."""

import json

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from experts.draw import ROLES
from platform_site import clock
from platform_site.accounts.refusals import Refused
from platform_site.accounts.requests import ActedRequest
from platform_site.rows import one_or_none
from platform_site.sealing.models import KeySet
from trading.kernel import factors as kernel
from trading.models import FactorDraw, Lot
from trading.services import factors
from trading.services.acts import facts_of


def _lot(request: ActedRequest, reference: str, number: int) -> tuple[Lot, str]:
    """The lot and whose nonce the visitor binds.

    Raises:
        Http404: no such lot, none whose document draws a factor, or a stranger: nobody can tell which.
    """
    found = Lot.objects.filter(tender__reference=reference, number=number)
    lot = one_or_none(
        found.select_related("tender__initiator", "tender__agency", "tender__centre", "tender__authority")
    )
    role = factors.side_of(lot, request.actor) if lot is not None and factors.factor_asked(lot) else ""
    if lot is None or not role:
        raise Http404
    return lot, role


def _page(request: ActedRequest, lot: Lot, role: str, refused: Refused | None = None) -> HttpResponse:
    draw = FactorDraw.objects.filter(lot=lot).first()
    bound = draw.commitments if draw else {}
    nonces: dict[str, str] = ((draw.certificate if draw else None) or {}).get("nonces", {})
    keyset = KeySet.objects.filter(pk=lot.ledger_ref).first()
    context = {
        "lot": lot,
        "tender": lot.tender,
        "facts": facts_of(lot, clock.now()),
        "state_name": lot.procedure.states[lot.state],
        "listed": kernel.factors_of(lot.terms),
        "rows": [
            {
                "name": kernel.SIDES[side],
                "commitment": bound.get(side),
                "nonce": nonces.get(side),
            }
            for side in ROLES
        ],
        "draw": draw,
        "need": kernel.need_of(lot.ledger_ref),
        "role": role,
        "side": kernel.SIDES[role],
        "bound": role in bound,
        "keyset": keyset.document if keyset else None,
        "may_bind": lot.state == "registered" and role not in bound and keyset is not None,
        "violations": refused.violations if refused else (),
    }
    return render(request, "trading/factor.html", context, status=409 if refused else 200)


@never_cache
@login_required
@require_safe
def factor(request: ActedRequest, reference: str, number: int) -> HttpResponse:
    """The list, both commitments, and what was drawn."""
    return _page(request, *_lot(request, reference, number))


@never_cache
@login_required
@require_POST
def commit(request: ActedRequest, reference: str, number: int) -> HttpResponse:
    """The visitor's side is bound to the nonce its browser made."""
    lot, role = _lot(request, reference, number)
    try:
        sealed = json.loads(request.POST.get("sealed_nonce", ""))
    except ValueError:
        sealed = {}
    try:
        factors.factor_commit(
            lot_id=lot.pk,
            commitment=request.POST.get("commitment", ""),
            sealed_nonce=sealed if isinstance(sealed, dict) else {},
            actor=request.actor,
        )
    except Refused as refused:
        return _page(request, lot, role, refused)
    messages.success(request, "承诺已记入账本，随机数由本标段的受托人保管")
    return redirect("trading:factor", reference, number)
