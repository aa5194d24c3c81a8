"""The browser's module and the server's, each reading what the other wrote."""

import base64
import json
import subprocess

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from platform_site.sealing import age, canonical, keysets, padding
from platform_site.sealing.canonical import parse
from platform_site.sealing.envelope import EnvelopeRefused, check_outer
from platform_site.sealing.keyfiles import BidderKey
from platform_site.sealing.seal import Sealed
from platform_site.sealing.unseal import unwrap_by_owner
from tests.sealing.javascript import NODE, ROOT, SOURCE, countersigned, needs_node, node
from tests.sealing.world import ALPHA, BETA, DOCUMENT, NOON, keyset_for, resigned

pytestmark = needs_node


def js_seal(world, *, files=None, key=None, module=SOURCE, locked=False, keyset="the lot's", **context):
    """An envelope by the browser's module."""
    folder = world.folder / "js"
    folder.mkdir(exist_ok=True)
    contents = [("商务标.pdf", "application/pdf", b"%PDF " + b"a" * 5000), ("技术标.pdf", "", b"b" * 200_000)]
    files = files or [
        {"name": name, "type": kind, "content": base64.b64encode(content).decode()} for name, kind, content in contents
    ]
    answer = node(
        "seal",
        module=module,
        files=files,
        offer={"price": "1234567.89", "工期": 120, "items": [{"b": None, "a": True}]},
        keyset=world.keyset if keyset == "the lot's" else keyset,
        keyfile=(key or world.bidder).dump(),
        locked=locked,
        context={
            "lot": world.lot,
            "document": DOCUMENT,
            "purpose": "bid",
            "countersignatures": countersigned(world),
            **context,
        },
        now=NOON.isoformat(),
        folder=str(folder),
    )
    wraps = {
        "owner": base64.b64decode(answer["wraps"]["owner"]),
        "trustees": [base64.b64decode(text) for text in answer["wraps"]["trustees"]],
    }
    parts = [(folder / f"{number}.age").read_bytes() for number in range(answer["parts"])]
    return Sealed(answer["header"].encode(), answer["signature"], wraps, parts), answer


def judged(world, sealed, **changes):
    wanted = {"lot": world.lot, "subject": world.bidder.subject, "documents": {DOCUMENT}, "keyset": world.keyset}
    return check_outer(
        sealed.header, sealed.signature, world.bidder.public_key, wraps=sealed.wraps, **{**wanted, **changes}
    )


def blame(world, sealed, **changes):
    with pytest.raises(EnvelopeRefused) as refused:
        judged(world, sealed, **changes)
    return refused.value.blame.code


def test_what_the_browser_seals_the_trustees_open(world):
    sealed, answer = js_seal(world)

    judged(world, sealed)
    outcome = world.open(world.bundle(sealed), members=(0, 2, 3))

    assert (outcome.kind, outcome.by, outcome.defects) == ("opened", "trustees", ())
    assert outcome.offer == {"price": "1234567.89", "工期": 120, "items": [{"b": None, "a": True}]}
    assert [(f.name, f.media_type, f.size) for f in outcome.files] == [
        ("商务标.pdf", "application/pdf", 5005),
        ("技术标.pdf", "application/octet-stream", 200_000),
    ]
    assert outcome.files[1].path.read_bytes() == b"b" * 200_000
    assert answer["progress"] == {"done": 205_005, "total": 205_005}


def test_what_the_server_seals_the_browser_unlocks(world):
    sealed = world.seal()
    envelope = {
        "header": sealed.header.decode(),
        "wraps": {"owner": base64.b64encode(sealed.wraps["owner"]).decode()},
    }

    identity = node("unlock", envelope=envelope, keyfile=world.bidder.dump())

    assert identity == unwrap_by_owner(parse(sealed.header), sealed.wraps, world.bidder.identity)
    assert world.open(world.bundle(sealed), members=(), unlock=identity).by == "bidder"


def test_a_key_that_cannot_be_read_out_seals_and_unlocks(world):
    sealed, answer = js_seal(world, locked=True)

    identity = node("unlock", envelope=answer, keyfile=world.bidder.dump(), locked=True)

    judged(world, sealed)
    assert world.open(world.bundle(sealed), members=(), unlock=identity).kind == "opened"


def test_another_key_file_unlocks_nothing(world):
    _, answer = js_seal(world)

    with pytest.raises(RuntimeError, match=r"unlock\.wrong_key"):
        node("unlock", envelope=answer, keyfile=BidderKey.generate(ALPHA).dump())


