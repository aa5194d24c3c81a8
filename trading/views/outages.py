"""The outages a centre declared, the form of a new one with what it would move, and the end of one that lasts."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from credit.models import Subject
from platform_site.accounts.refusals import Refused, Violation
from platform_site.accounts.requests import PersonRequest
from trading import addresses
from trading.centreforms import OutageEndForm, OutageForm
from trading.models import Outage
from trading.services import outages
from trading.views.centre import centre_page


def page(
    request: PersonRequest,
    centre: Subject,
    *,
    form: OutageForm | None = None,
    ending: tuple[UUID, OutageEndForm] | None = None,
    violations: tuple[Violation, ...] = (),
    looked: bool = False,
    status: int = 200,
) -> HttpResponse:
    """The list and the form, with what was typed where something was refused."""
    rows = outages.declared_by(centre.code)
    for n, row in enumerate(rows):
        row.form = ending[1] if ending and ending[0] == row.pk else OutageEndForm(auto_id=f"o{n}-%s")
    foreseen = []
    if looked and form is not None and (until := form.cleaned_data["ends_at"]):
        found = outages.foreseen(centre_code=centre.code, starts_at=form.cleaned_data["starts_at"], ends_at=until)
        foreseen = [(lot, addresses.trade(lot), title, was, will) for lot, title, was, will in found]
    context = {
        "rows": rows,
        "form": form or OutageForm(),
        "violations": violations,
        "looked": looked,
        "foreseen": foreseen,
    }
    return render(request, "trading/centre/outages.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@centre_page
def index(request: PersonRequest, centre: Subject) -> HttpResponse:
    """`look` shows what would move; without it the outage is declared."""
    if request.method != "POST":
        return page(request, centre)
    form = OutageForm(request.POST)
    if not form.is_valid():
        return page(request, centre, form=form, status=422)
    said = form.cleaned_data
    if "look" in request.POST:
        wrong = outages.misplaced(said["starts_at"], said["ends_at"])
        return page(request, centre, form=form, looked=not wrong, violations=tuple(wrong), status=409 if wrong else 200)
    try:
        outage = outages.outage_declare(actor=request.actor, **said)
    except Refused as refused:
        return page(request, centre, form=form, violations=refused.violations, status=409)
    words = "故障期间届满的时限已经顺延并公告" if outage.ends_at else "本中心的标段已经暂停计时，恢复以后请填写恢复时间"
    messages.success(request, f"系统故障已公布，{words}")
    return redirect("trading:outages")


@require_POST
@centre_page
def end(request: PersonRequest, centre: Subject, outage_id: UUID) -> HttpResponse:
    """The platform works again: deadlines inside have moved, the clock runs on."""
    outage = get_object_or_404(Outage, pk=outage_id, centre=centre)
    form = OutageEndForm(request.POST)
    if not form.is_valid():
        return page(request, centre, ending=(outage.pk, form), status=422)
    try:
        outages.outage_end(outage_id=outage.pk, ends_at=form.cleaned_data["ends_at"], actor=request.actor)
    except Refused as refused:
        return page(request, centre, ending=(outage.pk, form), violations=refused.violations, status=409)
    messages.success(request, "已经恢复，故障期间届满的时限已经顺延并公告")
    return redirect("trading:outages")
