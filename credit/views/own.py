"""One's own subjects: registering, choosing for whom to act, colleagues, keys."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from credit import selectors, services
from credit.forms import InvitationForm, KeyForm, SubjectForm
from credit.middleware import SESSION_KEY, acting_for
from credit.models import Invitation, Membership, Subject
from credit.services.keys import PROOF_CONTEXT
from credit.services.memberships import invitation_by_token
from platform_site import clock
from platform_site.accounts.models import User
from platform_site.accounts.refusals import Refused
from platform_site.accounts.requests import PersonRequest


@never_cache
@login_required
@require_safe
def mine(request: PersonRequest) -> HttpResponse:
    """The subjects one acts for, and the way to register another."""
    return render(request, "credit/mine.html", {"memberships": selectors.memberships_of(request.user)})


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def register(request: PersonRequest) -> HttpResponse:
    """Register a subject; what is wrong is shown on the form, so that nothing typed is lost."""
    form = SubjectForm(request.POST or None)
    violations: tuple = ()
    if request.method == "POST" and form.is_valid():
        try:
            subject = services.subject_register(actor=request.actor, **form.cleaned_data)
        except Refused as refused:
            violations = refused.violations
        else:
            request.session[SESSION_KEY] = subject.code
            messages.success(request, f"{subject.name}已登记，即时生效")
            return redirect("credit:mine")
    status = 409 if violations else 422 if form.is_bound else 200
    return render(request, "credit/register.html", {"form": form, "violations": violations}, status=status)


@login_required
@require_POST
def act_for(request: PersonRequest) -> HttpResponse:
    """From now on the session acts for the chosen subject."""
    code = request.POST.get("code", "")
    if not selectors.may_act_for(request.user, code):
        raise Http404
    request.session[SESSION_KEY] = code
    return redirect("accounts:desk")


def own_subject(request: PersonRequest, code: str) -> tuple[Subject, set[str]]:
    """The subject and the person's duties in it; 404 for strangers, who learn nothing. Acting moves to it."""
    mine = [m for m in selectors.memberships_of(request.user) if m.subject.code == code]
    if not mine:
        raise Http404
    if request.actor.subject_code != code:
        request.session[SESSION_KEY] = code
        request.actor = acting_for(request)
    return mine[0].subject, {m.duty for m in mine}


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def members(request: PersonRequest, code: str) -> HttpResponse:
    """Colleagues and open invitations; a manager invites from here."""
    subject, duties = own_subject(request, code)
    form = InvitationForm(request.POST or None)
    link = ""
    if request.method == "POST" and form.is_valid():
        _, token = services.invitation_make(subject_code=code, actor=request.actor, **form.cleaned_data)
        # Shown once on this answer; the token is kept nowhere.
        link = request.build_absolute_uri(reverse("credit:invitation", args=[token]))
    waiting = Invitation.objects.filter(
        subject=subject, accepted_at__isnull=True, revoked_at__isnull=True, expires_at__gt=clock.machine()
    ).order_by("-created_at")
    context = {
        "subject": subject,
        "members": selectors.members(subject),
        "waiting": waiting,
        "form": form if not link else InvitationForm(),
        "link": link,
        "manages": "manager" in duties,
    }
    return render(request, "credit/members.html", context)


@login_required
@require_POST
def member_end(request: PersonRequest, code: str) -> HttpResponse:
    """A colleague's, or one's own, membership ends."""
    own_subject(request, code)
    user = get_object_or_404(User, public_id=request.POST.get("user") or None)
    services.membership_end(subject_code=code, user=user, duty=request.POST.get("duty", ""), actor=request.actor)
    messages.success(request, "已解除")
    still = Membership.objects.in_force(clock.now()).filter(user=request.user, subject__code=code).exists()
    return redirect("credit:members", code) if still else redirect("credit:mine")


@login_required
@require_POST
def invitation_revoke(request: PersonRequest, code: str, invitation_id: int) -> HttpResponse:
    """An invitation is withdrawn."""
    subject, _ = own_subject(request, code)
    get_object_or_404(Invitation, pk=invitation_id, subject=subject)
    services.invitation_revoke(invitation_id=invitation_id, actor=request.actor)
    return redirect("credit:members", code)


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def invitation(request: PersonRequest, token: str) -> HttpResponse:
    """The invited person sees who invites and accepts."""
    found = invitation_by_token(token)
    if request.method == "POST":
        membership = services.invitation_accept(token=token, actor=request.actor)
        request.session[SESSION_KEY] = membership.subject.code
        messages.success(request, f"您现在可以为{membership.subject.name}办理业务")
        return redirect("credit:mine")
    return render(request, "credit/invitation.html", {"invitation": found}, status=200 if found else 404)


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def keys(request: PersonRequest, code: str) -> HttpResponse:
    """The subject's public keys. A new pair is made in the browser; only its public halves are posted."""
    subject, _ = own_subject(request, code)
    form = KeyForm(request.POST or None)
    violations: tuple = ()
    if request.method == "POST" and form.is_valid():
        try:
            services.key_register(subject_code=code, actor=request.actor, **form.cleaned_data)
        except Refused as refused:
            violations = refused.violations
        else:
            messages.success(request, "公钥已登记")
            return redirect("credit:keys", code)
    context = {
        "subject": subject,
        "keys": selectors.keys_of(code),
        "form": form,
        "violations": violations,
        "proof_context": PROOF_CONTEXT,
    }
    status = 409 if violations else 422 if form.is_bound else 200
    return render(request, "credit/keys.html", context, status=status)


@login_required
@require_POST
def key_revoke(request: PersonRequest, code: str, key_id: str) -> HttpResponse:
    """A key of the subject is revoked."""
    subject, _ = own_subject(request, code)
    key = get_object_or_404(subject.keys, pk=key_id)
    services.key_revoke(key_id=str(key.pk), actor=request.actor, reason=request.POST.get("reason", ""))
    messages.success(request, "公钥已撤销，撤销以前的签名仍然有效")
    return redirect("credit:keys", code)