def test_a_lot_without_trustees_is_sealed_to_its_bidder_alone(world):
    sealed, answer = js_seal(world, keyset=None)
    identity = node("unlock", envelope=answer, keyfile=world.bidder.dump())

    judged(world, sealed, keyset=None)
    assert world.open(world.bundle(sealed, keyset=None), members=(), unlock=identity).kind == "opened"


# -- what the browser sealed, in bad hands --------------------------------------------------------------------------


def test_a_flipped_byte_of_the_browsers_ciphertext_is_the_platforms_fault(world):
    sealed, _ = js_seal(world)
    bundle = world.bundle(sealed)
    stored = bytearray(bundle.parts[2].read_bytes())
    stored[len(stored) // 2] ^= 1
    bundle.parts[2].write_bytes(stored)

    outcome = world.open(bundle)

    assert (outcome.kind, outcome.blame.code, outcome.blame.party) == ("withdrawn", "part.altered", "platform")


def test_swapped_files_of_the_browser_are_the_platforms_fault(world):
    sealed, _ = js_seal(world)
    sealed.parts[1], sealed.parts[2] = sealed.parts[2], sealed.parts[1]

    assert world.open(world.bundle(sealed)).blame.party == "platform"


def test_the_browsers_envelope_in_another_lot_is_refused(world):
    sealed, _ = js_seal(world)

    assert blame(world, sealed, lot="lot:T-2026-0001/2") == "lot.wrong"
    assert world.open(world.bundle(sealed, lot="lot:T-2026-0001/2")).blame.party == "platform"


def test_the_browsers_envelope_under_another_name_is_refused_and_then_the_copiers_fault(world):
    sealed, _ = js_seal(world)
    copier = BidderKey.generate(BETA)
    copied = resigned(sealed, copier, subject=BETA)

    assert blame(world, sealed, subject=BETA) == "subject.wrong"
    outcome = world.open(world.bundle(copied, subject=BETA, public_key=copier.public_key))
    assert (outcome.kind, outcome.blame.code, outcome.blame.party) == ("revoked", "inner.differs", "bidder")


# -- what the browser refuses by itself ------------------------------------------------------------------------------


def test_the_browser_does_not_seal_to_a_set_nobody_countersigned(world):
    with pytest.raises(RuntimeError, match=r"keyset\.not_countersigned"):
        js_seal(world, countersignatures=dict(list(countersigned(world).items())[:1]))


def test_the_browser_does_not_seal_to_a_key_the_operator_put_in(world):
    forged = json.loads(json.dumps(world.keyset))
    forged["members"][1]["recipient"] = age.generate()[1]

    with pytest.raises(RuntimeError, match=r"keyset\.member\.1"):
        js_seal(world, keyset=forged)


def test_the_browser_does_not_seal_to_another_lots_set(world):
    with pytest.raises(RuntimeError, match=r"keyset\.lot"):
        js_seal(world, lot="lot:T-2026-0001/2")


@pytest.mark.parametrize("name", ["#keys-2", "#keys-17"])
def test_the_browser_seals_to_a_later_set_of_the_same_lot(world, name):
    later = keyset_for(world.lot + name, world.trustees)

    sealed, _ = js_seal(world, keyset=later, countersignatures=countersigned_by(world, later))

    judged(world, sealed, keyset=later)


@pytest.mark.parametrize("name", ["#keys-1", "#keys-02", "#reserve", "#keys-2/1"])
def test_a_set_of_another_name_is_no_set_of_the_lot(world, name):
    with pytest.raises(RuntimeError, match=r"keyset\.lot"):
        js_seal(world, keyset=keyset_for(world.lot + name, world.trustees))


def test_the_browser_does_not_seal_to_keys_that_something_else_than_the_opening_frees(world):
    early = {**world.keyset, "release_event": "lot.announced"}

    with pytest.raises(RuntimeError, match=r"keyset\.event"):
        js_seal(world, keyset=early, countersignatures=countersigned_by(world, early))


@pytest.mark.parametrize(
    ("purpose", "event", "sealed"),
    [
        ("reserve_price", "listing.closed", True),
        ("reserve_price", "lot.opening_started", False),
        ("bid", "listing.closed", False),
    ],
)
def test_a_reserve_is_sealed_to_keys_that_the_end_of_bidding_frees_and_a_bid_is_not(world, purpose, event, sealed):
    kept = {**world.keyset, "release_event": event}
    said = {"keyset": kept, "countersignatures": countersigned_by(world, kept), "purpose": purpose}

    if sealed:
        js_seal(world, **said)
    else:
        with pytest.raises(RuntimeError, match=r"keyset\.event"):
            js_seal(world, **said)


def countersigned_by(world, keyset):
    return {
        member["trustee"]: key.sign(keysets.COUNTERSIGN_CONTEXT, keyset)
        for member, key in zip(keyset["members"], world.trustees, strict=True)
    }


def test_a_file_that_changes_while_it_is_sealed_is_noticed(world):
    file = {"name": "a.pdf", "type": "", "content": base64.b64encode(b"x" * 100).decode(), "shrinks": True}

    with pytest.raises(RuntimeError, match=r"file\.changed"):
        js_seal(world, files=[file])


def test_dangerous_file_names_are_made_harmless_by_the_browser(world):
    names = ["..\\..\\开标.exe", "a/b/c.pdf", "报价\u202efdp.exe", "x" * 300, ""]
    files = [{"name": name, "type": "text/plain;charset=utf-8", "content": "eA=="} for name in names]
    # One file would do as well; together they also show that equal contents are no trouble.
    sealed, _ = js_seal(world, files=files)

    outcome = world.open(world.bundle(sealed))

    assert [f.name for f in outcome.files] == ["开标.exe", "c.pdf", "报价_fdp.exe", "x" * 200, "未命名"]
    assert {f.media_type for f in outcome.files} == {"text/plain"}


# -- key files --------------------------------------------------------------------------------------------------------


def test_a_key_file_of_the_browser_is_read_by_the_server_tools():
    made = node("generate", subject=ALPHA)

    assert BidderKey.load(made["text"]).subject == ALPHA
    assert made["again"] == made["fingerprint"] == json.loads(made["text"])["fingerprint"]


def test_a_key_file_with_a_passphrase_opens_with_it_only():
    made = node("generate", subject=ALPHA, passphrase="云泽 correct horse")

    assert made["protected"]
    assert made["again"] == made["fingerprint"]
    assert "AGE-SECRET-KEY" not in made["text"]
    with pytest.raises(RuntimeError, match=r"keyfile\.passphrase"):
        node("unlock", envelope={"header": "{}", "wraps": {}}, keyfile=made["text"], passphrase="wrong")


def test_a_damaged_key_file_is_refused_by_the_browser(world):
    mixed = json.loads(world.bidder.dump())
    mixed["ed25519"] = json.loads(BidderKey.generate(ALPHA).dump())["ed25519"]

    with pytest.raises(RuntimeError, match=r"keyfile\.damaged"):
        node("unlock", envelope={"header": "{}", "wraps": {}}, keyfile=json.dumps(mixed))


# -- the small things both sides must agree on -----------------------------------------------------------------------

values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53) + 1, 2**53 - 1)
    | st.text(st.characters(codec="utf-8"), max_size=12),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.text(st.characters(codec="utf-8"), max_size=6), inner, max_size=4)
    ),
    max_leaves=15,
)


