"""What a fact may be, and the one way to write it as bytes (RFC 8785).

Floats are refused: two machines may print one differently, and money is never a float. Without floats Python's own
JSON writer already gives RFC 8785, but for the order of keys beyond U+E000, which are refused.
"""

import hashlib
import hmac
import json
import secrets
from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import Enum
from typing import Any
from uuid import UUID

SAFE_INTEGER = 2**53 - 1
SALT_BYTES = 32


def plain(value: Any) -> Any:
    """`value` as JSON holds it: Decimal, dates, UUID and bytes become strings; times RFC 3339, UTC, microseconds.

    Raises:
        TypeError: a float, or anything else that has no exact text.
        ValueError: a naive time, an integer JSON readers would round, a NUL, a key outside plain text.
    """
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, Enum):
        return plain(value.value)
    if isinstance(value, str):
        if "\x00" in value:
            raise ValueError("a fact cannot hold NUL")
        value.encode()  # lone surrogates have no bytes
        return str(value)
    if isinstance(value, int):
        if abs(value) > SAFE_INTEGER:
            raise ValueError("an integer beyond 2**53 goes in as a string")
        return int(value)
    if isinstance(value, Decimal):
        if not value.is_finite():
            raise ValueError("a fact cannot be infinite or not a number")
        return format(value, "f")
    if isinstance(value, datetime):
        return instant(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, bytes | bytearray | memoryview):
        return bytes(value).hex()
    if isinstance(value, Mapping):
        return {_key(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if isinstance(value, set | frozenset):
        return sorted(plain(item) for item in value)
    raise TypeError(f"a fact cannot be {type(value).__name__}")


def _key(key: Any) -> str:
    if not isinstance(key, str):
        raise TypeError(f"a fact's name must be text, not {type(key).__name__}")
    if any(char == "\x00" or char >= "\ud800" for char in key):
        raise ValueError(f"a fact cannot be named {key!r}")
    return str(key)


def instant(moment: datetime) -> str:
    """`2026-11-21T12:00:00.000000Z`: always UTC, always six places, so equal moments are equal bytes."""
    if moment.tzinfo is None:
        raise ValueError("a time without a zone is not a fact")
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def canonical(value: Any) -> bytes:
    """RFC 8785 bytes of a value made by `plain`."""
    return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()


def new_salt() -> bytes:
    """32 random bytes: without them nobody can test a guess against a commitment."""
    return secrets.token_bytes(SALT_BYTES)


def commitment(salt: bytes, value: Any) -> str:
    """HMAC-SHA-256(salt, RFC 8785 of the value), hex: all that a leaf says of a private fact."""
    return hmac.new(salt, canonical(value), hashlib.sha256).hexdigest()
