"""What each party can do to an envelope, and whose fault the platform says it is."""

import copy
from dataclasses import replace

import pytest

from platform_site.sealing import age, padding
from platform_site.sealing.canonical import canonical, parse
from platform_site.sealing.envelope import (
    HEADER_CONTEXT,
    MANIFEST_CONTEXT,
    EnvelopeRefused,
    check_outer,
    inner_header,
)
from platform_site.sealing.keyfiles import BidderKey, sha256
from platform_site.sealing.seal import Context, PlainFile, Sealed, describe_wraps, make_wraps, seal
from platform_site.sealing.signing import sign
from platform_site.sealing.unseal import decrypt, unwrap_by_owner
from tests.sealing.world import ALPHA, BETA, DOCUMENT, NOON, keyset_for, resigned


def judged(world, sealed, **changes):
    """check_outer as the filing service calls it."""
    wanted = {
        "lot": world.lot,
        "subject": world.bidder.subject,
        "documents": {DOCUMENT},
        "keyset": world.keyset,
        "wraps": sealed.wraps,
    }
    return check_outer(sealed.header, sealed.signature, world.bidder.public_key, **{**wanted, **changes})


def refusal(world, sealed, **changes):
    with pytest.raises(EnvelopeRefused) as caught:
        judged(world, sealed, **changes)
    return caught.value


def test_an_honest_envelope_is_accepted_and_names_its_recipient(world):
    sealed = world.seal()

    assert judged(world, sealed).recipient == parse(sealed.header)["recipient"]


@pytest.mark.parametrize("members", [(0, 1, 2), (0, 1, 3), (0, 2, 3), (1, 2, 3), (0, 1, 2, 3)])
def test_any_three_trustees_open_it(world, members):
    outcome = world.open(world.bundle(world.seal()), members=members)

    assert (outcome.kind, outcome.by, outcome.defects) == ("opened", "trustees", ())
    assert outcome.offer == {"price": "1234567.89", "days": 120}
    assert [(file.name, file.size) for file in outcome.files] == [("商务标.pdf", 5005), ("技术标.pdf", 70_000)]
    assert outcome.files[1].path.read_bytes() == b"b" * 70_000


def test_the_bidder_alone_opens_it(world):
    sealed = world.seal()
    identity = unwrap_by_owner(parse(sealed.header), sealed.wraps, world.bidder.identity)

    outcome = world.open(world.bundle(sealed), members=(), unlock=identity)

    assert (outcome.kind, outcome.by) == ("opened", "bidder")


def test_the_contents_are_the_same_whoever_opens(world):
    sealed = world.seal()
    identity = unwrap_by_owner(parse(sealed.header), sealed.wraps, world.bidder.identity)
    bundle = world.bundle(sealed)

    by_bidder, by_trustees = world.open(bundle, members=(), unlock=identity), world.open(bundle)

    assert by_bidder.manifest_sha256 == by_trustees.manifest_sha256
    assert by_bidder.offer == by_trustees.offer


def test_two_trustees_wait_and_the_missing_are_named(world):
    outcome = world.open(world.bundle(world.seal()), members=(0, 3))

    assert outcome.kind == "waiting"
    assert outcome.missing == ("bidder", "云泽公证处", "东湖市公共资源交易中心")


@pytest.mark.rule("ELE-07")
def test_missing_keys_are_not_the_bidders_fault(world):
    outcome = world.open(world.bundle(world.seal()), members=(0, 3), final=True)

    assert (outcome.kind, outcome.blame.party) == ("withdrawn", "trustee")


def test_a_wrong_trustee_key_is_the_trustees_fault_and_the_others_still_open(world):
    bundle = world.bundle(world.seal())
    secrets = world.secrets | {0: age.generate()[0]}
    out = world.folder / "out"
    out.mkdir()

    outcome = decrypt(bundle, secrets=secrets, unlock=None, out_dir=out)

    assert outcome.kind == "opened"
    assert [(d.code, d.party) for d in outcome.defects] == [("trustee_key.wrong", "trustee")]


def test_an_envelope_without_files_opens(world):
    assert world.open(world.bundle(world.seal(files=[]))).files == ()


def test_a_large_file_is_sealed_and_opened_through_the_disk(world, tmp_path):
    big = tmp_path / "big"
    big.write_bytes(bytes(range(256)) * 40_000)
    sealed = world.seal(files=[PlainFile("图纸.zip", big)])

    outcome = world.open(world.bundle(sealed))

    assert outcome.files[0].sha256 == sha256(big.read_bytes())
    sealed.parts[1].unlink()


