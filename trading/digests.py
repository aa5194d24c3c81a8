"""One canonical form and one digest for everything that is signed, published or archived."""

import hashlib
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import rfc8785

from platform_site.clock import UTC


def plain(value: Any) -> Any:
    """JSON values without floats: money and shares as text, moments in RFC 3339 UTC."""
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, dict):
        return {str(k): plain(v) for k, v in value.items()}
    if isinstance(value, list | tuple | frozenset | set):
        return [plain(v) for v in (sorted(value) if isinstance(value, set | frozenset) else value)]
    if isinstance(value, float):
        raise TypeError("a float has no exact form; use Decimal")
    return value


def canonical(value: Any) -> bytes:
    """RFC 8785 bytes."""
    return rfc8785.dumps(plain(value))


def digest_of(value: Any) -> str:
    """SHA-256 of the canonical form, 64 hex characters."""
    return hashlib.sha256(canonical(value)).hexdigest()
