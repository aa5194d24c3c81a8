"""An expert's own pages: invitations to answer, and afterwards one's rank in every draw."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from experts import selectors, services, specialties
from experts.models import Expert, Invitation
from platform_site.accounts.refusals import Refused
from platform_site.accounts.requests import PersonRequest


def _expert(request: PersonRequest) -> Expert:
    expert = selectors.expert_of(request.actor)
    if expert is None:
        raise Http404
    return expert


@never_cache
@login_required
@require_safe
def mine(request: PersonRequest) -> HttpResponse:
    """Invitations, and the ranks of draws whose names are public."""
    expert = _expert(request)
    context = {
        "expert": expert,
        "names": specialties.names_in([expert.specialties]),
        "invitations": selectors.invitations_of(expert),
        "ranks": selectors.own_ranks(expert),
    }
    return render(request, "experts/mine.html", context)


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def invitation(request: PersonRequest, invitation_id: UUID) -> HttpResponse:
    """One invitation: yes, or no with a reason. What the project is stands here only after a yes."""
    expert = _expert(request)
    found = Invitation.objects.select_related("draw").filter(pk=invitation_id, expert=expert).first()
    if found is None:
        raise Http404
    violations, reason = (), request.POST.get("reason", "")
    if request.method == "POST":
        accept = request.POST.get("answer") == "accept"
        try:
            services.invitation_answer(invitation_id=found.id, accept=accept, reason=reason, actor=request.actor)
        except Refused as refused:
            violations = refused.violations
        else:
            messages.success(request, "已确认参加" if accept else "已记录您不能参加")
            return redirect("experts:invitation", found.id)
    context = {"invitation": found, "violations": violations, "reason": reason}
    return render(request, "experts/invitation.html", context, status=409 if violations else 200)
