"""`manage.py ledger verify`: everything the record says, computed again from its rows.

Nothing is believed but the rows themselves, the log's public key in the first entry, and an older checkpoint if one is
given: against whoever owns database and key, only that one helps.
"""

from collections.abc import Iterator
from contextlib import ExitStack

from django.conf import settings
from django.db import DatabaseError, connection, transaction

from platform_site.ledger import genesis, notes, publishing, registers
from platform_site.ledger.audit import files, rows, states, walk
from platform_site.ledger.audit.report import Report
from platform_site.ledger.models import Checkpoint, Entry
from platform_site.ledger.registers import Finding

__all__ = ["Report", "verify"]


def verify(against: str | None = None) -> Report:
    """The record was computed again from its rows, and the report says what does not fit.

    Args:
        against: the note of an older checkpoint somebody kept.
    """
    shown = files.published_checkpoint()
    with ExitStack() as stack:
        if not connection.in_atomic_block:  # one snapshot, so that acts of the meantime are not found missing
            stack.enter_context(transaction.atomic())
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        return _verify(against, shown)


def _verify(against: str | None, shown: str | None) -> Report:
    report = Report()
    newest = Checkpoint.objects.order_by("-size").first()
    if newest:
        report.tree_size, report.checkpoint = newest.size, publishing.signed_note(newest)
    first = genesis.first()
    key = _log_key(first, report)
    old = _older(against, key, report)
    walk.entries_in_order(report, key, old)
    rows.queue(report)
    rows.erased(report)
    rows.revealed(report)
    rows.cosignatures(report)
    for table in registers.state_tables:
        report.bad += states.unexplained(table)
    report.bad += files.differing(shown)
    for verifier in registers.verifiers:
        report.bad += _found_by(verifier)
    return report


def _found_by(verifier: registers.Verifier) -> Iterator[Finding]:
    """What it finds. A row too damaged to be read is a finding too, and keeps no other one from being told."""
    try:
        yield from verifier()
    except DatabaseError:
        raise
    except Exception as error:
        yield Finding("row", f"{getattr(verifier, '__name__', verifier)} meets a row it cannot read: {error!r}")


def _log_key(first: Entry | None, report: Report) -> notes.Verifier | None:
    if first is None:
        return None
    try:
        if first.event != genesis.EVENT:
            raise notes.BadNote("the record does not begin with its genesis")
        return notes.Verifier.parse(first.facts["log_key"])
    except (notes.BadNote, KeyError, TypeError) as error:
        report.bad.append(Finding("key", f"the log's key is not in the first entry: {error}", str(first.pk), 1))
        return None


def _older(against: str | None, key: notes.Verifier | None, report: Report) -> notes.Checkpoint | None:
    if against is None:
        return None
    try:
        older = notes.Checkpoint.parse(notes.parse(against).text)
    except notes.BadNote as error:
        report.bad.append(Finding("against", f"not a checkpoint: {error}"))
        return None
    try:
        notes.checkpoint_in(against, *[key] if key else [])
    except notes.BadNote as error:
        report.bad.append(Finding("against", f"the given checkpoint was not signed by this record's key: {error}"))
    if older.origin != settings.LEDGER_ORIGIN:
        report.bad.append(Finding("against", f"the given checkpoint is of another log, {older.origin!r}"))
        return None
    if older.size > report.tree_size:
        why = f"the given checkpoint has {older.size} leaves, the record only {report.tree_size}"
        report.bad.append(Finding("against", why))
    return older
