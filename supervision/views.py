"""The supervisor's board. Read only: supervision holds no trading verb (A9, PLT-05)."""

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from platform_site import clock
from platform_site.accounts import policy
from platform_site.accounts.requests import PersonRequest
from supervision import selectors

MONITORS = {"ELE-10": "supervision.views.board"}


@never_cache
@login_required
@require_safe
def board(request: PersonRequest) -> HttpResponse:
    """The authority's trades, soonest first, and the leads about them. Three queries and the session's."""
    policy.require(request.actor, "supervisor|auditor")
    now = clock.now()
    lots = list(selectors.lots_of(request.actor)[:200])
    rows = selectors.watched(lots, now)
    told = selectors.leads(lots, now)
    today = clock.china(now).date()
    opening = [r for r in rows if (at := r.lot.recorded.get("bid_deadline")) and clock.china(at).date() == today]
    running = [r for r in rows if r.lot.state not in r.lot.procedure.ended]
    stats = [
        {"label": "在办标段", "number": len(running), "unit": "个", "note": "本部门监督", "url": "#lots"},
        {"label": "今日开标", "number": len(opening), "unit": "个", "note": str(today), "url": "#lots"},
        {
            "label": "暂停中",
            "number": sum(bool(r.held) for r in rows),
            "unit": "个",
            "note": "异议、指令",
            "url": "#lots",
        },
        {"label": "提示", "number": len(told), "unit": "条", "note": "近 90 日", "url": "#leads"},
    ]
    return render(request, "supervision/board.html", {"rows": rows, "leads": told, "stats": stats})
