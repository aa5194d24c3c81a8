"""Who owns the server, k-1 trustees and a rival's key reads nothing. One more trustee, and everything opens."""

import itertools

import pyrage
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from platform_site.sealing import age
from platform_site.sealing.canonical import NotCanonical, canonical, parse
from platform_site.sealing.envelope import HEADER_CONTEXT, EnvelopeRefused, check_outer
from platform_site.sealing.keyfiles import BidderKey
from platform_site.sealing.seal import describe_wraps, make_wraps
from platform_site.sealing.signing import sign
from platform_site.sealing.unseal import unwrap_by_trustees
from tests.sealing.world import ALPHA, BETA, DOCUMENT, World


def everything_reachable(ciphertexts, identities):
    """Peel every ciphertext with every key, and again with every key found, until nothing new appears."""
    known, seen, queue = list(identities), set(), list(ciphertexts)
    plaintexts = []
    while queue:
        blob = queue.pop()
        for identity in known:
            try:
                found = pyrage.decrypt(blob, [pyrage.x25519.Identity.from_str(identity)])
            except pyrage.DecryptError:
                continue
            if found in seen:
                continue
            seen.add(found)
            if found.startswith(age.INTRO):
                queue.append(found)
            elif age.IDENTITY.match(found.decode("ascii", "replace")):
                known.append(found.decode())
                queue = list(ciphertexts)
            else:
                plaintexts.append(found)
    return plaintexts


def server_material(sealed):
    """Everything the platform holds of an envelope before opening."""
    return [*sealed.parts, sealed.wraps["owner"], *sealed.wraps["trustees"]]


@pytest.mark.rule("ELE-05")
@pytest.mark.parametrize("held", list(itertools.combinations(range(4), 2)))
def test_the_server_two_trustees_and_a_rivals_key_open_nothing(world, held):
    mine = world.seal()
    rival = BidderKey.generate(BETA)
    rivals = world.seal(key=rival)
    keys = [world.secrets[number] for number in held] + [rival.identity]

    reached = everything_reachable(server_material(mine), keys)

    assert reached == []
    # The same attack does reach the rival's own envelope: the search itself works.
    assert len(everything_reachable(server_material(rivals), keys)) == 3


@pytest.mark.parametrize("held", list(itertools.combinations(range(4), 3)))
def test_one_more_trustee_and_everything_opens(world, held):
    mine = world.seal()

    reached = everything_reachable(server_material(mine), [world.secrets[number] for number in held])

    assert len(reached) == 3
    assert any(b"1234567.89" in plain for plain in reached)


def test_keys_of_another_lot_open_nothing(world):
    other_lot = [key.lot_identity(2) for key in world.trustees]

    assert everything_reachable(server_material(world.seal()), other_lot) == []


def test_no_plaintext_stands_in_what_the_server_holds(world):
    mine = world.seal()
    held = b"".join(server_material(mine)) + mine.header

    assert b"1234567.89" not in held
    assert "商务标".encode() not in held


def test_the_header_tells_no_name_and_offers_of_all_prices_look_alike(world):
    cheap, dear = (
        parse(world.seal(offer={"price": price}, files=[]).header) for price in ("1.00", "99999999999999.99")
    )

    assert cheap["manifest"]["padded"] == dear["manifest"]["padded"]
    assert cheap.keys() == dear.keys()


def test_two_envelopes_of_one_bidder_share_no_key_and_no_nonce(world):
    one, two = (parse(world.seal().header) for _ in range(2))

    assert one["recipient"] != two["recipient"]
    assert one["nonce"] != two["nonce"]


@settings(max_examples=15, deadline=None)
@given(n=st.integers(2, 5), data=st.data())
def test_for_every_k_and_n_exactly_k_keys_open(tmp_path_factory, n, data):
    k = data.draw(st.integers(2, n))
    recipients = [age.generate() for _ in range(n)]
    keyset = {"k": k, "members": [{"recipient": recipient} for _, recipient in recipients]}
    identity, recipient = age.generate()
    wraps = make_wraps(identity, age.generate()[1], keyset)
    header = {"recipient": recipient, "wraps": describe_wraps(wraps, keyset)}
    chosen = sorted(data.draw(st.permutations(range(n)))[:k])

    assert unwrap_by_trustees(header, wraps, {i: recipients[i][0] for i in chosen}, chosen) == identity
    assert everything_reachable(wraps["trustees"], [recipients[i][0] for i in chosen[:-1]]) == []


# -- malformed input never does anything but refuse ----------------------------------------------------------------

json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**60), 2**60) | st.text(max_size=20) | st.floats(allow_nan=False),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)


@pytest.fixture(scope="module")
def sealed_once(tmp_path_factory):
    world = World(tmp_path_factory.mktemp("fuzz"))
    return world, world.seal()


@settings(max_examples=150, deadline=None)
@given(value=json_values, data=st.data())
def test_any_value_in_any_field_is_refused_and_nothing_worse(sealed_once, value, data):
    world, sealed = sealed_once
    header = parse(sealed.header)
    spot = header
    for _ in range(data.draw(st.integers(0, 3))):
        deeper = [key for key in (spot if isinstance(spot, dict) else range(len(spot))) if _is_box(spot[key])]
        if not deeper:
            break
        spot = spot[data.draw(st.sampled_from(deeper))]
    key = data.draw(st.sampled_from(list(spot) if isinstance(spot, dict) else list(range(len(spot)))))
    # An envelope without files is a good envelope.
    assume(key != "parts" or value != [])
    assume(canonical_or_none(spot[key]) != canonical_or_none(value))
    spot[key] = value
    raw = canonical_or_none(header)
    assume(raw is not None)
    signature = sign(world.bidder.signing_secret, HEADER_CONTEXT, header)
    with pytest.raises(EnvelopeRefused) as refused:
        check_outer(
            raw,
            signature,
            world.bidder.public_key,
            lot=world.lot,
            subject=ALPHA,
            documents={DOCUMENT},
            keyset=world.keyset,
            wraps=sealed.wraps,
        )
    assert refused.value.blame.party == "bidder"


def canonical_or_none(value):
    try:
        return canonical(value)
    except NotCanonical:
        return None


def _is_box(value):
    return isinstance(value, dict | list) and len(value) > 0


@settings(max_examples=200, deadline=None)
@given(raw=st.binary(max_size=200) | json_values.map(repr).map(str.encode))
def test_any_bytes_as_a_header_are_refused_and_nothing_worse(sealed_once, raw):
    world, sealed = sealed_once

    with pytest.raises(EnvelopeRefused):
        check_outer(
            raw,
            "zz",
            "",
            lot=world.lot,
            subject=ALPHA,
            documents={DOCUMENT},
            keyset=world.keyset,
            wraps=sealed.wraps,
        )
