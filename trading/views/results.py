"""From the report to the archive: candidates, award with everybody who will be told, contract, what is still owed."""

from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from platform_site.accounts.refusals import Refused
from trading import bidwords
from trading.actforms import act_page
from trading.forms import AwardForm, ContractForm, TerminateForm
from trading.kernel import procedure as kernel
from trading.lifeline import OpenAct, open_acts_of
from trading.models import Archive, Committee, Contract, Lot, Report
from trading.paperwords import said_of, words_of
from trading.services import archives, awards, closings, contract_texts, instruments, joint_contracts, letters
from trading.services.committees import committee_names
from trading.views.benches import framed, lot_address
from trading.views.notices import sent
from trading.views.own import SIDE, lot_page

# The initiator receives the report when it is submitted; nothing of it shows before.
REPORTED = ("reported", "publicity", "awarded", "vacated", "contracted", "archived")
NAMED = ("awarded", "vacated", "contracted", "archived")


def one(model: Any, lot: Lot) -> Any:
    """The lot's only row of a kind, or None. One query."""
    return model.objects.filter(lot=lot).first()


def ranking_of(lot: Lot) -> list[dict[str, Any]]:
    """The report's ranking with its candidates marked; empty before the report is submitted. One query."""
    report = one(Report, lot) if lot.state in REPORTED else None
    if report is None or report.submitted_at is None:
        return []
    listed = report.content["candidates"]
    return [
        {
            **row,
            "price": Decimal(row["price_cny"]),
            "rank": listed.index(row["bid"]) + 1 if row["bid"] in listed else None,
        }
        for row in report.content["ranking"]
    ]


def open_now(context: dict[str, Any], lot: Lot) -> dict[str, OpenAct]:
    """The open acts by verb, those whose gates are shut left out."""
    return {act.verb: act for act in open_acts_of(lot, context["facts"], context["held"]) if act.shut is None}


@require_safe
@lot_page(roles=SIDE | {"operator"})
def results(request: HttpRequest, lot: Lot, held: frozenset[str]) -> HttpResponse:
    """Committee, report, candidates, award, contract, archive: what stands and what can be done now."""
    waiting = lot.challenges.filter(replied_at__isnull=True).exists()
    auctioned = "sign_up" in lot.procedure.transitions
    said = None if auctioned else said_of(lot.procedure)
    here = f"{said.evaluation}、定标与合同" if said else "成交与合同"
    context = framed(lot, held, here=here, answered=not waiting)
    committee = one(Committee, lot)
    seats = list(committee.members.filter(left_at__isnull=True).order_by("label")) if committee else []
    side = bool(held & SIDE)
    context |= {
        "committee": committee,
        "seats": seats,
        "experts": sum(seat.is_expert for seat in seats),
        "names": committee_names(lot) if lot.state in NAMED and committee else [],
        "report": one(Report, lot) if lot.state in REPORTED else None,
        "ranking": ranking_of(lot) if side else [],
        "publicity_ends": kernel.moment(lot.book, lot.procedure, "publicity_ends", context["facts"]),
        "award": lot.standing_award,
        "ended": list(lot.awards.exclude(state="standing").select_related("subject")) if side else [],
        "letters": letters.readable(lot, request.actor) if side else [],
        "instruments": instruments.readable(lot, held),
        "contract": one(Contract, lot),
        "archive": Archive.objects.filter(lot=lot).select_related("file").first(),
        "open": open_now(context, lot),
        "waiting": waiting,
        "side": side,
        "awarding": awarding(lot),
        "here": here,
        "said": said,
        "words": words_of(lot.procedure),
    }
    if auctioned:
        return render(request, "trading/results/deal.html", context | {"doings": doings(lot, context)})
    return render(request, "trading/results/results.html", context)


def doings(lot: Lot, context: dict[str, Any]) -> list[dict[str, Any]]:
    """What whoever looks can do about a live auction's end: (act, its page)."""
    found = [act for act in context["open"].values() if act_page(lot, act.verb)]
    return [{"act": act, "url": lot_address("trading:act", lot, act.verb)} for act in found]


