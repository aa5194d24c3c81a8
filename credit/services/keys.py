"""Registering and revoking public keys. The private halves were made in a browser and never come here."""

from django.db import IntegrityError, transaction

from credit.models import AGE_X25519, Subject, SubjectKey
from platform_site import clock, ledger
from platform_site.accounts import policy
from platform_site.accounts.actors import Actor
from platform_site.accounts.refusals import Refused, Violation
from platform_site.accounts.selectors import user_of
from platform_site.sealing import age, signing
from platform_site.sealing.keyfiles import fingerprint

# What the new signing key signs, so that nobody registers a key whose private half somebody else holds.
PROOF_CONTEXT = "ggzy-subject-key/1"


def proof_value(subject_code: str, recipient: str, verify_key: str) -> dict[str, str]:
    """The value the proof covers; the browser and the demo's pretended people sign exactly this."""
    return {"subject": subject_code, AGE_X25519: recipient, "ed25519": verify_key}


@transaction.atomic
def key_register(
    *, subject_code: str, recipient: str, verify_key: str, proof: str, label: str, actor: Actor
) -> SubjectKey:
    """The subject has this key; others encrypt to it from now on. Older keys stay until revoked.

    Args:
        recipient: age X25519 recipient, `age1…`.
        verify_key: Ed25519 public key, 32 bytes in hex.
        proof: the new key's signature over `proof_value`, hex.
        label: how its people tell it apart (“李闻溪的办公电脑”).

    Raises:
        PermissionDenied: `actor` does not act for the subject.
        Refused: `key.malformed`, or `key.known`: a key is registered once, anywhere, for ever.
    """
    subject = Subject.objects.get(code=subject_code)
    policy.require(actor, "manager|handler|signer", over=subject)
    verify_key = verify_key.strip().lower()
    value = proof_value(subject_code, recipient, verify_key)
    if not age.is_recipient(recipient) or not signing.verified(verify_key, PROOF_CONTEXT, value, proof):
        raise Refused([Violation("key.malformed")])
    try:
        with transaction.atomic():
            key = SubjectKey.objects.create(
                subject=subject,
                recipient=recipient,
                verify_key=verify_key,
                fingerprint=fingerprint({AGE_X25519: recipient, "ed25519": verify_key}),
                label=label.strip() or "密钥",
                since=clock.now(),
                registered_by=user_of(actor),
            )
    except IntegrityError:
        raise Refused([Violation("key.known")]) from None
    ledger.append(
        "key.registered",
        subject=subject,
        actor=actor,
        facts={"suite": key.suite, "recipient": recipient, "verify_key": verify_key, "fingerprint": key.fingerprint},
    )
    return key


@transaction.atomic
def key_revoke(*, key_id: str, actor: Actor, reason: str = "") -> SubjectKey:
    """Nothing is encrypted to the key and no signature of it counts from now on; earlier ones stay good.

    Raises:
        PermissionDenied: `actor` does not act for the subject.
        Refused: `key.revoked`, it was revoked before.
    """
    key = SubjectKey.objects.select_for_update(of=("self",)).select_related("subject").get(pk=key_id)
    policy.require(actor, "manager|handler|signer", over=key.subject)
    if key.revoked_at is not None:
        raise Refused([Violation("key.revoked")])
    key.revoked_at = max(clock.now(), key.since)
    key.save(update_fields=["revoked_at"])
    ledger.append(
        "key.revoked",
        subject=key.subject,
        actor=actor,
        facts={"fingerprint": key.fingerprint, "at": key.revoked_at, "reason": reason},
    )
    return key
