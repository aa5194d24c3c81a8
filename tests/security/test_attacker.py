"""One minute before the opening somebody takes everything the operator has, two trustees' keys and a rival's."""

from datetime import timedelta

import pytest

from platform_site import clock, ledger
from platform_site.sealing.models import KeySet
from platform_site.web import papersigning
from tests.sealing.test_attacker import everything_reachable
from tests.security import plunder
from trading.models import Lot

pytestmark = pytest.mark.chaos
FEN_OF_BIDDER_2 = b"167778000"  # 186,420,000 yuan at nine tenths


@pytest.fixture
def loot(copy_of, life, cluster, settings):
    """The plunder one minute before the opening of a lot with four bids, and the cast."""
    cast, database = life.cast, copy_of("filed_bidder4").database
    lot = Lot.objects.get()
    assert lot.state == "bidding"
    with clock.at(lot.recorded["bid_deadline"] - timedelta(minutes=1)):
        ledger.sequence_once()
    texts = [*plunder.dump(cluster, database), plunder.environment()]
    blobs = plunder.files(settings.MEDIA_ROOT, settings.KEYS_DIR, settings.LEDGER_DIR)
    return cast, lot, texts, blobs


def trustee_secrets(cast, lot, count):
    """Every lot key the first `count` trustees could ever derive, as their stolen key files give them."""
    members = KeySet.objects.get(pk=lot.ledger_ref).document["members"]
    keys = [cast.trustees[member["trustee"]] for member in members[:count]]
    serials = {member["serial"] for member in members}
    return [key.lot_identity(serial) for key in keys for serial in sorted(serials | set(range(1, 6)))]


@pytest.mark.rule("ELE-05")
def test_everything_the_operator_has_and_two_trustees_and_a_rival_open_nothing(loot):
    cast, lot, texts, blobs = loot
    locked = list(plunder.ciphertexts(texts, blobs))
    rival = cast.keys[cast["bidder3"].code].identity
    keys = [*plunder.identities(texts, blobs), *trustee_secrets(cast, lot, 2), rival]

    reached = everything_reachable(locked, keys)

    assert len(locked) >= 4 * 3, "the plunder holds every envelope, or the attack proves nothing"
    of_others = [p for p in reached if cast["bidder3"].code.encode() not in p and b"1752" not in p]
    assert not any(FEN_OF_BIDDER_2 in p for p in reached)
    assert of_others == []


def test_no_offer_and_no_file_lies_about_in_clear(loot):
    cast, _, texts, blobs = loot

    assert not any(FEN_OF_BIDDER_2.decode() in text for text in texts)
    assert not any(FEN_OF_BIDDER_2 in blob or f"{cast['bidder2'].code} 技术标".encode() in blob for blob in blobs)


def test_no_private_key_lies_about(loot):
    _, _, texts, blobs = loot

    assert plunder.identities(texts, blobs) == set()


def test_the_key_that_signs_papers_is_a_file_and_stands_in_no_row(loot):
    _, _, texts, _ = loot

    assert papersigning.current().key.key_size >= 2048
    assert not any("PRIVATE KEY" in text for text in texts)


def test_one_more_trustee_and_every_bid_opens(loot):
    cast, lot, texts, blobs = loot

    reached = everything_reachable(list(plunder.ciphertexts(texts, blobs)), trustee_secrets(cast, lot, 3))

    for username in ("bidder1", "bidder2", "bidder3", "bidder4"):
        assert any(f"{cast[username].code} 技术标".encode() in plain for plain in reached)
    assert any(FEN_OF_BIDDER_2 in plain for plain in reached)