# -- the platform's hands ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("part", [0, 1, 2])
@pytest.mark.parametrize("place", [0, 30, 300, -1])
def test_one_flipped_byte_is_the_platforms_fault(world, part, place):
    bundle = world.bundle(world.seal())
    stored = bytearray(bundle.parts[part].read_bytes())
    stored[place] ^= 1
    bundle.parts[part].write_bytes(stored)

    outcome = world.open(bundle)

    assert (outcome.kind, outcome.blame.code, outcome.blame.party) == ("withdrawn", "part.altered", "platform")


def test_two_swapped_ciphertexts_are_the_platforms_fault(world):
    bundle = world.bundle(world.seal())
    bundle = replace(bundle, parts=[bundle.parts[0], bundle.parts[2], bundle.parts[1]])

    assert world.open(bundle).blame.party == "platform"


def test_a_lost_file_is_the_platforms_fault(world):
    bundle = world.bundle(world.seal())
    bundle.parts[1].unlink()

    outcome = world.open(bundle)

    assert (outcome.kind, outcome.blame.code, outcome.blame.party) == ("withdrawn", "part.lost", "platform")


def test_a_changed_wrap_is_the_platforms_fault(world):
    sealed = world.seal()
    wraps = copy.deepcopy(sealed.wraps)
    wraps["trustees"][0] = wraps["trustees"][1]

    outcome = world.open(world.bundle(sealed, wraps=wraps))

    assert (outcome.blame.code, outcome.blame.party) == ("wrap.altered", "platform")


@pytest.mark.parametrize(
    ("name", "value"), [("lot", "lot:T-2026-0001/2"), ("subject", BETA), ("document", "cd" * 32), ("nonce", "00" * 32)]
)
def test_a_header_changed_in_the_database_is_the_platforms_fault(world, name, value):
    sealed = world.seal()

    outcome = world.open(world.bundle(sealed, header=parse(sealed.header) | {name: value}))

    assert (outcome.blame.code, outcome.blame.party) == ("signature.invalid", "platform")


def test_an_envelope_moved_under_another_lot_is_the_platforms_fault(world):
    outcome = world.open(world.bundle(world.seal(), lot="lot:T-2026-0001/2"))

    assert (outcome.kind, outcome.blame.code, outcome.blame.party) == ("withdrawn", "lot.wrong", "platform")


# -- a dishonest or careless owner ---------------------------------------------------------------------------------


def test_a_replay_into_another_lot_is_refused(world):
    assert refusal(world, world.seal(), lot="lot:T-2026-0001/2").blame.code == "lot.wrong"


def test_another_name_is_refused(world):
    assert refusal(world, world.seal(), subject=BETA).blame.code == "subject.wrong"


def test_a_document_nobody_published_is_refused(world):
    assert refusal(world, world.seal(document="cd" * 32)).blame.code == "document.wrong"


def test_a_bid_is_no_reserve_price(world):
    assert refusal(world, world.seal(), purpose="reserve_price").blame.code == "purpose.wrong"


def test_another_key_set_is_refused(world):
    other = keyset_for(world.lot, world.trustees, serial=2)

    assert refusal(world, world.seal(), keyset=other).blame.code == "trustee_set.wrong"


def test_a_signature_by_another_key_is_refused(world):
    sealed = world.seal(key=BidderKey.generate(ALPHA))

    assert refusal(world, sealed).blame.code == "signature.invalid"


def test_every_refusal_looks_the_same_from_outside(world):
    sealed = world.seal()
    reasons = [
        refusal(world, sealed, lot="lot:X/1"),
        refusal(world, sealed, subject=BETA),
        refusal(world, Sealed(b"{}", sealed.signature, sealed.wraps, sealed.parts)),
        refusal(world, Sealed(b"\xff", sealed.signature, sealed.wraps, sealed.parts)),
        refusal(world, resigned(sealed, world.bidder, nonce="short")),
    ]

    assert len({(str(reason), repr(reason.violations)) for reason in reasons}) == 1
    assert len({reason.blame.code for reason in reasons}) == 5


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"suite": "rot13"}, "header.suite_unknown"),
        ({"signing": "none"}, "header.suite_unknown"),
        ({"format": "ggzy-envelope/0"}, "header.format"),
        ({"extra": 1}, "header.fields"),
        ({"nonce": 7}, "header.nonce"),
        ({"created": "2026-13-01T00:00:00Z"}, "header.created"),
        ({"recipient": "age1" + "q" * 58}, "recipient.invalid"),
        ({"parts": {}}, "parts.shape"),
        ({"wraps": []}, "wraps.shape"),
        ({"manifest": None}, "parts.shape"),
    ],
)
def test_a_malformed_header_is_refused_even_if_signed(world, changes, code):
    assert refusal(world, resigned(world.seal(), world.bidder, **changes)).blame.code == code


