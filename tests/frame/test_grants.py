"""The table of logins and tables (platform_site/faces/grants.py) against the database's own catalogue and by trying."""

import contextlib
import json

import psycopg2
import pytest
from django.db import connection

from platform_site.embedded import databases
from platform_site.faces import applying
from platform_site.faces.grants import COLUMNS, EVERYTHING, LOGINS

pytestmark = pytest.mark.django_db
LOGINS_TRIED = (*LOGINS, EVERYTHING)


def asked(query: str, *values):
    with connection.cursor() as cursor:
        cursor.execute(query, values)
        return cursor.fetchall()


def names_of(kinds: str) -> set[str]:
    """Everything of these kinds that the schema holds."""
    return {
        name
        for (name,) in asked(
            "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = ANY(%s)",
            list(kinds),
        )
    }


def test_the_databases_grants_are_those_of_the_table():
    with connection.cursor() as cursor:
        held = applying.held(cursor)

    assert held == applying.wanted()


def test_every_table_stands_in_the_table_once_and_nothing_else_does():
    listed = list(applying.tables())

    assert sorted(listed) == sorted(names_of("rp"))
    assert names_of("vmf") == set()  # a view would be a way around its tables


def test_what_changes_by_column_is_a_column_of_a_table_that_changes():
    for table, columns in COLUMNS.items():
        there = {name for (name,) in asked("SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass", table)}

        assert set(columns) <= there
        assert any("c" in applying.letters(login, table) for login in LOGINS)


def test_no_login_is_another_one_too_nor_may_it_do_more_than_log_in():
    assert asked("SELECT count(*) FROM pg_auth_members WHERE member::regrole::text LIKE 'portal\\_%%'") == [(0,)]
    rows = asked(
        "SELECT rolname FROM pg_roles WHERE rolname = ANY(%s)"
        " AND (rolsuper OR rolcreatedb OR rolcreaterole OR rolreplication OR rolbypassrls)",
        list(databases.ROLES),
    )
    assert rows == []


def test_a_table_made_later_is_nobodys_until_it_is_listed():
    assert (
        asked(
            "SELECT d.defaclacl FROM pg_default_acl d, aclexplode(d.defaclacl) a"
            " WHERE a.grantee <> d.defaclrole AND d.defaclnamespace <> 0"
        )
        == []
    )


def attempts() -> dict[str, tuple[str, str]]:
    """statement: (object, privilege) of everything anybody could try on anything the schema holds.

    Nothing is read; what is allowed changes nothing, and what it would change is rolled back.
    """
    found: dict[str, tuple[str, str]] = {}
    columns = asked(
        "SELECT c.relname, t.attname FROM pg_class c JOIN pg_attribute t ON t.attrelid = c.oid WHERE t.attnum > 0"
        " AND NOT t.attisdropped AND c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace"
    )
    for table, column in columns:
        found[f'UPDATE "{table}" SET "{column}" = DEFAULT WHERE false'] = (f"{table}.{column}", "UPDATE")
    for table in names_of("rp"):
        found[f'SELECT 1 FROM "{table}" WHERE false'] = (table, "SELECT")
        found[f'INSERT INTO "{table}" DEFAULT VALUES'] = (table, "INSERT")
        found[f'DELETE FROM "{table}" WHERE false'] = (table, "DELETE")
        for never in ("TRUNCATE {} CASCADE", "ALTER TABLE {} DISABLE TRIGGER ALL", "DROP TABLE {} CASCADE"):
            found[never.format(f'"{table}"')] = (table, "never")
    for sequence in names_of("S"):
        found[f"SELECT nextval('\"{sequence}\"')"] = (sequence, "USAGE")
        found[f"SELECT setval('\"{sequence}\"', 1, false)"] = (sequence, "UPDATE")
    functions = asked(
        # A strict function is not even called with a NULL, and nobody would ask whether it may be.
        "SELECT oid::regprocedure::text, proname, coalesce((SELECT string_agg(CASE WHEN proisstrict"
        " THEN quote_literal('') ELSE 'NULL' END || '::' || format_type(one, NULL), ',')"
        " FROM unnest(proargtypes) one), '')"
        " FROM pg_proc WHERE pronamespace = 'public'::regnamespace"
    )
    for spelled, name, arguments in functions:
        found[f"SELECT {name}({arguments})"] = (spelled, "EXECUTE")
    for never in ("CREATE TABLE mine (a int)", "CREATE SCHEMA mine", "SET LOCAL ROLE portal_owner", "CREATE ROLE mine"):
        found[never] = ("", "never")
    return found


# Every statement in a sub-transaction that is always undone; the answer is what was refused for want of a right.
TRY = """
DO $do$
DECLARE
    one text;
    refused jsonb := '[]';
BEGIN
    FOR one IN SELECT jsonb_array_elements_text(current_setting('tried.statements')::jsonb) LOOP
        BEGIN
            EXECUTE one;
            RAISE EXCEPTION USING ERRCODE = 'GZ000';
        EXCEPTION
            WHEN insufficient_privilege THEN refused := refused || to_jsonb(one);
            WHEN SQLSTATE 'GZ000' OR integrity_constraint_violation OR raise_exception OR null_value_not_allowed
            THEN NULL;
        END;
    END LOOP;
    PERFORM set_config('tried.refused', refused::text, true);
END $do$
"""


def may(login: str, name: str, privilege: str, wanted: set[applying.Grant]) -> bool:
    """Whether the table in code lets the login."""
    table = name.partition(".")[0] if privilege == "UPDATE" else name
    if privilege == "EXECUTE":
        name = applying.spelled(name)
    return bool({(login, name, privilege), (login, table, privilege)} & wanted)


@pytest.mark.parametrize("login", LOGINS_TRIED)
def test_whatever_its_column_does_not_allow_is_refused_to_a_real_connection(login, cluster):
    tried, wanted = attempts(), applying.wanted()
    allowed = {text for text, (name, privilege) in tried.items() if may(login, name, privilege, wanted)}

    with (
        contextlib.closing(psycopg2.connect(cluster.url(user=login, database=connection.settings_dict["NAME"]))) as own,
        own.cursor() as cursor,
    ):
        cursor.execute("SELECT set_config('tried.statements', %s, true)", [json.dumps(list(tried))])
        cursor.execute(TRY)
        cursor.execute("SELECT current_setting('tried.refused')::jsonb")
        refused = set(cursor.fetchone()[0])
        own.rollback()

    assert set(tried) - refused == allowed


@pytest.mark.rule("PLT-05")
def test_supervision_may_change_no_row_of_the_trade_and_the_public_reads_none():
    trading = ("trading_", "sealing_", "experts_")
    for table in applying.tables():
        if table.startswith(trading):
            assert set(applying.letters("portal_supervision", table)) <= {"r"}, table
        if table.startswith("trading_"):
            assert applying.letters("portal_public", table) == "", table


def test_nobody_but_supervision_writes_its_tables():
    for table in (name for name in applying.tables() if name.startswith("supervision_")):
        writers = {login for login in LOGINS if set(applying.letters(login, table)) - {"r"}}

        assert writers == {"portal_supervision"}, table
