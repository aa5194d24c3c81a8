"""统一交易标识码 and other public references. Serials are random, so that numbering betrays no draft."""

import secrets
from collections.abc import Callable
from datetime import datetime

from platform_site.clock import china

A36 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def mod37_36(text: str) -> str:
    """ISO 7064 MOD 37,36 check character: ours, until the national specification's generator is at hand."""
    check = 36
    for c in text:
        check = (check + A36.index(c)) % 36 or 36
        check = check * 2 % 37
    return A36[(1 - check) % 36]


# A plug-in on purpose: foreign identifiers are never refused because of it.
check_character: Callable[[str], str] = mod37_36


def trade_reference(category: str, platform_code: str, at: datetime) -> str:
    """A new `CCC-UUUUUUUUUUUUUUUUUU-YYYYMMDD-NNNNNN-K`: category, platform's credit code, day, random serial, check."""
    day, serial = china(at).strftime("%Y%m%d"), f"{secrets.randbelow(10**6):06d}"
    return f"{category}-{platform_code}-{day}-{serial}-{check_character(category + platform_code + day + serial)}"


PSEUDONYM_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"


def pseudonym(kind: str) -> str:
    """`询问人 K7PX`: random, never serial, so that it tells no count."""
    return f"{kind} {''.join(secrets.choice(PSEUDONYM_LETTERS) for _ in range(4))}"