@settings(max_examples=8, deadline=None)
@given(st.lists(values, min_size=30, max_size=60))
def test_both_write_the_same_canonical_text(many):
    many = [value for value in many if "__proto__" not in repr(value)]

    assert node("canonical", values=many) == [canonical.canonical(value).hex() for value in many]


@settings(max_examples=4, deadline=None)
@given(st.lists(st.integers(0, 2**45), min_size=100, max_size=300))
def test_both_know_the_same_buckets(sizes):
    assert node("buckets", sizes=sizes) == [padding.bucket(size) for size in sizes]


def test_both_find_the_same_faults_and_fingerprints(world):
    printed = node("fingerprints", keyset=world.keyset)

    assert node("faults", keyset=world.keyset, lot=world.lot) == keysets.faults(world.keyset, world.lot) == []
    assert printed["set"] == keysets.set_fingerprint(world.keyset)
    assert [m["fingerprint"] for m in printed["members"]] == [
        keysets.member_fingerprint(member) for member in world.keyset["members"]
    ]


@pytest.fixture(scope="session")
def bundle(tmp_path_factory):
    """The bundle as set-up builds it."""
    vendor = tmp_path_factory.mktemp("vendor")
    script = (
        'import * as esbuild from "esbuild"; import build from "./platform_site/sealing/browser/build.mjs";'
        f"await build({{root: {json.dumps(str(ROOT))}, vendor: {json.dumps(str(vendor))}, esbuild}});"
    )
    subprocess.run([NODE, "--input-type=module", "-e", script], cwd=ROOT, check=True, timeout=120)
    return vendor / "sealing.js"


def test_the_bundle_seals_what_the_trustees_open(world, bundle):
    sealed, _ = js_seal(world, module=bundle)

    assert world.open(world.bundle(sealed)).kind == "opened"


def test_the_bundle_needs_no_eval_and_loads_nothing(bundle):
    text = bundle.read_text()

    assert "eval(" not in text
    assert "new Function" not in text
    assert "import(" not in text
    assert "\nimport " not in text
