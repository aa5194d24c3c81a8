"""Accepting, retiring and unlocking envelopes. Called inside the caller's transaction, which also writes the ledger."""

import base64
import binascii
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from platform_site import clock
from platform_site.accounts.refusals import Refused, Violation
from platform_site.rows import one_or_none
from platform_site.sealing import age, hooks
from platform_site.sealing.canonical import NotCanonical, parse
from platform_site.sealing.envelope import EnvelopeRefused, Header, check_outer, part_entries
from platform_site.sealing.models import STATES, BidderUnlock, Envelope, KeySet, Part, Upload


@dataclass(frozen=True, slots=True)
class Accepted:
    """An envelope taken in.

    Attributes:
        envelope: the row; `.header_sha256` belongs into ledger, roll and receipt.
        recipient_seen: envelopes anywhere that carry the same one-time recipient: a copy, or a broken tool.
        owner_shared: envelopes of other subjects locked to the same long-lived key: one hand behind two bidders.
        known: the same header was taken in before; nothing new was written.
    """

    envelope: Envelope
    recipient_seen: tuple[UUID, ...] = ()
    owner_shared: tuple[UUID, ...] = ()
    known: bool = False


@transaction.atomic
def envelope_accept(
    *,
    lot_ref: str,
    subject_code: str,
    header: bytes,
    signature: str,
    wraps: Mapping[str, Any],
    upload_ids: Sequence[UUID | str],
    public_key: str,
    documents: Collection[str],
    arrived_at: datetime,
    purpose: str = "bid",
    key_sets: Sequence[KeySet] | None = None,
) -> Accepted:
    """The envelope is kept, bound to lot and subject. The same header again is answered alike.

    Args:
        header: canonical bytes as the browser signed them.
        signature: hex.
        wraps: {"owner": base64, "trustees": [base64, …]}.
        upload_ids: finished uploads of the same subject, manifest first.
        public_key: hex; the key registered for the subject.
        documents: digests of document versions that may be answered; {""} where there is none.
        arrived_at: when the filing request arrived; the envelope's time is the latest of this and its last byte.
        key_sets: those it may be sealed to, the one in force first; None for the set named like the lot.

    Raises:
        EnvelopeRefused: malformed, wrongly bound, unfinished or somebody else's parts. Outside all look alike.
    """
    if key_sets is None:
        key_sets = KeySet.objects.filter(pk=lot_ref)
    keyset = _named(header, key_sets)
    raw_wraps = _decoded(wraps)
    checked = check_outer(
        header,
        signature,
        public_key,
        lot=lot_ref,
        subject=subject_code,
        documents=documents,
        keyset=keyset.document if keyset else None,
        purpose=purpose,
        wraps=raw_wraps,
    )
    if (standing := one_or_none(Envelope.objects.filter(header_sha256=checked.digest))) is not None:
        return Accepted(standing, known=True)
    uploads = _uploads(checked, upload_ids, subject_code)
    envelope = Envelope.objects.create(
        lot_ref=lot_ref,
        subject_code=subject_code,
        purpose=purpose,
        header=checked.raw,
        header_sha256=checked.digest,
        signature=signature,
        public_key=public_key,
        wraps=dict(wraps),
        recipient=checked.recipient,
        owner_recipient=checked.owner,
        arrived_at=max([arrived_at, *(upload.arrived_at for upload in uploads if upload.arrived_at)]),
    )
    Part.objects.bulk_create(Part(envelope=envelope, number=n, upload=upload) for n, upload in enumerate(uploads))
    others = Envelope.objects.exclude(pk=envelope.pk)
    seen = others.filter(recipient=checked.recipient).values_list("pk", flat=True)
    shared = others.filter(owner_recipient=checked.owner).exclude(subject_code=subject_code)
    return Accepted(envelope, tuple(seen), tuple(shared.values_list("pk", flat=True)))


