"""The member's room: sheets, marks saved one by one, questions to bidders, the files they rest on.

Only whoever holds a seat gets in. Every answer shown is the member's own; of the others the room says done or not done.
"""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import FileResponse, Http404, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from platform_site import clock
from platform_site.accounts.refusals import Refused, Violation
from platform_site.accounts.requests import PersonRequest
from platform_site.rows import one_or_none
from platform_site.sealing import storage
from platform_site.sealing.models import PlainFile
from trading.bidwords import words_of
from trading.evaluationroom import (
    GROUND_LIST,
    ReviewLine,
    Room,
    ScoreLine,
    Sheet,
    room_of,
    said_of,
    sample_pricing,
    seats_of,
)
from trading.fields import plain
from trading.kernel import procedure as kernel
from trading.kernel import scoring
from trading.kernel.adjusting import SIZES, declared_of
from trading.models import BidQuestion, CommitteeMember, Lot, StoredFile
from trading.registered import registered_of
from trading.services import evaluations
from trading.services.acts import facts_of
from trading.services.documents import current_version
from trading.views.marks import lines_save
from trading.views.notices import sent
from trading.views.seated import seated

# Before these there is nothing for a member to see but the document: not even how many bids are in.
BEFORE = ("bidding", "opening", "opened")


# -- what every page of the room shows ---------------------------------------------------------------------------------


def framed(lot: Lot, seat: CommitteeMember, *, here: str) -> dict[str, Any]:
    """The frame of the room's pages. One query (holds).

    `shut` says why nothing can be marked now: not started, held, or handed in.
    """
    moves, facts = lot.procedure.transitions, facts_of(lot, clock.now())
    return {
        "lot": lot,
        "tender": lot.tender,
        "seat": seat,
        "said": said_of(lot.procedure),
        "words": words_of(lot.procedure),
        "state_name": lot.procedure.states[lot.state],
        "here": here,
        "shut": kernel.gate(lot.book, lot.procedure, "review_bid", facts),
        "may_ask": "ask_bidder" in moves,
        "may_ask_time": may_ask_time(lot),
        "review_rule": moves["review_bid"].rules[0],
        "grounded": "ENG-32" in moves["review_bid"].rules,
        "extended": seat.committee.time_extended_to,
    }


def may_ask_time(lot: Lot) -> bool:
    """Whether the book lets members ask for more time, and makes the report wait for it."""
    return any(guard.rule == "ENG-30" for guard in lot.procedure.transitions["submit_report"].guards)


def address(name: str, lot: Lot, *more: Any) -> str:
    """A page of the lot."""
    return reverse(name, args=(lot.tender.reference, lot.number, *more))


@require_safe
@seated
def room(request: PersonRequest, lot: Lot, seat: CommitteeMember) -> HttpResponse:
    """The member's own marks over all bids: where the work stands at a glance."""
    return room_page(request, lot, seat)


def room_page(
    request: PersonRequest, lot: Lot, seat: CommitteeMember, *, status: int = 200, **more: Any
) -> HttpResponse:
    """The room; `more` of what an act of the group was refused with: typed, error, violations."""
    context = framed(lot, seat, here="room")
    if lot.state in BEFORE:
        return render(request, "trading/evaluation/waiting.html", context, status=status)
    found, calling = room_of(lot, seat), lot.procedure.transitions.get("call_quotes")
    context |= {"room": found, "pricing": found.pricing, "talking": bool(calling) and lot.state in calling.source}
    if calling:
        context["call_rule"] = calling.rules[0]
    return render(request, "trading/evaluation/room.html", context | more, status=status)


def sheet_context(found: Room, sheet: Sheet, lot: Lot) -> dict[str, Any]:
    """What one sheet shows beside the frame. Three queries (files, holds, register), two more where
    a party has qualifications."""
    before, after = found.beside(sheet)
    files = PlainFile.objects.filter(result_id=sheet.bid.envelope_id).order_by("number")
    return {
        "room": found,
        "sheet": sheet,
        "files": files,
        "offer": offer_rows(sheet, lot),
        "registered": registered_of(lot, sheet.bid),
        "before": before,
        "after": after,
        "grounds": GROUND_LIST,
        "pricing": found.pricing,
        "sample": None if found.pricing else sample_pricing(lot) if found.marks.pointed else None,
    }


def offer_rows(sheet: Sheet, lot: Lot) -> list[tuple[str, Any]]:
    """The disclosed offer in the book's words; what the words do not know stands under its own name."""
    words = words_of(lot.procedure)
    names: dict[str, str] = {"quality": "质量", "manager": words.manager, "period_days": words.period}
    offer: dict[str, Any] = dict(sheet.bid.offer or {})
    offer.pop("price_cny", None)
    declared = declared_of({"declares": offer.pop("declares", None)})
    rows: list[tuple[str, Any]] = [
        (names.get(name, name), f"{value} 日" if name == "period_days" else value) for name, value in offer.items()
    ]
    rows += [
        ("中小企业声明函", SIZES.get(declared.size)),
        ("小微企业承担的份额", declared.small_share and f"{plain(declared.small_share * 100)}%"),
        ("本国产品成本占比", declared.domestic_share and f"{plain(declared.domestic_share * 100)}%"),
    ]
    return [(name, value) for name, value in rows if value not in (None, "", [], {})]


