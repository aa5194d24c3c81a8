"""Signing up, in and out. Five wrong passwords lock a user name from an address for a quarter of an hour (axes)."""

from django.conf import settings
from django.contrib.auth import authenticate, login, logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from platform_site.accounts import selectors, services
from platform_site.accounts.addresses import client_address
from platform_site.accounts.forms import SignInForm, SignUpForm
from platform_site.accounts.refusals import Refused

BACKEND = "django.contrib.auth.backends.ModelBackend"


def safe_next(request: HttpRequest) -> str:
    """Where the person wanted to go, if it is a place of ours; the desk otherwise."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    ours = url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure())
    return wanted if ours else reverse("accounts:desk")


@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """The sign-in page; one plain sentence for every failure, so that no answer tells which user names exist."""
    if request.user.is_authenticated and request.method != "POST":
        return redirect(safe_next(request))
    form = SignInForm(request.POST or None)
    failed = False
    if request.method == "POST" and form.is_valid():
        user = authenticate(request, **form.cleaned_data)
        if user is not None:
            login(request, user)
            if selectors.second_factor_due(user, verified=False):
                request.session["after_second_factor"] = safe_next(request)
                return redirect("accounts:second-factor")
            return redirect(safe_next(request))
        failed = True
    context = {"form": form, "failed": failed, "next": request.POST.get("next") or request.GET.get("next") or ""}
    return render(request, "accounts/sign_in.html", context, status=422 if failed else 200)


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """The session is gone."""
    logout(request)
    return redirect(settings.LOGIN_REDIRECT_URL)


@never_cache
@sensitive_post_parameters("password", "again")
@require_http_methods(["GET", "HEAD", "POST"])
def sign_up(request: HttpRequest) -> HttpResponse:
    """A new person, signed in at once."""
    form = SignUpForm(request.POST or None)
    violations: tuple = ()
    if request.method == "POST" and form.is_valid():
        fields = {name: value for name, value in form.cleaned_data.items() if name != "again"}
        try:
            user = services.user_sign_up(**fields, address=client_address(request))
        except Refused as refused:
            # Shown on the form itself, so that nothing typed is lost.
            violations = refused.violations
        else:
            login(request, user, backend=BACKEND)
            return redirect(safe_next(request))
    status = 409 if violations else 422 if form.is_bound else 200
    context = {"form": form, "violations": violations, "next": request.GET.get("next", "")}
    return render(request, "accounts/sign_up.html", context, status=status)