def test_a_header_spelled_another_way_is_refused(world):
    sealed = world.seal()
    spaced = sealed.header.replace(b'","', b'", "', 1)

    assert refusal(world, replace(sealed, header=spaced)).blame.code == "header.not_canonical"


def test_a_key_that_is_its_own_wrap_is_refused(world):
    sealed = world.seal()

    assert refusal(world, resigned(sealed, world.bidder, recipient=world.bidder.recipient)).blame.code == (
        "recipient.reused"
    )


def test_unpadded_parts_are_refused(world):
    sealed = world.seal()
    entries = copy.deepcopy(parse(sealed.header)["parts"])
    entries[1]["padded"] += 1

    assert refusal(world, resigned(sealed, world.bidder, parts=entries)).blame.code == "padding.wrong"


def test_a_missing_trustee_wrap_is_refused(world):
    sealed = world.seal()
    wraps = {"owner": sealed.wraps["owner"], "trustees": sealed.wraps["trustees"][:3]}
    described = parse(sealed.header)["wraps"]
    described = described | {"trustees": described["trustees"][:3]}
    short = replace(resigned(sealed, world.bidder, wraps=described), wraps=wraps)

    assert refusal(world, short).blame.code == "wraps.incomplete"


def rebuilt(world, sealed, *, manifest=None, header=None, wraps=None):
    """An envelope whose owner lies inside: the manifest is written anew and everything properly signed."""
    identity = unwrap_by_owner(parse(sealed.header), sealed.wraps, world.bidder.identity)
    outer = parse(sealed.header)
    inside = parse(padding.unframe(age.decrypt(sealed.parts[0], identity)))
    inside.pop("signature")
    inside |= manifest or {}
    inside["signature"] = (manifest or {}).get("signature") or sign(
        world.bidder.signing_secret, MANIFEST_CONTEXT, inside
    )
    padded = padding.frame(canonical(inside))
    cipher = age.encrypt(padded, outer["recipient"])
    outer |= header or {}
    outer["manifest"] = {"sha256": sha256(cipher), "size": len(cipher), "padded": len(padded)}
    signature = sign(world.bidder.signing_secret, HEADER_CONTEXT, outer)
    return Sealed(canonical(outer), signature, wraps or sealed.wraps, [cipher, *sealed.parts[1:]])


def test_the_rebuilding_itself_changes_nothing(world):
    assert world.open(world.bundle(rebuilt(world, world.seal()))).kind == "opened"


@pytest.mark.rule("ELE-07")
def test_a_copied_envelope_under_another_name_is_the_copiers_fault(world):
    original = world.seal()
    copier = BidderKey.generate(BETA)
    copied = resigned(original, copier, subject=BETA)
    bundle = world.bundle(copied, subject=BETA, public_key=copier.public_key)

    outcome = world.open(bundle)

    assert (outcome.kind, outcome.blame.code, outcome.blame.party) == ("revoked", "inner.differs", "bidder")
    assert outcome.blame.detail == "subject"


def test_an_old_envelope_in_a_new_lot_is_the_owners_fault(world):
    original = world.seal()
    moved = resigned(original, world.bidder, nonce="11" * 32)

    assert world.open(world.bundle(moved)).blame.detail == "nonce"


def test_files_that_are_not_those_listed_are_the_owners_fault(world):
    sealed = world.seal()
    identity = unwrap_by_owner(parse(sealed.header), sealed.wraps, world.bidder.identity)
    listed = parse(padding.unframe(age.decrypt(sealed.parts[0], identity)))["files"]
    one, two = listed
    swapped = [two | {"index": 1}, one | {"index": 2}]

    outcome = world.open(world.bundle(rebuilt(world, sealed, manifest={"files": swapped})))

    assert (outcome.kind, outcome.blame.code, outcome.blame.party) == ("revoked", "file.differs", "bidder")


