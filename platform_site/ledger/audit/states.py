"""The state of every registered row against the last entry that speaks of it."""

from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from django.db import connection

from platform_site.ledger.audit.report import CHUNK
from platform_site.ledger.registers import Finding, StateTable

DELETED = "deleted"


class _Said(NamedTuple):
    subject: str
    state: str
    entry: UUID
    position: int | None
    recorded_at: datetime


# Acts on one row are put in order by its lock, and positions keep that order; a public entry without one is newer
# than all that have one. Sealed entries have no order but the machine's clock.
PUBLIC = """
SELECT DISTINCT ON (e.subject) e.subject, e.facts ->> 'state', e.id, p.position, e.recorded_at
FROM ledger_entry e LEFT JOIN ledger_position p ON p.entry_id = e.id
WHERE e.facts ? 'state' AND NOT e.sealed AND e.subject LIKE %s
ORDER BY e.subject, (p.position IS NULL) DESC, p.position DESC, e.recorded_at DESC
"""
SEALED = """
SELECT DISTINCT ON (e.subject) e.subject, e.facts ->> 'state', e.id, NULL, e.recorded_at
FROM ledger_entry e WHERE e.facts ? 'state' AND e.sealed AND e.subject LIKE %s
ORDER BY e.subject, e.recorded_at DESC
"""


def unexplained(table: StateTable) -> Iterator[Finding]:
    """Rows whose state is not what the last entry about them says, and rows that are gone without an entry."""
    rows = table.model._default_manager.order_by("pk")
    if table.select_related:
        rows = rows.select_related(*table.select_related)
    found: dict[str, str] = {}
    for row in rows.iterator(CHUNK):
        state = getattr(row, table.state_attr)
        found[getattr(row, table.ref_attr)] = str(getattr(state, "value", state))
    said: dict[str, _Said] = {}
    for prefix in sorted(
        {ref.split(":", 1)[0] for ref in found} | ({table.prefix.rstrip(":")} if table.prefix else set())
    ):
        said |= _last_said(prefix)
    for ref, state in found.items():
        if ref not in said:
            yield Finding("state", f"{ref} is {state!r} and no entry ever said so", subject=ref)
        elif said[ref].state != state:
            last = said[ref]
            why = f"{ref} is {state!r}, its last entry says {last.state!r}"
            yield Finding("state", why, str(last.entry), last.position, ref)
    for ref, last in said.items():
        if ref not in found and last.state != DELETED:
            why = f"{ref} is gone, its last entry says {last.state!r}"
            yield Finding("state", why, str(last.entry), last.position, ref)


def _last_said(prefix: str) -> dict[str, _Said]:
    last: dict[str, _Said] = {}
    with connection.cursor() as cursor:
        for query in (PUBLIC, SEALED):
            cursor.execute(query, [f"{prefix}:%"])
            for one in map(_Said._make, cursor.fetchall()):
                known = last.get(one.subject)
                if known is None or one.recorded_at > known.recorded_at:
                    last[one.subject] = one
    return last
