"""Sealing on the stage: what the browser does, with the same Python core that tests it."""

import base64
import hashlib
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any
from uuid import uuid4

from platform_site import clock
from platform_site.sealing import services as sealing
from platform_site.sealing.models import Envelope, KeySet
from platform_site.sealing.seal import Context, PlainFile, seal
from platform_site.sealing.unseal import unwrap_by_owner
from trading.models import Bid, Lot, Quote, Reserve
from trading.rehearsal.people import Cast, Person
from trading.services import bids, openings, quotes, reserves
from trading.services.documents import current_version


def offer(
    bidder: Person, price: str, *, days: int | None = None, declares: Mapping[str, str] | None = None
) -> dict[str, Any]:
    """The bidder's structured offer as the filing page makes it, naming its own project manager. Money as text.

    Args:
        declares: 中小企业声明函 and 本国产品声明: {"size", "small_share", "domestic_share"}, what it has of them.
    """
    said = {"price_cny": str(Decimal(price)), "quality": "合格", "manager": bidder.manager}
    if declares:
        said["declares"] = dict(declares)
    return {**said, "period_days": days} if days else said


AGREEMENT = "共同投标协议".encode()


def together(members: Sequence[Mapping[str, Any]], agreement: bytes = AGREEMENT) -> dict[str, Any]:
    """What an offer says of its consortium: [{"code", "name", "work", "ratings"}], the leader first."""
    return {"members": [dict(one) for one in members], "agreement": hashlib.sha256(agreement).hexdigest()}


def file(cast: Cast, lot: Lot, bidder: Person, said: dict[str, Any], *, text: bytes = b"") -> Bid:
    """The bidder sealed `said` with one file in its browser, uploaded the parts and filed."""
    return bids.bid_file(**prepare(cast, lot, bidder, said, text=text))


def prepare(
    cast: Cast,
    lot: Lot,
    bidder: Person,
    said: dict[str, Any],
    *,
    text: bytes = b"",
    agreement: bytes | None = AGREEMENT,
    final: bool = False,
) -> dict[str, Any]:
    """What the browser sends when it files: `bid_file`'s arguments, with every part uploaded.

    Args:
        agreement: the file a consortium seals with its bid; None leaves it out.
        final: it is the final quote of a consultation, sealed to the second round's key set: `quote_file`'s arguments.
    """
    ref = lot.final_ref if final else lot.ledger_ref
    named = {"pk": ref} if final else {"hash": lot.key_set_hash}
    keyset = KeySet.objects.filter(**named).first() if lot.key_set_hash else None
    body = text or f"{bidder.code} 技术标".encode()
    files, outside = [PlainFile("技术标.txt", body, "text/plain")], None
    if inside := said.get("consortium"):
        members = sorted(one["code"] for one in inside["members"] if one["code"] != bidder.code)
        outside = {"members": members, "agreement": inside["agreement"]}
        files += [PlainFile("共同投标协议.txt", agreement, "text/plain")] if agreement is not None else []
    made = seal(
        said,
        files,
        keyset=keyset.document if keyset else None,
        key=cast.keys[bidder.code],
        context=Context(ref, current_version(lot).digest, consortium=outside),
        created=clock.now(),
    )
    wraps = {
        "owner": base64.b64encode(made.wraps["owner"]).decode(),
        "trustees": [base64.b64encode(w).decode() for w in made.wraps["trustees"]],
    }
    uploads = [sealing.upload_store(owner_ref=bidder.code, content=part).id for part in made.parts]
    return {
        "lot_id": lot.pk,
        "actor": bidder.actor,
        "user_id": bidder.pk,
        "header": made.header,
        "signature": made.signature,
        "wraps": wraps,
        "upload_ids": uploads,
        "idempotency_key": uuid4(),
    }


def reserve_prepared(cast: Cast, lot: Lot, seller: Person, said: Mapping[str, Any]) -> dict[str, Any]:
    """What the initiator's browser sends when it seals its reserve price: `reserve_seal`'s arguments."""
    keyset = KeySet.objects.get(pk=lot.ledger_ref)
    made = seal(
        dict(said),
        [],
        keyset=keyset.document,
        key=cast.keys[seller.code],
        context=Context(lot.ledger_ref, "", reserves.PURPOSE),
        created=clock.now(),
    )
    return {
        "lot_id": lot.pk,
        "actor": seller.actor,
        "user_id": seller.pk,
        "header": made.header,
        "signature": made.signature,
        "wraps": {
            "owner": base64.b64encode(made.wraps["owner"]).decode(),
            "trustees": [base64.b64encode(w).decode() for w in made.wraps["trustees"]],
        },
        "upload_ids": [sealing.upload_store(owner_ref=seller.code, content=part).id for part in made.parts],
        "idempotency_key": uuid4(),
    }


def reserve(cast: Cast, lot: Lot, seller: Person, amount: Decimal) -> Reserve:
    """The initiator sealed its reserve price."""
    return reserves.reserve_seal(**reserve_prepared(cast, lot, seller, {"reserve_cny": f"{amount:.2f}"}))


def unlock_reserve(cast: Cast, lot: Lot, seller: Person) -> Reserve:
    """The initiator's browser unwrapped its reserve's identity and gave it."""
    row = Reserve.objects.select_related("envelope").get(lot=lot, state="sealed")
    return reserves.reserve_unlock(lot_id=lot.pk, identity=identity_of(cast, row.envelope, seller), actor=seller.actor)


def quote(cast: Cast, lot: Lot, bidder: Person, said: dict[str, Any]) -> Quote:
    """The supplier sealed its final quote with one file and filed it."""
    return quotes.quote_file(**prepare(cast, lot, bidder, said, text=f"{bidder.code} 最后报价".encode(), final=True))


def unlock_quote(cast: Cast, lot: Lot, bidder: Person) -> Quote:
    """The supplier's browser unwrapped its final quote's identity and gave it."""
    row = Quote.objects.select_related("envelope").get(bid__lot=lot, bid__subject__code=bidder.code, state="sealed")
    return quotes.quote_unlock(quote_id=row.id, identity=identity_of(cast, row.envelope, bidder), actor=bidder.actor)


def identity_of(cast: Cast, envelope: Envelope, bidder: Person) -> str:
    """The one-time identity of the bidder's own envelope, as its browser unwraps it."""
    wraps = {"owner": base64.b64decode(envelope.wraps["owner"])}
    return unwrap_by_owner(envelope.header, wraps, cast.keys[bidder.code].identity)


def unlock(cast: Cast, lot: Lot, bidder: Person) -> Bid:
    """The bidder's browser unwrapped its envelope's identity and gave it."""
    bid = lot.bids.standing().select_related("envelope").get(subject__code=bidder.code)
    return openings.bid_unlock(bid_id=bid.id, identity=identity_of(cast, bid.envelope, bidder), actor=bidder.actor)
