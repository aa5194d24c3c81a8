"""What the signature in somebody's PDF says. Of a stranger's file only bytes are read and one CMS; no PDF is parsed."""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass

# Signature states, worst news last.
HOLDS, ADDED, CHANGED, FOREIGN, NONE = "holds", "added", "changed", "foreign", "none"
CMS_LIMIT = 64 * 1024  # hex digits; ours has 16 * 1024
_RANGE = re.compile(rb"/ByteRange\s*\[\s*(\d{1,12})\s+(\d{1,12})\s+(\d{1,12})\s+(\d{1,12})\s*\]")


@dataclass(frozen=True, slots=True)
class Signature:
    """The first signature in a file, which is the platform's where there is one.

    Attributes:
        state: HOLDS over the whole file; ADDED, it holds over the beginning and something stands behind it; CHANGED;
            FOREIGN, made with a key the record does not name; NONE.
        fingerprint: of the certificate, for HOLDS, ADDED and CHANGED.
        revision: SHA-256 of what was once the whole file, where something was added behind it.
    """

    state: str
    fingerprint: str = ""
    revision: str = ""


def signature_of(data: bytes, certificates: Mapping[str, bytes]) -> Signature:
    """What the signature of a file says.

    Args:
        certificates: DER by SHA-256 (hex), as the record names them: nothing in the file is believed.
    """
    found = _RANGE.search(data)
    if found is None:
        return Signature(NONE)
    begin, first, second, last = map(int, found.groups())
    end = second + last
    if begin or not 0 < first < second <= end <= len(data) or second - first > CMS_LIMIT:
        return Signature(NONE)
    covered = hashlib.sha256(data[:first] + data[second:end]).digest()
    fingerprint, intact = _checked(data[first:second], covered, certificates)
    if not fingerprint:
        return Signature(FOREIGN)
    if not intact:
        return Signature(CHANGED, fingerprint)
    if end < len(data):
        return Signature(ADDED, fingerprint, hashlib.sha256(data[:end]).hexdigest())
    return Signature(HOLDS, fingerprint)


def _checked(hole: bytes, digest: bytes, certificates: Mapping[str, bytes]) -> tuple[str, bool]:
    """(fingerprint of a certificate the record names, whether its key signed this digest); ("", False) for others."""
    from asn1crypto import cms, x509
    from pyhanko.sign.validation.generic_cms import validate_sig_integrity

    try:
        padded = bytes.fromhex(hole.removeprefix(b"<").removesuffix(b">").decode("ascii"))
        whole = cms.ContentInfo.load(padded)
        said, own_bytes = whole["content"], whole.dump()
        # What pads the place is not signed: there must be nothing in it, nor another way to write the same.
        if hole != b"<" + (own_bytes + bytes(len(padded) - len(own_bytes))).hex().upper().encode() + b">":
            return "", False
        (signer,) = said["signer_infos"]
        embedded = {hashlib.sha256(one.chosen.dump()).hexdigest() for one in said["certificates"]}
        own = next((one for one in embedded if one in certificates), "")
        if not own:
            return "", False
        certificate = x509.Certificate.load(certificates[own])
        intact, valid = validate_sig_integrity(signer, certificate, "data", digest)
    except Exception:
        # Whatever a stranger's bytes do to a parser, the answer is that this is no signature of ours.
        return "", False
    return own, bool(intact and valid)
