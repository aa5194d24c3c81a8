"""A sealing that was broken off goes on: nothing whole is encrypted twice, nothing that was sent is used twice."""

import base64
import hashlib
import json

import pytest

from platform_site.sealing.envelope import check_outer
from platform_site.sealing.keyfiles import BidderKey
from platform_site.sealing.seal import Sealed
from tests.sealing.javascript import countersigned, needs_node, node
from tests.sealing.world import ALPHA, DOCUMENT, World

pytestmark = needs_node
OFFER = {"price_cny": "1234567.89", "period_days": 120}


def file(name, content=b"a" * 70_000, **changes):
    return {"name": name, "type": "", "content": base64.b64encode(content).decode(), "lastModified": 7} | changes


DRAWING, LETTER = file("图纸.zip"), file("投标函.pdf", b"letter")


def tried(world, *tries, **changes):
    context = {"lot": world.lot, "document": DOCUMENT, "purpose": "bid", "countersignatures": countersigned(world)}
    told = {"keyset": world.keyset, "keyfile": world.bidder.dump(), "context": context} | changes
    return node("tries", tries=[{"files": [DRAWING, LETTER], "offer": OFFER} | one for one in tries], **told)


def digests(turn):
    header = json.loads(turn["header"])
    return [part["sha256"] for part in header["parts"]]


def envelope(turn):
    wraps = {
        "owner": base64.b64decode(turn["wraps"]["owner"]),
        "trustees": [base64.b64decode(text) for text in turn["wraps"]["trustees"]],
    }
    return Sealed(turn["header"].encode(), turn["signature"], wraps, [base64.b64decode(part) for part in turn["parts"]])


def test_what_was_whole_is_not_encrypted_again_and_the_envelope_opens(world):
    broken, whole = tried(world, {"dies_at": "投标函.pdf"}, {"files": [{**DRAWING, "gone": True}, LETTER]})

    assert broken["error"] == "the tab died"
    assert broken["file"] == "投标函.pdf"
    assert whole["read"] == ["投标函.pdf"]
    kept = broken["draft"]["files"][0]["made"]["entry"]["sha256"]
    assert digests(whole)[0] == kept == hashlib.sha256(base64.b64decode(whole["parts"][1])).hexdigest()
    sealed = envelope(whole)
    wanted = {"lot": world.lot, "subject": ALPHA, "documents": {DOCUMENT}, "keyset": world.keyset}
    check_outer(sealed.header, sealed.signature, world.bidder.public_key, wraps=sealed.wraps, **wanted)
    opened = world.open(world.bundle(sealed))
    assert (opened.kind, opened.offer) == ("opened", OFFER)
    assert [listed.name for listed in opened.files] == ["图纸.zip", "投标函.pdf"]


def test_the_journal_tells_a_stranger_nothing_and_its_owner_everything(world):
    (broken,) = tried(world, {"dies_at": "投标函.pdf"})

    for secret in ("1234567.89", "图纸", "AGE-SECRET-KEY-1"):
        assert secret not in broken["journal"]
    assert broken["draft"]["offer"] == OFFER
    assert [bool(one["made"]) for one in broken["draft"]["files"]] == [True, False]


def test_another_price_keeps_the_ciphertexts_of_the_files(world):
    first, second = tried(world, {}, {"offer": OFFER | {"price_cny": "1.00"}})

    assert second["read"] == []
    assert digests(second) == digests(first)
    assert json.loads(second["header"])["manifest"] != json.loads(first["header"])["manifest"]
    assert world.open(world.bundle(envelope(second))).offer["price_cny"] == "1.00"


def test_an_amended_document_keeps_the_ciphertexts_of_the_files(world):
    first, second = tried(world, {}, {"context": {"document": "cd" * 32}})

    assert second["read"] == []
    assert digests(second) == digests(first)
    assert json.loads(second["header"])["document"] == "cd" * 32


def test_nothing_of_an_envelope_that_may_have_arrived_is_used_again(world):
    first, second = tried(world, {"sent": True}, {})

    assert second["read"] == ["图纸.zip", "投标函.pdf"]
    assert not set(digests(second)) & set(digests(first))
    assert json.loads(second["header"])["recipient"] != json.loads(first["header"])["recipient"]


def test_another_key_starts_anew(world):
    first, second = tried(world, {}, {"keyfile": BidderKey.generate(ALPHA).dump()})

    assert second["read"] == ["图纸.zip", "投标函.pdf"]
    assert json.loads(second["header"])["recipient"] != json.loads(first["header"])["recipient"]


def test_another_key_set_starts_anew(world):
    other = World(world.folder)

    first, second = tried(
        world,
        {"context": {"countersignatures": countersigned(world)}},
        {"keyset": other.keyset, "context": {"countersignatures": countersigned(other)}},
    )

    assert second["read"] == ["图纸.zip", "投标函.pdf"]
    assert json.loads(second["header"])["recipient"] != json.loads(first["header"])["recipient"]


@pytest.mark.parametrize(
    "change", [{"lastModified": 8}, {"name": "图纸2.zip"}, {"content": file("x", b"b")["content"]}]
)
def test_a_file_that_is_not_the_same_any_more_is_encrypted(world, change):
    _, second = tried(world, {}, {"files": [{**DRAWING, **change}, LETTER]})

    assert second["read"] == [change.get("name", "图纸.zip")]


def test_two_equal_files_are_two_ciphertexts(world):
    _, second = tried(world, {}, {"files": [DRAWING, DRAWING, LETTER]})

    assert second["read"] == ["图纸.zip"]
    assert len(set(digests(second))) == 3


def test_a_ciphertext_the_browser_threw_away_is_made_again(world):
    first, second = tried(world, {}, {"lost": True})

    assert second["read"] == ["图纸.zip", "投标函.pdf"]
    assert not set(digests(second)) & set(digests(first))


def test_neither_file_nor_ciphertext_is_said_by_name(world):
    (turn,) = tried(world, {"files": [{**DRAWING, "gone": True}]})

    assert (turn["error"], turn["file"]) == ("file.missing", "图纸.zip")


@pytest.fixture
def packed(world):
    (turn,) = tried(world, {})
    return {name: turn[name] for name in ("header", "signature", "wraps", "parts")}


def test_a_package_comes_out_as_it_went_in(packed):
    again = node("repack", **packed)

    assert {name: again[name] for name in packed} == packed


@pytest.mark.parametrize("damage", [{"at": 0, "by": 1}, {"cut": 1}, {"more": 1}, {"at": 20, "by": 128}, {"cut": 10**5}])
def test_a_damaged_package_is_refused(packed, damage):
    with pytest.raises(RuntimeError, match=r"package\.damaged"):
        node("repack", **packed, **damage)
