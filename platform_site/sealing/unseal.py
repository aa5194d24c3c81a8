"""Opening: from ciphertexts and keys to offers, or to whose fault it is. Plain Python, no lock, no database.

The answer depends only on the envelope and the keys, never on the order in which keys came in. 视为撤销 needs k keys in
and a fault of the owner; a fault of platform or trustee is never laid at the bidder's door (20号令 第三十一条).
"""

import hashlib
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from platform_site.sealing import age, padding, signing
from platform_site.sealing.canonical import NotCanonical, canonical, parse
from platform_site.sealing.envelope import (
    MANIFEST_CONTEXT,
    Blame,
    EnvelopeRefused,
    check_outer,
    header_bytes,
    inner_header,
    part_entries,
)
from platform_site.sealing.keysets import subsets
from platform_site.sealing.seal import MANIFEST_FORMAT

_MAX_MANIFEST = 32 * 1024 * 1024
_NAME = re.compile(r"[^/\\\x00-\x1f\x7f\u202a-\u202e\u2066-\u2069]{1,200}\Z")
_MEDIA = re.compile(r"[A-Za-z0-9.+-]{1,80}/[A-Za-z0-9.+-]{1,80}\Z")


@dataclass(frozen=True, slots=True)
class Bundle:
    """Everything the platform holds about one envelope, and what it should be bound to.

    Attributes:
        header: the header as kept.
        wraps: {"owner": bytes, "trustees": [bytes, …]}.
        parts: where the ciphertexts lie, manifest first.
        public_key: the owner's registered signing key, hex.
        lot, subject, documents, keyset, purpose: as for `check_outer`.
    """

    header: Mapping[str, Any]
    signature: str
    wraps: Mapping[str, Any]
    parts: Sequence[Path]
    public_key: str
    lot: str
    subject: str
    documents: Collection[str]
    keyset: Mapping[str, Any] | None
    purpose: str = "bid"


@dataclass(frozen=True, slots=True)
class OpenedFile:
    """One plaintext file: number, the owner's name for it, type, size in bytes, SHA-256, where it now lies."""

    index: int
    name: str
    media_type: str
    size: int
    sha256: str
    path: Path


@dataclass(frozen=True, slots=True)
class Outcome:
    """What opening came to.

    Attributes:
        kind: opened | waiting (keys still missing, nothing proven) | revoked (视为撤销) | withdrawn (视为撤回).
        blame: why not opened; None when opened, or while merely waiting.
        missing: who could still help: "bidder", or names of trustees.
        by: "bidder" or "trustees": whose keys opened it; "" otherwise.
        defects: faults that did not stop the opening (a bad unlock, an unopenable wrap), for the record.
        offer, files: the contents.
        manifest_sha256: digest of the signed manifest, for the ledger.
    """

    kind: str
    blame: Blame | None = None
    missing: tuple[str, ...] = ()
    by: str = ""
    defects: tuple[Blame, ...] = ()
    offer: Mapping[str, Any] = field(default_factory=dict)
    files: tuple[OpenedFile, ...] = ()
    manifest_sha256: str = ""


def decrypt(
    bundle: Bundle, *, secrets: Mapping[int, str], unlock: str | None, out_dir: Path, final: bool = False
) -> Outcome:
    """What the envelope holds, or why it cannot be said.

    Args:
        secrets: released lot keys by member number.
        unlock: the envelope's identity as the bidder's browser unlocked it, or None.
        out_dir: plaintext files are written here as `<index>.bin`; nothing is left there unless opened.
        final: the time for keys is over; `waiting` turns into 视为撤回 (or, bidder-only, 视为撤销).
    """
    if fault := _stored_whole(bundle):
        return Outcome("withdrawn", fault)
    defects: list[Blame] = []
    good = {number: secret for number, secret in secrets.items() if _is_members(bundle, number, secret, defects)}
    found: dict[str, str] = {}
    if unlock is not None:
        if _fits(unlock, bundle.header["recipient"]):
            found["bidder"] = unlock
        else:
            defects.append(Blame("unlock.wrong", "bidder"))
    enough = bundle.keyset is not None and len(good) >= bundle.keyset["k"]
    if enough and (identity := _from_trustees(bundle, good, defects)):
        found["trustees"] = identity
    if not found:
        return _closed(bundle, good, enough=enough, tried=unlock is not None, defects=tuple(defects), final=final)
    by, identity = next(iter(found.items()))
    try:
        manifest, files = _contents(bundle, identity, out_dir)
    except EnvelopeRefused as refused:
        # The right identity is proven by its recipient, so a fault inside is certain with or without further keys.
        for leftover in out_dir.glob("*.bin"):
            leftover.unlink()
        return Outcome(
            "revoked" if refused.blame.party == "bidder" else "withdrawn", refused.blame, defects=tuple(defects)
        )
    text = hashlib.sha256(canonical(manifest)).hexdigest()
    return Outcome("opened", None, (), by, tuple(defects), manifest["offer"], files, text)


