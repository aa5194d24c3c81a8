"""An entry as the tree sees it. Every column of the row is in the leaf, so no byte of the row can change unseen."""

import hashlib
from datetime import datetime
from typing import Any
from uuid import UUID

from platform_site.ledger.values import canonical, instant

VERSION = 1
# Entry bundles (C2SP tlog-tiles) count a leaf's length in 16 bits. Larger facts are published beside the tree and
# stand in the leaf by their digest.
FACTS_IN_LEAF = 32 * 1024
LEAF_LIMIT = 0xFFFF


def leaf_of(
    *,
    entry_id: UUID,
    event: str,
    subject: str,
    actor: str,
    facts: dict[str, Any],
    private: dict[str, str],
    sealed: bool,
    legal_at: datetime,
    recorded_at: datetime,
) -> bytes:
    """The leaf's bytes: RFC 8785 JSON of the row. `private` holds commitments only.

    Raises:
        ValueError: longer than an entry bundle can carry.
    """
    leaf: dict[str, Any] = {
        "v": VERSION,
        "id": str(entry_id),
        "event": event,
        "subject": subject,
        "actor": actor,
        "private": private,
        "sealed": sealed,
        "legal_at": instant(legal_at),
        "recorded_at": instant(recorded_at),
    }
    written = canonical(facts)
    if len(written) > FACTS_IN_LEAF:
        leaf["facts_sha256"] = hashlib.sha256(written).hexdigest()
    else:
        leaf["facts"] = facts
    data = canonical(leaf)
    if len(data) > LEAF_LIMIT:
        raise ValueError("the entry is too long: put a digest in and the content elsewhere")
    return data


def leaf_hash(data: bytes) -> bytes:
    """RFC 9162: SHA-256(0x00 || leaf)."""
    return hashlib.sha256(b"\x00" + data).digest()
