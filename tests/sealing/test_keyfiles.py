import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from platform_site.sealing import age
from platform_site.sealing.keyfiles import BadKeyFile, BidderKey, TrusteeKey, lot_key_signed
from tests.sealing.world import ALPHA


def test_a_key_file_gives_back_its_key():
    bidder, trustee = BidderKey.generate(ALPHA), TrusteeKey.generate("云泽公证处")

    assert BidderKey.load(bidder.dump()) == bidder
    assert TrusteeKey.load(trustee.dump()) == trustee


def test_a_bidder_key_is_not_a_trustee_key():
    with pytest.raises(BadKeyFile):
        TrusteeKey.load(BidderKey.generate(ALPHA).dump())


def test_halves_of_two_keys_do_not_make_a_key():
    mixed = json.loads(BidderKey.generate(ALPHA).dump())
    mixed["age-x25519"] = json.loads(BidderKey.generate(ALPHA).dump())["age-x25519"]

    with pytest.raises(BadKeyFile):
        BidderKey.load(json.dumps(mixed))


@given(st.binary(min_size=32, max_size=32))
def test_an_age_identity_written_here_is_read_by_age(secret):
    identity = age.identity_from_bytes(secret)

    assert age.decrypt(age.encrypt(b"offer", age.recipient_of(identity)), identity) == b"offer"


def test_lot_keys_of_one_trustee_are_all_different_and_each_is_signed():
    trustee = TrusteeKey.generate("云泽公证处")
    keys = [trustee.lot_key(serial) for serial in range(50)]

    assert len({key["recipient"] for key in keys}) == 50
    assert all(lot_key_signed(trustee.public_key, **key) for key in keys)


def test_a_lot_key_is_not_signed_for_another_serial():
    trustee = TrusteeKey.generate("云泽公证处")
    key = trustee.lot_key(1)

    assert not lot_key_signed(trustee.public_key, 2, key["recipient"], key["proof"])


@pytest.mark.parametrize(
    "beginning",
    [
        b"",
        b"%PDF-1.7\n",
        age.INTRO,
        age.INTRO + b"-> X25519 a\nb\n-> X25519 c\nd\n--- mac\n",
        age.INTRO + b"-> scrypt a 18\nb\n--- mac\n",
        age.INTRO + b"-> X25519 a\nb\n-> ssh-ed25519 c\nd\n--- mac\n",
    ],
)
def test_what_has_no_single_x25519_lock_is_not_sealed(beginning):
    assert not age.single_lock(beginning)


def test_what_age_writes_has_a_single_lock():
    assert all(age.single_lock(age.encrypt(b"", age.generate()[1])) for _ in range(50))
