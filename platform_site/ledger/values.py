"""What a fact may be, and the one way to write it as bytes (RFC 8785).

Floats are refused: two machines may print one differently, and money is never a float. Without floats Python's own
JSON writer already gives RFC 8785, but for the order of keys beyond U+E000, which are refused.
"""

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
    # The usual kinds first: every fact of every act goes through here.
    kind = type(value)
    if kind is str:
        return _text(value)
    if kind is dict:
        return {_key(key): plain(item) for key, item in value.items()}
    if kind is list or kind is tuple:
        return [plain(item) for item in value]
    if value is None or kind is bool:
        return value
    if kind is int:
        return _whole(value)
    return _unusual(value)


def _unusual(value: Any) -> Any:
    if isinstance(value, Enum):
        return plain(value.value)
    if isinstance(value, str):
        return _text(str(value))
    if isinstance(value, int):
        return _whole(int(value))
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
        return plain(dict(value))
    if isinstance(value, list | tuple):
        return plain(list(value))
    if isinstance(value, set | frozenset):
        return sorted(plain(item) for item in value)
    raise TypeError(f"a fact cannot be {type(value).__name__}")


def _text(value: str) -> str:
    if "\x00" in value:
        raise ValueError("a fact cannot hold NUL")
    if not value.isascii():
        value.encode()  # lone surrogates have no bytes
    return value


def _whole(value: int) -> int:
    if not -SAFE_INTEGER <= value <= SAFE_INTEGER:
        raise ValueError("an integer beyond 2**53 goes in as a string")
    return value


def _key(key: Any) -> str:
    if not isinstance(key, str):
        raise TypeError(f"a fact's name must be text, not {type(key).__name__}")
    if "\x00" in key or not (key.isascii() or all(char < "\ud800" for char in key)):
        raise ValueError(f"a fact cannot be named {key!r}")
    return str(key)


def instant(moment: datetime) -> str:
    """`2026-11-21T12:00:00.000000Z`: always UTC, always six places, so equal moments are equal bytes."""
    if moment.tzinfo is None:
        raise ValueError("a time without a zone is not a fact")
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"


_encode = json.JSONEncoder(sort_keys=True, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode


def canonical(value: Any) -> bytes:
    """RFC 8785 bytes of a value made by `plain`."""
    return _encode(value).encode()


def new_salt() -> bytes:
    """32 random bytes: without them nobody can test a guess against a commitment."""
    return secrets.token_bytes(SALT_BYTES)


def commitment(salt: bytes, value: Any) -> str:
    """HMAC-SHA-256(salt, RFC 8785 of the value), hex: all that a leaf says of a private fact."""
    return hmac.digest(salt, canonical(value), "sha256").hex()