@transaction.atomic
def envelope_retire(envelope_id: UUID, state: str) -> Envelope:
    """The sealed envelope is `replaced`, `retracted` (both by its owner, before the deadline) or `returned` unopened.

    Raises:
        Refused: it is not sealed any more.
    """
    if state not in {"replaced", "retracted", "returned"}:
        raise ValueError(f"{state} is not a way out of a sealed envelope; {', '.join(STATES)}")
    envelope = Envelope.objects.select_for_update(no_key=True).get(pk=envelope_id)
    if envelope.state != "sealed":
        raise Refused([Violation("envelope.not_sealed", facts={"state": STATES[envelope.state]})])
    envelope.state = state
    envelope.save(update_fields=["state"])
    return envelope


@transaction.atomic
def unlock(envelope_id: UUID, identity: str, *, subject_code: str) -> BidderUnlock:
    """The owner's browser has given the envelope's one-time identity. Repeatable.

    Raises:
        Refused: not this subject's envelope, opening has not started (before that the platform must not hold it), or
            not the envelope's key: the owner tries again with the right key file.
    """
    envelope = Envelope.objects.filter(pk=envelope_id, subject_code=subject_code).first()
    if envelope is None or envelope.state != "sealed":
        raise Refused([Violation("envelope.not_sealed", facts={"state": STATES[envelope.state] if envelope else ""})])
    if not hooks.opening_started(envelope.lot_ref):
        raise Refused([Violation("unlock.too_early", "ELE-05", "20号令 第二十七条")])
    try:
        fits = age.recipient_of(identity) == envelope.recipient
    except age.CannotOpen:
        fits = False
    if not fits:
        raise Refused([Violation("unlock.wrong_key", "ELE-07", "20号令 第三十一条")])
    given, _ = BidderUnlock.objects.get_or_create(
        envelope=envelope, defaults={"identity": identity, "unlocked_at": clock.now()}
    )
    return given


def _named(header: bytes, key_sets: Iterable[KeySet]) -> KeySet | None:
    """The set the header says it is sealed to; the first where it names none of them, to be refused by it."""
    rows = list(key_sets)
    try:
        said = parse(header).get("trustee_set")
    except (NotCanonical, AttributeError):
        said = None
    return next((row for row in rows if row.hash == said), rows[0] if rows else None)


def wraps_bytes(envelope: Envelope) -> dict[str, Any]:
    """The envelope's wraps as bytes.

    Raises:
        EnvelopeRefused: the row was damaged.
    """
    return _decoded(envelope.wraps)


def _decoded(wraps: Mapping[str, Any]) -> dict[str, Any]:
    try:
        return {
            "owner": base64.b64decode(wraps["owner"], validate=True),
            "trustees": [base64.b64decode(text, validate=True) for text in wraps["trustees"]],
        }
    except (KeyError, TypeError, ValueError, binascii.Error):
        raise EnvelopeRefused("wraps.shape") from None


def _uploads(checked: Header, given_ids: Sequence[UUID | str], subject_code: str) -> list[Upload]:
    entries = part_entries(checked.raw)
    try:
        upload_ids = [UUID(str(given)) for given in given_ids]
    except ValueError:
        raise EnvelopeRefused("part.missing") from None
    found = Upload.objects.select_for_update(no_key=True).in_bulk(upload_ids)
    if len(entries) != len(upload_ids) or len(found) != len(upload_ids):
        raise EnvelopeRefused("part.missing")
    ordered = [found[upload_id] for upload_id in upload_ids]
    for number, (entry, upload) in enumerate(zip(entries, ordered, strict=True)):
        mine = upload.owner_ref == subject_code and upload.finished_at is not None and upload.must_be_sealed
        if not mine or (upload.sha256, upload.size) != (entry["sha256"], entry["size"]):
            raise EnvelopeRefused("part.missing", detail=f"part {number}")
    if Part.objects.filter(upload__in=ordered).exists():
        raise EnvelopeRefused("part.used")
    return ordered