@require_POST
@lot_page()
def candidates(request: HttpRequest, lot: Lot, held: frozenset[str]) -> HttpResponse:
    """The candidates are public and the publicity period runs."""
    awards.candidates_publish(lot_id=lot.pk, actor=request.actor)
    messages.success(request, "中标候选人已公示，投标人已收到通知")
    return redirect("trading:results", lot.tender.reference, lot.number)


def awarding(lot: Lot) -> bool:
    """Whether the award is what comes next: after the publicity, in a purchase after the report. A live auction has a
    page of its own for its deal."""
    return "sign_up" not in lot.procedure.transitions and lot.state in lot.procedure.transitions["award"].source


@require_http_methods(["GET", "HEAD", "POST"])
@lot_page()
def award(request: HttpRequest, lot: Lot, held: frozenset[str]) -> HttpResponse:
    """Who wins and who will be told, then the one act that tells them all."""
    if not awarding(lot):
        return redirect("trading:results", lot.tender.reference, lot.number)
    said, listed = words_of(lot.procedure), awards.candidates_of(lot)
    form = AwardForm(request.POST or None, initial={"rank": 1})
    violations: tuple = ()
    if request.method == "POST" and form.is_valid():
        try:
            awards.award_make(
                lot_id=lot.pk,
                rank=form.cleaned_data["rank"],
                passed_over=form.cleaned_data["passed_over"],
                actor=request.actor,
            )
        except Refused as refused:
            violations = refused.violations
        else:
            messages.success(request, f"{said.award}已发出，未{said.won}结果同时告知其他{said.bidder}")
            return redirect("trading:results", lot.tender.reference, lot.number)
    asked = request.POST.get("rank") or request.GET.get("rank", "1")
    chosen = next((one for one in listed if str(one.rank) == asked), listed[0] if listed else None)
    if chosen is None:
        raise Http404
    waiting = lot.challenges.filter(replied_at__isnull=True).exists()
    context = framed(lot, held, here="定标", answered=not waiting)
    context |= {
        "words": said,
        "heading": f"核对并发出{said.award}",
        "candidates": listed,
        "chosen": chosen,
        "losers": awards.losers_of(lot, chosen.bid),
        "form": form,
        "violations": violations,
        "shut": kernel.gate(lot.book, lot.procedure, "award", context["facts"]),
        "manager": bidwords.words_of(lot.procedure).manager,
        "representative": (chosen.bid.offer or {}).get("manager", ""),
    }
    return render(
        request, "trading/results/award.html", context, status=409 if violations else 422 if form.errors else 200
    )


@require_http_methods(["GET", "HEAD", "POST"])
@lot_page()
def contract(request: HttpRequest, lot: Lot, held: frozenset[str]) -> HttpResponse:
    """The contract, filled in from the winning bid; what differs is refused with the article."""
    given = lot.standing_award
    if given is None or lot.state not in {"awarded", "contracted", "archived"}:
        raise Http404
    if lot.state != "awarded":
        return redirect("trading:results", lot.tender.reference, lot.number)
    if act_page(lot, "sign_contract"):
        return redirect("trading:act", lot.tender.reference, lot.number, "sign_contract")
    offer = (given.bid.offer or {}) if given.bid else {}
    prefilled = {
        "subject": lot.title,
        "amount_cny": given.amount_cny,
        "period_days": offer.get("period_days"),
        "quality": offer.get("quality", ""),
        "performance_bond_cny": bond_of(lot, given.amount_cny),
    }
    text = joint_contracts.in_force(given)
    if text is not None:
        prefilled |= {name: value for name, value in text.particulars.items() if name in ContractForm.base_fields}
        if rate := text.particulars.get("late_rate"):
            prefilled["late_rate"] = Decimal(rate) * 10_000
    form = ContractForm(request.POST or None, initial=prefilled)
    form.fields["period_days"].label = f"{words_of(lot.procedure).period}（日历天）"
    violations: tuple = ()
    if request.method == "POST" and form.is_valid():
        said = {name: value for name, value in form.cleaned_data.items() if value not in (None, "")}
        try:
            told = sent_or_signed(lot, said, request)
        except Refused as refused:
            violations = refused.violations
        else:
            messages.success(request, told)
            if "offer" in request.POST:
                return redirect("trading:contract", lot.tender.reference, lot.number)
            return redirect("trading:results", lot.tender.reference, lot.number)
    context = framed(lot, held, here="订立合同") | {
        "words": words_of(lot.procedure),
        "form": form,
        "violations": violations,
        "award": given,
        "ticks": [form[name] for name in ("payee_is_sme", "payment_agreed", "late_rate_agreed")],
        "offer": offer,
        "signers": joint_contracts.signers(given) if joint_contracts.partners_of(given) else [],
        "text": text,
        "due_at": kernel.moment(
            lot.book, lot.procedure, "contract_due", kernel.Facts(lot.state, lot.recorded["award_at"], lot.recorded)
        ),
    }
    return render(
        request, "trading/results/contract.html", context, status=409 if violations else 422 if form.errors else 200
    )


