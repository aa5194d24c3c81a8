"""Entry into the pool: the applicant's page, and the pool maintainer's desk with everybody's file."""

from collections import Counter
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from experts import selectors, services, specialties
from experts.forms import ApplicationForm
from experts.models import Application, Expert
from platform_site.accounts.policy import may
from platform_site.accounts.refusals import Refused, Violation
from platform_site.accounts.requests import PersonRequest

PER_PAGE = 20
# Who looks at the pool: whoever maintains it, and whoever watches over that (D8). Never the draw's officers.
KEEPERS = "pool_maintainer|pool_supervisor"
MOVES = {
    "suspend": (services.expert_suspend, "已暂停，次日起的名单注明暂停"),
    "restore": (services.expert_restore, "已恢复"),
    "exit": (services.expert_exit, "已退出专家库"),
}


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def apply(request: PersonRequest) -> HttpResponse:
    """One's own applications, and a new one where none waits; what is refused comes back with everything typed."""
    if request.method != "POST":
        return _apply(request, ApplicationForm())
    form = ApplicationForm(request.POST)
    if not form.is_valid():
        return _apply(request, form, status=422)
    try:
        services.application_submit(said=form.said(), actor=request.actor)
    except Refused as refused:
        return _apply(request, form, refused.violations, status=409)
    messages.success(request, "申请已提交，审核结果以站内消息通知")
    return redirect("experts:apply")


def _apply(
    request: PersonRequest, form: ApplicationForm, violations: tuple[Violation, ...] = (), status: int = 200
) -> HttpResponse:
    mine = list(Application.objects.filter(user__public_id=request.actor.user_id).order_by("-submitted_at"))
    expert = selectors.expert_of(request.actor)
    context = {
        "form": form,
        "mine": mine,
        "names": specialties.names_in(one.specialties for one in mine),
        "expert": expert,
        "open": expert is None and not any(one.state == "submitted" for one in mine),
        "tree": specialties.tree(),
        "violations": violations,
    }
    return render(request, "experts/apply.html", context, status=status)


@login_required
@require_POST
def withdraw(request: PersonRequest, application_id: UUID) -> HttpResponse:
    """The applicant takes it back."""
    mine = get_object_or_404(Application, pk=application_id, user__public_id=request.actor.user_id)
    services.application_withdraw(application_id=mine.pk, actor=request.actor)
    messages.success(request, "申请已撤回")
    return redirect("experts:apply")


@never_cache
@login_required
@require_safe
def pool(request: PersonRequest) -> HttpResponse:
    """What waits for a decision, how the pool stands, and everybody in it: by name, employer, specialty and state."""
    _keeper(request)
    text, code, state = (request.GET.get(key, "").replace("\0", "").strip()[:60] for key in ("q", "code", "state"))
    found = Expert.objects.select_related("user").order_by("user__name", "pk")
    if text:
        found = found.filter(Q(user__name__icontains=text) | Q(employer_name__icontains=text))
    if state in Expert.STATES:
        found = found.filter(state=state)
    # What begins with a code the database cannot be asked of a JSON list; without one it deals out a page itself.
    rows = [one for one in found if any(held.startswith(code) for held in one.specialties)] if code else found
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    counts = Counter(Expert.objects.values_list("state", flat=True))
    context = {
        "waiting": Application.objects.filter(state="submitted").select_related("user")[:100],
        "page": page,
        "names": specialties.names_in(one.specialties for one in page),
        "counts": [(name, counts[key]) for key, name in Expert.STATES.items()],
        "states": Expert.STATES.items(),
        "text": text,
        "code": code,
        "state": state,
    }
    return render(request, "experts/pool.html", context)


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def application(request: PersonRequest, application_id: UUID) -> HttpResponse:
    """One application; the maintainer decides it."""
    _keeper(request)
    found = get_object_or_404(Application.objects.select_related("user"), pk=application_id)
    violations: tuple[Violation, ...] = ()
    if request.method == "POST":
        admit = request.POST.get("decision") == "admit"
        reason = request.POST.get("reason", "")
        try:
            services.application_decide(application_id=found.pk, admit=admit, reason=reason, actor=request.actor)
        except Refused as refused:
            violations = refused.violations
        else:
            messages.success(request, "已准予入库，次日起列入专家库" if admit else "已告知申请人不予入库及理由")
            return redirect("experts:pool")
    maintains = may(request.actor, "pool_maintainer")
    context = {
        "application": found,
        "names": specialties.names_in([found.specialties]),
        "may_decide": found.state == "submitted" and maintains,
        "maintains": maintains,
        "violations": violations,
        "reason": request.POST.get("reason", ""),
    }
    return render(request, "experts/application.html", context, status=409 if violations else 200)


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def person(request: PersonRequest, expert_id: UUID) -> HttpResponse:
    """One expert's file: suspend, restore, exit. Which draws named him stands nowhere here (D5)."""
    _keeper(request)
    found = get_object_or_404(Expert.objects.select_related("user"), public_id=expert_id)
    violations: tuple[Violation, ...] = ()
    if request.method == "POST":
        move, said = MOVES.get(request.POST.get("move", ""), (None, ""))
        if move is None:
            raise Http404
        try:
            move(expert_id=found.pk, reason=request.POST.get("reason", ""), actor=request.actor)
        except Refused as refused:
            violations = refused.violations
        else:
            messages.success(request, said)
            return redirect("experts:person", expert_id)
    context = {
        "expert": found,
        "names": specialties.names_in([found.specialties]),
        "violations": violations,
        "reason": request.POST.get("reason", ""),
    }
    return render(request, "experts/person.html", context, status=409 if violations else 200)


def _keeper(request: PersonRequest) -> None:
    """Return for whoever keeps or watches the pool; for everybody else it is not there.

    Raises:
        Http404: neither.
    """
    if not may(request.actor, KEEPERS):
        raise Http404
