"""The pool's daily root: what the pool was before anybody knew the need. Plain Python.

A leaf is HMAC-SHA-256(salt, canonical row), the salt made of the day's secret and the expert's opaque id, so that the
root says nothing of anybody, and an expert or an auditor who is shown one row and its salt can check it.
"""

import hashlib
import hmac
import json
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from experts.draw import merkle_root


class PoolRow(NamedTuple):
    """One expert as the pool held him that day."""

    expert: str
    state: str
    specialties: list[str]
    region: str
    employer: str


def salt_of(secret: str, expert: str) -> bytes:
    """The salt of one row, from the day's secret (hex)."""
    return hmac.digest(bytes.fromhex(secret), expert.encode(), "sha256")


def commitment(row: PoolRow, secret: str) -> str:
    """What the root holds of a row, hex."""
    text = json.dumps(list(row), ensure_ascii=False, separators=(",", ":"))
    return hmac.digest(salt_of(secret, row.expert), text.encode(), "sha256").hex()


def root_of(rows: Iterable[PoolRow], secret: str) -> str:
    """RFC 9162 root over the sorted commitments, hex."""
    leaves = [hashlib.sha256(b"\x00" + text.encode()).digest() for text in sorted(commitment(r, secret) for r in rows)]
    return merkle_root(leaves).hex()


def as_json(rows: Sequence[PoolRow]) -> list[list[Any]]:
    """The rows as they lie in the snapshot's column."""
    return [list(row) for row in rows]


def from_json(stored: Iterable[Sequence[Any]]) -> list[PoolRow]:
    """The rows read back."""
    return [PoolRow(*row) for row in stored]
