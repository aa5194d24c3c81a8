"""Draws in public: labels, reasons, nonces, and how to draw again."""

from uuid import UUID

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from experts import selectors
from experts.draw import EXCLUSIONS
from experts.models import Draw

PER_PAGE = 20


@require_safe
def draw_index(request: HttpRequest) -> HttpResponse:
    """Every draw that has run, newest first."""
    page = Paginator(selectors.certificates(), PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "experts/draw_index.html", {"page": page})


@require_safe
def draw_detail(request: HttpRequest, draw_id: UUID) -> HttpResponse:
    """One certificate in words. A draw that has not run yet has no page here."""
    draw = _drawn(draw_id)
    context = {
        "draw": draw,
        "steps": selectors.steps(draw),
        "commitments": selectors.commitments(draw),
        "listed": [(row["label"], EXCLUSIONS.get(row["excluded"], "")) for row in draw.rows],
    }
    return render(request, "experts/draw_detail.html", context)


@require_safe
def certificate(request: HttpRequest, draw_id: UUID) -> HttpResponse:
    """The certificate as verify/draw.py reads it."""
    draw = _drawn(draw_id)
    response = JsonResponse(draw.certificate, json_dumps_params={"ensure_ascii": False, "indent": 1})
    response.headers["Content-Disposition"] = f'attachment; filename="draw-{draw.id}.json"'
    return response


def _drawn(draw_id: UUID) -> Draw:
    draw = selectors.certificates().select_related("pool").filter(pk=draw_id).first()
    if draw is None:
        raise Http404
    return draw
