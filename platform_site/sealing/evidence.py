"""Reading a C2SP tlog-proof without the platform: is this entry in the log that this key signs? Plain Python."""

import base64
import binascii
import hashlib
import json
from dataclasses import dataclass
from typing import Any

from platform_site.ledger.notes import BadNote, Checkpoint, Verifier, checkpoint_in

_HEADER = "c2sp.org/tlog-proof@v1"


class NoEvidence(ValueError):
    """The proof does not prove it."""


@dataclass(frozen=True, slots=True)
class Proven:
    """An entry shown to stand in the log: what it says, and under which tree head."""

    leaf: dict[str, Any]
    checkpoint: Checkpoint


def proven_entry(proof: str, log_key: Verifier) -> Proven:
    """The entry a proof shows, its inclusion and the log's signature checked.

    Raises:
        NoEvidence: malformed, unsigned, or the path does not lead to the signed root.
    """
    head, found, note = proof.partition("\n\n")
    lines = head.split("\n")
    try:
        if not found or lines[0] != _HEADER or not lines[1].startswith("extra ") or not lines[2].startswith("index "):
            raise NoEvidence("not a proof with its leaf")
        leaf = json.loads(base64.b64decode(lines[1].removeprefix("extra "), validate=True))["leaf"].encode()
        index = int(lines[2].removeprefix("index "))
        path = [base64.b64decode(line, validate=True) for line in lines[3:]]
        checkpoint = checkpoint_in(note, log_key)
        if root_from_path(hashlib.sha256(b"\x00" + leaf).digest(), index, checkpoint.size, path) != checkpoint.root:
            raise NoEvidence("the path does not lead to the signed root")
        return Proven(json.loads(leaf), checkpoint)
    except (IndexError, KeyError, TypeError, AttributeError, binascii.Error, BadNote, ValueError) as error:
        raise error if isinstance(error, NoEvidence) else NoEvidence(str(error)) from None


def root_from_path(leaf_hash: bytes, index: int, size: int, path: list[bytes]) -> bytes:
    """The root an audit path leads to (RFC 9162 section 2.1.3.2).

    Raises:
        NoEvidence: the path has the wrong length for this place in a tree of this size.
    """
    if not 0 <= index < size:
        raise NoEvidence("no such place in the tree")
    place, last, reached = index, size - 1, leaf_hash
    for step in path:
        if last == 0:
            raise NoEvidence("the path is too long")
        if place & 1 or place == last:
            reached = hashlib.sha256(b"\x01" + step + reached).digest()
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            reached = hashlib.sha256(b"\x01" + reached + step).digest()
        place, last = place >> 1, last >> 1
    if last:
        raise NoEvidence("the path is too short")
    return reached
