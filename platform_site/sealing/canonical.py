"""One text for one value: RFC 8785 (JCS) JSON, and digests of it. Plain Python.

Whatever is signed or hashed here is text, whole numbers, lists and objects. Fractions are refused on both sides: two
languages never agree on them for ever, and money travels as text.
"""

import hashlib
import json
from typing import Any

import rfc8785


class NotCanonical(ValueError):
    """The bytes are not the one canonical text of a value we accept."""


def canonical(value: Any) -> bytes:
    """The RFC 8785 text of `value`, UTF-8.

    Raises:
        NotCanonical: where it holds a fraction, a number past 2^53, or text that is not Unicode.
    """
    try:
        _refuse_fractions(value)
        return rfc8785.dumps(value)
    except (rfc8785.CanonicalizationError, UnicodeError, RecursionError) as error:
        raise NotCanonical(str(error)) from None


def parse(raw: bytes) -> Any:
    """The value behind canonical text: any other spelling of the same value is refused, so digests are unambiguous.

    Raises:
        NotCanonical: doubled keys, spaces, fractions, wrong order, bad UTF-8, nesting without end.
    """
    try:
        value = json.loads(raw.decode("utf-8"), parse_float=_fraction, parse_constant=_fraction)
    except (UnicodeError, ValueError, RecursionError) as error:
        raise NotCanonical(str(error)) from None
    if canonical(value) != raw:
        raise NotCanonical("not the canonical spelling")
    return value


def digest(value: Any) -> str:
    """SHA-256 of the canonical text, 64 hex characters."""
    return hashlib.sha256(canonical(value)).hexdigest()


def _fraction(text: str) -> Any:
    raise NotCanonical(f"fractions are not accepted: {text[:20]}")


def _refuse_fractions(value: Any) -> None:
    if isinstance(value, float):
        raise NotCanonical("fractions are not accepted")
    if isinstance(value, dict):
        for item in value.values():
            _refuse_fractions(item)
    elif isinstance(value, list | tuple):
        for item in value:
            _refuse_fractions(item)
