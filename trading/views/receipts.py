"""What a filer takes away: the list of own filings, the promise at once, the proof as soon as it stands."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from platform_site import clock, ledger
from platform_site.accounts.requests import PersonRequest
from platform_site.accounts.views.demo import only_in_demo
from platform_site.ledger.receipts import PROMISED
from trading.bidwords import words_of
from trading.filings import bids_of, open_verbs, own_side
from trading.hall import sign_ups_of
from trading.lifeline import facts_of_many
from trading.models import Bid, Lot, Quote
from trading.rounds import own_quotes
from trading.views.announced import announced_page
from trading.views.bidpage import address, common

MOST = 200


@never_cache
@login_required
@require_safe
def bids(request: PersonRequest) -> HttpResponse:
    """Own filings at every lot, replaced and withdrawn ones too, and own sign-ups. Three queries beyond the frame's."""
    rows = list(bids_of(request.actor).select_related("lot__tender__initiator")[:MOST])
    facts = facts_of_many(list({bid.lot_id: bid.lot for bid in rows}.values()), clock.now())
    for row in rows:
        row.page = address("trading:bid", row.lot)
        row.receipt = address("trading:receipt", row.lot, row.pk)
        row.opens = row.state == "sealed" and open_verbs(row.lot, facts[row.lot_id]).get("unlock", False)
        row.room = address("trading:opening", row.lot)
    signed = list(sign_ups_of(request.actor)[:MOST])
    for one in signed:
        one.page, one.hall = address("trading:part", one.lot), address("trading:hall", one.lot)
        one.state_name = one.lot.procedure.states[one.lot.state]
    return render(request, "trading/bidding/bids.html", {"rows": rows, "signed": signed, "crumbs": [("我的投标", "")]})


def own_bid(request: PersonRequest, lot: Lot, bid_id: UUID) -> Bid | Quote:
    """The own filing, a final quote too; anybody else's and one that never was are the same 404."""
    if quote := next((one for one in own_quotes(lot, request.actor) if one.pk == bid_id), None):
        return quote
    return get_object_or_404(bids_of(request.actor).filter(lot=lot), pk=bid_id)


def entry_of(bid: Bid | Quote) -> ledger.Entry:
    """The filing's own sealed entry. One query."""
    assert bid.entry_id is not None
    return ledger.Entry.objects.get(pk=bid.entry_id)


def evidence(bid: Bid | Quote) -> dict[str, Any]:
    """How far the promise has been kept. Up to six queries."""
    entry = entry_of(bid)
    proof = ledger.proof(entry)
    late = proof is None and clock.machine() > entry.recorded_at + PROMISED
    return {"entry": entry, "proof": proof, "late": late, "checkpoint": checkpoint_of(proof) if proof else {}}


def checkpoint_of(proof: str) -> Mapping[str, str]:
    """Size and root of the tree head under a proof."""
    _, _, note = proof.partition("\n\n")
    origin, size, root = note.split("\n")[:3]
    return {"origin": origin, "size": size, "root": root}


@announced_page
@require_safe
def receipt(request: PersonRequest, lot: Lot, bid_id: UUID) -> HttpResponse:
    """What was received when, the promise, and its proof once it stands."""
    bid = own_bid(request, lot, bid_id)
    own = own_side(lot, request.actor)
    newest = lot.documents.filter(issued_at__isnull=False).order_by("-number").first()
    context = common(request, lot, own, here="回执") | evidence(bid)
    context |= {
        "bid": bid,
        "what": "最后报价" if isinstance(bid, Quote) else context["words"].bid,
        "parts": len(bid.envelope.header["parts"]),
        "size": sum(part["size"] for part in (bid.envelope.header["manifest"], *bid.envelope.header["parts"])),
        "outdated": newest.number if newest and newest.number != bid.document.number else None,
        "promise": json.dumps(bid.promise, ensure_ascii=False, indent=2, sort_keys=True),
    }
    return render(request, "trading/bidding/receipt.html", context)


@announced_page
@require_safe
def state(request: PersonRequest, lot: Lot, bid_id: UUID) -> HttpResponse:
    """The part of the receipt that waits for the proof; it stops asking once the proof is there."""
    bid = own_bid(request, lot, bid_id)
    context = {"bid": bid, "lot": lot, "words": words_of(lot.procedure), **evidence(bid)}
    return render(request, "trading/bidding/_evidence.html", context)


@announced_page
@require_safe
def promise(request: PersonRequest, lot: Lot, bid_id: UUID) -> HttpResponse:
    """The signed promise as a file."""
    bid = own_bid(request, lot, bid_id)
    return file_of(json.dumps(bid.promise, ensure_ascii=False, indent=2), "application/json", f"{bid.pk}.promise.json")


@announced_page
@require_safe
def proof(request: PersonRequest, lot: Lot, bid_id: UUID) -> HttpResponse:
    """The tlog-proof with its leaf as a file; 404 until a checkpoint covers it."""
    bid = own_bid(request, lot, bid_id)
    text = ledger.proof(entry_of(bid))
    if text is None:
        raise Http404
    return file_of(text, "text/plain; charset=utf-8", f"{bid.pk}.tlog-proof")


def file_of(text: str, content_type: str, name: str) -> HttpResponse:
    """The text as a download."""
    answer = HttpResponse(text, content_type=content_type)
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


# -- the demo's keys ---------------------------------------------------------------------------------------------------


@only_in_demo
@never_cache
@login_required
@require_safe
def demo_key(request: PersonRequest) -> HttpResponse:
    """The invented person's own key file, for the signed-in person only. Exists in the demo and nowhere else."""
    folder = (Path(settings.LOCAL_DIR) / "demo-keys").resolve()
    path = (folder / f"{request.user.username}.json").resolve()
    if not request.user.demo_role or path.parent != folder or not path.is_file():
        raise Http404
    return HttpResponse(path.read_text(), content_type="application/json")
