"""Addresses of these tests: the public pages, the plumbing, and a gallery that shows every component once."""

from datetime import timedelta
from decimal import Decimal

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import include, path
from django.views.decorators.csrf import csrf_exempt

from platform_site import clock
from platform_site.accounts.refusals import Refused, Violation
from platform_site.rules import rule
from platform_site.web.htmx import wants_partial
from tests.web import samples


def gallery(request):
    """Every component with sample data, in the public frame."""
    return render(request, "gallery.html", samples.everything())


def bench(request):
    """The workbench frame."""
    return render(request, "bench.html", samples.everything())


def refuse(request):
    """Refuses with two reasons."""
    now = clock.now()
    raise Refused(
        [
            samples.too_short(now),
            Violation("bids.too_few", "ENG-26", rule("ENG-26").article, {"have": 2, "need": 3}),
        ]
    )


def forbid(request):
    """Not allowed."""
    raise PermissionDenied("needs operator")


def crash(request):
    """A mistake of ours."""
    raise RuntimeError("on purpose")


def either(request):
    """Partial or page."""
    return HttpResponse("partial" if wants_partial(request) else "page")


def breach(request):
    """A page that breaks the policy, so that the report's way is proved."""
    return HttpResponse("<!doctype html><title>x</title><body><p id=p>x</p><script>document.title='broken'</script>")


def live(request):
    """A countdown that reaches zero and is asked again."""
    until = clock.now() + timedelta(seconds=2)
    part = request.GET.get("part")
    if part:
        return HttpResponse('<p id="after">已开标</p>')
    return render(request, "live.html", {"until": until})


def post_refused(request):
    """A form that posts by htmx to a refusal."""
    return render(request, "post_refused.html", {"amount": Decimal(1)})


urlpatterns = [
    path("gallery/", gallery),
    path("bench/", bench),
    path("refuse/", csrf_exempt(refuse)),
    path("api/refuse/", refuse),
    path("forbid/", forbid),
    path("crash/", crash),
    path("either/", either),
    path("breach/", breach),
    path("live/", live),
    path("post-refused/", post_refused),
    path("", include("platform_site.urls")),
]
