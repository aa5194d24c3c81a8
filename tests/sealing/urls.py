"""Sealing's addresses, an empty page and the trade's begin view, for tests."""

from django.http import HttpRequest, HttpResponse
from django.urls import include, path
from django.views.decorators.csrf import ensure_csrf_cookie

from platform_site.sealing import views
from tests.sealing.world import ALPHA


@ensure_csrf_cookie
def bench(request: HttpRequest) -> HttpResponse:
    """An empty page under the portal's own content policy."""
    return HttpResponse("<!doctype html><meta charset=utf-8><title>封装</title><main id=out></main>")


def begin(request: HttpRequest) -> HttpResponse:
    """What the trade's view does once it knows for whom the person acts."""
    return views.begin(request, owner_ref=ALPHA)


urlpatterns = [
    path("bench/", bench),
    path("begin/", begin),
    path("sealing/", include("platform_site.sealing.urls")),
]
