"""The envelope's outside: what its header says and when it is refused. Plain Python; the format is docs/envelopes.md.

One envelope seals bids, reserve prices and draw nonces; `purpose` tells them apart. The header is a canonical JSON
document signed by the owner. It promises every ciphertext by digest and padded size; the same header, without the
manifest's own entry, is signed again inside the manifest. What differs between the two is the owner's fault.
"""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from platform_site.accounts.refusals import Refused, Violation
from platform_site.sealing import age, padding, signing
from platform_site.sealing.canonical import NotCanonical, canonical, parse
from platform_site.sealing.keyfiles import sha256
from platform_site.sealing.keysets import set_hash, subsets

FORMAT = "ggzy-envelope/1"
SUITES = ("age-x25519",)
HEADER_CONTEXT = "ggzy-envelope/1 header"
MANIFEST_CONTEXT = "ggzy-envelope/1 manifest"
PURPOSES = ("bid", "reserve_price", "draw_nonce")
MAX_HEADER = 256 * 1024
MAX_PARTS = 500
MAX_WRAP = 16 * 1024

_HEX64 = re.compile(r"[0-9a-f]{64}\Z")
_STAMP = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ\Z")
_REF = re.compile(r"[^\x00-\x1f\x7f]{1,200}\Z")
_FIELDS = {"format", "suite", "signing", "purpose", "lot", "document", "subject", "nonce", "recipient", "owner"} | {
    *("trustee_set", "created", "wraps", "manifest", "parts")
}
# Only a consortium's envelope has it: {"members": codes besides the owner's, sorted, "agreement": SHA-256 of the file}.
_OPTIONAL = {"consortium"}
MOST_MEMBERS = 9


@dataclass(frozen=True, slots=True)
class Blame:
    """Who is at fault for what, precisely. For logs, the opening record and the verify script; never for strangers.

    Attributes:
        code: dotted, stable, e.g. `part.altered`.
        party: bidder | platform | trustee.
        detail: which part, wrap or member; never a secret.
    """

    code: str
    party: str
    detail: str = ""

    def __str__(self) -> str:
        return f"{self.party}: {self.code} {self.detail}".strip()


class EnvelopeRefused(Refused):
    """One refusal for every malformed envelope; `blame` is for our eyes. Becomes a 409 like every other refusal."""

    def __init__(self, code: str, party: str = "bidder", detail: str = "") -> None:
        self.blame = Blame(code, party, detail)
        super().__init__([Violation("envelope.refused", "ENG-24", "招标投标法实施条例 第三十六条")])


@dataclass(frozen=True, slots=True)
class Header:
    """A header that passed `check_outer`.

    Attributes:
        raw: the document as parsed.
        recipient: the key made for this envelope alone; the caller flags it where it was ever seen before.
        owner: the owner's long-lived age recipient; the caller flags it where another subject uses the same.
        digest: SHA-256 of the canonical header, for ledger, roll and receipt.
    """

    raw: Mapping[str, Any]
    recipient: str
    owner: str
    digest: str


def check_outer(
    header: bytes,
    signature: str,
    public_key: str,
    *,
    lot: str,
    subject: str,
    documents: Collection[str],
    keyset: Mapping[str, Any] | None,
    purpose: str = "bid",
    wraps: Mapping[str, Any],
    at_opening: bool = False,
) -> Header:
    """The header, once everything that can be judged without a key has been judged.

    Args:
        header: the canonical bytes as received.
        signature: hex, by the owner over HEADER_CONTEXT and the header.
        public_key: hex of the owner's registered Ed25519 key.
        documents: digests of the document versions that may be answered; {""} where there is no document.
        keyset: the lot's key-set document, or None where the lot runs bidder-only.
        wraps: {"owner": bytes, "trustees": [bytes, …]} in the header's order.
        at_opening: the platform has accepted this once, so what fails now changed in its hands.

    Raises:
        EnvelopeRefused: with the generic refusal outside and a precise blame inside.
    """
    party = "platform" if at_opening else "bidder"

    def refuse_unless(condition: object, code: str, detail: str = "") -> None:
        if not condition:
            raise EnvelopeRefused(code, party, detail)

    refuse_unless(len(header) <= MAX_HEADER, "header.too_large")
    try:
        raw = parse(header)
    except NotCanonical:
        raise EnvelopeRefused("header.not_canonical", party) from None
    refuse_unless(isinstance(raw, dict) and raw.keys() - _OPTIONAL == _FIELDS, "header.fields")
    refuse_unless(raw["format"] == FORMAT, "header.format")
    refuse_unless(raw["suite"] in SUITES and raw["signing"] in signing.SUITES, "header.suite_unknown")
    refuse_unless(signing.verified(public_key, HEADER_CONTEXT, raw, signature), "signature.invalid")
    refuse_unless(raw["lot"] == lot and _is(_REF, lot), "lot.wrong")
    refuse_unless(raw["subject"] == subject, "subject.wrong")
    refuse_unless(raw["purpose"] == purpose and purpose in PURPOSES, "purpose.wrong")
    refuse_unless(raw["document"] in list(documents), "document.wrong")
    refuse_unless(raw["trustee_set"] == (set_hash(keyset) if keyset else ""), "trustee_set.wrong")
    refuse_unless(_is(_HEX64, raw["nonce"]), "header.nonce")
    refuse_unless(_is(_STAMP, raw["created"]) and _is_moment(raw["created"]), "header.created")
    refuse_unless(age.is_recipient(raw["recipient"]) and age.is_recipient(raw["owner"]), "recipient.invalid")
    keys = {raw["recipient"], raw["owner"], *(m["recipient"] for m in (keyset or {"members": []})["members"])}
    refuse_unless(len(keys) == 2 + len((keyset or {"members": []})["members"]), "recipient.reused")
    if "consortium" in raw:
        refuse_unless(_is_consortium(raw["consortium"], subject), "consortium.shape")
    _check_parts(raw, refuse_unless)
    _check_wraps(raw, keyset, wraps, refuse_unless)
    return Header(raw, raw["recipient"], raw["owner"], sha256(header))


