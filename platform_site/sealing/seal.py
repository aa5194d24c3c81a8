"""Sealing in Python: for tests, the demo's pretended bidders and command-line tools. Real bids are sealed by the
browser's module (static/js/sealing), which writes the same bytes but for randomness. Plain Python.
"""

import hashlib
import io
import os
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO

from platform_site.sealing import age, padding, signing
from platform_site.sealing.canonical import canonical
from platform_site.sealing.envelope import FORMAT, HEADER_CONTEXT, MANIFEST_CONTEXT
from platform_site.sealing.keyfiles import BidderKey, nonce, sha256
from platform_site.sealing.keysets import set_hash, stamp, subsets

MANIFEST_FORMAT = "ggzy-manifest/1"
# Beyond this a file is sealed through a temporary file instead of memory.
IN_MEMORY = 8 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class PlainFile:
    """A file to be sealed: the name people see, its media type, its bytes or where they lie."""

    name: str
    content: bytes | Path
    media_type: str = "application/octet-stream"


@dataclass(frozen=True, slots=True)
class Context:
    """What an envelope is bound to: lot reference, document version digest ("" for none), purpose; for a consortium
    {"members", "agreement"} as the header says them."""

    lot: str
    document: str = ""
    purpose: str = "bid"
    consortium: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Sealed:
    """A finished envelope.

    Attributes:
        header: canonical bytes.
        signature: hex.
        wraps: {"owner": bytes, "trustees": [bytes, …]}.
        parts: ciphertexts in order, manifest first; bytes, or a path to a temporary file the caller deletes.
    """

    header: bytes
    signature: str
    wraps: dict[str, Any]
    parts: list[bytes | Path]


def seal(
    offer: Mapping[str, Any],
    files: Sequence[PlainFile],
    *,
    keyset: Mapping[str, Any] | None,
    key: BidderKey,
    context: Context,
    created: datetime,
) -> Sealed:
    """An envelope around `offer` and `files`; its one-time identity is forgotten when this returns.

    Args:
        offer: the structured offer; text, whole numbers, lists, objects (money as text).
        keyset: the lot's key set, or None for a lot that runs bidder-only.
        created: what the header says; the platform's arrival time is what counts in law.
    """
    identity, recipient = age.generate()
    wraps = make_wraps(identity, key.recipient, keyset)
    parts: list[bytes | Path] = []
    entries, listed = [], []
    for index, file in enumerate(files, start=1):
        part, entry, plain = _seal_file(file, recipient)
        parts.append(part)
        entries.append({"index": index, **entry})
        listed.append({"index": index, "name": file.name, "media_type": file.media_type, **plain})
    inner = {
        "format": FORMAT,
        "suite": "age-x25519",
        "signing": "ed25519",
        "purpose": context.purpose,
        "lot": context.lot,
        "document": context.document,
        "subject": key.subject,
        "nonce": nonce(),
        "recipient": recipient,
        "owner": key.recipient,
        "trustee_set": set_hash(keyset) if keyset else "",
        "created": stamp(created),
        "wraps": describe_wraps(wraps, keyset),
        "parts": entries,
    }
    if context.consortium:
        inner["consortium"] = dict(context.consortium)
    manifest = {"format": MANIFEST_FORMAT, "header": inner, "offer": dict(offer), "files": listed}
    manifest["signature"] = signing.sign(key.signing_secret, MANIFEST_CONTEXT, manifest)
    padded = padding.frame(canonical(manifest))
    ciphertext = age.encrypt(padded, recipient)
    entry = {"sha256": sha256(ciphertext), "size": len(ciphertext), "padded": len(padded)}
    header = inner | {"manifest": entry}
    signature = signing.sign(key.signing_secret, HEADER_CONTEXT, header)
    return Sealed(canonical(header), signature, wraps, [ciphertext, *parts])


def make_wraps(identity: str, owner: str, keyset: Mapping[str, Any] | None) -> dict[str, Any]:
    """The identity locked to its owner, and in nested age for every k-subset of the lot's trustees."""
    text = identity.encode()
    recipients = [member["recipient"] for member in keyset["members"]] if keyset else []
    chosen = subsets(keyset) if keyset else []
    nested = [age.nest(text, [recipients[number] for number in members]) for members in chosen]
    return {"owner": age.encrypt(text, owner), "trustees": nested}


def describe_wraps(wraps: Mapping[str, Any], keyset: Mapping[str, Any] | None) -> dict[str, Any]:
    """What the header says about the wraps."""
    chosen = subsets(keyset) if keyset else []
    return {
        "owner": {"sha256": sha256(wraps["owner"]), "size": len(wraps["owner"])},
        "trustees": [
            {"members": members, "sha256": sha256(blob), "size": len(blob)}
            for members, blob in zip(chosen, wraps["trustees"], strict=True)
        ],
    }


class _Hashing:
    """Passes bytes on and remembers their digest and count."""

    def __init__(self, inner: BinaryIO | io.BytesIO) -> None:
        self._inner, self._hash, self.size = inner, hashlib.sha256(), 0

    def read(self, size: int = -1) -> bytes:
        piece = self._inner.read(size)
        self._note(piece)
        return piece

    def write(self, piece: bytes) -> int:
        self._note(piece)
        return self._inner.write(piece)

    def flush(self) -> None:
        self._inner.flush()

    def _note(self, piece: bytes) -> None:
        self._hash.update(piece)
        self.size += len(piece)

    @property
    def sha256(self) -> str:
        return self._hash.hexdigest()


def _seal_file(file: PlainFile, recipient: str) -> tuple[bytes | Path, dict[str, Any], dict[str, Any]]:
    """(ciphertext, header entry, manifest entry) of one file; large ones go through temporary files."""
    opened: BinaryIO
    if isinstance(file.content, bytes):
        size, opened = len(file.content), io.BytesIO(file.content)
    else:
        size, opened = file.content.stat().st_size, file.content.open("rb")
    memory, kept = io.BytesIO(), None
    if size > IN_MEMORY:
        handle, name = tempfile.mkstemp(prefix="sealed-")
        kept = Path(name)  # the caller deletes it
    with opened, os.fdopen(handle, "wb") if kept else memory as target:
        plain, cipher = _Hashing(opened), _Hashing(target)
        age.encrypt_stream(padding.FramedSource(plain, size), cipher, recipient)
        part: bytes | Path = kept or memory.getvalue()
    entry = {"sha256": cipher.sha256, "size": cipher.size, "padded": padding.padded_size(size)}
    return part, entry, {"size": size, "sha256": plain.sha256}