def manifest_again(bundle: Bundle, *, secrets: Mapping[int, str], unlock: str | None) -> Mapping[str, Any] | None:
    """The signed manifest out of the envelope's first ciphertext, by the keys given away at its opening.

    None where they do not open it any more: key, ciphertext, header or wraps are not those of that day.
    """
    identity = unlock if unlock is not None and _fits(unlock, bundle.header["recipient"]) else None
    good = {number: secret for number, secret in secrets.items() if _is_members(bundle, number, secret, [])}
    if identity is None and bundle.keyset is not None and len(good) >= bundle.keyset["k"]:
        identity = _from_trustees(bundle, good, [])
    try:
        return _manifest(bundle, identity) if identity else None
    except (EnvelopeRefused, OSError):
        return None


def unwrap_by_trustees(
    header: Mapping[str, Any], wraps: Mapping[str, Any], secrets: Mapping[int, str], chosen: Sequence[int]
) -> str:
    """The identity from the wrap of one k-subset.

    Raises:
        age.CannotOpen: it does not open, or opens to something that is not the header's key.
    """
    entries = [entry["members"] for entry in header["wraps"]["trustees"]]
    blob = wraps["trustees"][entries.index(list(chosen))]
    return _checked(age.unnest(blob, [secrets[number] for number in chosen]), header["recipient"])


def unwrap_by_owner(header: Mapping[str, Any], wraps: Mapping[str, Any], identity: str) -> str:
    """The envelope's identity, by the owner's own key: what the browser does to unlock.

    Raises:
        age.CannotOpen: not this owner's key, or a damaged wrap.
    """
    return _checked(age.decrypt(wraps["owner"], identity), header["recipient"])


def _stored_whole(bundle: Bundle) -> Blame | None:
    """The platform's own faults first: what it accepted must still be what it holds."""
    try:
        check_outer(
            header_bytes(bundle.header),
            bundle.signature,
            bundle.public_key,
            lot=bundle.lot,
            subject=bundle.subject,
            documents=bundle.documents,
            keyset=bundle.keyset,
            purpose=bundle.purpose,
            wraps=bundle.wraps,
            at_opening=True,
        )
    except EnvelopeRefused as refused:
        return refused.blame
    except NotCanonical:
        return Blame("header.not_canonical", "platform")
    entries = part_entries(bundle.header)
    if len(entries) != len(bundle.parts):
        return Blame("part.lost", "platform")
    for number, (entry, path) in enumerate(zip(entries, bundle.parts, strict=True)):
        try:
            with path.open("rb") as stored:
                same = hashlib.file_digest(stored, "sha256").hexdigest() == entry["sha256"]
        except OSError:
            return Blame("part.lost", "platform", f"part {number}")
        if not same:
            return Blame("part.altered", "platform", f"part {number}")
    return None


def _fits(identity: str, recipient: str) -> bool:
    try:
        return age.recipient_of(identity) == recipient
    except age.CannotOpen:
        return False


def _is_members(bundle: Bundle, number: int, secret: str, defects: list[Blame]) -> bool:
    member = bundle.keyset["members"][number] if bundle.keyset else None
    if member and _fits(secret, member["recipient"]):
        return True
    defects.append(Blame("trustee_key.wrong", "trustee", f"member {number}"))
    return False


def _checked(text: bytes, recipient: str) -> str:
    identity = text.decode("ascii", "replace")
    if not age.IDENTITY.match(identity) or not _fits(identity, recipient):
        raise age.CannotOpen("the wrap holds another key")
    return identity


def _from_trustees(bundle: Bundle, secrets: Mapping[int, str], defects: list[Blame]) -> str | None:
    """The identity from the first wrap that opens; every wrap the keys reach is tried, so defects are complete."""
    identity = None
    for chosen in subsets(bundle.keyset or {}):
        if not set(chosen) <= secrets.keys():
            continue
        try:
            identity = unwrap_by_trustees(bundle.header, bundle.wraps, secrets, chosen) or identity
        except age.CannotOpen:
            defects.append(Blame("wrap.unopenable", "bidder", "members " + ",".join(map(str, chosen))))
    return identity


