"""The group asks for final quotes: one act of its room."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from platform_site import clock
from platform_site.accounts.refusals import Refused
from platform_site.accounts.requests import PersonRequest
from trading.models import CommitteeMember, Lot
from trading.services import quotes
from trading.views.evaluation import address, room_page
from trading.views.evaluation_desk import read_moment
from trading.views.seated import seated


@require_POST
@seated
def call(request: PersonRequest, lot: Lot, seat: CommitteeMember) -> HttpResponse:
    """Every supplier in the consultation is asked for its final quote by the moment typed."""
    if "call_quotes" not in lot.procedure.transitions:
        raise Http404
    typed = request.POST.get("deadline", "")
    at = read_moment(typed)
    if isinstance(at, str):
        return room_page(request, lot, seat, status=422, typed=typed, error=at)
    try:
        quotes.quotes_call(lot_id=lot.pk, deadline=at, actor=request.actor)
    except Refused as refused:
        return room_page(request, lot, seat, status=409, typed=typed, violations=refused.violations)
    messages.success(request, f"已要求全部供应商在 {clock.china(at):%-m月%-d日 %H:%M} 以前提交最后报价，并已同时通知")
    return redirect(address("trading:evaluation-room", lot))
