#!/usr/bin/env python3
"""Draws the factor of an opening again from its certificate, without the platform: python factor.py factor.json

Written from the format alone (docs/draws.md), standard library only. Exit 0 where commitments, nonces, list and roll
lead to the factor that was drawn; otherwise one line per fault.
"""

import hashlib
import hmac
import json
import sys


def sha(text):
    return hashlib.sha256(text.encode()).hexdigest()


def canonical(value):
    """RFC 8785 text of what stands in a certificate: text, lists and objects with ASCII names."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def check_factor(certificate):
    """Every fault of a certificate; empty where anybody draws the same factor."""
    try:
        return list(_check(certificate))
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        return [f"the certificate is malformed ({type(error).__name__}: {error})"]


def _check(c):
    if c["format"] != "ggzy-factor/1" or c["draw"] != c["lot"] + "#factor":
        yield f"unknown format {c['format']!r}, or another draw than the lot's"
    if len(set(c["factors"])) != len(c["factors"]) or len(c["factors"]) < 2:
        yield "the list holds a factor twice, or nothing to draw from"
    said = {"format": c["format"], "lot": c["lot"], "factors": c["factors"], "roll": c["roll"]}
    root = sha(canonical(said))
    if root != c["root"]:
        yield "list and roll do not have the root that is stated"
    for role in ("initiator", "witness"):
        if sha(f"ggzy-draw/1|{c['draw']}|{role}|{c['nonces'][role]}") != c["commitments"][role]:
            yield f"the nonce of the {role} is not the one committed to"
    material = bytes.fromhex(root + c["nonces"]["initiator"] + c["nonces"]["witness"])
    extracted = hmac.digest(b"ggzy-draw/1", material, "sha256")
    key = hmac.digest(extracted, c["draw"].encode() + b"\x01", "sha256")
    order = sorted(
        c["factors"], key=lambda f: hmac.digest(key, bytes.fromhex(sha(f"ggzy-factor/1|{f}")), "sha256")
    )  # fmt: skip
    if order != c["order"]:
        yield "the factors come in another order"
    if order[0] != c["drawn"]:
        yield f"{order[0]} is drawn, not {c['drawn']}"


def main(paths):
    if not paths:
        print(__doc__.strip(), file=sys.stderr)
        return 2
    worst = 0
    for path in paths:
        try:
            with open(path, encoding="utf-8") as file:
                certificate = json.load(file)
        except (OSError, ValueError) as error:
            print(f"cannot be read: {error}", file=sys.stderr)
            return 2
        faults = check_factor(certificate)
        print("\n".join(faults) if faults else f"holds: {certificate['drawn']} of {', '.join(certificate['factors'])}")
        worst = worst or bool(faults)
    return int(worst)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
