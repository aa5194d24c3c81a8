"""The site's addresses and the bench's: a POST and a page that do nothing."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.urls import include, path
from django.views.decorators.http import require_POST

from platform_site import urls


@login_required
@require_POST
def empty(request: HttpRequest) -> HttpResponse:
    """Nothing, for somebody signed in."""
    request.user.pk  # noqa: B018  the session and the person are read, as every page does
    return HttpResponse(status=204)


def nothing(request: HttpRequest) -> HttpResponse:
    """An empty Django view."""
    return HttpResponse(b"")


urlpatterns = [
    path("bench/empty/", empty),
    path("bench/nothing/", nothing),
    path("", include(urls)),
]
