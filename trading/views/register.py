"""Registering a project with its lots and parties."""

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
from trading.forms import MOST_LOTS, LotForms, RegisterForm
from trading.rulebooks.vocabulary import DEPOSITS
from trading.services import documents, tenders

# What a lot starts from where the law leaves one sensible answer; all of it can be changed in the wizard.
FIRST_TERMS: dict[str, Any] = {
    "outage_clause": True,
    "bond_forms": ["guarantee", "transfer"],
    "deposits": [*DEPOSITS],
    "committee": {"members": 5, "experts": 4, "specialties": []},
    "candidates": 3,
    "consortium_allowed": False,
    "trim": False,
}


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def register(request: HttpRequest) -> HttpResponse:
    """The form; what is wrong stands at its field and nothing typed is lost."""
    actor = request.actor
    mine = credit.subject_by_code(actor.subject_code) if actor.subject_code else None
    posted = request.POST if request.method == "POST" else None
    if posted is None:
        side = "agency" if mine and "agency" in mine.kinds and "initiator" not in mine.kinds else "initiator"
        context = {"form": RegisterForm(initial={"side": side}), "lots": LotForms(prefix="lots"), "mine": mine}
        return render(request, "trading/register.html", context)
    if "add" in posted or "drop" in posted:
        form, lots = RegisterForm(initial=posted.dict()), LotForms(resized(posted), prefix="lots")
        return render(request, "trading/register.html", {"form": form, "lots": lots, "mine": mine, "growing": True})
    form, lots, violations = RegisterForm(posted, request.FILES), LotForms(posted, prefix="lots"), ()
    if form.is_valid() & lots.is_valid() and mine:
        try:
            tender = tender_of(form.cleaned_data, lots.cleaned_data, mine, request)
        except Refused as refused:
            violations = refused.violations
        else:
            messages.success(request, f"已登记，统一交易标识码 {tender.reference}")
            return redirect("trading:wizard", tender.reference, 1, "project")
    context = {"form": form, "lots": lots, "mine": mine, "violations": violations}
    return render(request, "trading/register.html", context, status=409 if violations else 422)


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
    rows = [{**lot, "terms": dict(FIRST_TERMS)} for lot in lots]
    return tenders.tender_register(
        procedure=said["procedure"],
        trade_category=said["trade_category"],
        title=said["title"],
        initiator=initiator,
        agency=agency,
        centre=centre,
        authority=credit.subject_by_code(said["authority"]) if said["authority"] else None,
        actor=request.actor,
        lots=rows,
        mandate=mandate,
        kind=said["kind"],
        region_code=said["region_code"] or centre.region_code,
        region_name=said["region_name"],
        investment_code=said["investment_code"],
        funding=said["funding"],
        funds_secured=said["funds_secured"],
        mandatory=said["mandatory"],
        state_controlled=said["state_controlled"],
        plan=said["plan"],
        shared_document=said["shared_document"],
        approval={"number": said["approval_number"], "authority": said["approval_authority"]},
    )
