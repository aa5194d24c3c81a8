"""A bidder before the opening: documents, questions, objections, the sealed filing, its withdrawal.

Nothing here reads another subject's rows, so no answer can depend on a rival (design §7).
"""

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from functools import wraps
from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import RequestDataTooBig
from django.http import FileResponse, Http404, HttpResponse, JsonResponse
from django.http.request import UnreadablePostError
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from credit import selectors as credit
from platform_site import clock
from platform_site.accounts.actors import Actor
from platform_site.accounts.refusals import Refused, Violation
from platform_site.accounts.requests import PersonRequest
from platform_site.clock import services as clock_services
from platform_site.sealing import keysets, offline, tickets
from platform_site.sealing import views as chunk_door
from trading.bidwords import words_of
from trading.filings import bids_of, own_side, ticket_of
from trading.kernel import procedure as kernel
from trading.kernel.adjusting import PREFERENCE, SIZES
from trading.models import Lot, Quote, StoredFile
from trading.rounds import key_sets_of, own_filing, round_of
from trading.services import bids, challenges, documents, enquiries, quotes
from trading.services.acts import facts_of, moment_of
from trading.views.announced import announced_lot, announced_page, for_script
from trading.views.bidpage import address, bid_page, common

# The filing request: a header of at most 256 KB, wraps of a few KB for every choice of k trustees.
MOST_JSON = 4 * 1024 * 1024


@announced_page
@require_safe
def bid(request: PersonRequest, lot: Lot) -> HttpResponse:
    """The lot as one bidder sees it: next step, documents, questions, objections, own filings."""
    return bid_page(request, lot)


@announced_page
@require_POST
def obtain(request: PersonRequest, lot: Lot) -> HttpResponse:
    """One click and the document is held; a second click changes nothing."""
    try:
        documents.documents_obtain(lot_id=lot.pk, actor=request.actor, user_id=request.user.pk)
    except Refused as refused:
        return bid_page(request, lot, violations=refused.violations, status=409)
    messages.success(request, f"已获取{words_of(lot.procedure).document}")
    return redirect(address("trading:bid", lot) + "#documents")


@announced_page
@require_safe
def document(request: PersonRequest, lot: Lot, file_id: UUID) -> FileResponse:
    """One file of the document, for whoever obtained it and for the side that issued it; for everybody once opened."""
    held = lot.state != "bidding" or bool(lot.tender.party_roles(request.actor))
    if not held and own_side(lot, request.actor).held is None:
        raise Http404
    issued = StoredFile.objects.filter(documentversion__lot=lot, documentversion__issued_at__isnull=False)
    file = get_object_or_404(issued.distinct(), pk=file_id)
    path = Path(settings.MEDIA_ROOT) / file.path
    if not path.is_file():
        raise Http404
    return FileResponse(path.open("rb"), as_attachment=True, filename=file.name)


@announced_page
@require_POST
def ask(request: PersonRequest, lot: Lot) -> HttpResponse:
    """A question stands under this lot's pseudonym."""
    try:
        enquiries.enquiry_ask(lot_id=lot.pk, text=request.POST.get("question", ""), actor=request.actor)
    except Refused as refused:
        return bid_page(request, lot, typed=request.POST, violations=refused.violations, status=409)
    messages.success(request, "询问已送达，招标人看到的是代号，答复以澄清的形式公开")
    return redirect(address("trading:bid", lot) + "#questions")


def _objected(request: PersonRequest, lot: Lot, *, kind: str) -> HttpResponse:
    """The objection is received, or its refusal shows the window beside what was typed."""
    try:
        challenges.challenge_file(
            lot_id=lot.pk,
            kind=kind,
            title=request.POST.get("title", ""),
            text=request.POST.get("text", ""),
            actor=request.actor,
        )
    except Refused as refused:
        return bid_page(request, lot, typed=request.POST, violations=refused.violations, status=409)
    messages.success(request, "异议已收到，答复以前招标投标活动暂停")
    return redirect(address("trading:bid", lot) + "#objections")


@announced_page
@require_POST
def object_document(request: PersonRequest, lot: Lot) -> HttpResponse:
    """An objection to the document is received; its refusal shows the window."""
    return _objected(request, lot, kind="document")


@announced_page
@require_POST
def object_result(request: PersonRequest, lot: Lot) -> HttpResponse:
    """An objection to the result is received while the candidates are public."""
    return _objected(request, lot, kind="result")


# -- filing ------------------------------------------------------------------------------------------------------------


