"""Who may touch the record, by trying. What each login may is compared with the table in tests/frame/test_grants.py."""

import contextlib

import psycopg2
import pytest

from platform_site.faces import grants
from platform_site.ledger.models import Entry

PEOPLE = "ledger_private"
SEALED = ("ledger_pending", "ledger_batch", "ledger_sealed_place")


@pytest.fixture
def someone(cluster, fresh_db, act):
    """someone(role): a cursor as that login, over a record with one public and one sealed entry."""
    act("lot.announced")
    act("bid.filed", sealed=True)
    with contextlib.ExitStack() as stack:

        def connect(role: str):
            own = psycopg2.connect(cluster.url(user=role, database=fresh_db))
            own.autocommit = True
            stack.callback(own.close)
            return own.cursor()

        yield connect


TABLES = [name for name in grants.TABLES["ledger"] if name not in {"ledger_pending", "ledger_private"}]


@pytest.mark.parametrize("table", TABLES)
def test_the_app_role_can_neither_write_nor_change_nor_empty_the_record(table, someone):
    app = someone("portal_app")
    column = {"ledger_entry": "event", "ledger_position": "position"}.get(table)
    for statement in (f"DELETE FROM {table}", f"TRUNCATE {table} CASCADE", f"INSERT INTO {table} DEFAULT VALUES"):
        with pytest.raises(psycopg2.errors.InsufficientPrivilege, match="permission denied"):
            app.execute(statement)
    if column:
        with pytest.raises(psycopg2.errors.InsufficientPrivilege, match="permission denied"):
            app.execute(f"UPDATE {table} SET {column} = {column}")


@pytest.mark.parametrize("role", ["portal_owner", "superuser"])
@pytest.mark.parametrize("table", TABLES)
def test_not_even_the_owner_or_a_superuser_can_change_or_empty_it(table, role, someone, cluster):
    cursor = someone(cluster.parameters["user"] if role == "superuser" else role)
    cursor.execute("SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass AND attnum = 1", [table])
    column = cursor.fetchone()[0]

    for statement in (
        f"UPDATE {table} SET {column} = {column}",
        f"DELETE FROM {table}",
        f"TRUNCATE {table} CASCADE",
    ):
        with pytest.raises(psycopg2.errors.InsufficientPrivilege, match="append-only"):
            cursor.execute(statement)


@pytest.mark.parametrize(("role", "seen"), [("portal_app", 2), ("portal_trading", 2), ("portal_supervision", 1)])
def test_who_may_not_know_what_is_sealed_sees_neither_entry_nor_private_facts(role, seen, someone):
    cursor = someone(role)

    cursor.execute("SELECT count(*) FROM ledger_entry")
    entries = cursor.fetchone()[0]
    cursor.execute("SELECT count(*) FROM ledger_private")
    assert (entries, cursor.fetchone()[0]) == (seen, seen)


def test_the_public_face_sees_public_entries_and_nobody_behind_them(someone):
    public = someone("portal_public")

    public.execute("SELECT event FROM ledger_entry")
    assert public.fetchall() == [("lot.announced",)]
    for table in (PEOPLE, *SEALED):
        with pytest.raises(psycopg2.errors.InsufficientPrivilege):
            public.execute(f"SELECT * FROM {table}")


@pytest.mark.parametrize("role", ["portal_trading", "portal_supervision", "portal_worker"])
def test_only_the_sequencer_numbers(role, someone):
    with pytest.raises(psycopg2.errors.InsufficientPrivilege):
        someone(role).execute("SELECT ledger_number(1)")
    someone("portal_sequencer").execute("SELECT ledger_number(1)")


def test_an_entry_gets_in_by_the_function_alone(fresh_db, act):
    entry = act()

    with pytest.raises(Exception, match="permission denied"):
        Entry.objects.create(**{f.attname: getattr(entry, f.attname) for f in Entry._meta.concrete_fields})
