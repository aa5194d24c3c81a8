"""更换受托人: choose who takes the place of a trustee that lost its key or left, then publish the change."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from platform_site.accounts.refusals import Refused
from platform_site.sealing import keysets
from platform_site.sealing.keyfiles import fingerprint
from platform_site.sealing.models import KeySet, Trustee
from platform_site.sealing.selectors import lot_status
from trading.forms import TrusteesForm
from trading.models import Lot
from trading.services import trustees
from trading.services.deadlines import deadline_of
from trading.views.benches import framed
from trading.views.own import lot_page
from trading.views.steps import fitting_trustees, key_set_shown

TITLE = "更换受托人"


def replaceable(lot: Lot) -> bool:
    """Whether the lot's book knows the act and the lot has trustees."""
    return "replace_trustees" in lot.procedure.transitions and bool(lot.key_set_hash) and lot.state == "bidding"


@require_http_methods(["GET", "HEAD", "POST"])
@lot_page(only=replaceable)
def index(request: HttpRequest, lot: Lot, held: frozenset[str]) -> HttpResponse:
    """The set in force, the one that waits, and the choice of another."""
    if request.method != "POST":
        return render(request, "trading/trustees.html", context_of(lot, held))
    chosen = [t for t in fitting_trustees(lot) if str(t.pk) in request.POST.getlist("trustees")]
    k = int(request.POST["k"]) if request.POST.get("k", "").isdecimal() else 0
    try:
        trustees.trustees_propose(lot_id=lot.pk, trustees=chosen, k=k, actor=request.actor)  # type: ignore[attr-defined]
    except Refused as refused:
        context = context_of(lot, held, chosen=chosen, k=k) | {"violations": refused.violations}
        return render(request, "trading/trustees.html", context, status=409)
    messages.success(request, "已约定接替的受托人，等待会签。会签够了以后在本页公告")
    return redirect("trading:trustees", lot.tender.reference, lot.number)


@require_POST
@lot_page(only=replaceable)
def publish(request: HttpRequest, lot: Lot, held: frozenset[str]) -> HttpResponse:
    """The change is public, or the page comes back with what is missing and what was typed."""
    form = TrusteesForm(request.POST)
    violations: tuple = ()
    if form.is_valid():
        try:
            made = trustees.trustees_replace(
                lot_id=lot.pk,
                actor=request.actor,  # type: ignore[attr-defined]
                extend="extend" in request.POST,
                **form.cleaned_data,
            )
        except Refused as refused:
            violations = refused.violations
        else:
            messages.success(request, f"{made.title}已发布，并已通知所有获取招标文件的人")
            return redirect("trading:lot", lot.tender.reference, lot.number)
    context = context_of(lot, held) | {"form": form, "violations": violations}
    context["short"] = any(v.code == "period.too_short" for v in violations)
    return render(request, "trading/trustees.html", context, status=409 if violations else 422)


def context_of(lot: Lot, held: frozenset[str], *, chosen: list[Trustee] | None = None, k: int = 0) -> dict[str, Any]:
    """The page's context: sets, trustees to choose from, the empty form."""
    standing, proposed = trustees.key_set_in_force(lot), trustees.key_set_proposed(lot)
    assert standing is not None
    former = [m["trustee"] for m in (proposed or standing).document["members"]]
    rows = fitting_trustees(lot)
    on = {str(t.pk) for t in chosen} if chosen is not None else set(former)
    return framed(lot, held, here=TITLE) | {
        "standing": key_set_shown(standing.pk),
        "proposed": key_set_shown(proposed.pk) if proposed else None,
        "gone": gone_names(standing, proposed) if proposed else [],
        "choices": [
            {
                "row": t,
                "role": keysets.ROLES.get(t.role, t.role),
                "print": fingerprint({"ed25519": t.public_key}),
                "on": str(t.pk) in on,
            }
            for t in rows
        ],
        "thresholds": range(2, max(3, len(rows)) + 1),
        "k": k or standing.k,
        "bound": lot_bound(proposed) if proposed else False,
        "deadline": deadline_of(lot),
        "form": TrusteesForm(),
        "violations": (),
    }


def gone_names(standing: KeySet, proposed: KeySet) -> list[str]:
    """Who is replaced, by name."""
    kept = [m["trustee"] for m in proposed.document["members"]]
    return [one["name"] for one in trustees.replacing(standing, kept, "").gone]


def lot_bound(proposed: KeySet) -> bool:
    """Whether so many have countersigned that the change may be published."""
    status = lot_status(proposed.pk)
    assert status is not None
    signed = keysets.countersigners(status["keyset"], status["countersignatures"])
    return len(signed) >= keysets.countersigners_needed(status["keyset"])
