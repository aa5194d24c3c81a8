"""Registering a project with its lots and parties."""

from copy import deepcopy
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from credit import selectors as credit
from credit.models import Subject
from platform_site.accounts.refusals import Refused
from trading.forms import MOST_LOTS, LotForms, RegisterForm, drafted, short
from trading.offered import offered, offered_as
from trading.rulebooks import PROCEDURES
from trading.services import documents, tenders

APPROVAL = ("approval_number", "approval_authority")


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def register(request: HttpRequest) -> HttpResponse:
    """The form of the chosen procedure; what is wrong stands at its field and nothing typed is lost."""
    actor = request.actor
    mine = credit.subject_by_code(actor.subject_code) if actor.subject_code else None
    posted = request.POST if request.method == "POST" else None
    asked = offered_as((request.GET if posted is None else posted).get("procedure", ""))
    groups = offered()
    procedure = asked or groups[0][1][0]
    draft = drafted(procedure)
    frame = {"mine": mine, "groups": groups, "procedure": procedure, "draft": draft, "act": short(draft.notice)}
    more = {"kind_of_trade": procedure}

    def page(form: RegisterForm, lots: Any, *, status: int = 200, **said: Any) -> HttpResponse:
        return render(request, "trading/register.html", {**frame, "form": form, "lots": lots, **said}, status=status)

    def lots_of(data: Any = None) -> Any:
        return LotForms(data, prefix="lots", form_kwargs={"draft": draft})

    if posted is None:
        side = "agency" if mine and "agency" in mine.kinds and "initiator" not in mine.kinds else "initiator"
        return page(RegisterForm(initial={"side": side}, **more), lots_of())
    if "add" in posted or "drop" in posted:
        return page(RegisterForm(initial=posted.dict(), **more), lots_of(resized(posted)), growing=True)
    form, lots, violations = RegisterForm(posted, request.FILES, **more), lots_of(posted), ()
    if form.is_valid() & lots.is_valid() and mine:
        try:
            tender = tender_of(form.cleaned_data, lots.cleaned_data, mine, request)
        except Refused as refused:
            violations = refused.violations
        else:
            messages.success(request, f"已登记，统一交易标识码 {tender.reference}")
            return redirect("trading:wizard", tender.reference, 1, draft.steps[0].slug)
    return page(form, lots, status=409 if violations else 422, violations=violations)


def resized(posted: Any) -> Any:
    """The post with one lot more, or without the lot whose button was pressed."""
    data = posted.copy()
    total = min(int(data.get("lots-TOTAL_FORMS", "1") or 1), MOST_LOTS)
    names = ("title", "estimate_cny", "ceiling_cny", "scope")
    if "add" in data:
        total = min(total + 1, MOST_LOTS)
    elif data["drop"].isdecimal() and total > 1:
        for n in range(int(data["drop"]), total - 1):
            for name in names:
                data[f"lots-{n}-{name}"] = data.get(f"lots-{n + 1}-{name}", "")
        total -= 1
    data["lots-TOTAL_FORMS"] = str(total)
    return data


def tender_of(said: dict[str, Any], lots: list[dict[str, Any]], mine: Subject, request: HttpRequest) -> Any:
    """The registered project."""
    other, by_agency = said["other_code"], said["side"] == "agency"
    initiator, agency = (other, mine) if by_agency else (mine, other)
    mandate: dict[str, Any] = {}
    if agency is not None:
        mandate = {"scope": said["mandate_scope"], "signed_at": said["mandate_signed"], "digest": ""}
        if upload := request.FILES.get("mandate_file"):
            stored = documents.file_store(upload.name or "", upload, upload.content_type or "application/octet-stream")
            mandate |= {"digest": stored.sha256, "file": str(stored.pk)}
    centre = Subject.objects.get(code=said["centre"])
    first = drafted(PROCEDURES[said["procedure"]]).first
    rows = [{**lot, "terms": deepcopy(dict(first))} for lot in lots]
    same = ("kind", "investment_code", "funding", "funds_secured", "mandatory", "state_controlled")
    approval = {name.removeprefix("approval_"): said[name] for name in APPROVAL if name in said}
    return tenders.tender_register(
        procedure=said["procedure"],
        trade_category=said["trade_category"],
        title=said["title"],
        initiator=initiator,
        agency=agency,
        centre=centre,
        authority=credit.subject_by_code(said["authority"]) if said.get("authority") else None,
        actor=request.actor,
        lots=rows,
        mandate=mandate,
        region_code=said["region_code"] or centre.region_code,
        region_name=said["region_name"],
        plan=said.get("plan", ""),
        shared_document=said["shared_document"],
        approval=approval,
        **{name: said[name] for name in same if name in said},
    )