@ensure_csrf_cookie
@announced_page
@require_safe
def filing(request: PersonRequest, lot: Lot) -> HttpResponse:
    """Where offer and files are sealed. What is typed here is never sent to us in the clear."""
    own = own_side(lot, request.actor)
    version, turn = documents.current_version(lot), round_of(lot)
    sets = key_sets_of(lot, turn)
    keyset = sets[0] if sets else None
    title = lot.procedure.transitions[turn.file].title if turn.final else words_of(lot.procedure).filing
    context = common(request, lot, own, here=title)
    context |= {
        "title": title,
        "round": turn,
        "may_file": context["verbs"].get(turn.file, False),
        "standing": own_filing(lot, turn, request.actor),
        "deadline": kernel.moment(lot.book, lot.procedure, turn.deadline, context["facts"]),
        "deadline_title": lot.procedure.moments[turn.deadline].title if turn.final else context["words"].deadline,
        "claims": claims_of(lot) if not turn.final else (),
        "sizes": SIZES,
        "version": version,
        "key": credit.active_key(request.actor.subject_code) if request.actor.subject_code else None,
        "subject": credit.subject_by_code(request.actor.subject_code) if request.actor.subject_code else None,
        "keyset": keyset.document if keyset else None,
        "keyset_hash": keyset.hash if keyset else "",
        "keyset_url": reverse("sealing:lot", args=[keyset.pk]) if keyset else "",
        "former_keysets": " ".join(one.hash for one in sets[1:]),
        "keyset_fingerprint": keysets.set_fingerprint(keyset.document) if keyset else "",
        "party_labels": ("本单位，牵头人", "成员一", "成员二", "成员三"),
        "demo_keys": reverse("demo-key") if settings.MODE == "demo" else "",
        "tool": "" if turn.final else offline.named(),
    }
    return render(request, "trading/bidding/filing.html", context)


def claims_of(lot: Lot) -> frozenset[str]:
    """Which price preferences the document gives: what a bid may declare."""
    return frozenset(row["key"] for row in lot.terms.get("adjustments") or () if row.get("kind") == PREFERENCE)


@announced_page
@require_safe
def ticket(request: PersonRequest, lot: Lot) -> HttpResponse:
    """The filing ticket for the offline tool: lot, document, key set and own key, signed. Own facts only."""
    facts = ticket_of(lot, request.actor, clock.now())
    if facts is None:
        raise Http404
    name = f"投标凭据-{lot.reference.replace('/', '-')}.json"
    headers = {"Content-Disposition": content_disposition_header(True, name)}
    return JsonResponse(tickets.signed(facts), headers=headers, json_dumps_params={"ensure_ascii": False})


class FilingRequest(PersonRequest):
    """What `stamped` hands on: when its last byte was here, and whether all of it was."""

    arrived_at: datetime
    whole: bool


@dataclass(frozen=True, slots=True)
class Sent:
    """A filing request as read: what the page's script sends."""

    header: bytes
    signature: str
    wraps: dict[str, Any]
    uploads: list[UUID]
    key: UUID
    subject: str
    standing: str


