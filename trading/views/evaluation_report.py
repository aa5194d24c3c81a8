"""The report: made from the marks, signed by each member over one digest, handed to the initiator."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from platform_site.accounts.refusals import Refused, Violation
from platform_site.accounts.requests import PersonRequest
from trading import paperwords
from trading.bidwords import words_of
from trading.digests import canonical, digest_of
from trading.evaluationroom import progress_of, said_of
from trading.models import CommitteeMember, Lot, Report
from trading.reportview import Signed, reading_of, signatures_of
from trading.services import reports
from trading.services.committees import committee_names, members_of
from trading.services.report_texts import report_content
from trading.services.tallies import Marks
from trading.views.evaluation import BEFORE, framed
from trading.views.own import SIDE
from trading.views.seated import desk_page, seat_at, seated

# Afterwards nothing of the report changes any more.
EVALUATING = "evaluating"
HEADED = SIDE | {"supervisor"}


def stored(lot: Lot) -> Report | None:
    """The lot's report. One query."""
    return Report.objects.filter(lot=lot).first()


@never_cache
@login_required
@require_safe
def report(request: PersonRequest, reference: str, number: int) -> HttpResponseBase:
    """The committee's page; once handed in, the initiator's and the authority's. 404 for everybody else."""
    if seat_at(request.actor, reference, number) is not None:
        return _committee(request, reference, number)
    return _received(request, reference, number)


@seated
def _committee(request: PersonRequest, lot: Lot, seat: CommitteeMember) -> HttpResponse:
    return page(request, lot, seat)


def page(
    request: PersonRequest,
    lot: Lot,
    seat: CommitteeMember,
    *,
    violations: tuple[Violation, ...] = (),
    typed: dict[str, Any] | None = None,
    error: str = "",
) -> HttpResponse:
    """What the report says, who has signed, and what the member can do next."""
    context = framed(lot, seat, here="report")
    if lot.state in BEFORE:
        return render(request, "trading/evaluation/waiting.html", context)
    found = stored(lot)
    members = members_of(seat.committee)
    open_ = lot.state == EVALUATING
    context |= {
        "report": found,
        "reading": reading_of(found.content, lot.terms, full=True) if found else None,
        "full": True,
        "open": open_,
        "progress": progress_of(Marks(lot), seat.label) if open_ else [],
        "typed": typed or {},
        "error": error,
        "violations": violations,
        "rule": lot.procedure.transitions["submit_report"].rules[0],
    }
    context["ready"] = open_ and all(row.done for row in context["progress"])
    if found:
        context |= signing(lot, found, members, seat)
    status = 409 if violations else 422 if error else 200
    return render(request, "trading/evaluation/report.html", context, status=status)


def signing(lot: Lot, found: Report, members: list[CommitteeMember], seat: CommitteeMember) -> dict[str, Any]:
    """Signatures, whether the marks still say what was signed, and who would be silent."""
    rows = signatures_of(found, members)
    mine = next((row for row in rows if row.label == seat.label), None)
    unsigned = [row for row in rows if row.state in {"none", "old"}]
    stale = lot.state == EVALUATING and not same_text(lot, found)
    reject = "reject_all" in lot.procedure.transitions
    need = int(lot.book.rule("ENG-35")["valid"].amount) if reject else 0
    valid = len(found.content["bids"]) - len(found.content["rejected"])
    return {
        "signatures": rows,
        "mine": mine,
        "unsigned": unsigned,
        "stale": stale,
        # Silence never carries a report alone: more than half must have signed.
        "may_deem": bool(unsigned) and (len(rows) - len(unsigned)) * 2 > len(rows),
        "may_reject": reject and valid < need,
        "ranked": bool(found.content["ranking"]),
    }


def same_text(lot: Lot, found: Report) -> bool:
    """Whether the marks still say what the report says."""
    try:
        return digest_of(report_content(lot)) == found.digest
    except Refused:
        return False


@require_POST
@seated
def draft(request: PersonRequest, lot: Lot, seat: CommitteeMember) -> HttpResponse:
    """The report says what the marks say now."""
    try:
        reports.report_draft(lot_id=lot.pk, actor=request.actor)
    except Refused as refused:
        return page(request, lot, seat, violations=refused.violations)
    messages.success(request, f"{said_of(lot.procedure).report}已形成，请逐项核对后签署")
    return _back(lot)