def _closed(
    bundle: Bundle, good: Mapping[int, str], *, enough: bool, tried: bool, defects: tuple[Blame, ...], final: bool
) -> Outcome:
    """No key reached the contents: waiting, 视为撤销 or 视为撤回."""
    if enough and (final or tried):
        return Outcome("revoked", Blame("wrap.unopenable", "bidder", "every trustee wrap"), defects=defects)
    if enough:
        return Outcome("waiting", missing=("bidder",), defects=defects)
    if bundle.keyset is None:
        if not final:
            return Outcome("waiting", missing=("bidder",), defects=defects)
        fault = Blame("unlock.wrong" if tried else "unlock.missing", "bidder")
        return Outcome("revoked", fault, ("bidder",), defects=defects)
    members = bundle.keyset["members"]
    missing = ("bidder", *(m["name"] for number, m in enumerate(members) if number not in good))
    if not final:
        return Outcome("waiting", missing=missing, defects=defects)
    return Outcome("withdrawn", Blame("keys.missing", "trustee"), missing, "", defects)


def _contents(bundle: Bundle, identity: str, out_dir: Path) -> tuple[Mapping[str, Any], tuple[OpenedFile, ...]]:
    manifest = _manifest(bundle, identity)
    opened = []
    for entry, listed, path in zip(bundle.header["parts"], manifest["files"], bundle.parts[1:], strict=True):
        target = out_dir / f"{entry['index']}.bin"
        with path.open("rb") as stored, target.open("wb") as plain:
            sink = padding.ContentSink(plain, entry["padded"])
            where = f"part {entry['index']}"
            try:
                age.decrypt_stream(stored, sink, identity)
                content = sink.finish()
            except age.CannotOpen:
                raise EnvelopeRefused("part.undecryptable", detail=where) from None
            except padding.BadFrame:
                raise EnvelopeRefused("part.frame", detail=where) from None
        if content != listed["sha256"] or sink.size != listed["size"]:
            raise EnvelopeRefused("file.differs", detail=where)
        opened.append(OpenedFile(entry["index"], listed["name"], listed["media_type"], sink.size, content, target))
    return manifest, tuple(opened)


def _manifest(bundle: Bundle, identity: str) -> Mapping[str, Any]:
    entry = bundle.header["manifest"]
    if entry["padded"] > _MAX_MANIFEST:
        raise EnvelopeRefused("manifest.too_large")
    try:
        padded = age.decrypt(bundle.parts[0].read_bytes(), identity)
    except age.CannotOpen:
        raise EnvelopeRefused("part.undecryptable", detail="part 0") from None
    try:
        if len(padded) != entry["padded"]:
            raise padding.BadFrame
        manifest = parse(padding.unframe(padded))
    except padding.BadFrame:
        raise EnvelopeRefused("part.frame", detail="part 0") from None
    except NotCanonical:
        raise EnvelopeRefused("manifest.not_canonical") from None
    check_manifest(manifest, bundle.header, bundle.public_key)
    return manifest


def check_manifest(manifest: Any, header: Mapping[str, Any], public_key: str) -> None:
    """Return if the manifest is well-formed, signed by the owner and says what the header says.

    Raises:
        EnvelopeRefused: blaming the owner, who alone could write it.
    """
    if not isinstance(manifest, dict) or manifest.keys() != {"format", "header", "offer", "files", "signature"}:
        raise EnvelopeRefused("manifest.shape")
    if manifest["format"] != MANIFEST_FORMAT or not isinstance(manifest["offer"], dict):
        raise EnvelopeRefused("manifest.shape")
    # As text: to Python `1 == True`, to the canonical text and to every other reader it is not.
    if canonical(manifest["header"]) != canonical(inner_header(header)):
        raise EnvelopeRefused("inner.differs", detail=_differing(manifest["header"], inner_header(header)))
    unsigned = {name: value for name, value in manifest.items() if name != "signature"}
    if not signing.verified(public_key, MANIFEST_CONTEXT, unsigned, manifest["signature"]):
        raise EnvelopeRefused("inner.signature")
    files = manifest["files"]
    if not isinstance(files, list) or len(files) != len(header["parts"]):
        raise EnvelopeRefused("manifest.files")
    for number, listed in enumerate(files, start=1):
        shaped = isinstance(listed, dict) and listed.keys() == {"index", "name", "media_type", "size", "sha256"}
        if not shaped or canonical(listed["index"]) != canonical(number) or isinstance(listed["size"], bool):
            raise EnvelopeRefused("manifest.files", detail=f"file {number}")
        texts = all(isinstance(listed[name], str) for name in ("name", "media_type", "sha256"))
        if not texts or not _NAME.match(listed["name"]) or not _MEDIA.match(listed["media_type"]):
            raise EnvelopeRefused("manifest.files", detail=f"file {number}")


def _differing(inner: Any, outer: Mapping[str, Any]) -> str:
    if not isinstance(inner, dict):
        return "header"
    return ", ".join(name for name in outer if inner.get(name) != outer[name]) or "extra fields"
