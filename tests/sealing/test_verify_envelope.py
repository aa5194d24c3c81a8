"""verify/envelope.py judges an archived envelope without the platform, and as the platform did."""

import base64
import importlib.util
import json
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from platform_site.sealing import age, keysets, signing
from platform_site.sealing.canonical import canonical, parse
from platform_site.sealing.keyfiles import BidderKey
from platform_site.sealing.seal import PlainFile
from platform_site.sealing.unseal import unwrap_by_owner
from tests.sealing.world import BETA, keyset_for, resigned

SCRIPT = Path(__file__).resolve().parents[2] / "verify" / "envelope.py"


@pytest.fixture(scope="module", params=["with the package", "pure Python"])
def script(request):
    spec = importlib.util.spec_from_file_location("verify_envelope", SCRIPT)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    if request.param == "pure Python":
        module.ChaCha20Poly1305 = None
    return module


def archived(world, sealed, key=None):
    """The envelope as a lot's archive holds it, its ciphertexts beside it."""
    folder = world.folder / "parts"
    folder.mkdir(exist_ok=True)
    for number, part in enumerate(sealed.parts):
        (folder / f"{number}.age").write_bytes(part)
    envelope = {
        "header": parse(sealed.header),
        "signature": sealed.signature,
        "public_key": (key or world.bidder).public_key,
        "wraps": {
            "owner": base64.b64encode(sealed.wraps["owner"]).decode(),
            "trustees": [base64.b64encode(blob).decode() for blob in sealed.wraps["trustees"]],
        },
    }
    return envelope, folder


def released(world, members=(0, 1, 2)):
    """The released keys as the archive holds them."""
    rows = []
    for number in members:
        member, secret = world.keyset["members"][number], world.secrets[number]
        statement = keysets.release_statement(world.lot, keysets.set_hash(world.keyset), member["serial"], secret)
        signature = world.trustees[number].sign(keysets.RELEASE_CONTEXT, statement)
        rows.append({"trustee": member["trustee"], "name": member["name"], "secret": secret, "signature": signature})
    return rows


def small(world, **changes):
    """An envelope small enough for pure Python."""
    return world.seal(files=[PlainFile("报价.pdf", b"x" * 20_000)], **changes)


def codes(said):
    return [(fault[0], fault[1]) for fault in said["faults"]]


def test_the_script_opens_what_three_trustees_released(script, world):
    envelope, folder = archived(world, small(world))

    said = script.judge(envelope, world.keyset, released(world), "", folder, world.folder / "plain")

    assert (said["opened"], said["by"], said["faults"]) == (True, "trustees", [])
    assert said["offer"]["price"] == "1234567.89"
    assert (world.folder / "plain" / "1.bin").read_bytes() == b"x" * 20_000


def test_the_script_opens_what_the_bidder_unlocked(script, world):
    sealed = small(world)
    envelope, folder = archived(world, sealed)
    identity = unwrap_by_owner(parse(sealed.header), sealed.wraps, world.bidder.identity)

    assert script.judge(envelope, world.keyset, [], identity, folder)["by"] == "bidder"


@pytest.mark.parametrize(("name", "found"), [("#keys-2", []), ("#keys-1", ["lot.wrong"]), ("#reserve", ["lot.wrong"])])
def test_a_later_set_of_the_lot_opens_what_was_sealed_to_it_and_another_is_named(script, world, name, found):
    world.keyset = keyset_for(world.lot + name, world.trustees)
    envelope, folder = archived(world, small(world))
    rows = [{"trustee": m["trustee"], "name": m["name"], "secret": world.secrets[n]} for n, m in
            enumerate(world.keyset["members"][:3])]  # fmt: skip

    said = script.judge(envelope, world.keyset, rows, "", folder)

    assert [code for _, code in codes(said)] == found
    assert said["opened"] is (not found)


def test_two_keys_open_nothing_and_the_missing_are_named(script, world):
    envelope, folder = archived(world, small(world))

    said = script.judge(envelope, world.keyset, released(world, (0, 3)), "", folder)

    assert codes(said) == [("trustee", "keys.missing")]
    assert "云泽公证处" in said["faults"][0][2]


