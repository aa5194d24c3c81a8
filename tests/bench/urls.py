"""The site's addresses and the bench's: a POST and a page that do nothing, and an offer as a page would post it."""

from decimal import Decimal
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.urls import include, path
from django.views.decorators.http import require_POST

from platform_site import urls
from trading.services import listings


@login_required
@require_POST
def empty(request: HttpRequest) -> HttpResponse:
    """Nothing, for somebody signed in."""
    request.user.pk  # noqa: B018  the session and the person are read, as every page does
    return HttpResponse(status=204)


@login_required
@require_POST
def offer(request: HttpRequest, lot_id: int) -> HttpResponse:
    """One offer; a refusal is answered by the middleware."""
    amount, key = Decimal(request.POST["amount"]), UUID(request.POST["key"])
    listings.offer_make(lot_id=lot_id, amount=amount, idempotency_key=key, actor=request.actor)
    return HttpResponse(status=204)


def nothing(request: HttpRequest) -> HttpResponse:
    """An empty Django view."""
    return HttpResponse(b"")


urlpatterns = [
    path("bench/empty/", empty),
    path("bench/offer/<int:lot_id>/", offer),
    path("bench/nothing/", nothing),
    path("", include(urls)),
]