@require_POST
@seated
def sign(request: PersonRequest, lot: Lot, seat: CommitteeMember) -> HttpResponse:
    """The member has signed the text whose digest the page showed, or signed with a written dissent."""
    said = {"dissent": request.POST.get("dissent", ""), "how": request.POST.get("how", "")}
    if said["how"] not in {"agree", "dissent"}:
        return page(request, lot, seat, typed=said, error="请选择同意，或者写明不同意见")
    if said["how"] == "dissent" and not said["dissent"].strip():
        return page(request, lot, seat, typed=said, error="请写明不同意见和理由")
    dissent = said["dissent"] if said["how"] == "dissent" else ""
    try:
        reports.report_sign(
            lot_id=lot.pk,
            digest=request.POST.get("digest", ""),
            dissent=dissent,
            actor=request.actor,
        )
    except Refused as refused:
        return page(request, lot, seat, violations=refused.violations, typed=said)
    messages.success(request, "已签署" if not dissent else "已签署，不同意见写入报告附件")
    return _back(lot)


@require_POST
@seated
def submit(request: PersonRequest, lot: Lot, seat: CommitteeMember) -> HttpResponse:
    """The report is the initiator's."""
    notes = {
        member.label: note
        for n, member in enumerate(members_of(seat.committee), 1)
        if (note := request.POST.get(f"silent-{n}", "").strip())
    }
    try:
        reports.report_submit(lot_id=lot.pk, actor=request.actor, silent=notes)
    except Refused as refused:
        return page(request, lot, seat, violations=refused.violations, typed={"silent": notes})
    messages.success(request, f"{said_of(lot.procedure).report}已提交，{lot.procedure.initiator}已收到")
    return _back(lot)


@require_POST
@seated
def reject_all(request: PersonRequest, lot: Lot, seat: CommitteeMember) -> HttpResponse:
    """Every bid is out and the lot has failed."""
    reason = request.POST.get("reason", "")
    try:
        reports.bids_reject_all(lot_id=lot.pk, reason=reason, actor=request.actor)
    except Refused as refused:
        return page(request, lot, seat, violations=refused.violations, typed={"reason": reason})
    messages.success(request, "已否决全部投标，各方已收到通知")
    return _back(lot)


def _back(lot: Lot) -> HttpResponse:
    return redirect("trading:evaluation-report", lot.tender.reference, lot.number)


@never_cache
@login_required
@require_safe
def canonical_text(request: PersonRequest, reference: str, number: int) -> HttpResponseBase:
    """The signed bytes: their SHA-256 is the digest. Individual marks are in them, so only committee and authority."""
    if seat_at(request.actor, reference, number) is not None:
        return _committee_text(request, reference, number)
    return _authority_text(request, reference, number)


@seated
def _committee_text(request: PersonRequest, lot: Lot, seat: CommitteeMember) -> HttpResponse:
    return _text(stored(lot))


@desk_page(roles=frozenset({"supervisor"}))
def _authority_text(request: PersonRequest, lot: Lot, held: frozenset[str]) -> HttpResponse:
    found = stored(lot)
    return _text(found if found and found.submitted_at else None)


def _text(found: Report | None) -> HttpResponse:
    if found is None:
        raise Http404
    response = HttpResponse(canonical(found.content), content_type="application/json")
    response.headers["Content-Disposition"] = f'attachment; filename="report-{found.digest[:16]}.json"'
    return response


@desk_page(roles=HEADED)
def _received(request: PersonRequest, lot: Lot, held: frozenset[str]) -> HttpResponse:
    """The handed-in report: the initiator's without individual marks, the authority's with them."""
    found = stored(lot)
    if found is None or found.submitted_at is None:
        raise Http404
    full = "supervisor" in held
    members = members_of(lot.committee)
    context = {
        "lot": lot,
        "tender": lot.tender,
        "said": said_of(lot.procedure),
        "words": words_of(lot.procedure),
        "state_name": lot.procedure.states[lot.state],
        "crumbs": [
            ("我的项目", reverse("trading:desk")),
            (lot.title, "" if full else reverse("trading:lot", args=(lot.tender.reference, lot.number))),
            (said_of(lot.procedure).report, ""),
        ],
        "report": found,
        "reading": reading_of(found.content, lot.terms, full=full),
        "full": full,
        "signatures": [row if full else without_time(row) for row in signatures_of(found, members)],
        "committee": committee_names(lot),
        "names_rule": paperwords.words_of(lot.procedure).names,
        "rule": lot.procedure.transitions["submit_report"].rules[0],
    }
    return render(request, "trading/evaluation/received.html", context)


def without_time(row: Signed) -> Signed:
    """A signature as the initiator reads it: label, state, dissent."""
    return Signed(row.label, row.expert, row.state, None, row.dissent)
