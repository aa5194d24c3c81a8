"""The supervisor's board and the orders. Supervision holds no trading verb (A9, PLT-05): an order is its own act."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from platform_site import clock
from platform_site.accounts import policy
from platform_site.accounts.refusals import Refused, Violation
from platform_site.accounts.requests import PersonRequest
from platform_site.rows import one_or_none
from platform_site.web import sources
from supervision import selectors, services
from supervision.forms import LiftForm, OrderForm
from supervision.models import Order
from trading.models import Lot

MONITORS = {"ELE-10": "supervision.views.board"}


@never_cache
@login_required
@require_safe
def board(request: PersonRequest) -> HttpResponse:
    """The authority's trades, soonest first, and the leads about them. Five queries and the session's."""
    policy.require(request.actor, "supervisor|auditor")
    now = clock.now()
    lots = list(selectors.lots_of(request.actor)[:200])
    rows = selectors.watched(lots, now)
    told = selectors.leads(lots, now)
    today = clock.china(now).date()
    opening = [r for r in rows if (at := r.lot.recorded.get("bid_deadline")) and clock.china(at).date() == today]
    running = [r for r in rows if r.lot.state not in r.lot.procedure.ended]
    stats = [
        {"label": "在办标段", "number": len(running), "unit": "个", "note": "本部门监督", "url": "#lots"},
        {"label": "今日开标", "number": len(opening), "unit": "个", "note": str(today), "url": "#lots"},
        {
            "label": "暂停中",
            "number": sum(bool(r.held) for r in rows),
            "unit": "个",
            "note": "异议、指令",
            "url": "#lots",
        },
        {"label": "提示", "number": len(told), "unit": "条", "note": "近 90 日", "url": "#leads"},
    ]
    return render(
        request,
        "supervision/board.html",
        {
            "rows": rows,
            "leads": told,
            "stats": stats,
            "figures": sources.ask("figures-of-authority", code=request.actor.subject_code),
            "may_order": "supervisor" in request.actor.duties,
        },
    )


def own_lot(request: PersonRequest, reference: str, number: int) -> Lot:
    """An announced lot of the supervisor's own authority.

    Raises:
        Http404: another authority's, a draft, or no supervisor: a stranger cannot tell which.
    """
    lots = selectors.lots_of(request.actor) if "supervisor" in request.actor.duties else Lot.objects.none()
    lot = one_or_none(lots.filter(tender__reference=reference, number=number).select_related("tender__authority"))
    if lot is None or lot.tender.authority is None or lot.tender.authority.code != request.actor.subject_code:
        raise Http404
    return lot


def page(
    request: PersonRequest,
    lot: Lot,
    *,
    form: OrderForm | None = None,
    lifting: tuple[UUID, LiftForm] | None = None,
    violations: tuple[Violation, ...] = (),
    status: int = 200,
) -> HttpResponse:
    """The lot's orders, with what was typed where something was refused."""
    rows = list(Order.objects.filter(lot=lot))
    for n, row in enumerate(rows):
        row.form = lifting[1] if lifting and lifting[0] == row.pk else LiftForm(auto_id=f"o{n}-%s")
    context = {
        "lot": lot,
        "tender": lot.tender,
        "state_name": lot.procedure.states[lot.state],
        "rows": rows,
        "form": form or OrderForm(),
        "violations": violations,
    }
    return render(request, "supervision/orders.html", context, status=status)


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def orders(request: PersonRequest, reference: str, number: int) -> HttpResponse:
    """The orders to a lot, and the form of a new one: it holds the lot at once."""
    lot = own_lot(request, reference, number)
    if request.method != "POST":
        return page(request, lot)
    form = OrderForm(request.POST)
    if not form.is_valid():
        return page(request, lot, form=form, status=422)
    try:
        services.order_issue(lot_id=lot.pk, actor=request.actor, **form.cleaned_data)
    except Refused as refused:
        return page(request, lot, form=form, violations=refused.violations, status=409)
    messages.success(request, "指令已发出并公开，本标段的活动已经暂停")
    return redirect("supervision:orders", reference, number)


@never_cache
@login_required
@require_POST
def lift(request: PersonRequest, reference: str, number: int, order_id: UUID) -> HttpResponse:
    """The order ends and the lot moves on."""
    lot = own_lot(request, reference, number)
    order = get_object_or_404(Order, lot=lot, pk=order_id)
    form = LiftForm(request.POST)
    if not form.is_valid():
        return page(request, lot, lifting=(order.pk, form), status=422)
    try:
        services.order_lift(order_id=order.pk, reason=form.cleaned_data["reason"], actor=request.actor)
    except Refused as refused:
        return page(request, lot, lifting=(order.pk, form), violations=refused.violations, status=409)
    messages.success(request, "指令已解除，暂停的活动已经恢复")
    return redirect("supervision:orders", reference, number)
