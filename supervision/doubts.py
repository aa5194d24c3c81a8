"""Qualifications before supervision: looking them up, and an authority's own doubts. A doubt stops nothing (PLT-03)."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from credit.models import Qualification, QualificationDoubt
from credit.qualifications import found, held_by
from credit.services import doubt_end, doubt_mark
from platform_site.accounts import policy
from platform_site.accounts.refusals import Refused, Violation
from platform_site.accounts.requests import PersonRequest
from supervision.forms import DoubtForm, LiftForm


@never_cache
@login_required
@require_safe
def qualifications(request: PersonRequest) -> HttpResponse:
    """Those with a standing doubt, or what a subject's name or code or a certificate's number finds."""
    policy.require(request.actor, "supervisor|auditor")
    text = request.GET.get("q", "").replace("\0", "").strip()[:120]
    context = {"rows": found(text), "text": text}
    return render(request, "supervision/qualifications.html", context)


def _page(
    request: PersonRequest,
    row: Qualification,
    *,
    form: DoubtForm | None = None,
    ending: tuple[UUID, LiftForm] | None = None,
    violations: tuple[Violation, ...] = (),
    status: int = 200,
) -> HttpResponse:
    doubts = list(row.doubts.select_related("authority").order_by("-marked_at", "pk"))
    for n, doubt in enumerate(doubts):
        doubt.own = doubt.authority.code == request.actor.subject_code and "supervisor" in request.actor.duties
        doubt.form = ending[1] if ending and ending[0] == doubt.pk else LiftForm(auto_id=f"d{n}-%s")
    context = {
        "row": row,
        "one": next(one for one in held_by(row.subject.code) if one.row == row),
        "doubts": doubts,
        "form": form or DoubtForm(),
        # Whose own doubt stands is not offered a second one.
        "may_doubt": "supervisor" in request.actor.duties
        and row.withdrawn_at is None
        and not any(one.own and one.ended_at is None for one in doubts),
        "violations": violations,
    }
    return render(request, "supervision/doubt.html", context, status=status)


def _row(request: PersonRequest, qualification_id: UUID) -> Qualification:
    policy.require(request.actor, "supervisor|auditor")
    return get_object_or_404(Qualification.objects.select_related("subject"), pk=qualification_id)


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def doubt(request: PersonRequest, qualification_id: UUID) -> HttpResponse:
    """One certificate with every doubt about it, and the form of one's own."""
    row = _row(request, qualification_id)
    if request.method != "POST":
        return _page(request, row)
    policy.require(request.actor, "supervisor")
    form = DoubtForm(request.POST)
    if not form.is_valid():
        return _page(request, row, form=form, status=422)
    try:
        doubt_mark(qualification_id=row.pk, reason=form.cleaned_data["reason"], actor=request.actor)
    except Refused as refused:
        return _page(request, row, form=form, violations=refused.violations, status=409)
    messages.success(request, "已标注存疑并公开，该主体已收到通知；申报的效力不受影响")
    return redirect("supervision:doubt", row.pk)


@never_cache
@login_required
@require_POST
def end(request: PersonRequest, qualification_id: UUID, doubt_id: UUID) -> HttpResponse:
    """One's own authority's doubt is over."""
    row = _row(request, qualification_id)
    one = get_object_or_404(QualificationDoubt, qualification=row, pk=doubt_id)
    form = LiftForm(request.POST)
    if not form.is_valid():
        return _page(request, row, ending=(one.pk, form), status=422)
    try:
        doubt_end(doubt_id=one.pk, reason=form.cleaned_data["reason"], actor=request.actor)
    except Refused as refused:
        return _page(request, row, ending=(one.pk, form), violations=refused.violations, status=409)
    messages.success(request, "存疑已解除，标注的经过仍然公开")
    return redirect("supervision:doubt", row.pk)
