"""Tender plans of one's own subject: the list, a new one, and the page where one is changed or cancelled."""

from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from credit import selectors as credit
from platform_site.accounts.refusals import Refused
from trading import addresses
from trading.forms import PlanCancelForm, PlanChangeForm, PlanForm
from trading.models import TenderPlan
from trading.planwords import month
from trading.services import plans


@never_cache
@login_required
@require_safe
def plan_list(request: HttpRequest) -> HttpResponse:
    """Every plan of the subject acted for, newest first. Two queries."""
    code = request.actor.subject_code
    found = TenderPlan.objects.filter(initiator__code=code).prefetch_related("texts", "tenders") if code else []
    rows = []
    for one in found:
        said = list(one.texts.all())[-1].content
        tenders = list(one.tenders.all())
        rows.append(
            {"plan": one, "said": said, "month": month(said["notice_month"]), "tender": next(iter(tenders), None)}
        )
    return render(request, "trading/plans.html", {"rows": rows})


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def plan_new(request: HttpRequest) -> HttpResponse:
    """The form of a plan; what is wrong stands at its field and nothing typed is lost."""
    mine = credit.subject_by_code(request.actor.subject_code) if request.actor.subject_code else None
    form = PlanForm(request.POST if request.method == "POST" else None)
    violations: tuple = ()
    if request.method == "POST" and mine and form.is_valid():
        try:
            made = plans.plan_publish(initiator=mine, said=form.cleaned_data, actor=request.actor)
        except Refused as refused:
            violations = refused.violations
        else:
            messages.success(request, f"招标计划已发布，编号 {made.reference}")
            return redirect("trading:plan", made.reference)
    context = {"form": form, "mine": mine, "violations": violations}
    return render(request, "trading/plan_new.html", context, status=_status(form, violations))


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def plan(request: HttpRequest, reference: str) -> HttpResponse:
    """One own plan: what it says, and the two things that can be done about it."""
    found = TenderPlan.objects.select_related("initiator").filter(reference=reference).first()
    if found is None or not found.party_roles(request.actor):
        raise Http404
    said = found.said.content
    start = {**said, "estimate_cny": Decimal(said["estimate_cny"])}
    posted = request.POST if request.method == "POST" else None
    cancelling = posted is not None and "cancel" in posted
    change = PlanChangeForm(None if cancelling else posted, initial=start)
    cancel = PlanCancelForm(posted if cancelling else None, prefix="cancel")
    typed, violations = cancel if cancelling else change, ()
    if posted is not None and typed.is_valid():
        try:
            told = _done(found, cancelling, typed.cleaned_data, request)
        except Refused as refused:
            violations = refused.violations
        else:
            messages.success(request, told)
            return redirect("trading:plan", reference)
    tender = found.tenders.order_by("pk").first()
    context = {
        "plan": found,
        "said": said,
        "month": month(said["notice_month"]),
        "estimate": start["estimate_cny"],
        "change": change,
        "cancel": cancel,
        "cancelling": cancelling,
        "tender": tender,
        "open": found.state == "published" and tender is None,
        "public_url": addresses.plan(found),
        "violations": violations,
    }
    return render(request, "trading/plan.html", context, status=_status(typed, violations))


def _done(found: TenderPlan, cancelling: bool, said: dict[str, Any], request: HttpRequest) -> str:
    if cancelling:
        plans.plan_cancel(plan_id=found.pk, reason=said["reason"], actor=request.actor)
        return "招标计划已取消，取消的原因已公布"
    facts = {name: value for name, value in said.items() if name != "reason"}
    plans.plan_change(plan_id=found.pk, said=facts, reason=said["reason"], actor=request.actor)
    return "变更已公布"


def _status(form: Any, violations: tuple) -> int:
    return 409 if violations else 422 if form.errors else 200
