"""The session ends and the tab dies in the middle of a filing: signed in again, it goes on from the last chunk."""

import base64
import hashlib
import json
from uuid import UUID

import pytest
from django.contrib.sessions.models import Session
from django.test import Client

from platform_site import clock
from platform_site.sealing.models import KeySet, Upload
from platform_site.sealing.seal import Context, PlainFile, seal
from platform_site.sealing.storage import ciphertext_path
from tests.trading.filing import bidding, send, signed_in
from tests.trading.stage import START
from trading.models import Bid
from trading.rehearsal import sealed
from trading.services.documents import current_version

pytestmark = [pytest.mark.django_db, pytest.mark.rule("ELE-04")]
WHO = "bidder1"


@pytest.fixture
def scene(stage_cast):
    return bidding(stage_cast)


@pytest.fixture
def envelope(scene):
    """What lies on the shelf in the bidder's browser when the tab dies."""
    cast, lot = scene.cast, scene.again()
    with clock.at(START):
        return seal(
            sealed.offer(cast[WHO], "170000000", days=lot.period_days),
            [PlainFile("技术标.pdf", b"x" * 300_000, "application/pdf")],
            keyset=KeySet.objects.get(hash=lot.key_set_hash).document,
            key=cast.keys[cast[WHO].code],
            context=Context(lot.ledger_ref, current_version(lot).digest),
            created=START,
        )


def begin(scene, client, part):
    said = {"key": sha(part), "size": len(part), "sha256": sha(part)}
    address = scene.url(f"bid/file/uploads/?for={scene.cast[WHO].code}")
    return client.post(address, json.dumps(said), content_type="application/json", HTTP_ACCEPT="application/json")


def put(client, begun, part, offset, end):
    piece = bytes(part[offset:end])
    headers = {"Upload-Token": begun["token"], "Upload-Offset": str(offset), "Upload-SHA256": sha(piece)}
    answer = client.patch(
        f"/sealing/uploads/{begun['id']}/", piece, content_type="application/octet-stream", headers=headers
    )
    assert answer.status_code == 200, answer.content
    return answer.json()["offset"]


def finish(client, begun):
    answer = client.post(f"/sealing/uploads/{begun['id']}/finish/", headers={"Upload-Token": begun["token"]})
    assert answer.status_code == 200, answer.content


def sha(data):
    return hashlib.sha256(data).hexdigest()


def request_of(scene, envelope, uploads):
    return {
        "header": envelope.header.decode(),
        "signature": envelope.signature,
        "wraps": {
            "owner": base64.b64encode(envelope.wraps["owner"]).decode(),
            "trustees": [base64.b64encode(one).decode() for one in envelope.wraps["trustees"]],
        },
        "uploads": uploads,
        "key": "00000000-0000-4000-8000-000000000001",
        "subject": scene.cast[WHO].code,
        "standing": "",
    }


def test_an_expired_session_and_a_dead_tab_lose_no_byte(scene, envelope):
    manifest, file = (bytes(part) for part in envelope.parts)
    half = len(file) // 2
    with clock.at(START):
        tab = signed_in(scene.cast, WHO)
        first = begin(scene, tab, manifest).json()
        put(tab, first, manifest, 0, len(manifest))
        finish(tab, first)
        second = begin(scene, tab, file).json()
        assert put(tab, second, file, 0, half) == half

        Session.objects.all().delete()
        gone = begin(scene, tab, file)
        assert gone.status_code in {302, 401, 403}
        assert send(scene, tab, request_of(scene, envelope, [first["id"], second["id"]])).status_code in {302, 401, 403}
        assert not Bid.objects.exists()
        assert begin(scene, Client(), file).status_code in {302, 401, 403}

        again = signed_in(scene.cast, WHO)
        begun = [begin(scene, again, part).json() for part in (manifest, file)]
        assert [one["id"] for one in begun] == [first["id"], second["id"]]
        assert [one["offset"] for one in begun] == [len(manifest), half]
        put(again, begun[1], file, half, len(file))
        for one in begun:
            finish(again, one)
        answer = send(scene, again, request_of(scene, envelope, [one["id"] for one in begun]))

    assert answer.status_code == 201, answer.content.decode()
    bid = Bid.objects.select_related("envelope").get()
    assert bid.envelope.header_sha256 == sha(envelope.header)
    assert Upload.objects.count() == 2
    assert [ciphertext_path(UUID(one["id"])).read_bytes() for one in begun] == [manifest, file]


def test_what_one_subject_left_unfinished_nobody_else_goes_on_with(scene, envelope):
    file = bytes(envelope.parts[1])
    with clock.at(START):
        mine = begin(scene, signed_in(scene.cast, WHO), file).json()
        stranger = signed_in(scene.cast, "bidder2")

        assert begin(scene, stranger, file).status_code >= 400
        tried = stranger.get(f"/sealing/uploads/{mine['id']}/", headers={"Accept": "application/json"})

    assert tried.status_code == 409
