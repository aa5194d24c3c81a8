"""The demo's doors: one click to be somebody, one click to move the clock. They do not exist anywhere else."""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import wraps

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from platform_site import clock
from platform_site.accounts.actors import ANONYMOUS
from platform_site.accounts.models import User
from platform_site.accounts.views.sign_in import BACKEND, safe_next
from platform_site.clock import services as clock_services

STEPS = {"hour": timedelta(hours=1), "day": timedelta(days=1), "week": timedelta(days=7)}
FURTHEST = timedelta(days=400)


def only_in_demo(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Outside the demo the address answers 404, like one that never was."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        if settings.MODE != "demo":
            raise Http404
        return view(request, *args, **kwargs)

    return guarded


@only_in_demo
@never_cache
@require_safe
def demo(request: HttpRequest) -> HttpResponse:
    """Who one may be, and what time it is. One query for the people."""
    people = User.objects.filter(is_active=True).exclude(demo_role="").order_by("pk")
    return render(request, "accounts/demo.html", {"people": people, "next_moment": clock_services.next_moment()})


@only_in_demo
@require_POST
def demo_sign_in(request: HttpRequest, username: str) -> HttpResponse:
    """Signed in as a person of the demo province."""
    person = get_object_or_404(User.objects.exclude(demo_role=""), username=username, is_active=True)
    login(request, person, backend=BACKEND)
    return redirect(safe_next(request))


@only_in_demo
@require_POST
def demo_clock(request: HttpRequest) -> HttpResponse:
    """Legal time moved on by a step (`step`) or to a moment, and everything due on the way happened.

    `to` is a button's moment, `moment` what was typed into the field.
    """
    now = clock.now()
    typed = request.POST.get("to") or request.POST.get("moment", "")
    to = now + STEPS[step] if (step := request.POST.get("step")) in STEPS else _moment(typed)
    if to is None or to - now > FURTHEST:
        messages.warning(request, "请给出一年之内的时刻")
        return redirect("accounts:demo")
    moved = clock_services.advance(to, getattr(request, "actor", ANONYMOUS))
    messages.success(request, f"时钟已前移，途中办理了 {moved.moments} 个到期时点")
    return redirect(safe_next(request) if request.POST.get("next") else "accounts:demo")


def _moment(text: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=clock.CHINA)
