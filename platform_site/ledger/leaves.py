"""An entry as the tree sees it. Every column of the row is in the leaf, so no byte of the row can change unseen."""

import hashlib
from datetime import datetime
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
    facts: bytes,
    private: bytes,
    sealed: bool,
    legal_at: datetime,
    recorded_at: datetime,
) -> bytes:
    """The leaf's bytes: RFC 8785 JSON of the row.

    Args:
        facts: their canonical bytes, since every writer has them anyway.
        private: the canonical bytes of the commitments.

    Raises:
        ValueError: longer than an entry bundle can carry.
    """
    # Written name by name because every append goes through here; RFC 8785 wants the names in this order.
    if len(facts) > FACTS_IN_LEAF:
        what = b'"facts_sha256":"%b"' % hashlib.sha256(facts).hexdigest().encode()
    else:
        what = b'"facts":%b' % facts
    names = (
        b'{"actor":%b,"event":%b,%b,"id":"%b","legal_at":"%b","private":%b,"recorded_at":"%b",'
        b'"sealed":%b,"subject":%b,"v":%d}'
    )
    data = names % (
        canonical(actor),
        canonical(event),
        what,
        str(entry_id).encode(),
        instant(legal_at).encode(),
        private,
        instant(recorded_at).encode(),
        b"true" if sealed else b"false",
        canonical(subject),
        VERSION,
    )
    if len(data) > LEAF_LIMIT:
        raise ValueError("the entry is too long: put a digest in and the content elsewhere")
    return data


def leaf_hash(data: bytes) -> bytes:
    """RFC 9162: SHA-256(0x00 || leaf)."""
    return hashlib.sha256(b"\x00" + data).digest()
