"""One's own qualifications: what is public of them, declaring, replacing, withdrawing."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from credit import services
from credit.forms import QualificationForm
from credit.models import Qualification, Subject
from credit.qualificationkinds import GRADES, KINDS
from credit.qualifications import held_by
from credit.views.own import own_subject
from platform_site.accounts.refusals import Refused, Violation
from platform_site.accounts.requests import PersonRequest

COPIED = ("kind", "grade", "number", "issuer", "valid_from", "valid_until")


def _former(subject: Subject, asked: str) -> Qualification | None:
    """The declared row the form is to replace; None where it asks for none.

    Raises:
        Http404: no such row of this subject.
    """
    if not asked:
        return None
    try:
        return get_object_or_404(subject.qualifications, pk=UUID(asked), source="self")
    except ValueError:
        raise Http404 from None


def _page(
    request: PersonRequest,
    subject: Subject,
    form: QualificationForm,
    former: Qualification | None = None,
    violations: tuple[Violation, ...] = (),
    status: int = 200,
) -> HttpResponse:
    context = {
        "subject": subject,
        "held": held_by(subject.code),
        "form": form,
        "former": former,
        "violations": violations,
        "kinds": [one for one in KINDS if one.ended is None],
        "grades": GRADES,
    }
    return render(request, "credit/qualifications.html", context, status=status)


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def qualifications(request: PersonRequest, code: str) -> HttpResponse:
    """What the subject declared and what authorities published; what is refused comes back with everything typed."""
    subject, _ = own_subject(request, code)
    asked = request.POST.get("replaces", "") if request.method == "POST" else request.GET.get("replaces", "")
    former = _former(subject, asked)
    if request.method != "POST":
        initial = {name: getattr(former, name) for name in COPIED} if former else None
        return _page(request, subject, QualificationForm(initial=initial), former)
    form = QualificationForm(request.POST)
    if not form.is_valid():
        return _page(request, subject, form, former, status=422)
    try:
        row = services.qualification_declare(
            subject_code=code,
            actor=request.actor,
            replaces=former.pk if former else None,
            **form.cleaned_data,
        )
    except Refused as refused:
        return _page(request, subject, form, former, refused.violations, status=409)
    messages.success(request, f"{row.title}已{'更换' if former else '申报'}，即时公开")
    return redirect("credit:qualifications", code)


@login_required
@require_POST
def withdraw(request: PersonRequest, code: str, qualification_id: UUID) -> HttpResponse:
    """A declared qualification is taken back."""
    subject, _ = own_subject(request, code)
    row = get_object_or_404(subject.qualifications, pk=qualification_id)
    try:
        services.qualification_withdraw(
            qualification_id=row.pk, actor=request.actor, reason=request.POST.get("reason", "")
        )
    except Refused as refused:
        return _page(request, subject, QualificationForm(), None, refused.violations, status=409)
    messages.success(request, f"{row.title}已撤回，撤回以前的公开记录仍然保留")
    return redirect("credit:qualifications", code)
