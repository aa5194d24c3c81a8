"""Rows that should be there, or should not."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connection

from platform_site.ledger.audit.report import CHUNK, Report
from platform_site.ledger.leaves import leaf_hash
from platform_site.ledger.models import Cosignature, Entry, Revealed
from platform_site.ledger.notes import BadNote, Verifier, opened
from platform_site.ledger.registers import Finding
from platform_site.ledger.services import ERASED
from platform_site.ledger.values import canonical


def queue(report: Report) -> None:
    """Every entry has a place or waits for one; nothing was lost between commit and sequencer."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT e.id, e.event, e.subject FROM ledger_entry e
               WHERE NOT EXISTS (SELECT 1 FROM ledger_position p WHERE p.entry_id = e.id)
                 AND NOT EXISTS (SELECT 1 FROM ledger_sealed_place s WHERE s.entry_id = e.id)
                 AND NOT EXISTS (SELECT 1 FROM ledger_pending q WHERE q.entry_id = e.id)"""
        )
        for entry, event, subject in cursor.fetchall():
            report.bad.append(Finding("order", f"{event} has no place and waits for none", str(entry), None, subject))
        cursor.execute(
            """SELECT p.entry_id, p.position FROM ledger_position p LEFT JOIN ledger_entry e ON e.id = p.entry_id
               WHERE e.id IS NULL
               UNION ALL
               SELECT s.entry_id, NULL FROM ledger_sealed_place s LEFT JOIN ledger_entry e ON e.id = s.entry_id
               WHERE e.id IS NULL OR NOT e.sealed"""
        )
        for entry, position in cursor.fetchall():
            report.bad.append(Finding("order", "the entry at this place is gone", str(entry), position))


def erased(report: Report) -> None:
    """A private fact whose salt is gone was erased by an entry that says so."""
    said: set[tuple[str, str]] = set()
    for facts in Entry.objects.filter(event=ERASED).values_list("facts", flat=True).iterator(CHUNK):
        said |= {(facts["entry"], name) for name in facts["names"]}
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT e.id, name FROM ledger_entry e CROSS JOIN LATERAL jsonb_object_keys(e.private) AS name
               LEFT JOIN ledger_private p ON p.entry_id = e.id
               WHERE p.entry_id IS NULL OR NOT p.openings ? name"""
        )
        for entry, name in cursor.fetchall():
            if (str(entry), name) not in said:
                why = f"the private fact {name!r} is gone and no entry says that it was erased"
                report.bad.append(Finding("private", why, str(entry)))
        cursor.execute(
            """SELECT p.entry_id FROM ledger_private p LEFT JOIN ledger_entry e ON e.id = p.entry_id
               WHERE e.id IS NULL"""
        )
        report.bad += [Finding("private", "private facts of no entry", str(entry)) for (entry,) in cursor.fetchall()]


def revealed(report: Report) -> None:
    """Every revealed entry's leaf stands in the public entry that is said to open it, and every opening counts."""
    counted = dict(Revealed.objects.values_list("entry_id", "by_id"))
    shown: set[tuple[UUID, UUID]] = set()
    for by, facts in _openings():
        leaves = {UUID(one["leaf"]["id"]): one["leaf"] for one in facts["openings"]}
        hashes = dict(Entry.objects.filter(pk__in=list(leaves)).values_list("pk", "leaf_hash"))
        for entry, leaf in leaves.items():
            shown.add((entry, by))
            if entry not in counted or leaf_hash(canonical(leaf)) != bytes(hashes.get(entry, b"")):
                why = f"{by} reveals it otherwise than it stands, or it does not count as revealed"
                report.bad.append(Finding("revealed", why, str(entry), subject=leaf.get("subject", "")))
    for entry, by in counted.items():
        if (entry, by) not in shown:
            report.bad.append(Finding("revealed", f"it counts as revealed by {by}, which does not show it", str(entry)))


def _openings() -> Iterator[tuple[UUID, Any]]:
    """Entries that reveal others."""
    found = Entry.objects.filter(sealed=False, facts__has_key="openings").order_by("pk")
    yield from found.values_list("pk", "facts").iterator(CHUNK)


def cosignatures(report: Report) -> None:
    """Every witness's line is a known witness's signature over its checkpoint."""
    witnesses = [Verifier.parse(text) for text in getattr(settings, "LEDGER_WITNESSES", ())]
    for row in Cosignature.objects.select_related("checkpoint").order_by("pk").iterator(CHUNK):
        try:
            _, signers = opened(row.checkpoint.note + row.line, *witnesses)
            holds = [row.witness] == [signer.name for signer in signers]
        except BadNote:
            holds = False
        if not holds:
            why = f"the line of {row.witness} is no known witness's signature over this checkpoint"
            report.bad.append(Finding("cosignature", why, position=row.checkpoint_id))
