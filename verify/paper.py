#!/usr/bin/env python3
"""Checks the platform's signature on papers: python verify.py paper PAPER.pdf … --certificates FILE_OR_FOLDER

FILE is /verify/certificates/ as you saved it, a folder that of an archive (certificates/): each certificate stands in
the record, and a paper signed by another one is not the platform's, whatever is embedded in it. What holds is that the
file is, byte for byte, what that key signed; whether the record names this very file you see from its SHA-256 and the
paper's entry (the archive check compares them). Standard library only; runs beside or in verify.py. Exit 0: they hold.

PDF 32000-1 12.8 (ByteRange), RFC 5652 (CMS), RFC 8017 8.2 (RSASSA-PKCS1-v1_5) with SHA-256: nothing else is accepted.
"""

import base64
import hashlib
import json
import re
import sys
from pathlib import Path

BYTE_RANGE = re.compile(rb"/ByteRange\s*\[\s*(\d{1,12})\s+(\d{1,12})\s+(\d{1,12})\s+(\d{1,12})\s*\]")
SIGNED_DATA, DATA = "2a864886f70d010702", "2a864886f70d010701"
CONTENT_TYPE, MESSAGE_DIGEST = "2a864886f70d010903", "2a864886f70d010904"
SHA256, RSA, SHA256_RSA = "608648016503040201", "2a864886f70d010101", "2a864886f70d01010b"
# DigestInfo of a SHA-256 digest, RFC 8017 9.2.
DIGEST_INFO = bytes.fromhex("3031300d060960864801650304020105000420")


class Wrong(Exception):
    """The signature does not hold. The text says why."""


def der(data, at=0):
    """(tag, content, end) of the DER element that begins at `at`."""
    try:
        tag, size, at = data[at], data[at + 1], at + 2
        if size & 0x80:
            count = size & 0x7F
            size, at = int.from_bytes(data[at : at + count], "big"), at + count
    except IndexError:
        raise Wrong("the signature cannot be read") from None
    if at + size > len(data):
        raise Wrong("the signature cannot be read")
    return tag, data[at : at + size], at + size


def parts(content):
    """The elements one after the other: [(tag, content, whole)]."""
    found, at = [], 0
    while at < len(content):
        tag, inner, end = der(content, at)
        found.append((tag, inner, content[at:end]))
        at = end
    return found


def signed_part(data):
    """(what was signed, the CMS in DER) of a PDF whose last signature covers the whole file."""
    ranges = BYTE_RANGE.findall(data)
    if not ranges:
        raise Wrong("there is no signature in it")
    begin, first, second, last = map(int, ranges[-1])
    if begin or not first < second or second + last > len(data):
        raise Wrong("the signature covers something else than this file")
    if second + last < len(data):
        raise Wrong(f"{len(data) - second - last} bytes were added behind what was signed")
    hole = data[first:second]
    if not re.fullmatch(rb"<(?:[0-9A-F]{2})+>", hole):
        raise Wrong("the signature is not where it should be")
    padded = bytes.fromhex(hole[1:-1].decode())
    end = der(padded)[2]
    if padded[end:].strip(b"\x00"):
        raise Wrong("something stands beside the signature that nobody signed")
    return data[:first] + data[second:], padded[:end]


