"""Public keys: proved by their own signature, registered once, revoked for the future only."""

from datetime import UTC, datetime, timedelta

import pytest
from django.core.exceptions import PermissionDenied

from credit import selectors, services
from credit.models import SubjectKey
from credit.services.keys import PROOF_CONTEXT, proof_value
from platform_site.accounts.refusals import Refused
from platform_site.sealing import signing
from platform_site.sealing.keyfiles import BidderKey
from tests.people import a_subject

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 11, 23, 4, tzinfo=UTC)


def public(key: BidderKey, subject_code: str) -> dict[str, str]:
    value = proof_value(subject_code, key.recipient, key.public_key)
    return {
        "recipient": key.recipient,
        "verify_key": key.public_key,
        "proof": signing.sign(key.signing_secret, PROOF_CONTEXT, value),
    }


def register(subject, actor, key=None, **changes):
    key = key or BidderKey.generate(subject.code)
    fields = {**public(key, subject.code), **changes}
    return services.key_register(subject_code=subject.code, label="办公电脑", actor=actor, **fields)


def test_a_registered_key_is_the_active_one():
    subject, actor = a_subject()

    key = register(subject, actor)

    assert selectors.active_key(subject.code) == key
    assert selectors.key_owner(recipient=key.recipient) == subject
    assert selectors.key_owner(verify_key=key.verify_key) == subject


def test_a_newer_key_takes_over_and_the_older_stays(at):
    at(NOON)
    subject, actor = a_subject()
    older = register(subject, actor)
    at(NOON + timedelta(days=1))

    newer = register(subject, actor)

    assert selectors.active_key(subject.code) == newer
    assert selectors.keys_of(subject.code) == [newer, older]


def test_a_revoked_key_is_active_no_more_but_stood_before(at):
    at(NOON)
    subject, actor = a_subject()
    key = register(subject, actor)
    at(NOON + timedelta(days=2))

    services.key_revoke(key_id=key.pk, actor=actor)

    assert selectors.active_key(subject.code) is None
    assert selectors.keys_of(subject.code, on=NOON + timedelta(days=1)) == [key]
    assert selectors.keys_of(subject.code, on=NOON + timedelta(days=2)) == []


def test_a_key_is_revoked_once():
    subject, actor = a_subject()
    key = register(subject, actor)
    services.key_revoke(key_id=key.pk, actor=actor)

    with pytest.raises(Refused, match=r"key\.revoked"):
        services.key_revoke(key_id=key.pk, actor=actor)


@pytest.mark.parametrize(
    "flaw",
    [
        {"recipient": "age1nonsense"},
        {"verify_key": "00" * 32},
        {"verify_key": "zz"},
        {"proof": "00" * 64},
        {"proof": ""},
    ],
)
def test_a_key_that_does_not_prove_itself_is_refused(flaw):
    subject, actor = a_subject()

    with pytest.raises(Refused, match=r"key\.malformed"):
        register(subject, actor, **flaw)

    assert not SubjectKey.objects.exists()


def test_a_proof_made_for_another_subject_is_refused():
    subject, actor = a_subject()
    other, _ = a_subject()
    key = BidderKey.generate(subject.code)

    with pytest.raises(Refused, match=r"key\.malformed"):
        register(subject, actor, key, proof=public(key, other.code)["proof"])


def test_a_key_belongs_to_one_subject_for_ever():
    subject, actor = a_subject()
    other, elsewhere = a_subject()
    key = BidderKey.generate(subject.code)
    services.key_revoke(key_id=register(subject, actor, key).pk, actor=actor)

    with pytest.raises(Refused, match=r"key\.known"):
        register(other, elsewhere, key)


def test_a_stranger_registers_and_revokes_nothing():
    subject, actor = a_subject()
    _, stranger = a_subject()
    key = register(subject, actor)

    with pytest.raises(PermissionDenied):
        register(subject, stranger)
    with pytest.raises(PermissionDenied):
        services.key_revoke(key_id=key.pk, actor=stranger)