def _is_consortium(said: object, subject: str) -> bool:
    if not isinstance(said, dict) or said.keys() != {"members", "agreement"} or not isinstance(said["members"], list):
        return False
    members = said["members"]
    fits = all(_is(_REF, code) and len(code) <= 18 for code in members) and _is(_HEX64, said["agreement"])
    return fits and 1 <= len(members) <= MOST_MEMBERS and members == sorted({*members} - {subject})


def header_bytes(header: Mapping[str, Any]) -> bytes:
    """The canonical bytes of a header kept as a value."""
    return canonical(dict(header))


def inner_header(header: Mapping[str, Any]) -> dict[str, Any]:
    """What is signed again inside: the header without the manifest's own entry, which cannot contain itself."""
    return {name: value for name, value in header.items() if name != "manifest"}


def part_entries(header: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Every ciphertext in order: the manifest as part 0, then the files."""
    return [header["manifest"], *header["parts"]]


def _check_parts(raw: Mapping[str, Any], refuse_unless: Any) -> None:
    parts = raw["parts"]
    refuse_unless(isinstance(parts, list) and len(parts) <= MAX_PARTS, "parts.shape")
    for number, entry in enumerate([raw["manifest"], *parts]):
        wanted = {"sha256", "size", "padded"} | ({"index"} if number else set())
        refuse_unless(isinstance(entry, dict) and entry.keys() == wanted, "parts.shape", f"part {number}")
        refuse_unless(not number or _is_count(entry["index"], number, number), "parts.order", f"part {number}")
        refuse_unless(_is(_HEX64, entry["sha256"]), "parts.shape", f"part {number}")
        sizes_fit = (
            _is_count(entry["padded"], 0, padding.LIMIT)
            and _is_count(entry["size"], 0, 2 * padding.LIMIT)
            and padding.is_bucket(entry["padded"])
            and padding.plausible_ciphertext(entry["size"], entry["padded"])
        )
        refuse_unless(sizes_fit, "padding.wrong", f"part {number}")
    digests = [entry["sha256"] for entry in part_entries(raw)]
    refuse_unless(len(set(digests)) == len(digests), "parts.doubled")


def _check_wraps(
    raw: Mapping[str, Any], keyset: Mapping[str, Any] | None, given: Mapping[str, Any], refuse_unless: Any
) -> None:
    promised = raw["wraps"]
    refuse_unless(isinstance(promised, dict) and promised.keys() == {"owner", "trustees"}, "wraps.shape")
    refuse_unless(isinstance(promised["trustees"], list), "wraps.shape")
    wanted = subsets(keyset) if keyset else []
    shaped = isinstance(given, Mapping) and given.keys() == {"owner", "trustees"}
    refuse_unless(shaped and isinstance(given["trustees"], list), "wraps.shape")
    refuse_unless(len(promised["trustees"]) == len(given["trustees"]) == len(wanted), "wraps.incomplete")
    for number, (entry, chosen) in enumerate(zip(promised["trustees"], wanted, strict=True)):
        shaped = isinstance(entry, dict) and entry.keys() == {"members", "sha256", "size"}
        refuse_unless(shaped and canonical(entry["members"]) == canonical(chosen), "wraps.incomplete", f"wrap {number}")
    shaped = isinstance(promised["owner"], dict) and promised["owner"].keys() == {"sha256", "size"}
    refuse_unless(shaped, "wraps.shape")
    entries = [promised["owner"], *promised["trustees"]]
    for number, (entry, blob) in enumerate(zip(entries, [given["owner"], *given["trustees"]], strict=True)):
        whole = isinstance(blob, bytes) and len(blob) <= MAX_WRAP and _is_count(entry["size"], len(blob), len(blob))
        refuse_unless(whole and entry["sha256"] == sha256(blob), "wrap.altered", _wrap_name(number))
        refuse_unless(age.single_lock(blob), "wrap.not_sealed", _wrap_name(number))


def _wrap_name(number: int) -> str:
    return f"trustee wrap {number - 1}" if number else "owner wrap"


def _is(pattern: re.Pattern[str], text: object) -> bool:
    return isinstance(text, str) and pattern.match(text) is not None


def _is_count(value: object, least: int, most: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and least <= value <= most


def _is_moment(text: str) -> bool:
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return False
    return True