def check_signature(data, certificates):
    """The fingerprint of the certificate whose key signed the whole file.

    Args:
        certificates: DER by SHA-256 (hex), as the record names them.

    Raises:
        Wrong: it does not hold, or was made by a key the record does not name.
    """
    covered, cms = signed_part(data)
    try:
        kind, (_, outer, _) = parts(der(cms)[1])[0], parts(der(cms)[1])[1]
        _, digests, content, *rest = parts(der(outer)[1])
        embedded = [one for one in rest if one[0] == 0xA0]
        (signer,) = [parts(one[1]) for one in rest if one[0] == 0x31]
        _, _, digest_kind, attributes, signature_kind, signature = parts(signer[0][1])[:6]
        said = {parts(one[1])[0][1].hex(): parts(parts(one[1])[1][1])[0][1] for one in parts(attributes[1])}
        kinds = [parts(one[1])[0][1].hex() for one in (digest_kind, signature_kind)]
    except (ValueError, IndexError):
        raise Wrong("the signature cannot be read") from None
    if kind[1].hex() != SIGNED_DATA or parts(content[1])[0][1].hex() != DATA or len(signer) != 1 or not digests[1]:
        raise Wrong("the signature is of another kind")
    if kinds[0] != SHA256 or kinds[1] not in (RSA, SHA256_RSA):
        raise Wrong("the signature is of another kind")
    if said.get(CONTENT_TYPE, b"").hex() != DATA or said.get(MESSAGE_DIGEST) != hashlib.sha256(covered).digest():
        raise Wrong("the file was changed after it was signed")
    # The attributes are signed as the SET they are, not under the tag they are carried with.
    attested = b"\x31" + attributes[2][1:]
    inside = {hashlib.sha256(one[2]).hexdigest(): one[2] for box in embedded for one in parts(box[1])}
    for fingerprint in inside:
        if fingerprint in certificates and rsa_holds(certificates[fingerprint], signature[1], attested):
            return fingerprint
    if not set(inside) & set(certificates):
        raise Wrong("it was signed by a key the record does not name")
    raise Wrong("the signature is not that of the certificate")


def rsa_holds(certificate, signature, message):
    """Whether the certificate's RSA key signed the message (SHA-256, PKCS#1 v1.5)."""
    fields = parts(parts(der(certificate)[1])[0][1])
    # tbsCertificate: [version], serial, algorithm, issuer, validity, subject, subjectPublicKeyInfo …
    start = 1 if fields[0][0] == 0xA0 else 0
    (_, algorithm, _), (_, bits, _) = parts(fields[start + 5][1])
    if parts(algorithm)[0][1].hex() != RSA:
        return False
    (_, modulus, _), (_, exponent, _) = parts(der(bits[1:])[1])
    n, e = int.from_bytes(modulus, "big"), int.from_bytes(exponent, "big")
    size = (n.bit_length() + 7) // 8
    if len(signature) != size or int.from_bytes(signature, "big") >= n:
        return False
    found = pow(int.from_bytes(signature, "big"), e, n).to_bytes(size, "big")
    told = DIGEST_INFO + hashlib.sha256(message).digest()
    return found == b"\x00\x01" + b"\xff" * (size - 3 - len(told)) + b"\x00" + told


def certificates_of(path):
    """DER by fingerprint, from a JSON file or a folder of them; one whose fingerprint is not its own is left out."""
    files = sorted(path.glob("*.json")) if path.is_dir() else [path]
    found = {}
    for file in files:
        read = json.loads(file.read_text("utf-8"))
        for row in read.get("certificates", [read]):
            data = base64.b64decode(row["certificate"])
            if hashlib.sha256(data).hexdigest() == row["sha256"]:
                found[row["sha256"]] = data
    return found


def main():
    """Every paper named on the command line."""
    given = sys.argv[1:]
    if "--certificates" not in given or given[-1] == "--certificates":
        print("say whose signature counts: paper PAPER.pdf … --certificates FILE_OR_FOLDER", file=sys.stderr)
        return 2
    at = given.index("--certificates")
    try:
        certificates = certificates_of(Path(given[at + 1]))
        papers = {name: Path(name).read_bytes() for name in given[:at] + given[at + 2 :]}
    except (OSError, KeyError, ValueError) as error:
        print(f"cannot be read: {type(error).__name__}: {error}", file=sys.stderr)
        return 2
    failed = 0
    for name, data in papers.items():
        try:
            fingerprint = check_signature(data, certificates)
            print(f"holds: {Path(name).name} sha256 {hashlib.sha256(data).hexdigest()} signed by {fingerprint}")
        except Wrong as fault:
            failed += 1
            print(f"FAULT: {Path(name).name}: {fault}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