def sent_or_signed(lot: Lot, said: dict[str, Any], request: HttpRequest) -> str:
    """The contract is signed, or its text sent to the members of a consortium, by the button that was pressed."""
    if "offer" in request.POST:
        contract_texts.contract_offer(lot_id=lot.pk, particulars=said, actor=request.actor)
        return "合同文本已送联合体各方签署"
    awards.contract_sign(lot_id=lot.pk, particulars=said, actor=request.actor)
    return "合同已登记并公告"


def bond_of(lot: Lot, price: Decimal) -> Decimal | None:
    """履约保证金 as the document says it: a share of the contract price, to the fen; None where it asks for none."""
    share = lot.terms.get("performance_bond_share")
    return (price * Decimal(share)).quantize(Decimal("0.01")) if share and Decimal(share) else None


@require_POST
@lot_page()
def report(request: HttpRequest, lot: Lot, held: frozenset[str]) -> HttpResponse:
    """The written report has gone to the supervising authority."""
    closings.award_reported(lot_id=lot.pk, actor=request.actor)
    messages.success(request, "已提交招标投标情况书面报告")
    return redirect("trading:results", lot.tender.reference, lot.number)


@require_POST
@lot_page()
def refund(request: HttpRequest, lot: Lot, held: frozenset[str]) -> HttpResponse:
    """Every bond that lies with us is ordered back with interest; where none does, the side says that all went back."""
    done = "bonds_refunded_at" in closings.bonds_refunded(lot_id=lot.pk, actor=request.actor).moments
    words = "已登记退还投标保证金，投标人已收到通知" if done else "已下达退还指令，机构办结后通知投标人"
    messages.success(request, words)
    return redirect("trading:results", lot.tender.reference, lot.number)


@require_http_methods(["GET", "HEAD", "POST"])
@lot_page()
def terminate(request: HttpRequest, lot: Lot, held: frozenset[str]) -> HttpResponse:
    """The tender ends before there is an award, with its reason in public."""
    form = TerminateForm(request.POST or None)
    violations: tuple = ()
    if request.method == "POST" and form.is_valid():
        try:
            closings.lot_terminate(lot_id=lot.pk, actor=request.actor, **form.cleaned_data)
        except Refused as refused:
            violations = refused.violations
        else:
            messages.success(request, "招标已终止")
            return redirect("trading:lot", lot.tender.reference, lot.number)
    context = framed(lot, held, here="终止招标") | {"form": form, "violations": violations}
    status = 409 if violations else 422 if form.errors else 200
    return render(request, "trading/results/terminate.html", context, status=status)


@require_POST
@lot_page(roles=SIDE | {"operator"})
def archive(request: HttpRequest, lot: Lot, held: frozenset[str]) -> HttpResponse:
    """The package is made and the lot is archived."""
    archives.archive_make(lot_id=lot.pk, actor=request.actor)
    messages.success(request, "已归档，可以下载档案包")
    return redirect("trading:results", lot.tender.reference, lot.number)


@require_safe
@lot_page(roles=SIDE | {"operator"})
def archive_download(request: HttpRequest, lot: Lot, held: frozenset[str]) -> HttpResponse:
    """The archive package."""
    found = Archive.objects.filter(lot=lot).select_related("file").first()
    if found is None:
        raise Http404
    return sent(found.file)
