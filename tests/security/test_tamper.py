"""A superuser changes what happened; `ledger verify` names it. A whole lived trade, not a toy record."""

import contextlib
from pathlib import Path

import pytest

from platform_site import ledger
from platform_site.ledger import audit
from trading.models import Lot, Notice, StoredFile

pytestmark = pytest.mark.chaos


@pytest.fixture
def lived(copy_of, cluster):
    """A database with one tender lived to its archive, and a way to write into it behind every guard."""
    database = copy_of("ended").database

    def as_superuser(statement: str, *values: object) -> int:
        with contextlib.closing(cluster.connect(database)) as connection, connection.cursor() as cursor:
            cursor.execute("SET session_replication_role = replica")
            cursor.execute(statement, values)
            return cursor.rowcount

    return as_superuser


def faults() -> list[tuple[str, str]]:
    return [(finding.what, finding.subject or finding.entry) for finding in audit.verify().bad]


def test_a_lived_trade_verifies(lived):
    assert faults() == []


def test_a_changed_fact_of_an_entry_is_named(lived):
    entry = ledger.Entry.objects.get(event="lot.awarded")

    changed = "UPDATE ledger_entry SET facts = jsonb_set(facts::jsonb, '{rank}', '2') WHERE id = %s"
    assert lived(changed, str(entry.pk)) == 1

    assert [f for f in audit.verify().bad if f.entry == str(entry.pk)]


def test_a_changed_notice_is_named(lived):
    notice = Notice.objects.get(kind="candidates")

    changed = "UPDATE trading_notice SET content = jsonb_set(content::jsonb, '{title}', '\"other\"') WHERE id = %s"
    lived(changed, str(notice.pk))

    assert ("file", notice.ledger_ref) in faults()


def test_one_changed_byte_of_a_published_document_is_named(lived, settings):
    stored = StoredFile.objects.order_by("stored_at").first()
    path = Path(settings.MEDIA_ROOT) / stored.path
    data = bytearray(path.read_bytes())
    data[0] ^= 1
    path.write_bytes(bytes(data))

    assert ("file", f"file:{stored.sha256}") in faults()


def test_a_state_moved_behind_the_services_is_named(lived):
    lot = Lot.objects.get()

    lived("UPDATE trading_lot SET state = 'awarded' WHERE id = %s", lot.pk)

    assert any(lot.ledger_ref in (finding.subject, finding.why) for finding in audit.verify().bad)


def test_the_application_itself_cannot_change_the_record(lived):
    from django.db import DatabaseError, connection

    for statement in ("UPDATE ledger_entry SET event = 'x'", "DELETE FROM ledger_entry", "TRUNCATE ledger_entry"):
        with pytest.raises(DatabaseError), connection.cursor() as cursor:
            cursor.execute(statement)


def test_a_state_without_an_entry_does_not_commit(lived):
    from django.db import DatabaseError

    with pytest.raises(DatabaseError, match="without an entry"):
        Lot.objects.update(state="awarded")
