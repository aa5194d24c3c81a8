"""The draw desk: the officer, the initiator's representative and the witness at one page, each with their own act."""

import json
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from experts import selectors, services, specialties
from experts.models import Draw
from platform_site.accounts.policy import may
from platform_site.accounts.refusals import Refused
from platform_site.accounts.requests import PersonRequest


@never_cache
@login_required
@require_safe
def desk(request: PersonRequest) -> HttpResponse:
    """The draws that concern the person, newest first."""
    draws = list(Draw.objects.concerning(request.actor).in_brief()[:200])
    names = specialties.names_in(draw.need["specialties"] for draw in draws)
    return render(request, "experts/desk.html", {"draws": draws, "names": names})


@never_cache
@login_required
@require_safe
def draw_desk(request: PersonRequest, draw_id: UUID) -> HttpResponse:
    """One draw: where it stands and what the person may do now. Labels only, for the officer too."""
    return _page(request, _draw(request, draw_id))


def _page(request: PersonRequest, draw: Draw, refused: Refused | None = None) -> HttpResponse:
    """The desk; with a refusal above, the forms hold what was typed into them."""
    have, need = selectors.keys_in(draw)
    context = {
        "draw": draw,
        "commitments": selectors.commitments(draw.commitments, draw.nonces),
        "form": selectors.nonce_form(draw, request.actor),
        "steps": selectors.steps(draw.certificate) if draw.certificate else [],
        "delivery": selectors.delivery(draw),
        "officer": may(request.actor, "draw_officer"),
        "may_recover": draw.state == "committed" and have >= need > 0 and may(request.actor, "draw_officer|supervisor"),
        "keys": (have, need),
        "eligible": sum(not row["excluded"] for row in draw.rows),
        "typed": request.POST,
        "violations": refused.violations if refused else (),
    }
    return render(request, "experts/draw_desk.html", context, status=409 if refused else 200)


def _draw(request: PersonRequest, draw_id: UUID) -> Draw:
    draw = selectors.draw_for(request.actor, draw_id)
    if draw is None:
        raise Http404
    return draw


def _sealed(text: str) -> dict[str, Any]:
    """What the browser sealed; something that is no object becomes {} and is refused by the service."""
    try:
        found = json.loads(text)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


@login_required
@require_POST
def commit(request: PersonRequest, draw_id: UUID) -> HttpResponse:
    """The role's commitment and its sealed nonce."""
    draw = _draw(request, draw_id)
    services.nonce_commit(
        draw_id=draw.id,
        role=request.POST.get("role", ""),
        commitment=request.POST.get("commitment", ""),
        sealed_nonce=_sealed(request.POST.get("sealed_nonce", "")),
        actor=request.actor,
    )
    messages.success(request, "承诺已记入账本")
    return redirect("experts:draw-desk", draw.id)


@login_required
@require_POST
def reveal(request: PersonRequest, draw_id: UUID) -> HttpResponse:
    """The role's nonce."""
    draw = _draw(request, draw_id)
    nonce = request.POST.get("nonce", "").strip().lower()
    services.nonce_reveal(draw_id=draw.id, role=request.POST.get("role", ""), nonce=nonce, actor=request.actor)
    messages.success(request, "随机数已公开")
    return redirect("experts:draw-desk", draw.id)


@login_required
@require_POST
def recover(request: PersonRequest, draw_id: UUID) -> HttpResponse:
    """The nonce somebody keeps back, opened by the trustees' keys."""
    draw = _draw(request, draw_id)
    services.nonce_recover(draw_id=draw.id, role=request.POST.get("role", ""), actor=request.actor)
    messages.success(request, "随机数已由受托人的密钥公开")
    return redirect("experts:draw-desk", draw.id)


@login_required
@require_POST
def run(request: PersonRequest, draw_id: UUID) -> HttpResponse:
    """Draw."""
    draw = services.draw_run(draw_id=_draw(request, draw_id).id, actor=request.actor)
    messages.success(request, "已抽取，邀请已发出")
    return redirect("experts:draw-desk", draw.id)


@login_required
@require_POST
def replace(request: PersonRequest, draw_id: UUID) -> HttpResponse:
    """A selected expert is out for a lawful cause; the next in order is invited."""
    draw = _draw(request, draw_id)
    try:
        services.replace(
            draw_id=draw.id,
            label=request.POST.get("label", ""),
            reason=request.POST.get("reason", ""),
            note=request.POST.get("note", ""),
            actor=request.actor,
        )
    except Refused as refused:
        return _page(request, draw, refused)
    messages.success(request, "已按原次序补抽")
    return redirect("experts:draw-desk", draw.id)


@login_required
@require_POST
def extend(request: PersonRequest, draw_id: UUID) -> HttpResponse:
    """More experts down the same order."""
    draw = _draw(request, draw_id)
    count = request.POST.get("count", "")
    try:
        services.draw_extend(
            draw_id=draw.id,
            count=int(count) if count.isdecimal() and len(count) < 3 else 0,
            note=request.POST.get("note", ""),
            actor=request.actor,
        )
    except Refused as refused:
        return _page(request, draw, refused)
    messages.success(request, "已按原次序增抽")
    return redirect("experts:draw-desk", draw.id)
