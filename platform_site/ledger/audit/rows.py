"""Rows that should be there, or should not."""

from django.db import connection

from platform_site.ledger.audit.report import CHUNK, Report
from platform_site.ledger.models import Entry
from platform_site.ledger.registers import Finding
from platform_site.ledger.services import ERASED


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
