"""Objections received, each with its reply clock and its reply."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from platform_site.accounts.refusals import Refused, Violation
from trading.forms import ReplyForm
from trading.models import Challenge, Lot
from trading.services.challenges import challenge_answer
from trading.views.benches import framed
from trading.views.own import lot_page


def page(
    request: HttpRequest,
    lot: Lot,
    held: frozenset[str],
    *,
    typed: tuple[UUID, ReplyForm] | None = None,
    violations: tuple[Violation, ...] = (),
    status: int = 200,
) -> HttpResponse:
    """The list; the form of one objection may carry what was typed."""
    rows = list(lot.challenges.select_related("subject").order_by("replied_at", "number"))
    for row in rows:
        row.form = typed[1] if typed and typed[0] == row.pk else ReplyForm(auto_id=f"c{row.number}-%s")
    answered = all(row.replied_at for row in rows)
    context = framed(lot, held, here="异议", answered=answered) | {"rows": rows, "violations": violations}
    return render(request, "trading/challenges/list.html", context, status=status)


@require_safe
@lot_page()
def challenge_list(request: HttpRequest, lot: Lot, held: frozenset[str]) -> HttpResponse:
    """Unanswered ones first, soonest reply first."""
    return page(request, lot, held)


@require_POST
@lot_page()
def answer(request: HttpRequest, lot: Lot, held: frozenset[str], challenge_id: UUID) -> HttpResponse:
    """The reply is public and the lot moves on."""
    found = get_object_or_404(Challenge, lot=lot, pk=challenge_id)
    form = ReplyForm(request.POST, auto_id=f"c{found.number}-%s")
    if not form.is_valid():
        return page(request, lot, held, typed=(found.pk, form), status=422)
    try:
        challenge_answer(
            challenge_id=found.pk,
            reply=form.cleaned_data["reply"],
            upheld=form.cleaned_data["upheld"] in {"yes", "aside"},
            affects_result=form.cleaned_data["upheld"] == "yes",
            actor=request.actor,
        )
    except Refused as refused:
        return page(request, lot, held, typed=(found.pk, form), violations=refused.violations, status=409)
    messages.success(request, "答复已公开，暂停的程序已恢复")
    return redirect("trading:challenges", lot.tender.reference, lot.number)
