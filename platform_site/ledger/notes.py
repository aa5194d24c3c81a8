"""Signed notes (C2SP signed-note), checkpoints (tlog-checkpoint) and witness cosignatures (tlog-cosignature)."""

import base64
import binascii
import hashlib
import struct
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

ED25519 = 0x01
COSIGNATURE = 0x04
DASH = "— "
NOTE_LIMIT = 1_000_000  # bytes; a note longer than this is nobody's checkpoint


class BadNote(ValueError):
    """The text is not a note, or no trusted key signed it."""


def key_id(name: str, kind: int, public: bytes) -> bytes:
    """Four bytes that tell keys of one name apart."""
    return hashlib.sha256(name.encode() + b"\n" + bytes([kind]) + public).digest()[:4]


def check_name(name: str) -> str:
    """`name`, if notes allow it as a key name.

    Raises:
        ValueError: empty, or with spaces, plus signs or control characters.
    """
    if not name or "+" in name or any(char.isspace() or ord(char) < 0x20 for char in name):
        raise ValueError(f"{name!r} cannot be a key name")
    return name


@dataclass(frozen=True, slots=True)
class Verifier:
    """A public key with its name: `name+keyid+base64(kind || key)` in text."""

    name: str
    public: bytes
    kind: int = ED25519

    @classmethod
    def parse(cls, text: str) -> "Verifier":
        """The key a vkey line names.

        Raises:
            BadNote: malformed, of another kind, or with a wrong id.
        """
        try:
            name, number, rest = text.strip().split("+", 2)
            material = base64.b64decode(rest, validate=True)
            found = cls(check_name(name), material[1:], material[0])
        except (ValueError, IndexError, binascii.Error) as error:
            raise BadNote(f"not a verifier key: {text[:80]!r}") from error
        if found.kind not in {ED25519, COSIGNATURE} or len(found.public) != 32 or number != found.id.hex():
            raise BadNote(f"not an Ed25519 verifier key: {text[:80]!r}")
        return found

    @property
    def id(self) -> bytes:
        """The key's four bytes."""
        return key_id(self.name, self.kind, self.public)

    def __str__(self) -> str:
        return f"{self.name}+{self.id.hex()}+{base64.b64encode(bytes([self.kind]) + self.public).decode()}"

    def signed(self, text: bytes, signature: bytes) -> bool:
        """Whether the signature (without its four bytes) is this key's over the note's text."""
        message = text
        if self.kind == COSIGNATURE:
            if len(signature) != 72:
                return False
            moment = struct.unpack(">Q", signature[:8])[0]
            message, signature = cosigned(text, moment), signature[8:]
        try:
            Ed25519PublicKey.from_public_bytes(self.public).verify(signature, message)
        except (InvalidSignature, ValueError):
            return False
        return True


def cosigned(text: bytes, moment: int) -> bytes:
    """What a witness signs: the time (POSIX seconds) and the checkpoint's text."""
    return f"cosignature/v1\ntime {moment}\n".encode() + text


def signature_line(name: str, identity: bytes, signature: bytes) -> str:
    """One signature line, newline included."""
    return f"{DASH}{name} {base64.b64encode(identity + signature).decode()}\n"


@dataclass(frozen=True, slots=True)
class Signer:
    """A private key with its name."""

    name: str
    private: Ed25519PrivateKey
    kind: int = ED25519

    @property
    def verifier(self) -> Verifier:
        """The public half."""
        return Verifier(self.name, self.private.public_key().public_bytes_raw(), self.kind)

    def note(self, text: str) -> str:
        """The text (ending in a newline) as a note signed by this key. Ed25519: the same text gives the same note."""
        return f"{text}\n{signature_line(self.name, self.verifier.id, self.private.sign(text.encode()))}"

    def cosignature(self, note: str, moment: int) -> str:
        """This witness's line for a checkpoint, at POSIX second `moment`."""
        text = parse(note).text.encode()
        signature = struct.pack(">Q", moment) + self.private.sign(cosigned(text, moment))
        return signature_line(self.name, self.verifier.id, signature)


@dataclass(frozen=True, slots=True)
class Note:
    """A note taken apart. Believe nothing of it before `opened`.

    Attributes:
        text: with its final newline.
        signatures: (key name, key id, signature) in order.
    """

    text: str
    signatures: tuple[tuple[str, bytes, bytes], ...]


def parse(note: str) -> Note:
    """The note's text and signature lines.

    Raises:
        BadNote: not a signed note.
    """
    if len(note) > NOTE_LIMIT or any(char < " " and char != "\n" for char in note):
        raise BadNote("not a note: control characters, or too long")
    text, found, tail = note.rpartition("\n\n")
    if not found or not tail.endswith("\n"):
        raise BadNote("not a note: no signature block")
    signatures = []
    for line in tail[:-1].split("\n"):
        try:
            if not line.startswith(DASH):
                raise ValueError(line)
            name, encoded = line[len(DASH) :].split(" ")
            data = base64.b64decode(encoded, validate=True)
            check_name(name)
        except (ValueError, binascii.Error) as error:
            raise BadNote(f"not a signature line: {line[:80]!r}") from error
        if len(data) < 5:
            raise BadNote(f"not a signature: {line[:80]!r}")
        signatures.append((name, data[:4], data[4:]))
    return Note(text + "\n", tuple(signatures))


def opened(note: str, *verifiers: Verifier) -> tuple[Note, list[Verifier]]:
    """The note and which of the given keys signed it.

    Raises:
        BadNote: malformed; a known key's signature is wrong; none of the keys signed.
    """
    found = parse(note)
    by_id = {(key.name, key.id): key for key in verifiers}
    signed = []
    for name, identity, signature in found.signatures:
        key = by_id.get((name, identity))
        if key is None:
            continue
        if not key.signed(found.text.encode(), signature):
            raise BadNote(f"the signature of {name} does not fit the text")
        signed.append(key)
    if not signed:
        raise BadNote("no key we trust signed this")
    return found, signed


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A tree head: so many leaves, this root."""

    origin: str
    size: int
    root: bytes

    @property
    def text(self) -> str:
        """The note text of C2SP tlog-checkpoint."""
        return f"{self.origin}\n{self.size}\n{base64.b64encode(self.root).decode()}\n"

    @classmethod
    def parse(cls, text: str) -> "Checkpoint":
        """The tree head in a note's text.

        Raises:
            BadNote: not a checkpoint's text.
        """
        lines = text.split("\n")
        try:
            origin, size, root = lines[0], lines[1], base64.b64decode(lines[2], validate=True)
        except (IndexError, ValueError, binascii.Error) as error:
            raise BadNote("not a checkpoint") from error
        plain = size.isascii() and size.isdigit() and (size == "0" or size[0] != "0") and len(size) < 20
        if not origin or not plain or len(root) != 32 or lines[-1] or not all(lines[:-1]):
            raise BadNote("not a checkpoint")
        return cls(origin, int(size), root)


def checkpoint_in(note: str, *verifiers: Verifier) -> Checkpoint:
    """The tree head of a checkpoint signed by one of the keys.

    Raises:
        BadNote: malformed or unsigned.
    """
    return Checkpoint.parse(opened(note, *verifiers)[0].text)