def test_altered_storage_is_the_platforms_fault(script, world):
    envelope, folder = archived(world, small(world))
    part = folder / "1.age"
    *whole, last = part.read_bytes()
    part.write_bytes(bytes([*whole, last ^ 1]))

    assert codes(script.judge(envelope, world.keyset, released(world), "", folder)) == [("platform", "part.altered")]


def test_an_altered_header_is_the_platforms_fault(script, world):
    envelope, folder = archived(world, small(world))
    envelope["header"]["subject"] = BETA

    assert ("platform", "signature.invalid") in codes(script.judge(envelope, world.keyset, released(world), "", folder))


def test_a_copied_envelope_is_the_copiers_fault(script, world):
    copier = BidderKey.generate(BETA)
    envelope, folder = archived(world, resigned(small(world), copier, subject=BETA), copier)

    assert codes(script.judge(envelope, world.keyset, released(world), "", folder)) == [("bidder", "inner.differs")]


def test_a_key_not_the_trustees_is_the_trustees_fault(script, world):
    envelope, folder = archived(world, small(world))
    rows = released(world, (0, 1, 2, 3))
    rows[0]["secret"] = age.generate()[0]

    said = script.judge(envelope, world.keyset, rows, "", folder)

    assert said["by"] == "trustees"
    assert codes(said) == [("trustee", "trustee_key.wrong")]


def test_a_release_in_anothers_name_is_noticed(script, world):
    envelope, folder = archived(world, small(world))
    rows = released(world)
    rows[0]["signature"] = rows[1]["signature"]

    assert ("platform", "release.signature") in codes(script.judge(envelope, world.keyset, rows, "", folder))


def test_the_script_runs_alone_from_the_archives_files(world):
    envelope, folder = archived(world, small(world))
    for name, value in (("e", envelope), ("k", world.keyset), ("r", released(world))):
        (world.folder / f"{name}.json").write_text(json.dumps(value, ensure_ascii=False))

    done = subprocess.run(
        [sys.executable, "-I", SCRIPT, "e.json", "--keyset", "k.json", "--released", "r.json", "--parts", folder],
        cwd=world.folder,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stdout + done.stderr
    assert json.loads(done.stdout)["opened"]


@settings(max_examples=25, deadline=None)
@given(st.binary(min_size=32, max_size=32), st.binary(max_size=70_000))
def test_the_scripts_age_is_age(script, secret, content):
    identity = age.identity_from_bytes(secret)

    assert script.fits(identity, age.recipient_of(identity))
    assert script.age_open(age.encrypt(content[:5000], age.recipient_of(identity)), identity) == content[:5000]


def test_the_scripts_age_reads_files_of_several_chunks(script):
    identity, recipient = age.generate()

    for size in (65_535, 65_536, 65_537, 131_072):
        content = bytes(range(256)) * (size // 256) + bytes(size % 256)
        assert script.age_open(age.encrypt(content, recipient), identity) == content


@pytest.mark.parametrize("place", [30, 120, -1, 0])
def test_the_scripts_age_refuses_altered_files(script, place):
    identity, recipient = age.generate()
    data = bytearray(age.encrypt(b"offer", recipient))
    data[place] ^= 1

    with pytest.raises(script.CannotOpen):
        script.age_open(bytes(data), identity)


def test_the_script_signs_off_only_what_was_signed(script):
    value = {"b": 1, "a": ["云", None, True]}
    secret = bytes(range(32))
    signature, public = signing.sign(secret, "context", value), signing.public_key_of(secret)

    assert script.signed(public, "context", value, signature)
    assert not script.signed(public, "other", value, signature)
    assert not script.signed(public, "context", {**value, "b": 2}, signature)
    assert not script.signed("zz", "context", value, signature)


@given(
    st.dictionaries(
        st.text(st.characters(codec="utf-8"), max_size=5),
        st.integers(-(2**50), 2**50) | st.text(st.characters(codec="utf-8"), max_size=8),
    )
)
def test_the_scripts_canonical_text_is_ours(script, value):
    assert script.canonical(value) == canonical(value)
