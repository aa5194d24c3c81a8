#!/usr/bin/env python3
"""Draws again from a certificate, without the platform: python draw.py certificate.json

Written apart from the platform's own code, from the format alone. Standard library only. Exit 0 where everything
follows; otherwise one line per fault.
"""

import hashlib
import hmac
import itertools
import json
import sys


def sha(*parts):
    return hashlib.sha256(b"".join(parts)).digest()


def tree_head(leaves):
    """RFC 9162, by its own recursive definition."""
    if not leaves:
        return sha()
    if len(leaves) == 1:
        return leaves[0]
    split = 1 << (len(leaves) - 1).bit_length() - 1
    return sha(b"\x01", tree_head(leaves[:split]), tree_head(leaves[split:]))


def hkdf(material, salt, info):
    """HKDF-SHA-256, 32 bytes (RFC 5869)."""
    return hmac.digest(hmac.digest(salt, material, "sha256"), info + b"\x01", "sha256")


def check_draw(certificate):
    """Every fault of a draw's certificate; empty where it can be drawn again."""
    try:
        return list(_check(certificate))
    except (KeyError, TypeError, ValueError, AttributeError, IndexError) as error:
        return [f"the certificate is malformed ({type(error).__name__}: {error})"]


def _check(c):
    if c["format"] != "ggzy-draw/1":
        yield f"unknown format {c['format']!r}"
    rows = c["list"]
    labels = [row["label"] for row in rows]
    if any(a >= b for a, b in itertools.pairwise(labels)):
        yield "the list is not sorted or holds a label twice"
    root = tree_head([sha(b"\x00", f"{r['label']}|{r['unit']}|{r['excluded']}".encode()) for r in rows]).hex()
    if root != c["root"]:
        yield "the list does not have the root that was recorded"
    for role in ("initiator", "witness"):
        nonce = c["nonces"][role]
        if sha(f"ggzy-draw/1|{c['draw']}|{role}|{nonce}".encode()).hex() != c["commitments"][role]:
            yield f"the nonce of the {role} is not the one committed to"
    material = bytes.fromhex(root + c["nonces"]["initiator"] + c["nonces"]["witness"])
    key = hkdf(material, b"ggzy-draw/1", c["lot"].encode())
    order = sorted(labels, key=lambda label: hmac.digest(key, bytes.fromhex(label), "sha256"))
    row_of = {row["label"]: row for row in rows}
    for label, unit in c["units"].items():
        if sha(bytes.fromhex(unit["salt"]), bytes.fromhex(unit["tag"])).hex() != row_of[label]["unit"]:
            yield f"the employer's tag of {label[:8]} is not the one on the list"
    steps, standing, short, place = [], [], 0, 0
    seats = [("take", c["need"]["count"])]
    for event in c["events"]:
        seats.append(("take", event["count"]) if event["kind"] == "more" else ("drop", event["label"]))
    for what, value in seats:
        if what == "drop":
            if value not in standing:
                yield f"{value[:8]} is replaced without having been selected"
                return
            standing.remove(value)
            value = 1
        while value and place < len(order):
            label, place = order[place], place + 1
            reason = row_of[label]["excluded"]
            if not reason:
                mine = c["units"][label]["tag"]
                seated = sum(c["units"][other]["tag"] == mine for other in standing)
                reason = "employer" if seated >= c["need"]["per_employer"] else ""
            if not reason:
                standing.append(label)
                value -= 1
            outcome = "skipped" if reason else "selected"
            steps.append({"rank": place, "label": label, "outcome": outcome, "reason": reason})
        short += value
    if steps != c["walk"]:
        yield "the order was walked otherwise than recorded"
    if standing != c["selected"] or short != c["short"]:
        yield "others are selected than the order says"


def main(paths):
    if not paths:
        print(__doc__.strip(), file=sys.stderr)
        return 2
    worst = 0
    for path in paths:
        with open(path, encoding="utf-8") as file:
            faults = check_draw(json.load(file))
        print(f"{path}: {'the draw follows' if not faults else 'NOT PROVEN'}")
        for fault in faults:
            print(f"  {fault}")
        worst = worst or bool(faults)
    return int(worst)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
