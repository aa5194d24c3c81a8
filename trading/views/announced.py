"""An announced lot for whoever takes part or looks on: the same lot for everybody, 404 for drafts and unknown ones."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.views.decorators.cache import never_cache

from platform_site.accounts.refusals import Refused, Violation
from platform_site.rows import one_or_none
from platform_site.web import refusals
from trading.models import Lot

DRAFT = ("registered", "scheduled")


def announced_lot(reference: str, number: int, *, verb: str = "file_bid", parties: bool = True) -> Lot:
    """The lot, once announced, whose book knows `verb`. One query; it never depends on who asks.

    Args:
        parties: with initiator, agency, centre and authority at hand; an act that shows none of them goes without.

    Raises:
        Http404: no such lot, still a draft, or of a procedure without sealed filings.
    """
    found = Lot.objects.filter(tender__reference=reference, number=number).exclude(state__in=DRAFT)
    joined = [f"tender__{party}" for party in ("initiator", "agency", "centre", "authority")] if parties else ["tender"]
    lot = one_or_none(found.select_related(*joined))
    if lot is None or verb not in lot.procedure.transitions:
        raise Http404
    return lot


def announced_page(
    view: Callable[..., HttpResponseBase] | None = None, *, verb: str = "file_bid"
) -> Callable[..., HttpResponseBase]:
    """The view gets `lot` instead of the address; signed in, never cached.

    Args:
        verb: what the lot's book must know; by default a sealed filing.
    """

    def around(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
        @never_cache
        @login_required
        @wraps(view)
        def page(request: HttpRequest, reference: str, number: int, *args: Any, **kwargs: Any) -> HttpResponseBase:
            return view(request, announced_lot(reference, number, verb=verb), *args, **kwargs)

        return page

    return around(view) if view else around


def for_script(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """An address asked by a page's script: an expired session is 401 in JSON, never a redirect to a form that the
    script would take for the answer; a refusal carries its words as the page would draw them."""

    @never_cache
    @wraps(view)
    def answered(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not request.user.is_authenticated:
            return refused_json([Violation("session.expired")], status=401)
        try:
            return view(request, *args, **kwargs)
        except Refused as refused:
            return refused_json(refused.violations)

    return answered


def refused_json(violations: Any, *, status: int = 409, fill: bool = False) -> JsonResponse:
    """Every reason: as data, as text, and as the partial a page shows.

    Args:
        fill: the page shows it inside the form it judges, so the way out is a button that fills the field.
    """
    body = {"violations": [{**refusals.as_data(one), "html": refusals.rendered(one, fill=fill)} for one in violations]}
    return JsonResponse(body, status=status, json_dumps_params={"ensure_ascii": False})
