"""底价 in the initiator's browser: sealed before the listing, unlocked once bidding has closed, public from then on."""

import json
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.http import require_POST, require_safe

from credit import selectors as credit
from platform_site import clock
from platform_site.accounts.refusals import Refused, Violation
from platform_site.accounts.requests import PersonRequest
from platform_site.clock import services as clock_services
from platform_site.sealing import keysets
from platform_site.sealing import selectors as sealing
from platform_site.sealing import services as sealed
from platform_site.sealing import views as chunk_door
from platform_site.sealing.models import BidderUnlock, KeySet
from trading.kernel import procedure as kernel
from trading.models import Lot
from trading.services import reserves
from trading.services.acts import facts_of
from trading.views.announced import for_script
from trading.views.benches import framed, lot_address
from trading.views.bidding import FilingRequest, read, same_subject, stamped
from trading.views.own import SIDE, lot_page, working_lot

HOSTS = SIDE | {"operator"}


def reserved(lot: Lot) -> bool:
    """Whether the lot's notice says, or is to say, that there is a reserve price."""
    return "seal_reserve" in lot.procedure.transitions and bool(lot.terms.get("reserve"))


def _lot(request: PersonRequest, reference: str, number: int) -> Lot:
    """The initiator's own lot with a reserve.

    Raises:
        Http404: no such lot, none with a reserve, or a stranger.
    """
    lot, held = working_lot(request, reference, number)
    if not reserved(lot) or "initiator" not in held:
        raise Http404
    return lot


@ensure_csrf_cookie
@require_safe
@lot_page(roles=HOSTS, only=reserved)
def reserve(request: PersonRequest, lot: Lot, held: frozenset[str]) -> HttpResponse:
    """What stands of the reserve, and what its initiator can do about it now."""
    return _page(request, lot, held)


def _page(
    request: PersonRequest, lot: Lot, held: frozenset[str], *, violations: tuple[Violation, ...] = ()
) -> HttpResponse:
    facts = facts_of(lot, clock.now())
    context = framed(lot, held, here="底价", facts=facts)
    standing = reserves.standing(lot)
    keyset = KeySet.objects.filter(pk=lot.ledger_ref).first()
    own = "initiator" in held
    shut = kernel.gate(lot.book, lot.procedure, "seal_reserve", facts)
    bound = keyset is not None and not sealed.keyset_gaps(lot.ledger_ref)
    unlocked = bool(standing) and BidderUnlock.objects.filter(envelope_id=standing.envelope_id).exists()
    waiting = lot.state == "closed" and standing is not None and standing.state == "sealed"
    context |= {
        "standing": standing,
        "own": own,
        "key": credit.active_key(request.actor.subject_code) if own else None,
        "keyset": keyset.document if keyset else None,
        "keyset_hash": keyset.hash if keyset else "",
        "keyset_fingerprint": keysets.set_fingerprint(keyset.document) if keyset else "",
        "bound": bound,
        "replaceable": shut is None,
        "may_seal": own and bound and shut is None,
        "until": kernel.moment(lot.book, lot.procedure, "listing_from", facts),
        "may_unlock": own and waiting and not unlocked,
        "waiting": waiting,
        "keys_in": waiting and reserves.keys_are_in(lot),
        "rule": lot.procedure.transitions["seal_reserve"].rules[0],
        "demo_keys": reverse("demo-key") if settings.MODE == "demo" else "",
        "violations": violations,
    }
    return render(request, "trading/reserve.html", context, status=409 if violations else 200)


@for_script
@require_safe
def keys(request: PersonRequest, reference: str, number: int) -> HttpResponse:
    """The key set with its countersignatures, for the browser to judge: of a draft the public door shows none."""
    lot = _lot(request, reference, number)
    said = sealing.lot_status(lot.ledger_ref)
    return JsonResponse(said or {"violations": []}, status=200 if said else 404)


@for_script
@require_POST
def upload_begin(request: PersonRequest, reference: str, number: int) -> HttpResponse:
    """An upload stands open for the sealed reserve; bytes go through the chunk door."""
    lot = _lot(request, reference, number)
    same_subject(request, request.GET.get("for", ""))
    if shut := kernel.gate(lot.book, lot.procedure, "seal_reserve", facts_of(lot, clock.now())):
        raise Refused([shut])
    return chunk_door.begin(request, owner_ref=request.actor.subject_code, lot_ref=lot.ledger_ref)


@stamped
@for_script
@require_POST
def send(request: FilingRequest, reference: str, number: int) -> HttpResponse:
    """The sealed reserve is in. The same key again is answered alike."""
    lot, sent = _lot(request, reference, number), read(request)
    same_subject(request, sent.subject)
    clock_services.require_in_step()
    found = reserves.reserve_seal(
        lot_id=lot.pk,
        actor=request.actor,
        user_id=request.user.pk,
        header=sent.header,
        signature=sent.signature,
        wraps=sent.wraps,
        upload_ids=sent.uploads,
        idempotency_key=sent.key,
        arrived_at=request.arrived_at,
    )
    messages.success(request, "底价已密封，竞价结束以前任何人不能打开")
    return JsonResponse({"reserve": str(found.pk)}, status=201)


@for_script
@require_safe
def envelope(request: PersonRequest, reference: str, number: int) -> HttpResponse:
    """The own envelope's header and the wrap that only the own key opens; 404 before bidding has closed."""
    lot = _lot(request, reference, number)
    standing = reserves.standing(lot)
    said: dict[str, Any] | None = None
    if lot.state == "closed" and standing is not None:
        said = sealing.envelope_for_owner(standing.envelope_id, subject_code=request.actor.subject_code)
    return JsonResponse(said or {"violations": []}, status=200 if said else 404)


@for_script
@require_POST
def unlock(request: PersonRequest, reference: str, number: int) -> HttpResponse:
    """The envelope's one-time identity is in, and the reserve is public at once."""
    lot = _lot(request, reference, number)
    try:
        identity = str(json.loads(request.body)["identity"])
    except (ValueError, KeyError, TypeError, RecursionError):
        raise Refused([Violation("upload.malformed")]) from None
    reserves.reserve_unlock(lot_id=lot.pk, identity=identity, actor=request.actor)
    reserves.reserve_open(lot_id=lot.pk, actor=request.actor)
    messages.success(request, "底价已公开")
    return JsonResponse({"unlocked": True})


@require_POST
@lot_page(roles=HOSTS, only=reserved)
def publish(request: PersonRequest, lot: Lot, held: frozenset[str]) -> HttpResponse:
    """The reserve is public, once the keys are in."""
    try:
        reserves.reserve_open(lot_id=lot.pk, actor=request.actor)
    except Refused as refused:
        return _page(request, lot, held, violations=refused.violations)
    messages.success(request, "底价已公开")
    return redirect(lot_address("trading:reserve", lot))
