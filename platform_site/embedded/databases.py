"""Roles and databases of one cluster.

`portal_owner` owns tables and is used only by migrate. `portal_app` is everything at once, for demo and sandbox. The
faces and the processes without one have logins of their own; what each may touch is granted after every migrate
(platform_site/faces/grants.py).
"""

import contextlib
import fcntl
import hashlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from psycopg2 import sql

OWNER = "portal_owner"
APP = "portal_app"
FACES = ("portal_public", "portal_trading", "portal_supervision")
BEHIND = ("portal_worker", "portal_sequencer")
ROLES = (OWNER, APP, *FACES, *BEHIND)


def ensure_roles(connection: Any) -> None:
    """The roles exist; none may create databases or roles, none is a superuser."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT rolname FROM pg_roles WHERE rolname = ANY(%s)", [list(ROLES)])
        there = {name for (name,) in cursor.fetchall()}
        for role in ROLES:
            if role not in there:
                cursor.execute(
                    sql.SQL("CREATE ROLE {} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE").format(sql.Identifier(role))
                )


def exists(connection: Any, name: str) -> bool:
    """Whether the database exists."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name])
        return cursor.fetchone() is not None


def create(connection: Any, name: str, *, template: str = "template0") -> None:
    """The database exists, owned by the owner role. Nobody may be connected to `template`."""
    statement = sql.SQL("CREATE DATABASE {} OWNER {} TEMPLATE {} STRATEGY FILE_COPY")
    with connection.cursor() as cursor:
        cursor.execute(statement.format(*(sql.Identifier(one) for one in (name, OWNER, template))))


def drop(connection: Any, name: str) -> None:
    """The database is gone; whoever was connected to it is thrown out."""
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


def rename(connection: Any, name: str, to: str) -> None:
    """The database is called `to`."""
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL("ALTER DATABASE {} RENAME TO {}").format(sql.Identifier(name), sql.Identifier(to)))


def note(connection: Any, name: str) -> str:
    """The comment on the database; here it says which migrations were applied."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = %s", [name])
        found = cursor.fetchone()
        return (found[0] or "") if found else ""


def set_note(connection: Any, name: str, text: str) -> None:
    """The comment on the database is `text`."""
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL("COMMENT ON DATABASE {} IS {}").format(sql.Identifier(name), sql.Literal(text)))


def schema_hash(base: Path) -> str:
    """Changes whenever what `migrate` leaves behind may change: migrations, grants, SQL files, versions of libraries.

    Rooms without migrations yet count with their models.
    """
    digest = hashlib.sha256()
    names = ("platform_site", "credit", "experts", "trading", "disclosure", "supervision")
    wanted = [base / "requirements.lock", base / "platform_site" / "settings.py"]
    for room in names:
        for path in (base / room).rglob("*"):
            named = path.name in {"apps.py", "models.py"} or {"migrations", "models", "faces"} & set(path.parts)
            if path.suffix == ".sql" or (path.suffix == ".py" and named):
                wanted.append(path)
    for path in sorted(set(wanted)):
        if path.exists():
            digest.update(str(path.relative_to(base)).encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()[:16]


@contextlib.contextmanager
def locked(path: Path) -> Iterator[None]:
    """Within, no other process holds the same lock file. The kernel gives it back if we die."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)