def open_sheet(lot: Lot, seat: CommitteeMember, bid_id: UUID) -> tuple[Room, Sheet]:
    """The room and the sheet of one disclosed bid.

    Raises:
        Http404: bids are not before the committee yet, or none of this lot's.
    """
    if lot.state in BEFORE:
        raise Http404
    found = room_of(lot, seat)
    sheet = found.sheet(bid_id)
    if sheet is None:
        raise Http404
    return found, sheet


@require_http_methods(["GET", "HEAD", "POST"])
@seated
def sheet(request: PersonRequest, lot: Lot, seat: CommitteeMember, bid_id: UUID) -> HttpResponse:
    """One bid: its offer and files, the review, the scores. Posted whole where there is no script."""
    found, one = open_sheet(lot, seat, bid_id)
    refused = False
    if request.method == "POST":
        saved = lines_save(lot, bid_id, one.lines, request.POST, request.actor)
        refused = any(line.violations for line in one.lines)
        if not refused:
            messages.success(request, f"已保存 {saved} 项" if saved else "没有要保存的改动")
            step = one if "next" not in request.POST else found.beside(one)[1] or one
            return redirect(address("trading:evaluation-sheet", lot, step.bid.pk))
    context = framed(lot, seat, here="room") | sheet_context(found, one, lot)
    return render(request, "trading/evaluation/sheet.html", context, status=409 if refused else 200)


def _put(
    request: PersonRequest, lot: Lot, seat: CommitteeMember, bid_id: UUID, item: str, *, kind: str
) -> HttpResponse:
    """One line saved: its partial, the totals out of band. A refusal is a 409 whose body is the same partial."""
    data = QueryDict(request.body, encoding="utf-8")
    found, one = open_sheet(lot, seat, bid_id)
    lines: list[Any] = one.reviews if kind == "review" else one.scores
    line: ReviewLine | ScoreLine | None = next((each for each in lines if each.key == item), None)
    if line is None:
        raise Http404
    lines_save(lot, bid_id, [line], data, request.actor)
    found.seats_again()
    context = {"lot": lot, "tender": lot.tender, "room": found, "sheet": one, "line": line, "kind": kind, "oob": True}
    context |= {"words": words_of(lot.procedure), "review_rule": lot.procedure.transitions["review_bid"].rules[0]}
    return render(request, "trading/evaluation/_saved.html", context, status=409 if line.violations else 200)


@require_http_methods(["PUT"])
@seated
def review(request: PersonRequest, lot: Lot, seat: CommitteeMember, bid_id: UUID, item: str) -> HttpResponse:
    """The answer to one review item."""
    return _put(request, lot, seat, bid_id, item, kind="review")


@require_http_methods(["PUT"])
@seated
def score(request: PersonRequest, lot: Lot, seat: CommitteeMember, bid_id: UUID, item: str) -> HttpResponse:
    """The points for one scoring item."""
    return _put(request, lot, seat, bid_id, item, kind="score")


# -- papers ------------------------------------------------------------------------------------------------------------


@require_safe
@seated
def bid_file(request: PersonRequest, lot: Lot, seat: CommitteeMember, bid_id: UUID, file_id: UUID) -> FileResponse:
    """A decrypted file of a bid: here only the committee reads it."""
    bid = next((bid for bid in evaluations.bids_of(lot) if bid.pk == bid_id), None) if lot.state not in BEFORE else None
    if bid is None:
        raise Http404
    found = get_object_or_404(PlainFile, pk=file_id, result_id=bid.envelope_id)
    path = storage.root() / found.path
    if not path.is_file():
        raise Http404
    return FileResponse(
        path.open("rb"), as_attachment=True, filename=found.name, content_type="application/octet-stream"
    )


@require_safe
@seated
def document(request: PersonRequest, lot: Lot, seat: CommitteeMember) -> HttpResponse:
    """What the committee judges by: the document's terms and files, and the duties the law lays on a member."""
    version = current_version(lot)
    scored = scoring.contest_of(lot.procedure.contest, lot.terms) != "sealed_lowest"
    context = framed(lot, seat, here="document") | {
        "version": version,
        "files": list(version.files.order_by("name")) if version else [],
        "sample": sample_pricing(lot) if scored else None,
        "grounds": {ground.number: ground for ground in GROUND_LIST},
        "scored": scored,
    }
    return render(request, "trading/evaluation/document.html", context)


@require_safe
@seated
def document_file(request: PersonRequest, lot: Lot, seat: CommitteeMember, file_id: UUID) -> FileResponse:
    """A file of the lot's document."""
    return sent(get_object_or_404(StoredFile.objects.filter(documentversion__lot=lot).distinct(), pk=file_id))


