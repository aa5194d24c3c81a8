"""The chunk door and the agents' JSON over HTTP."""

import hashlib
import json

import pytest
from django.http import HttpRequest

from platform_site import clock, ledger
from platform_site.accounts.actors import CLOCK
from platform_site.accounts.refusals import Refused
from platform_site.ledger.models import Entry
from platform_site.sealing import age, keysets, selectors, services, views
from platform_site.sealing.keyfiles import TrusteeKey
from platform_site.sealing.models import ReleasedKey, Upload
from tests.sealing.guards import four_guards
from tests.sealing.world import ALPHA, BETA, NOON

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.sealing.urls")]
LOT = "lot:T-2026-0001/1"
JSON = {"HTTP_ACCEPT": "application/json"}


@pytest.fixture(autouse=True)
def own_files(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "files"


@pytest.fixture
def content():
    return age.encrypt(b"offer" * 5000, age.generate()[1])


@pytest.fixture
def begun(content):
    """The answer of the trade's begin view."""
    request = HttpRequest()
    request.method = "POST"
    request._body = json.dumps(
        {"key": "k", "size": len(content), "sha256": hashlib.sha256(content).hexdigest()}
    ).encode()
    return json.loads(views.begin(request, owner_ref=ALPHA).content)


def send(client, begun, offset, chunk, **changes):
    headers = {
        "HTTP_UPLOAD_TOKEN": begun["token"],
        "HTTP_UPLOAD_OFFSET": str(offset),
        "HTTP_UPLOAD_SHA256": hashlib.sha256(chunk).hexdigest(),
    }
    return client.patch(
        f"/sealing/uploads/{begun['id']}/", chunk, content_type="application/octet-stream", **JSON, **headers | changes
    )


def codes(response):
    return [violation["code"] for violation in response.json()["violations"]]


def test_chunks_over_http_make_a_finished_upload(client, begun, content):
    assert send(client, begun, 0, content[:1000]).json()["offset"] == 1000
    assert send(client, begun, 1000, content[1000:]).json()["arrived_at"]

    finished = client.post(f"/sealing/uploads/{begun['id']}/finish/", HTTP_UPLOAD_TOKEN=begun["token"], **JSON)

    assert finished.json()["finished"]
    assert Upload.objects.get().finished_at


def test_a_lost_answer_costs_one_question(client, begun, content):
    send(client, begun, 0, content[:1000])

    asked = client.get(f"/sealing/uploads/{begun['id']}/", HTTP_UPLOAD_TOKEN=begun["token"], **JSON)

    assert asked.json()["offset"] == 1000


def test_a_chunk_shorter_than_announced_does_not_count(begun, content):
    request = HttpRequest()
    request.method = "PATCH"
    request._body = content[:1000]
    request.META |= {
        "CONTENT_LENGTH": "1001",
        "HTTP_UPLOAD_TOKEN": begun["token"],
        "HTTP_UPLOAD_OFFSET": "0",
        "HTTP_UPLOAD_SHA256": hashlib.sha256(content[:1000]).hexdigest(),
    }

    with pytest.raises(Refused, match=r"upload\.damaged"):
        views.upload(request, begun["id"])
    assert Upload.objects.get().received == 0


def test_without_the_token_nothing_is_told_and_nothing_is_written(client, begun, content):
    assert codes(send(client, begun, 0, content, HTTP_UPLOAD_TOKEN="guess")) == ["upload.unknown"]
    assert codes(client.get(f"/sealing/uploads/{begun['id']}/", **JSON)) == ["upload.unknown"]


@pytest.mark.parametrize("size", [services.MAX_CHUNK + 1, 9 * 1024 * 1024])
def test_a_chunk_larger_than_any_page_sends_is_refused_and_not_kept(client, begun, size):
    assert codes(send(client, begun, 0, bytes(size))) == ["upload.damaged"]
    assert Upload.objects.get().received == 0


def test_what_is_begun_for_a_lot_is_found_by_it_and_by_its_owner_alone(content):
    request = HttpRequest()
    request.method = "POST"
    request._body = json.dumps({"key": "k", "size": 100, "sha256": "ab" * 32}).encode()
    views.begin(request, owner_ref=ALPHA, lot_ref=LOT)

    assert selectors.unfiled_owners(LOT) == {ALPHA}
    assert selectors.unfiled(LOT, ALPHA).size == 100
    assert selectors.unfiled(LOT, BETA) is None
    assert selectors.unfiled(LOT + "0", ALPHA) is None


@pytest.mark.parametrize("offset", ["-1", "", "1e3", "x"])
def test_a_malformed_offset_is_refused(client, begun, content, offset):
    assert codes(send(client, begun, 0, content[:10], HTTP_UPLOAD_OFFSET=offset)) == ["upload.damaged"]


@pytest.fixture
def guards():
    return four_guards()


@pytest.fixture
def keyset(guards):
    return services.assign_keyset(LOT, [guard.row for guard in guards], 3, not_before=NOON)


def test_before_its_notice_a_lot_is_as_unknown_as_one_that_never_was(client, keyset, guards):
    at = keysets.stamp(clock.machine())
    member, outsider = guards[0], TrusteeKey.generate("别人")

    def asked(key):
        signature = key.sign(selectors.INBOX_CONTEXT, {"trustee": str(member.row.id), "at": at})
        headers = {"Trustee-Id": str(member.row.id), "Trustee-At": at, "Trustee-Signature": signature}
        return client.get(f"/sealing/lots/{LOT}/", headers=headers).status_code

    assert client.get(f"/sealing/lots/{LOT}/").status_code == 404
    assert asked(outsider) == 404
    assert asked(member.key) == 200


def test_the_lots_keys_are_public_and_its_secrets_never(client, keyset):
    ledger.append("lot.announced", subject=LOT, actor=CLOCK, facts={})
    answer = client.get(f"/sealing/lots/{LOT}/").json()

    assert keysets.faults(answer["keyset"], LOT) == []
    assert answer["opening"] == {"started": False, "event": "lot.opening_started", "at": None, "proof": None}
    assert "AGE-SECRET-KEY" not in json.dumps(answer)


def test_an_unknown_lot_is_not_found(client):
    assert client.get("/sealing/lots/lot:X/9/").status_code == 404


def body_of(guard, keyset, **changes):
    values = {"lot": LOT, "keyset": keyset.hash, "serial": guard.serial(keyset), "secret": guard.secret(keyset)}
    statement = keysets.release_statement(values["lot"], values["keyset"], values["serial"], values["secret"])
    signature = guard.key.sign(keysets.RELEASE_CONTEXT, statement)
    return {
        "trustee": str(guard.row.id),
        "serial": values["serial"],
        "secret": values["secret"],
        "signature": signature,
    } | changes


def post(client, path, body):
    return client.post(path, json.dumps(body), content_type="application/json", **JSON)


def test_a_released_key_is_on_record_once(client, guards, keyset):
    ledger.append("lot.opening_started", subject=LOT, actor=CLOCK, facts={})

    for _ in range(2):
        assert post(client, f"/sealing/release/{LOT}/", body_of(guards[1], keyset)).status_code == 200

    assert ReleasedKey.objects.get().trustee == guards[1].row
    assert Entry.objects.filter(event="lot.key_released").count() == 1
    assert Entry.objects.get(event="lot.key_released").actor == "trustee"


@pytest.mark.rule("ELE-05")
def test_a_key_before_the_opening_is_refused_and_forgotten(client, guards, keyset):
    response = post(client, f"/sealing/release/{LOT}/", body_of(guards[1], keyset))

    assert codes(response) == ["trustees.too_early"]
    assert not ReleasedKey.objects.exists()


def test_nobody_releases_in_anothers_name(client, guards, keyset):
    ledger.append("lot.opening_started", subject=LOT, actor=CLOCK, facts={})
    forged = body_of(guards[1], keyset, trustee=str(guards[0].row.id))

    assert codes(post(client, f"/sealing/release/{LOT}/", forged)) == ["trustees.wrong_secret"]


@pytest.mark.parametrize("body", [{}, {"trustee": 3}, {"trustee": "x", "serial": True}, []])
def test_malformed_messages_of_agents_are_refused(client, keyset, body):
    assert post(client, f"/sealing/release/{LOT}/", body).status_code == 409
    assert post(client, f"/sealing/countersign/{LOT}/", body).status_code == 409


def test_a_countersignature_is_on_record_once(client, guards, keyset):
    signature = guards[2].key.sign(keysets.COUNTERSIGN_CONTEXT, keyset.document)
    for _ in range(2):
        post(client, f"/sealing/countersign/{LOT}/", {"trustee": str(guards[2].row.id), "signature": signature})

    assert Entry.objects.filter(event="lot.keyset_countersigned").count() == 1


def test_duties_are_told_to_the_trustee_only(client, guards, keyset):
    assert client.get(f"/sealing/trustees/{guards[0].row.id}/").status_code == 404
