"""Signed notes, checkpoints and cosignatures, ours and other people's."""

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st

from platform_site.ledger import notes
from tests.ledger.script import verify

# From the examples of C2SP signed-note's reference implementation, golang.org/x/mod/sumdb/note.
VKEY = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
NOTE = (
    "If you think cryptography is the answer to your problem,\n"
    "then you don't know what your problem is.\n"
    "\n"
    "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
)


def signer(name="log.example", kind=notes.ED25519):
    return notes.Signer(name, Ed25519PrivateKey.generate(), kind)


def checkpoint(key, size=3, root=b"r" * 32):
    return key.note(notes.Checkpoint(key.name, size, root).text)


def trusted(log, *witnesses):
    return verify.Keys({"log": str(log.verifier), "witnesses": [str(one.verifier) for one in witnesses]})


def test_a_note_signed_by_somebody_elses_program_opens():
    key = notes.Verifier.parse(VKEY)

    found, signers = notes.opened(NOTE, key)

    assert found.text.endswith("what your problem is.\n")
    assert signers == [key]
    assert str(key) == VKEY


@pytest.mark.parametrize(
    "spoiled",
    [
        NOTE.replace("think", "thank"),
        NOTE.replace("ZJku", "ZJkv"),
        NOTE.replace("— ", "- "),
        NOTE.replace("\n\n", "\n"),
        NOTE[:-1],
        NOTE.replace("cryptography", "crypto\tgraphy"),
        NOTE.replace("PeterNeumann x", "PeterNeuman x"),
    ],
)
def test_a_note_with_anything_changed_does_not(spoiled):
    with pytest.raises(notes.BadNote):
        notes.opened(spoiled, notes.Verifier.parse(VKEY))


def test_signatures_of_strangers_are_ignored_and_alone_they_are_not_enough():
    log, stranger = signer(), signer("stranger.example")
    note = checkpoint(log)
    line = stranger.note("x\n").split("\n\n")[1]

    assert notes.checkpoint_in(note + line, log.verifier).size == 3
    with pytest.raises(notes.BadNote):
        notes.checkpoint_in(note, stranger.verifier)


def test_the_script_reads_what_we_sign_and_names_the_witnesses():
    log, witness = signer(), signer("witness.example", notes.COSIGNATURE)
    note = checkpoint(log)
    note += witness.cosignature(note, 1_800_000_000)

    found = verify.Checkpoint(note, trusted(log, witness))

    assert (found.size, found.witnesses) == (3, ["witness.example"])


def test_a_witness_line_moved_to_another_checkpoint_spoils_it():
    log, witness = signer(), signer("witness.example", notes.COSIGNATURE)
    line = witness.cosignature(checkpoint(log, 3), 1_800_000_000)
    moved = checkpoint(log, 4) + line

    with pytest.raises(notes.BadNote):
        notes.checkpoint_in(moved, log.verifier, witness.verifier)
    with pytest.raises(verify.Bad):
        verify.Checkpoint(moved, trusted(log, witness))


@pytest.mark.parametrize("text", ["x\n03\n" + "A" * 44 + "\n", "x\n3\n", "\n3\n" + "A" * 43 + "=\n", "x\n3\nAAAA\n"])
def test_what_is_not_a_checkpoint_is_not_read_as_one(text):
    with pytest.raises(notes.BadNote):
        notes.Checkpoint.parse(text)


@given(st.binary(max_size=200), st.integers(0, 511))
@settings(max_examples=25, deadline=None)
def test_the_scripts_signature_check_agrees_with_the_librarys(message, bit):
    private = Ed25519PrivateKey.generate()
    public, signature = private.public_key().public_bytes_raw(), private.sign(message)
    spoiled = (int.from_bytes(signature, "big") ^ (1 << bit)).to_bytes(64, "big")

    assert verify.ed25519_holds(public, signature, message)
    assert not verify.ed25519_holds(public, spoiled, message)
    assert not verify.ed25519_holds(public, signature, message + b"x")


def test_a_signature_has_one_spelling():
    private = Ed25519PrivateKey.generate()
    public, signature = private.public_key().public_bytes_raw(), private.sign(b"x")
    larger = int.from_bytes(signature[32:], "little") + verify.ORDER
    other = signature[:32] + larger.to_bytes(32, "little")

    assert not verify.ed25519_holds(public, other, b"x")