# -- questions to bidders, more time -----------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
@seated
def questions(request: PersonRequest, lot: Lot, seat: CommitteeMember) -> HttpResponse:
    """Every question of the committee with its answer, and a new one."""
    moves = lot.procedure.transitions
    if lot.state in BEFORE or "ask_bidder" not in moves:
        raise Http404
    bids, text = evaluations.bids_of(lot), ""
    violations: tuple[Violation, ...] = ()
    wanted = request.POST.get("bid") or request.GET.get("bid", "")
    if request.method == "POST":
        text = request.POST.get("text", "")
        bid = next((bid for bid in bids if str(bid.pk) == wanted), None)
        try:
            if bid is None:
                raise Refused([Violation("fact.missing", facts={"fact": "bidder"})])
            evaluations.question_ask(lot_id=lot.pk, bid_id=bid.pk, text=text, actor=request.actor)
        except Refused as refused:
            violations = refused.violations
        else:
            messages.success(request, f"已书面要求{bid.subject.name}说明，并已通知")
            return redirect(address("trading:evaluation-questions", lot))
    asked = BidQuestion.objects.filter(bid__lot=lot).select_related("bid__subject", "member").order_by("-asked_at")
    context = framed(lot, seat, here="questions") | {
        "rows": list(asked), "bids": bids, "text": text, "wanted": wanted, "violations": violations,
        "rule": lot.procedure.transitions["ask_bidder"].rules[0],
    }  # fmt: skip
    return render(request, "trading/evaluation/questions.html", context, status=409 if violations else 200)


@require_POST
@seated
def time_ask(request: PersonRequest, lot: Lot, seat: CommitteeMember) -> HttpResponse:
    """The member finds the time too short. Said once; a second click changes nothing."""
    if not may_ask_time(lot):
        raise Http404
    if seat.label not in seat.committee.time_asked:
        evaluations.time_ask(lot_id=lot.pk, actor=request.actor)
        messages.success(request, "已记录您认为评标时间不够，并已通知招标人")
    return redirect(address("trading:evaluation-room", lot))


# -- the way in, and the bidder's side of a question -------------------------------------------------------------------


@never_cache
@login_required
@require_safe
def seats(request: PersonRequest) -> HttpResponse:
    """The lots in whose committee the person sits, open work first."""
    return render(request, "trading/evaluation/seats.html", {"rows": seats_of(request.actor)})


def _own_questions(request: PersonRequest, reference: str, number: int) -> tuple[Lot, list[BidQuestion]]:
    """The lot and what its committee has asked the subject acted for.

    Raises:
        Http404: no such lot, or no bid of this subject in it.
    """
    code = request.actor.subject_code
    lot = one_or_none(
        Lot.objects.filter(tender__reference=reference, number=number).select_related("tender__initiator")
    )
    if lot is None or not code or "answer_committee" not in lot.procedure.transitions:
        raise Http404
    own = lot.bids.standing().filter(subject__code=code)
    if not own.exists():
        raise Http404
    return lot, list(BidQuestion.objects.filter(bid__in=own).select_related("bid__subject").order_by("asked_at"))


def _answers(
    request: PersonRequest, lot: Lot, rows: list[BidQuestion], *, violations: tuple = (), typed: dict | None = None
) -> HttpResponse:
    facts = facts_of(lot, clock.now())
    context = {
        "lot": lot,
        "tender": lot.tender,
        "said": said_of(lot.procedure),
        "words": words_of(lot.procedure),
        "state_name": lot.procedure.states[lot.state],
        "rows": [(row, (typed or {}).get(row.pk, "")) for row in rows],
        "shut": kernel.gate(lot.book, lot.procedure, "answer_committee", facts),
        "rule": lot.procedure.transitions["answer_committee"].rules[0],
        "violations": violations,
        "crumbs": [("我的投标", reverse("trading:bids")), (lot.title, address("trading:bid", lot)), ("澄清", "")],
    }
    return render(request, "trading/evaluation/answers.html", context, status=409 if violations else 200)


@never_cache
@login_required
@require_safe
def own_questions(request: PersonRequest, reference: str, number: int) -> HttpResponse:
    """What the committee asked us, and our answers."""
    lot, rows = _own_questions(request, reference, number)
    return _answers(request, lot, rows)


@never_cache
@login_required
@require_POST
def answer(request: PersonRequest, reference: str, number: int, question_id: UUID) -> HttpResponse:
    """Our written answer, once."""
    lot, rows = _own_questions(request, reference, number)
    if question_id not in {row.pk for row in rows}:
        raise Http404
    text = request.POST.get("text", "")
    try:
        evaluations.question_answer(question_id=question_id, text=text, actor=request.actor)
    except Refused as refused:
        return _answers(request, lot, rows, violations=refused.violations, typed={question_id: text})
    messages.success(request, "答复已送达评标委员会")
    return redirect("trading:own-questions", lot.tender.reference, lot.number)
