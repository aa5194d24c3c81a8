"""The table of grants.py made true in the database, and what the database itself says of it."""

import re
from collections.abc import Iterable, Iterator
from typing import Any

from platform_site.faces.grants import BEYOND, COLUMNS, EVERYTHING, FUNCTIONS, LOGINS, TABLES

ENFORCES = {"PLT-05": "platform_site.faces.applying.apply"}

VERBS = {"r": "SELECT", "a": "INSERT", "c": "UPDATE", "d": "DELETE"}
ALL_LOGINS = (*LOGINS, EVERYTHING)
# (login, object, privilege): ("portal_public", "credit_subject", "SELECT"), (…, "holds_hold.ended_at", "UPDATE"),
# (…, "ledger_number(integer,uuid)", "EXECUTE")
Grant = tuple[str, str, str]
# The database spells a type otherwise than we do.
SPELLED = {"timestamp with time zone": "timestamptz"}


def letters(login: str, table: str) -> str:
    """What the table in code lets a login do to a table: letters of VERBS; "" for one that stands in no row."""
    row = next((rows[table] for rows in TABLES.values() if table in rows), None)
    if row is None:
        return ""
    said = "".join(row) + BEYOND.get(table, "") if login == EVERYTHING else row[LOGINS.index(login)]
    return "".join(letter for letter in VERBS if letter in said)


def tables() -> Iterator[str]:
    """Every table of the table."""
    for rows in TABLES.values():
        yield from rows


def calls(login: str) -> list[str]:
    """The functions a login may call."""
    rows = FUNCTIONS.items()
    return [name for name, row in rows if "x" in ("".join(row) if login == EVERYTHING else row[LOGINS.index(login)])]


def wanted() -> set[Grant]:
    """Every grant of the table."""
    found: set[Grant] = set()
    for login in ALL_LOGINS:
        for table in tables():
            for letter in letters(login, table):
                narrowed = COLUMNS.get(table, ()) if letter == "c" else ()
                objects = [f"{table}.{column}" for column in narrowed] or [table]
                found |= {(login, name, VERBS[letter]) for name in objects}
        found |= {(login, spelled(name), "EXECUTE") for name in calls(login)}
    return found


HELD = """
    SELECT grantee, name, privilege FROM (
        SELECT a.grantee, c.relname::text AS name, a.privilege_type AS privilege, c.relowner AS owner
        FROM pg_class c, aclexplode(c.relacl) a
        WHERE c.relnamespace = 'public'::regnamespace
        UNION ALL
        SELECT a.grantee, c.relname || '.' || t.attname, a.privilege_type, c.relowner
        FROM pg_class c JOIN pg_attribute t ON t.attrelid = c.oid, aclexplode(t.attacl) a
        WHERE c.relnamespace = 'public'::regnamespace
        UNION ALL
        SELECT a.grantee, p.oid::regprocedure::text, a.privilege_type, p.proowner
        FROM pg_proc p, aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) a
        WHERE p.pronamespace = 'public'::regnamespace
    ) held WHERE grantee <> owner
"""


def held(cursor: Any) -> set[Grant]:
    """Every grant on a table, column, sequence or function to anybody but its owner, from pg_catalog.

    A grant to everybody stands there as one to PUBLIC.
    """
    cursor.execute(
        f"SELECT coalesce(r.rolname, 'PUBLIC'), h.name, h.privilege FROM ({HELD}) h LEFT JOIN pg_roles r"
        " ON r.oid = h.grantee"
    )
    return {(login, spelled(name) if "(" in name else name, verb) for login, name, verb in cursor.fetchall()}


OWNED = """
    SELECT CASE WHEN relkind = 'S' THEN 'SEQUENCE' ELSE 'TABLE' END, relname::text FROM pg_class
    WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p', 'v', 'm', 'f', 'S')
      AND pg_get_userbyid(relowner) = current_user
    UNION ALL
    SELECT 'ROUTINE', oid::regprocedure::text FROM pg_proc
    WHERE pronamespace = 'public'::regnamespace AND pg_get_userbyid(proowner) = current_user
"""


def apply(cursor: Any) -> None:
    """The database's rights are those of the table, for every login that exists. Run as the tables' owner, in one
    transaction: whoever works meanwhile keeps what he keeps. What the table does not list is taken back.
    """
    cursor.execute("SELECT rolname FROM pg_roles WHERE rolname = ANY(%s)", [list(ALL_LOGINS)])
    logins = [name for (name,) in cursor.fetchall()]
    cursor.execute(OWNED)
    owned: dict[str, list[str]] = {"TABLE": [], "SEQUENCE": [], "ROUTINE": []}
    for kind, name in cursor.fetchall():
        owned[kind].append(name)
    _take_back(cursor, owned, "PUBLIC")
    cursor.execute("ALTER DEFAULT PRIVILEGES REVOKE EXECUTE ON ROUTINES FROM PUBLIC")
    there, callable_ = set(owned["TABLE"]), {spelled(name): name for name in owned["ROUTINE"]}
    for login in logins:
        _take_back(cursor, owned, f'"{login}"')
        cursor.execute(f'GRANT USAGE ON SCHEMA public TO "{login}"')
        for letter, verb in VERBS.items():
            mine = [table for table in tables() if table in there and letter in letters(login, table)]
            whole = [table for table in mine if letter != "c" or table not in COLUMNS]
            _grant(cursor, verb, whole, login)
            for table in (name for name in mine if name not in whole):
                _grant(cursor, f"{verb} ({', '.join(COLUMNS[table])})", [table], login)
        functions = [callable_[name] for name in map(spelled, calls(login)) if name in callable_]
        if functions:
            cursor.execute(f'GRANT EXECUTE ON FUNCTION {", ".join(functions)} TO "{login}"')


def _take_back(cursor: Any, owned: dict[str, list[str]], whose: str) -> None:
    for kind, names in owned.items():
        quoted = [name if kind == "ROUTINE" else f'"{name}"' for name in names]
        if quoted:
            cursor.execute(f"REVOKE ALL ON {kind} {', '.join(quoted)} FROM {whose}")
        cursor.execute(f"ALTER DEFAULT PRIVILEGES IN SCHEMA public REVOKE ALL ON {kind}S FROM {whose}")


def _grant(cursor: Any, verb: str, on: Iterable[str], login: str) -> None:
    if names := ", ".join(f'"{name}"' for name in on):
        cursor.execute(f'GRANT {verb} ON TABLE {names} TO "{login}"')


def spelled(function: str) -> str:
    """One spelling of a function for the table and for the database."""
    for theirs, ours in SPELLED.items():
        function = function.replace(theirs, ours)
    return re.sub(r"\s", "", function)
