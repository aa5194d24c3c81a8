"""A draw's nonces, sealed to the trustees: who does not reveal is revealed. Plain Python.

The nonce lies in nested age once for every k-subset of the draw's key set, as the identity of a bid does (design §6.1).
"""

import base64
import binascii
from collections.abc import Mapping
from typing import Any

from experts.draw import is_nonce
from platform_site.sealing import age, keysets

SUITE = "age-x25519"


def seal_nonce(nonce: str, keyset: Mapping[str, Any]) -> dict[str, Any]:
    """The nonce locked to every k-subset of the key set's members, as the browser sends it."""
    recipients = [member["recipient"] for member in keyset["members"]]
    wraps = [age.nest(nonce.encode(), [recipients[n] for n in chosen]) for chosen in keysets.subsets(keyset)]
    return {
        "suite": SUITE,
        "keyset": keysets.set_hash(keyset),
        "wraps": [base64.b64encode(wrap).decode() for wrap in wraps],
    }


def is_sealed(sealed: object, keyset: Mapping[str, Any]) -> bool:
    """Whether this looks like a nonce sealed to this key set. What is inside nobody can say before the keys are in."""
    if not isinstance(sealed, dict) or sealed.keys() != {"suite", "keyset", "wraps"}:
        return False
    if sealed["suite"] != SUITE or sealed["keyset"] != keysets.set_hash(keyset):
        return False
    wraps = sealed["wraps"]
    if not isinstance(wraps, list) or len(wraps) != len(keysets.subsets(keyset)):
        return False
    try:
        return all(age.single_lock(base64.b64decode(wrap, validate=True)) for wrap in wraps)
    except (binascii.Error, TypeError, ValueError):
        return False


def open_nonce(sealed: Mapping[str, Any], keyset: Mapping[str, Any], secrets: Mapping[int, str]) -> str | None:
    """The nonce, by the trustees' released keys; None while fewer than k are in, or where no wrap holds a nonce.

    Args:
        secrets: age identities by member number.
    """
    for chosen, wrap in zip(keysets.subsets(keyset), sealed["wraps"], strict=True):
        if not set(chosen) <= secrets.keys():
            continue
        try:
            nonce = age.unnest(base64.b64decode(wrap), [secrets[n] for n in chosen]).decode("ascii", "replace")
        except age.CannotOpen:
            continue
        if is_nonce(nonce):
            return nonce
    return None