def test_an_offer_not_signed_inside_is_the_owners_fault(world):
    broken = rebuilt(world, world.seal(), manifest={"signature": "00" * 64})

    assert world.open(world.bundle(broken)).blame.code == "inner.signature"


@pytest.mark.parametrize("name", ["../../etc/passwd", "a\x00b", "", "报价\u202efdp.exe", "x" * 201])
def test_a_dangerous_file_name_is_the_owners_fault(world, name):
    outcome = world.open(world.bundle(world.seal(files=[PlainFile(name, b"x")])))

    assert (outcome.kind, outcome.blame.code) == ("revoked", "manifest.files")


def test_a_part_for_another_key_is_the_owners_fault_and_leaves_no_plaintext(world):
    sealed = world.seal()
    cipher = age.encrypt(padding.frame(b"b" * 70_000), age.generate()[1])
    entries = copy.deepcopy(parse(sealed.header)["parts"])
    entries[1] |= {"sha256": sha256(cipher), "size": len(cipher)}
    inner = inner_header(parse(sealed.header)) | {"parts": entries}
    broken = rebuilt(world, sealed, manifest={"header": inner}, header={"parts": entries})
    broken.parts[2] = cipher

    outcome = world.open(world.bundle(broken))

    assert (outcome.kind, outcome.blame.code, outcome.blame.detail) == ("revoked", "part.undecryptable", "part 2")
    assert not list((world.folder / "out").iterdir())


def with_bad_trustee_wraps(world):
    """Wraps that hold some other key: the owner kept the choice to himself."""
    sealed = world.seal()
    wraps = make_wraps(age.generate()[0], world.bidder.recipient, world.keyset)
    wraps["owner"] = sealed.wraps["owner"]
    described = describe_wraps(wraps, world.keyset)
    inner = inner_header(parse(sealed.header)) | {"wraps": described}
    return rebuilt(world, sealed, manifest={"header": inner}, header={"wraps": described}, wraps=wraps)


@pytest.mark.rule("ELE-07")
def test_wraps_that_hold_another_key_are_revoked_once_k_keys_are_in(world):
    bundle = world.bundle(with_bad_trustee_wraps(world))

    assert world.open(bundle, members=(0, 1, 2)).kind == "waiting"
    outcome = world.open(bundle, members=(0, 1, 2), final=True)
    assert (outcome.kind, outcome.blame.code, outcome.blame.party) == ("revoked", "wrap.unopenable", "bidder")


def test_wraps_that_hold_another_key_are_on_record_even_if_the_bidder_unlocks(world):
    sealed = with_bad_trustee_wraps(world)
    identity = unwrap_by_owner(parse(sealed.header), sealed.wraps, world.bidder.identity)

    outcome = world.open(world.bundle(sealed), members=(0, 1, 2), unlock=identity)

    assert outcome.kind == "opened"
    assert [defect.code for defect in outcome.defects] == ["wrap.unopenable"]


def test_a_wrong_unlock_changes_nothing_where_the_trustees_open(world):
    outcome = world.open(world.bundle(world.seal()), unlock=age.generate()[0])

    assert (outcome.kind, outcome.by) == ("opened", "trustees")
    assert [defect.code for defect in outcome.defects] == ["unlock.wrong"]


# -- bidder-only lots ----------------------------------------------------------------------------------------------


def bidder_only(world):
    context = Context(world.lot, DOCUMENT)
    return seal({"price": "1.00"}, [], keyset=None, key=world.bidder, context=context, created=NOON)


def test_without_trustees_the_bidder_opens(world):
    sealed = bidder_only(world)
    identity = unwrap_by_owner(parse(sealed.header), sealed.wraps, world.bidder.identity)

    assert world.open(world.bundle(sealed, keyset=None), members=(), unlock=identity).kind == "opened"


def test_without_trustees_a_missing_unlock_is_the_bidders_fault(world):
    bundle = world.bundle(bidder_only(world), keyset=None)

    assert world.open(bundle, members=()).kind == "waiting"
    outcome = world.open(bundle, members=(), final=True)
    assert (outcome.kind, outcome.blame.code) == ("revoked", "unlock.missing")


def test_an_envelope_without_wraps_is_refused_where_the_lot_has_trustees(world):
    assert refusal(world, bidder_only(world)).blame.code == "trustee_set.wrong"
