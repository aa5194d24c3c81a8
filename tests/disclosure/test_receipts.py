"""Whoever holds a receipt has it checked on the public face, and tells nobody else anything by it."""

import json
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction

from platform_site import clock, ledger
from platform_site.accounts.actors import CLOCK
from platform_site.ledger import publishing
from tests import databases

ADDRESS = "/verify/receipt/"


@pytest.fixture(autouse=True)
def own_files(settings, tmp_path):
    settings.LEDGER_DIR, settings.KEYS_DIR = tmp_path / "ledger", tmp_path / "keys"


def filed() -> dict[str, str]:
    """The promise of a filing that is committed and not sealed yet."""
    with transaction.atomic():
        entry = ledger.append("bid.filed", subject="lot:T-1/1", actor=CLOCK, facts={"price": "7"}, sealed=True)
    return ledger.promise(entry, entry.recorded_at, "lot:T-1/1")


def sealed() -> None:
    """A checkpoint stands and its files are out."""
    ledger.sequence_once()
    publishing.publish()


def shown(client, said) -> str:
    """The page for a receipt's text."""
    answer = client.post(ADDRESS, {"promise": json.dumps(said)})
    assert answer.status_code == 200
    return answer.content.decode()


@pytest.mark.django_db
def test_a_receipt_waits_and_then_leads_to_its_proof(client):
    ledger.sequence_once()
    said = filed()
    before = shown(client, said)

    sealed()
    file = SimpleUploadedFile("promise.json", json.dumps(said).encode())
    after = client.post(ADDRESS, {"receipt": file}).content.decode()

    assert "还没有封存" in before
    assert "承诺已经兑现" in after
    assert f"/ledger/receipts/{said['id']}/{said['entry']}" in after


@pytest.mark.django_db
def test_a_promise_that_was_not_kept_is_called_so(client, at):
    sealed()
    said = filed()
    at(clock.now() + timedelta(seconds=61))

    assert "账本里没有它" in shown(client, said)


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["entry", "arrived_at", "lot"])
def test_a_receipt_with_one_word_changed_is_nobodys_whatever_stands_in_the_record(client, name):
    sealed()
    said = filed()
    sealed()
    other = filed()

    assert "不是本平台签发的回执" in shown(client, said | {name: other[name] if name != "lot" else "lot:T-2/1"})


@pytest.mark.django_db
@pytest.mark.parametrize(
    "said", ["", "{", "[]", "{}", '{"promise": 1}', "null", "[" * 9000, "0" * 9000, "not json", '"v1"'],
)  # fmt: skip
def test_what_is_no_receipt_is_told_so(client, said):
    answer = client.post(ADDRESS, {"promise": said})

    assert answer.status_code == 422
    assert "没有读到回执" in answer.content.decode()


@pytest.mark.django_db
def test_a_file_that_is_none_or_too_large_is_told_so(client):
    for data in (b"\xff\xfe", b"x" * 20_000):
        assert client.post(ADDRESS, {"receipt": SimpleUploadedFile("a.json", data)}).status_code == 422


def test_the_public_login_proves_what_was_promised_and_sees_nothing_of_it(client, cluster, fresh_db):
    ledger.sequence_once()
    said = filed()
    sealed()

    with databases.behind_default(cluster, fresh_db, login="portal_public"):
        page = shown(client, said)
        proof = client.get(f"/ledger/receipts/{said['id']}/{said['entry']}")
        stranger = client.get(f"/ledger/receipts/{said['id']}/{'00' * 32}")
        entry = client.get(f"/ledger/entries/{said['id']}")

    assert "承诺已经兑现" in page
    assert (proof.status_code, stranger.status_code, entry.status_code) == (200, 202, 404)
    assert b"price" not in proof.content


def test_the_public_login_reads_a_filing_once_it_is_revealed(client, cluster, fresh_db):
    ledger.sequence_once()
    said = filed()
    ledger.sequence_once()
    with transaction.atomic():
        ledger.reveal([ledger.Entry.objects.get(pk=said["id"])], subject="lot:T-1/1", actor=CLOCK)
    sealed()

    with databases.behind_default(cluster, fresh_db, login="portal_public"):
        entry = client.get(f"/ledger/entries/{said['id']}").json()
        proof = client.get(f"/ledger/entries/{said['id']}/proof")

    assert entry["facts"] == {"price": "7"}
    assert proof.status_code == 200
