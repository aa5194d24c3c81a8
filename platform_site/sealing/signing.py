"""Signatures by named suite. Plain Python.

Every signature covers a context line before the canonical value, so no signature can be shown as one of another kind.
"""

from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from platform_site.sealing.canonical import canonical

# SM2 joins here under its own name; a verifier must know every name it accepts.
SUITES = ("ed25519",)


def message(context: str, value: Any) -> bytes:
    """The bytes a signature covers: the context line, then the canonical value."""
    return context.encode() + b"\n" + canonical(value)


def sign(secret: bytes, context: str, value: Any) -> str:
    """Hex signature of `value` under `context` by the Ed25519 key whose seed is `secret` (32 bytes)."""
    return Ed25519PrivateKey.from_private_bytes(secret).sign(message(context, value)).hex()


def public_key_of(secret: bytes) -> str:
    """Hex of the Ed25519 public key."""
    key = Ed25519PrivateKey.from_private_bytes(secret).public_key()
    return key.public_bytes(Encoding.Raw, PublicFormat.Raw).hex()


def verified(public_key: str, context: str, value: Any, signature: str, *, suite: str = "ed25519") -> bool:
    """Whether `signature` (hex) is the key's over `value`. False for every malformed input; never raises for them."""
    if suite not in SUITES:
        return False
    try:
        Ed25519PublicKey.from_public_bytes(bytes.fromhex(public_key)).verify(
            bytes.fromhex(signature), message(context, value)
        )
    except (InvalidSignature, ValueError, TypeError):
        return False
    return True
