"""One's own account: the desk, duties, password, second factor."""

import base64
import io

import segno
from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe
from django_otp import login as otp_login

from platform_site.accounts import selectors, services
from platform_site.accounts.addresses import client_address
from platform_site.accounts.benches import benches_for
from platform_site.accounts.forms import PasswordForm, TokenForm
from platform_site.accounts.refusals import Refused
from platform_site.accounts.requests import PersonRequest, second_factor_shown
from platform_site.accounts.services.second_factor import second_factor_match


@never_cache
@login_required
@require_safe
def desk(request: PersonRequest) -> HttpResponse:
    """Where one's work lies: the open workbenches; straight through where there is only one."""
    benches = benches_for(request.actor)
    if len(benches) == 1 and "stay" not in request.GET:
        return redirect(benches[0].url)
    due = selectors.second_factor_due(request.user, verified=second_factor_shown(request))
    return render(request, "accounts/desk.html", {"benches": benches, "second_factor_due": due})


@never_cache
@login_required
@require_safe
def account(request: PersonRequest) -> HttpResponse:
    """Name, duties and their terms, second factor."""
    context = {
        "person": request.user,
        "grants": selectors.grants_of(request.user),
        "has_second_factor": selectors.has_second_factor(request.user),
    }
    return render(request, "accounts/account.html", context)


@never_cache
@login_required
@sensitive_post_parameters("old", "new")
@require_http_methods(["GET", "HEAD", "POST"])
def password(request: PersonRequest) -> HttpResponse:
    """Change one's password; other sessions of the person end."""
    form = PasswordForm(request.POST or None)
    violations: tuple = ()
    if request.method == "POST" and form.is_valid():
        try:
            user = services.password_change(user=request.user, actor=request.actor, **form.cleaned_data)
        except Refused as refused:
            violations = refused.violations
        else:
            update_session_auth_hash(request, user)
            messages.success(request, "密码已更改")
            return redirect("accounts:account")
    return render(
        request, "accounts/password.html", {"form": form, "violations": violations}, status=409 if violations else 200
    )


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def second_factor(request: PersonRequest) -> HttpResponse:
    """Enrol a telephone, or show today's code. Official duties count from here on in this session."""
    user = request.user
    enrolled = selectors.has_second_factor(user)
    form = TokenForm(request.POST or None)
    wrong = False
    if request.method == "POST" and form.is_valid():
        token = form.cleaned_data["token"]
        if enrolled:
            device = second_factor_match(user=user, token=token)
        else:
            own = selectors.actor_for(user, address=client_address(request), verified=False)
            device = services.second_factor_confirm(user=user, token=token, actor=own)
        if device is not None:
            otp_login(request, device)
            return redirect(request.session.pop("after_second_factor", "") or reverse("accounts:desk"))
        wrong = True
    context = {"form": form, "enrolled": enrolled, "wrong": wrong}
    if not enrolled:
        device = services.second_factor_begin(user=user)
        context |= {"square": _square(device.config_url), "secret": base64.b32encode(device.bin_key).decode()}
    return render(request, "accounts/second_factor.html", context, status=422 if wrong else 200)


def _square(text: str) -> str:
    """A QR code as a data URI: the secret never becomes a file with an address."""
    out = io.BytesIO()
    segno.make(text, error="m").save(out, kind="svg", scale=4, xmldecl=False, svgns=True)
    return "data:image/svg+xml;base64," + base64.b64encode(out.getvalue()).decode()
