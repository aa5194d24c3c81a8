"""Draws of experts in public: labels, reasons, nonces, and how to draw again."""

from uuid import UUID

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from disclosure import tradepage
from disclosure.keeping import kept_briefly
from disclosure.models import PublicDraw, PublicTrade
from experts import selectors, specialties
from experts.draw import EXCLUSIONS
from platform_site.ledger import selectors as record

PER_PAGE = 20


@require_safe
@kept_briefly
def draw_index(request: HttpRequest) -> HttpResponse:
    """Every draw that has run, newest first."""
    found = PublicDraw.objects.defer("certificate").order_by("-drawn_at", "-pk")
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    names = specialties.names_in(draw.need["specialties"] for draw in page)
    return render(request, "disclosure/draw_index.html", {"page": page, "names": names})


@require_safe
@kept_briefly
def draw_detail(request: HttpRequest, draw_id: UUID) -> HttpResponse:
    """One certificate in words. A draw that has not run yet has no page. Five queries."""
    draw = get_object_or_404(PublicDraw, pk=draw_id)
    said = draw.certificate
    trade = PublicTrade.objects.defer("facts").filter(pk=draw.lot).first()
    context = {
        "draw": draw,
        "trade": trade,
        "names": specialties.names_in([draw.need["specialties"]]),
        "trade_url": tradepage.page_of(trade.reference) if trade else "",
        "steps": selectors.steps(said),
        "commitments": selectors.commitments(said["commitments"], said["nonces"]),
        "labels": [(row["label"], EXCLUSIONS.get(row["excluded"], "")) for row in said["list"]],
        "entries": [tradepage.entry_row(None, entry) for entry in record.entries_for(f"draw:{draw.pk}")][::-1],
    }
    return render(request, "disclosure/draw_detail.html", context)


@require_safe
def certificate(request: HttpRequest, draw_id: UUID) -> HttpResponse:
    """The certificate as verify/draw.py reads it."""
    draw = get_object_or_404(PublicDraw, pk=draw_id)
    response = JsonResponse(draw.certificate, json_dumps_params={"ensure_ascii": False, "indent": 1})
    response.headers["Content-Disposition"] = f'attachment; filename="draw-{draw.pk}.json"'
    return response