def stamped(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """`request.arrived_at`: legal time at which the last byte was here, taken before session, permission or any lock.

    A request that broke off on its way has `request.whole` false and is judged as nothing but broken.
    """

    @wraps(view)
    def first(request: FilingRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            size = len(request.body)
        except (UnreadablePostError, RequestDataTooBig):
            size = -1
        request.arrived_at = clock.now()
        promised = request.headers.get("Content-Length", "")
        request.whole = promised.isdecimal() and size == int(promised)
        return view(request, *args, **kwargs)

    return first


def read(request: FilingRequest) -> Sent:
    """The request's content.

    Raises:
        Refused: broken off on its way, or not what the page sends.
    """
    if not request.whole:
        raise Refused([Violation("upload.damaged", "ELE-09", "20号令 第十四条")])
    try:
        body = json.loads(request.body) if len(request.body) <= MOST_JSON else {}
        return Sent(
            header=body["header"].encode(),
            signature=str(body["signature"]),
            wraps=dict(body["wraps"]),
            uploads=[UUID(one) for one in body["uploads"]],
            key=UUID(body["key"]),
            subject=str(body["subject"]),
            standing=str(body["standing"]),
        )
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise Refused([Violation("upload.malformed")]) from None


def same_subject(request: PersonRequest, was: str) -> None:
    """Return if the page was opened for the subject the person acts for now.

    Raises:
        Refused: another window has changed the subject, or the sign-in.
    """
    now = request.actor.subject_code
    if not now:
        raise Refused([Violation("subject.missing")])
    if was != now:
        names = {code: subject.name for code in (was, now) if (subject := credit.subject_by_code(code))}
        raise Refused([Violation("subject.changed", facts={"was": names.get(was, ""), "now": names.get(now, "")})])


@for_script
@require_POST
def upload_begin(request: PersonRequest, reference: str, number: int) -> HttpResponse:
    """An upload stands open for the subject; bytes go through the chunk door."""
    lot = announced_lot(reference, number)
    same_subject(request, request.GET.get("for", ""))
    turn = round_of(lot)
    if shut := kernel.gate(lot.book, lot.procedure, turn.file, facts_of(lot, clock.now())):
        raise Refused([in_clock_words(lot, shut, clock.now())])
    return chunk_door.begin(request, owner_ref=request.actor.subject_code, lot_ref=turn.ref)


@stamped
@require_POST
def send(request: FilingRequest, reference: str, number: int) -> HttpResponse:
    """The sealed filing is in, with the address of its receipt. The same key again is answered alike.

    The filing is noted as on its way before even the session is read: the opening waits for it from there on.
    """
    lot = announced_lot(reference, number)
    with bids.arriving(lot.pk, request.arrived_at):
        return receive(request, lot)


@for_script
def receive(request: FilingRequest, lot: Lot) -> HttpResponse:
    """The request is judged and answered."""
    sent, arrived, turn = read(request), request.arrived_at, round_of(lot)
    same_subject(request, sent.subject)
    clock_services.require_in_step()
    if not known(request.actor, lot, sent.key):
        standing = own_filing(lot, turn, request.actor)
        if standing and str(standing.pk) != sent.standing:
            facts = {"arrived": standing.arrived_at, "bid": str(standing.pk)}
            raise Refused([Violation("bid.other_window", facts=facts)])
    try:
        found = (quotes.quote_file if turn.final else bids.bid_file)(
            lot_id=lot.pk,
            actor=request.actor,
            user_id=request.user.pk,
            header=sent.header,
            signature=sent.signature,
            wraps=sent.wraps,
            upload_ids=sent.uploads,
            idempotency_key=sent.key,
            arrived_at=arrived,
        )
    except Refused as refused:
        raise Refused([in_clock_words(lot, one, arrived) for one in refused.violations]) from None
    return JsonResponse({"bid": str(found.pk), "receipt": address("trading:receipt", lot, found.pk)}, status=201)


def known(actor: Actor, lot: Lot, key: UUID) -> bool:
    """Whether the subject acted for has filed under this key before: the same click again is answered alike."""
    if bids_of(actor).filter(idempotency_key=key).exists():
        return True
    mine = Quote.objects.filter(idempotency_key=key, bid__subject__code=actor.subject_code)
    return bool(lot.final_ref) and mine.exists()


def in_clock_words(lot: Lot, violation: Violation, at: datetime) -> Violation:
    """A filing that came after the deadline is told so, also once the opening has begun, and what it counts as."""
    deadline = moment_of(lot, "bid_deadline")
    move = lot.procedure.transitions["file_bid"]
    if violation.code == "state.wrong" and deadline is not None and at >= deadline:
        title = lot.procedure.moments["bid_deadline"].title
        violation = lot.book.violation("clock.too_late", move.rules[0], since=deadline, moment=title, act=move.title)
    if violation.code == "clock.too_late" and "ELE-04" in move.rules:
        facts = {**violation.facts, "unfinished": lot.book.article("ELE-04")}
        violation = replace(violation, facts=facts)
    return violation


# -- withdrawing -------------------------------------------------------------------------------------------------------


@announced_page
@require_http_methods(["GET", "HEAD", "POST"])
def withdraw(request: PersonRequest, lot: Lot) -> HttpResponse:
    """The own standing bid is shown, and withdrawn once that is confirmed."""
    own = own_side(lot, request.actor)
    if own.standing is None or own.standing.state != "sealed":
        raise Http404
    act = lot.procedure.transitions["withdraw_bid"]
    # Once the opening has begun nothing is offered; who confirms a page from before is told why not.
    if request.method != "POST" and lot.state not in act.source:
        raise Http404
    title = act.title
    violations: tuple[Violation, ...] = ()
    if request.method == "POST":
        try:
            bids.bid_withdraw(lot_id=lot.pk, actor=request.actor)
        except Refused as refused:
            violations = refused.violations
        else:
            messages.success(request, f"已{title}，截止以前可以重新递交")
            return redirect(address("trading:bid", lot) + "#filings")
    context = common(request, lot, own, here=title) | {"title": title, "violations": violations}
    return render(request, "trading/bidding/withdraw.html", context, status=409 if violations else 200)
