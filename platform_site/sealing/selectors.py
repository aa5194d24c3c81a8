"""What may be seen of sealing. Nothing here depends on whether anybody filed anything."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Min, Q, Sum

from platform_site import clock
from platform_site.ledger import receipts
from platform_site.ledger.models import Entry
from platform_site.sealing import hooks, keysets, signing
from platform_site.sealing.models import Envelope, KeySet, LotKey, ReleasedKey, Trustee, Upload

INBOX_CONTEXT = "ggzy-trustee-inbox/1"
FRESH = timedelta(minutes=5)


def lot_status(lot_ref: str) -> dict[str, Any] | None:
    """The lot's key set, who countersigned, whether its keys are free and who gave theirs: public. Six queries.

    `opening.proof` is a C2SP tlog-proof of the entry that freed the keys, None until a checkpoint covers it.
    """
    keyset = KeySet.objects.filter(pk=lot_ref).first()
    if keyset is None:
        return None
    entry = hooks.opening_entry(lot_ref)
    released = ReleasedKey.objects.filter(lot_ref=lot_ref).order_by("released_at")
    return {
        "lot": lot_ref,
        "keyset": keyset.document,
        "hash": keyset.hash,
        "fingerprint": keysets.set_fingerprint(keyset.document),
        "countersignatures": {
            str(trustee): signature
            for trustee, signature in keyset.countersignatures.values_list("trustee_id", "signature")
        },
        "opening": {
            "started": entry is not None,
            "event": keyset.document["release_event"],
            "at": keysets.stamp(entry.legal_at) if entry else None,
            "proof": receipts.proof(entry) if entry else None,
        },
        "released": [
            {"trustee": str(trustee), "at": keysets.stamp(at)}
            for trustee, at in released.values_list("trustee_id", "released_at")
        ],
    }


def keysets_of(lot_ref: str) -> list[KeySet]:
    """Every key set ever assigned to the lot, in their order; the first is named like the lot. One query."""
    found = KeySet.objects.filter(Q(pk=lot_ref) | Q(pk__startswith=f"{lot_ref}#keys-"))
    return sorted((row for row in found if keysets.guards(row.pk, lot_ref)), key=lambda row: keysets.number_of(row.pk))


def is_trustee_asking(trustee_id: UUID, at: str, signature: str) -> bool:
    """Whether the trustee signed this question within the last minutes. One query."""
    trustee = Trustee.objects.filter(pk=trustee_id).first()
    question = {"trustee": str(trustee_id), "at": at}
    if trustee is None or not signing.verified(trustee.public_key, INBOX_CONTEXT, question, signature):
        return False
    try:
        return abs(clock.machine() - datetime.fromisoformat(at)) < FRESH
    except (ValueError, TypeError):
        return False


def is_member_asking(lot_ref: str, trustee_id: str, at: str, signature: str) -> bool:
    """Whether a trustee of the lot's set signed this question within the last minutes. Two queries at most."""
    try:
        asking = UUID(trustee_id)
    except ValueError:
        return False
    member = LotKey.objects.filter(trustee_id=asking, lot_ref=lot_ref).exclude(lot_ref="")
    return member.exists() and is_trustee_asking(asking, at, signature)


def trustee_duties(trustee_id: UUID) -> dict[str, Any] | None:
    """What the trustee's agent should look at: sets to countersign, lots whose keys are free, keys left. 6 queries."""
    trustee = Trustee.objects.filter(pk=trustee_id).first()
    if trustee is None:
        return None
    own = LotKey.objects.filter(trustee=trustee)
    bound = own.exclude(lot_ref="").values_list("lot_ref", flat=True)
    unsigned = KeySet.objects.filter(pk__in=bound).exclude(countersignatures__trustee=trustee)
    given = ReleasedKey.objects.filter(trustee=trustee).values_list("lot_ref", flat=True)
    pending = list(KeySet.objects.filter(pk__in=bound).exclude(pk__in=given).only("lot_ref", "document"))
    subjects = {hooks.ledger_subject(keyset.lot_ref) for keyset in pending}
    events = {keyset.document["release_event"] for keyset in pending}
    happened = set(
        Entry.objects.public()
        .filter(subject__in=subjects, event__in=events | {hooks.RETURNED})
        .values_list("subject", "event")
    )

    def free(keyset: KeySet) -> bool:
        subject = hooks.ledger_subject(keyset.lot_ref)
        return (subject, keyset.document["release_event"]) in happened and (subject, hooks.RETURNED) not in happened

    return {
        "trustee": str(trustee.pk),
        "name": trustee.name,
        "public_key": trustee.public_key,
        "countersign": sorted(unsigned.values_list("lot_ref", flat=True)),
        "release": sorted(keyset.lot_ref for keyset in pending if free(keyset)),
        "keys": {"published": own.count(), "free": own.filter(lot_ref="").count()},
    }


def envelope_for_owner(envelope_id: UUID, *, subject_code: str) -> dict[str, Any] | None:
    """What the owner's browser needs to unlock: header and the wrap that only his key opens. One query."""
    envelope = Envelope.objects.filter(pk=envelope_id, subject_code=subject_code).first()
    if envelope is None:
        return None
    return {
        "id": str(envelope.pk),
        "header": envelope.header,
        "signature": envelope.signature,
        "wraps": {"owner": envelope.wraps["owner"]},
        "state": envelope.state,
    }


@dataclass(frozen=True, slots=True)
class Unfiled:
    """Ciphertexts begun for a lot that no envelope has taken: bytes promised, bytes here, since when."""

    size: int
    received: int
    begun_at: datetime


def unfiled(lot_ref: str, owner_ref: str) -> Unfiled | None:
    """What the owner began to upload for the lot and did not file; None where there is nothing. One query."""
    begun = Upload.objects.filter(lot_ref=lot_ref, owner_ref=owner_ref, part=None)
    sums = begun.aggregate(size=Sum("size"), received=Sum("received"), begun_at=Min("begun_at"))
    return Unfiled(**sums) if sums["size"] else None


def unfiled_owners(lot_ref: str) -> set[str]:
    """Everybody who began to upload for the lot and has something left that no envelope took. One query.

    For the moment the deadline has passed: before, it would tell who is about to bid.
    """
    return set(Upload.objects.filter(lot_ref=lot_ref, part=None).values_list("owner_ref", flat=True))
