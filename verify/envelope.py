#!/usr/bin/env python3
"""Opens a sealed envelope again and says whose fault it is if it cannot be. Python 3.10 or newer, nothing else.

    envelope.py ENVELOPE.json [--keyset keyset.json] [--released released.json] [--unlock IDENTITY]
                [--parts FOLDER] [--out FOLDER]

ENVELOPE.json, keyset.json and released.json are those of a lot's archive; FOLDER holds the ciphertexts as 0.age (the
manifest), 1.age and so on. Without --parts the outside and the keys are judged. The answer is JSON on standard output.
Exit status: 0 everything holds, 1 something does not (see "faults"), 2 cannot be read.

Written apart from the platform's own code, from docs/envelopes.md, RFC 7748, 8032, 8439, 5869, 8785 and the age format.
Pure Python: about a second for every 500 kB of ciphertext; with the package `cryptography` at hand it is fast.
"""

import argparse
import base64
import hashlib
import hmac
import itertools
import json
import re
import struct
import sys
from pathlib import Path

try:
    from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
except ImportError:
    ChaCha20Poly1305 = None


class Fault(Exception):
    """Something does not hold: (who, code)."""


class CannotOpen(Exception):
    """Not this key, or altered."""


# -- curve25519: X25519 (RFC 7748) and Ed25519 verification (RFC 8032) -------------------------------------------------

P = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
ROOT = pow(2, (P - 1) // 4, P)


def x25519(secret, point):
    """Scalar multiplication on the Montgomery curve."""
    k = int.from_bytes(secret, "little") & ~7 & ~(128 << 8 * 31) | 64 << 8 * 31
    x1 = int.from_bytes(point, "little") & (1 << 255) - 1
    x2, z2, x3, z3, swap = 1, 0, x1, 1, 0
    for t in reversed(range(255)):
        bit = k >> t & 1
        if swap ^ bit:
            x2, x3, z2, z3 = x3, x2, z3, z2
        swap = bit
        a, b, c, d = x2 + z2, x2 - z2, x3 + z3, x3 - z3
        aa, bb, da, cb = a * a % P, b * b % P, d * a % P, c * b % P
        e = aa - bb
        x3, z3 = pow(da + cb, 2, P), x1 * pow(da - cb, 2, P) % P
        x2, z2 = aa * bb % P, e * (aa + 121665 * e) % P
    if swap:
        x2, z2 = x3, z3
    return (x2 * pow(z2, P - 2, P) % P).to_bytes(32, "little")


def _add(p, q):
    a, b = (p[1] - p[0]) * (q[1] - q[0]) % P, (p[1] + p[0]) * (q[1] + q[0]) % P
    c, d = 2 * p[3] * q[3] * D % P, 2 * p[2] * q[2] % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % P, g * h % P, f * g % P, e * h % P


def _times(scalar, point):
    total = (0, 1, 1, 0)
    while scalar:
        if scalar & 1:
            total = _add(total, point)
        point, scalar = _add(point, point), scalar >> 1
    return total


def _decode(data):
    y = int.from_bytes(data, "little")
    sign, y = y >> 255, y & (1 << 255) - 1
    if y >= P:
        return None
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * ROOT % P
    if (x * x - square) % P or (x == 0 and sign):
        return None
    x = P - x if x & 1 != sign else x
    return x, y, 1, x * y % P


BASE = _decode((4 * pow(5, P - 2, P) % P).to_bytes(32, "little"))


def signed(public_hex, context, value, signature_hex):
    """Whether the Ed25519 signature covers the context line and the canonical value."""
    try:
        public, signature = bytes.fromhex(public_hex), bytes.fromhex(signature_hex)
        message = context.encode() + b"\n" + canonical(value)
    except (ValueError, TypeError):
        return False
    key = _decode(public) if len(public) == 32 and len(signature) == 64 else None
    scalar = int.from_bytes(signature[32:], "little")
    if key is None or scalar >= ORDER:
        return False
    factor = int.from_bytes(hashlib.sha512(signature[:32] + public + message).digest(), "little") % ORDER
    x, y, z, t = _times(factor, key)
    px, py, pz, _ = _add(_times(scalar, BASE), (P - x, y, z, P - t))
    inverse = pow(pz, P - 2, P)
    px, py = px * inverse % P, py * inverse % P
    return (py | (px & 1) << 255).to_bytes(32, "little") == signature[:32]


# -- ChaCha20-Poly1305 (RFC 8439) --------------------------------------------------------------------------------------


def _rounds(state):
    x = list(state)
    for _ in range(10):
        for a, b, c, d in ((0, 4, 8, 12), (1, 5, 9, 13), (2, 6, 10, 14), (3, 7, 11, 15),
                           (0, 5, 10, 15), (1, 6, 11, 12), (2, 7, 8, 13), (3, 4, 9, 14)):  # fmt: skip
            for one, two, three, by in ((a, b, d, 16), (c, d, b, 12), (a, b, d, 8), (c, d, b, 7)):
                x[one] = (x[one] + x[two]) & 0xFFFFFFFF
                mixed = x[three] ^ x[one]
                x[three] = (mixed << by | mixed >> 32 - by) & 0xFFFFFFFF
    return struct.pack("<16I", *((u + v) & 0xFFFFFFFF for u, v in zip(x, state, strict=True)))


def _stream(key, nonce, counter, size):
    head = struct.unpack("<4I", b"expand 32-byte k") + struct.unpack("<8I", key)
    tail = struct.unpack("<3I", nonce)
    return b"".join(_rounds((*head, counter + n, *tail)) for n in range(-(-size // 64)))[:size]


def aead_open(key, nonce, ciphertext):
    """The plaintext. Raises CannotOpen."""
    if len(ciphertext) < 16:
        raise CannotOpen
    if ChaCha20Poly1305 is not None:
        try:
            return ChaCha20Poly1305(key).decrypt(nonce, ciphertext, None)
        except Exception:
            raise CannotOpen from None
    body, tag = ciphertext[:-16], ciphertext[-16:]
    once = _stream(key, nonce, 0, 32)
    r = int.from_bytes(once[:16], "little") & 0x0FFFFFFC0FFFFFFC0FFFFFFC0FFFFFFF
    total = 0
    text = body + bytes(-len(body) % 16) + struct.pack("<QQ", 0, len(body))
    for place in range(0, len(text), 16):
        total = (total + int.from_bytes(text[place : place + 16] + b"\x01", "little")) * r % (2**130 - 5)
    total = (total + int.from_bytes(once[16:], "little")) % 2**128
    if not hmac.compare_digest(total.to_bytes(16, "little"), tag):
        raise CannotOpen
    return bytes(a ^ b for a, b in zip(body, _stream(key, nonce, 1, len(body)), strict=True))


def hkdf(material, salt, info):
    """HKDF-SHA-256, 32 bytes."""
    return hmac.digest(hmac.digest(salt or bytes(32), material, "sha256"), info + b"\x01", "sha256")


# -- age v1 with one X25519 key ----------------------------------------------------------------------------------------

LETTERS = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"


def bech32_bytes(text, prefix):
    """The 32 bytes behind an age key's text (BIP 173)."""
    low = text.lower()
    words = [LETTERS.index(letter) for letter in low[len(prefix) + 1 :]] if low.startswith(prefix + "1") else []
    check = 1
    for value in [ord(c) >> 5 for c in prefix] + [0] + [ord(c) & 31 for c in prefix] + words:
        top, check = check >> 25, (check & 0x1FFFFFF) << 5 ^ value
        for n, generator in enumerate((0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)):
            check ^= generator if top >> n & 1 else 0
    if len(words) != 58 or check != 1:
        raise ValueError("not an age key")
    bits = 0
    for word in words[:-6]:
        bits = bits << 5 | word
    return (bits >> 4).to_bytes(32, "big")


def recipient_bytes(identity):
    """The public half of an identity's text, raw."""
    return x25519(bech32_bytes(identity, "age-secret-key-"), (9).to_bytes(32, "little"))


def fits(identity, recipient):
    """Whether the identity is the recipient's."""
    try:
        return recipient_bytes(identity) == bech32_bytes(recipient, "age")
    except (ValueError, AttributeError):
        return False


def age_open(data, identity):
    """The plaintext of an age file. Raises CannotOpen."""
    try:
        head, mac_line = data.split(b"\n--- ", 1)
        mac_text, payload = mac_line.split(b"\n", 1)
        lines = head.split(b"\n")
        secret = bech32_bytes(identity, "age-secret-key-")
        if lines[0] != b"age-encryption.org/v1" or len(payload) < 32:
            raise CannotOpen
        file_key = _file_key(lines[1:], secret)
        mac_key = hkdf(file_key, b"", b"header")
        wanted = base64.b64encode(hmac.digest(mac_key, head + b"\n---", "sha256")).rstrip(b"=")
        if not hmac.compare_digest(wanted, mac_text):
            raise CannotOpen
    except (ValueError, IndexError, StopIteration):
        raise CannotOpen from None
    key, body = hkdf(file_key, payload[:16], b"payload"), payload[16:]
    size = 64 * 1024 + 16
    count = max(1, -(-len(body) // size))
    pieces = []
    for n in range(count):
        nonce = n.to_bytes(11, "big") + (b"\x01" if n == count - 1 else b"\x00")
        pieces.append(aead_open(key, nonce, body[n * size : (n + 1) * size]))
    return b"".join(pieces)


def _file_key(lines, secret):
    for n, line in enumerate(lines):
        if not line.startswith(b"-> X25519 "):
            continue
        share = base64.b64decode(line.split(b" ")[2] + b"==")
        body = base64.b64decode(lines[n + 1] + b"==")
        public = x25519(secret, (9).to_bytes(32, "little"))
        wrap_key = hkdf(x25519(secret, share), share + public, b"age-encryption.org/v1/X25519")
        return aead_open(wrap_key, bytes(12), body)
    raise CannotOpen


# -- canonical JSON (RFC 8785, whole numbers only) ---------------------------------------------------------------------


def canonical(value):
    """The one text of a value. Raises TypeError for fractions."""
    return _text(value).encode()


def _text(value):
    if isinstance(value, float):
        raise TypeError("a fraction")
    if isinstance(value, dict):
        order = sorted(value, key=lambda name: name.encode("utf-16-be"))
        return "{" + ",".join(f"{json.dumps(name, ensure_ascii=False)}:{_text(value[name])}" for name in order) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(_text, value)) + "]"
    return json.dumps(value, ensure_ascii=False)


def sha(data):
    return hashlib.sha256(data).hexdigest()


# -- the envelope ------------------------------------------------------------------------------------------------------


def padme(size):
    """The only sizes a padded frame may have."""
    if size <= 16384:
        return 16384
    exponent = size.bit_length() - 1
    step = 1 << exponent - exponent.bit_length()
    return -(-size // step) * step


def check_outside(envelope, keyset):
    """Every fault that shows without a key: (who, code, detail). What was once accepted and fails is the platform's."""
    header, faults = envelope["header"], []
    if not signed(envelope["public_key"], "ggzy-envelope/1 header", header, envelope["signature"]):
        faults.append(("platform", "signature.invalid", ""))
    if header["trustee_set"] != (sha(canonical(keyset)) if keyset else ""):
        faults.append(("platform", "trustee_set.wrong", ""))
    if keyset and not guards(keyset["lot"], header["lot"]):
        faults.append(("platform", "lot.wrong", ""))
    for number, member in enumerate(keyset["members"] if keyset else []):
        value = {"serial": member["serial"], "recipient": member["recipient"]}
        if not signed(member["signing_key"], "ggzy-trustee-lot-key/1", value, member["proof"]):
            faults.append(("platform", "member.proof", f"member {number}"))
    wraps = decoded(envelope["wraps"])
    promised = [header["wraps"]["owner"], *header["wraps"]["trustees"]]
    given = [wraps["owner"], *wraps["trustees"]]
    for number, (entry, blob) in enumerate(itertools.zip_longest(promised, given)):
        if entry is None or blob is None or entry["sha256"] != sha(blob):
            faults.append(("platform", "wrap.altered", f"wrap {number}"))
    return faults


def guards(name, lot):
    """Whether a key set of this name is one of the lot's: the first, or a later one that replaced a trustee."""
    return name == lot or re.fullmatch(re.escape(lot) + r"#keys-([2-9]|[1-9][0-9]{1,3})", name) is not None


def decoded(wraps):
    return {"owner": base64.b64decode(wraps["owner"]), "trustees": [base64.b64decode(t) for t in wraps["trustees"]]}


def check_released(released, keyset):
    """({member number: secret}, faults) of the released keys."""
    secrets, faults = {}, []
    number_of = {member["trustee"]: number for number, member in enumerate(keyset["members"])} if keyset else {}
    for row in released:
        number = number_of.get(row["trustee"])
        if number is None or not fits(row["secret"], keyset["members"][number]["recipient"]):
            faults.append(("trustee", "trustee_key.wrong", row.get("name", row["trustee"])))
            continue
        member = keyset["members"][number]
        statement = {"lot": keyset["lot"], "keyset": sha(canonical(keyset)), "serial": member["serial"],
                     "secret": row["secret"]}  # fmt: skip
        if row.get("signature") and not signed(
            member["signing_key"], "ggzy-lot-key-release/1", statement, row["signature"]
        ):
            faults.append(("platform", "release.signature", member["name"]))
        secrets[number] = row["secret"]
    return secrets, faults


def identity_of(envelope, secrets, unlock):
    """(identity or None, by whom, faults)."""
    header, wraps, faults = envelope["header"], decoded(envelope["wraps"]), []
    found = None
    for entry, blob in zip(header["wraps"]["trustees"], wraps["trustees"], strict=False):
        if not set(entry["members"]) <= set(secrets):
            continue
        try:
            for number in reversed(entry["members"]):
                blob = age_open(blob, secrets[number])
            if not fits(blob.decode("ascii", "replace"), header["recipient"]):
                raise CannotOpen
            found = blob.decode()
        except CannotOpen:
            faults.append(("bidder", "wrap.unopenable", f"members {entry['members']}"))
    if unlock and not fits(unlock, header["recipient"]):
        faults.append(("bidder", "unlock.wrong", ""))
    elif unlock:
        return unlock, "bidder", faults
    return found, "trustees" if found else "", faults


def unframed(padded, promised):
    """The content of a padded frame. Raises Fault."""
    size = int.from_bytes(padded[:8], "big")
    if len(padded) != promised or padme(8 + size) != promised or any(padded[8 + size :]):
        raise Fault("bidder", "part.frame")
    return padded[8 : 8 + size]


def open_parts(envelope, identity, folder):
    """(manifest, contents). Raises Fault with who is to blame."""
    header = envelope["header"]
    contents = []
    for number, entry in enumerate([header["manifest"], *header["parts"]]):
        try:
            stored = (folder / f"{number}.age").read_bytes()
        except OSError:
            raise Fault("platform", "part.lost", f"part {number}") from None
        if sha(stored) != entry["sha256"]:
            raise Fault("platform", "part.altered", f"part {number}")
        contents.append(stored)
    for number, entry in enumerate([header["manifest"], *header["parts"]]):
        try:
            contents[number] = unframed(age_open(contents[number], identity), entry["padded"])
        except CannotOpen:
            raise Fault("bidder", "part.undecryptable", f"part {number}") from None
    manifest = json.loads(contents[0])
    if canonical(manifest) != contents[0]:
        raise Fault("bidder", "manifest.not_canonical")
    inner = {name: value for name, value in header.items() if name != "manifest"}
    if canonical(manifest["header"]) != canonical(inner):
        raise Fault("bidder", "inner.differs")
    unsigned = {name: value for name, value in manifest.items() if name != "signature"}
    if not signed(envelope["public_key"], "ggzy-envelope/1 manifest", unsigned, manifest["signature"]):
        raise Fault("bidder", "inner.signature")
    if len(manifest["files"]) != len(contents) - 1:
        raise Fault("bidder", "manifest.files")
    for number, (listed, content) in enumerate(zip(manifest["files"], contents[1:], strict=True), start=1):
        if (listed["index"], listed["size"], listed["sha256"]) != (number, len(content), sha(content)):
            raise Fault("bidder", "file.differs", f"part {number}")
    return manifest, contents[1:]


def judge(envelope, keyset, released, unlock, folder, out=None):
    """What can be said: {opened, by, faults, offer, files}."""
    faults = check_outside(envelope, keyset)
    secrets, more = check_released(released, keyset)
    identity, by, further = identity_of(envelope, secrets, unlock)
    said = {"opened": False, "by": by, "faults": [*faults, *more, *further]}
    if identity is None:
        if keyset and len(secrets) < keyset["k"]:
            missing = [m["name"] for n, m in enumerate(keyset["members"]) if n not in secrets]
            said["faults"].append(("trustee", "keys.missing", ", ".join(missing)))
        return said
    if folder is None:
        return said
    try:
        manifest, contents = open_parts(envelope, identity, folder)
    except Fault as fault:
        said["faults"].append((*fault.args, "")[:3])
        return said
    except (KeyError, TypeError, ValueError):
        said["faults"].append(("bidder", "manifest.shape", ""))
        return said
    said.update(opened=not faults, offer=manifest["offer"], files=manifest["files"])
    if out is not None:
        out.mkdir(parents=True, exist_ok=True)
        for number, content in enumerate(contents, start=1):
            (out / f"{number}.bin").write_bytes(content)
    return said


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("envelope", type=Path)
    parser.add_argument("--keyset", type=Path)
    parser.add_argument("--released", type=Path)
    parser.add_argument("--unlock", default="")
    parser.add_argument("--parts", type=Path)
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    try:
        read = lambda path, otherwise: json.loads(path.read_text("utf-8")) if path else otherwise  # noqa: E731
        envelope, keyset = read(options.envelope, None), read(options.keyset, None)
        said = judge(envelope, keyset, read(options.released, []), options.unlock, options.parts, options.out)
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        print(f"cannot be read: {type(error).__name__}: {error}", file=sys.stderr)
        return 2
    print(json.dumps(said, ensure_ascii=False, indent=1))
    return 1 if said["faults"] else 0


if __name__ == "__main__":
    sys.exit(main())
