"""Trustees, their published keys, and the key set that guards a lot."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from platform_site import clock, ledger
from platform_site.accounts import policy
from platform_site.accounts.actors import Actor
from platform_site.accounts.refusals import Refused, Violation
from platform_site.sealing import age, hooks, keysets, signing
from platform_site.sealing.canonical import digest
from platform_site.sealing.keyfiles import lot_key_signed
from platform_site.sealing.models import Countersignature, KeySet, LotKey, ReleasedKey, Trustee

BATCH_CONTEXT = "ggzy-trustee-batch/1"
MAX_BATCH = 1000

ENFORCES = {"ELE-05": "platform_site.sealing.services.trustees.release_key"}


@transaction.atomic
def trustee_register(*, name: str, role: str, subject_code: str, public_key: str) -> Trustee:
    """The trustee stands in the register under its signing key. The caller writes the ledger.

    Raises:
        Refused: unknown role, a supervising authority, or a key already registered.
    """
    if role not in keysets.ROLES:
        raise Refused([Violation("trustees.unknown_role", facts={"roles": [role]})])
    if role == "authority":
        raise Refused([Violation("trustees.authority", "PLT-05", "国办发〔2015〕63号 七(十三)")])
    trustee, made = Trustee.objects.get_or_create(
        public_key=public_key,
        defaults={"name": name, "role": role, "subject_code": subject_code, "created_at": clock.machine()},
    )
    if not made:
        raise Refused([Violation("trustees.key_reused")])
    return trustee


@transaction.atomic
def trustee_enrol(*, name: str, role: str, subject_code: str, public_key: str, actor: Actor) -> Trustee:
    """As `trustee_register`, by the console, and the ledger says so. A subject that lost its key enrols a new one.

    Raises:
        PermissionDenied: not the console.
        Refused: no name; not a public key; any reason of `trustee_register`.
    """
    policy.require(actor, "console")
    if not name.strip() or len(public_key) != 64 or set(public_key) - set("0123456789abcdef"):
        raise Refused([Violation("trustees.malformed")])
    trustee = trustee_register(name=name.strip(), role=role, subject_code=subject_code, public_key=public_key)
    ledger.append(
        "trustee.registered",
        subject=f"trustee:{trustee.pk}",
        actor=actor,
        facts={"name": trustee.name, "role": role, "subject": subject_code, "key": public_key},
    )
    return trustee


@transaction.atomic
def trustee_retire(*, trustee_id: UUID, reason: str, actor: Actor) -> Trustee:
    """The trustee is chosen for no new key set; what names it stays as it is. A second time changes nothing.

    Raises:
        PermissionDenied: not the console.
        Refused: no reason.
        Trustee.DoesNotExist: no such trustee.
    """
    policy.require(actor, "console")
    if not reason.strip():
        raise Refused([Violation("trustees.malformed")])
    trustee = Trustee.objects.select_for_update(no_key=True).get(pk=trustee_id)
    if trustee.active:
        trustee.active = False
        trustee.save(update_fields=["active"])
        facts = {"reason": reason.strip()[:1000]}
        ledger.append("trustee.retired", subject=f"trustee:{trustee.pk}", actor=actor, facts=facts)
    return trustee


@transaction.atomic
def publish_batch(*, trustee_id: UUID, keys: Sequence[dict[str, Any]], signature: str) -> int:
    """The lot keys stand published and free. How many were new.

    Args:
        keys: {serial, recipient, proof} each, as `TrusteeKey.lot_key` makes them.
        signature: hex, by the trustee over BATCH_CONTEXT and the list.

    Raises:
        Refused: a signature that is not the trustee's, a malformed recipient, or a serial published otherwise before.
    """
    trustee = Trustee.objects.get(pk=trustee_id)
    if not signing.verified(trustee.public_key, BATCH_CONTEXT, list(keys), signature):
        raise Refused([Violation("trustees.batch_signature")])
    for key in keys:
        proven = lot_key_signed(trustee.public_key, key["serial"], key["recipient"], key["proof"])
        if not proven or not age.is_recipient(key["recipient"]):
            raise Refused([Violation("trustees.batch_signature", facts={"serial": key["serial"]})])
    known = dict(LotKey.objects.filter(trustee=trustee).values_list("serial", "recipient"))
    fresh = [key for key in keys if key["serial"] not in known]
    changed = [key["serial"] for key in keys if known.get(key["serial"], key["recipient"]) != key["recipient"]]
    doubled = LotKey.objects.filter(recipient__in=[key["recipient"] for key in fresh]).exists()
    if changed or doubled or len({key["recipient"] for key in fresh}) != len(fresh):
        raise Refused([Violation("trustees.serial_changed", facts={"serials": changed})])
    LotKey.objects.bulk_create(
        LotKey(
            trustee=trustee,
            serial=key["serial"],
            recipient=key["recipient"],
            proof=key["proof"],
            published_at=clock.machine(),
        )
        for key in fresh
    )
    return len(fresh)


@transaction.atomic
def trustee_batch(*, trustee_id: UUID, keys: Any, signature: str, address: str = "") -> int:
    """As `publish_batch` for what came over the wire; the ledger says so.

    Raises:
        Refused: malformed, or any reason of `publish_batch`.
    """
    shaped = isinstance(keys, list) and 0 < len(keys) <= MAX_BATCH
    if not shaped or not Trustee.objects.filter(pk=trustee_id, active=True).exists():
        raise Refused([Violation("trustees.batch_signature")])
    if not all(isinstance(key, dict) and key.keys() == {"serial", "recipient", "proof"} for key in keys):
        raise Refused([Violation("trustees.batch_signature")])
    if not all(type(key["serial"]) is int and 0 < key["serial"] < 2**31 for key in keys):
        raise Refused([Violation("trustees.batch_signature")])
    count = publish_batch(trustee_id=trustee_id, keys=keys, signature=signature)
    if count:
        ledger.append(
            "trustee.batch_published",
            subject=f"trustee:{trustee_id}",
            actor=Actor(kind="trustee", address=address),
            facts={"count": count, "batch_sha256": digest(keys)},
        )
    return count


@transaction.atomic
def assign_keyset(
    lot_ref: str,
    trustees: Sequence[Trustee],
    k: int,
    *,
    not_before: datetime | None = None,
    release_event: str = "lot.opening_started",
) -> KeySet:
    """The lot has its key set: one fresh key of every trustee, taken for this lot alone. Repeatable.

    Args:
        lot_ref: the ledger's name for the lot (`lot:<reference>`), or that and `#<what>` for a second secret of a lot.
        trustees: in the order they shall stand in the document.
        not_before: the opening moment; agents give no key away earlier by their own clocks.
        release_event: the ledger event that frees the keys.

    Raises:
        Refused: the set is unsound (`check_trustee_set`), or a trustee has no free key left.
    """
    if (standing := KeySet.objects.filter(pk=lot_ref).first()) is not None:
        return standing
    violations = keysets.check_trustee_set([keysets.Candidate(t.role, t.subject_code) for t in trustees], k)
    violations += [Violation("trustees.inactive", facts={"name": t.name}) for t in trustees if not t.active]
    if violations:
        raise Refused(violations)
    members = []
    for trustee in trustees:
        free = LotKey.objects.filter(trustee=trustee, lot_ref="").order_by("serial")
        key = free.select_for_update(no_key=True, skip_locked=True).first()
        if key is None:
            raise Refused([Violation("trustees.no_free_key", facts={"name": trustee.name})])
        key.lot_ref = lot_ref
        key.save(update_fields=["lot_ref"])
        members.append(
            {
                "trustee": str(trustee.id),
                "name": trustee.name,
                "role": trustee.role,
                "subject": trustee.subject_code,
                "signing_key": trustee.public_key,
                "serial": key.serial,
                "recipient": key.recipient,
                "proof": key.proof,
            }
        )
    document = keysets.build(
        lot_ref, k, members, created=clock.machine(), not_before=not_before, release_event=release_event
    )
    return KeySet.objects.create(
        lot_ref=lot_ref, k=k, document=document, hash=keysets.set_hash(document), created_at=clock.machine()
    )


@transaction.atomic
def keyset_countersign(lot_ref: str, trustee_id: UUID, signature: str) -> KeySet:
    """The member has bound its key to this set. Repeatable.

    Raises:
        Refused: no such member, or not its signature.
    """
    keyset = KeySet.objects.filter(pk=lot_ref).first()
    if keyset is None or not keysets.countersigners(keyset.document, {str(trustee_id): signature}):
        raise Refused([Violation("trustees.countersignature")])
    Countersignature.objects.get_or_create(
        key_set=keyset,
        trustee_id=trustee_id,
        defaults={"signature": signature, "signed_at": clock.machine()},
    )
    return keyset


def keyset_gaps(lot_ref: str) -> list[Violation]:
    """Why the notice may not publish yet; empty once so many members countersigned that the rest cannot reach k."""
    keyset = KeySet.objects.filter(pk=lot_ref).first()
    if keyset is None:
        return [Violation("trustees.no_keyset", "ELE-07", "20号令 第三十一条")]
    signatures = {str(c.trustee_id): c.signature for c in keyset.countersignatures.all()}
    signed = keysets.countersigners(keyset.document, signatures)
    needed = keysets.countersigners_needed(keyset.document)
    if len(signed) >= needed:
        return []
    waiting = [m["name"] for number, m in enumerate(keyset.document["members"]) if number not in signed]
    return [
        Violation("trustees.not_countersigned", "ELE-07", "20号令 第三十一条", {"needed": needed, "waiting": waiting})
    ]


@transaction.atomic
def trustee_countersign(*, lot_ref: str, trustee_id: UUID, signature: str, address: str = "") -> KeySet:
    """The member has bound its key to this set, and the ledger says so. Repeatable.

    Raises:
        Refused: no such member, or not its signature.
    """
    standing = Countersignature.objects.filter(key_set_id=lot_ref, trustee_id=trustee_id).exists()
    keyset = keyset_countersign(lot_ref, trustee_id, signature)
    if not standing:
        ledger.append(
            "lot.keyset_countersigned",
            subject=hooks.ledger_subject(lot_ref),
            actor=Actor(kind="trustee", address=address),
            facts={"lot": lot_ref, "trustee": str(trustee_id), "keyset": keyset.hash},
        )
    return keyset


@transaction.atomic
def trustee_release(
    *, lot_ref: str, trustee_id: UUID, serial: int, secret: str, signature: str, address: str = ""
) -> ReleasedKey:
    """The trustee's lot key is in, by its own signed message, and the ledger says so. Repeatable.

    Raises:
        Refused: not the trustee's signature, or any reason of `release_key`.
    """
    trustee = Trustee.objects.filter(pk=trustee_id).first()
    keyset = KeySet.objects.filter(pk=lot_ref).first()
    if trustee is None or keyset is None:
        raise Refused([Violation("trustees.wrong_secret")])
    statement = keysets.release_statement(lot_ref, keyset.hash, serial, secret)
    if not signing.verified(trustee.public_key, keysets.RELEASE_CONTEXT, statement, signature):
        raise Refused([Violation("trustees.wrong_secret")])
    standing = ReleasedKey.objects.filter(lot_ref=lot_ref, trustee=trustee).exists()
    released = release_key(lot_ref, trustee, secret, signature=signature)
    if not standing:
        ledger.append(
            "lot.key_released",
            subject=hooks.ledger_subject(lot_ref),
            actor=Actor(kind="trustee", address=address),
            facts={"lot": lot_ref, "trustee": str(trustee.pk), "name": trustee.name},
        )
    return released


@transaction.atomic
def release_key(lot_ref: str, trustee: Trustee | UUID, secret: str, *, signature: str = "") -> ReleasedKey:
    """The trustee's lot key is in, checked against the key set. Repeatable. The caller writes `lot.key_released`.

    Raises:
        Refused: opening has not started; no member of the set; or not the secret of its recipient.
    """
    if not hooks.opening_started(lot_ref):
        raise Refused([Violation("trustees.too_early", "ELE-05", "20号令 第二十七条")])
    trustee_id = trustee.pk if isinstance(trustee, Trustee) else trustee
    keyset = KeySet.objects.filter(pk=lot_ref).first()
    members = keyset.document["members"] if keyset else []
    member = next((m for m in members if m["trustee"] == str(trustee_id)), None)
    try:
        fits = member is not None and age.recipient_of(secret) == member["recipient"]
    except age.CannotOpen:
        fits = False
    if not fits:
        raise Refused([Violation("trustees.wrong_secret")])
    released, _ = ReleasedKey.objects.get_or_create(
        lot_ref=lot_ref,
        trustee_id=trustee_id,
        defaults={"secret": secret, "signature": signature, "released_at": clock.now()},
    )
    return released
