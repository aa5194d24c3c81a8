"""Test databases: one cluster for everybody's runs, one migrated template, one clone per run.

The record refuses TRUNCATE, so a test that must commit gets a database of its own instead of a flush.
"""

import contextlib
import os
import shutil
import subprocess
import sys
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil
import psycopg2
from psycopg2 import extensions

from platform_site.embedded import borrowing, databases, postgres, redis_server
from platform_site.embedded.places import Places, orphaned_homes

BASE = Path(__file__).resolve().parent.parent
# The run's own PORTAL_LOCAL_DIR is thrown away; the cluster and its template are worth keeping between runs.
TEST_HOME = BASE / ".local" / "tests"
KEPT_TEMPLATES = 3


@dataclass(frozen=True)
class Cluster:
    """A PostgreSQL server tests may create databases on.

    Attributes:
        parameters: libpq parameters of a role that may create databases and roles.
        redis_url: a Redis beside it, or "" where the server was given from outside.
    """

    parameters: dict[str, str]
    redis_url: str = ""

    def connect(self, database: str = "postgres"):
        """A superuser connection in autocommit."""
        connection = psycopg2.connect(**{**self.parameters, "dbname": database})
        connection.autocommit = True
        return connection

    def url(self, *, user: str, database: str) -> str:
        """The URL of one role and database. Roles get in without a password: a test server is nobody's production."""
        host, port = self.parameters.get("host", ""), self.parameters.get("port", "")
        tail = "&".join(f"{key}={value}" for key, value in (("host", host), ("port", port)) if value)
        return f"postgresql://{user}@/{database}?{tail}"


@contextlib.contextmanager
def cluster() -> Iterator[Cluster]:
    """The server TEST_DATABASE_SERVER names (a superuser's URL), or the embedded one, kept while any run needs it."""
    if given := os.environ.get("TEST_DATABASE_SERVER"):
        yield Cluster(extensions.parse_dsn(given), os.environ.get("REDIS_URL", ""))
        return
    TEST_HOME.mkdir(parents=True, exist_ok=True)
    with borrowing.servers(TEST_HOME, durable=False) as where:
        yield Cluster({"host": str(where.run), "user": postgres.SUPERUSER}, borrowing.addresses(where)["REDIS_URL"])


def template(server: Cluster) -> str:
    """The name of a migrated, otherwise empty database, made once for every state of the migrations."""
    name = f"tpl_{databases.schema_hash(BASE)}"
    with databases.locked(TEST_HOME / "template.lock"), contextlib.closing(server.connect()) as connection:
        databases.ensure_roles(connection)
        if databases.exists(connection, name):
            return name
        draft = f"draft_{uuid.uuid4().hex[:12]}"
        databases.create(connection, draft)
        try:
            _migrate(server, draft)
            databases.rename(connection, draft, name)
        except BaseException:
            databases.drop(connection, draft)
            raise
        _forget_old_templates(connection, keep=name)
    return name


def _migrate(server: Cluster, database: str) -> None:
    """Every migration was applied through the real door, as the owner."""
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "tests.settings",
        "DATABASE_URL": server.url(user=databases.APP, database=database),
        "DATABASE_OWNER_URL": server.url(user=databases.OWNER, database=database),
    }
    # A room still without migrations may name tables of one that has them, so its own tables come second.
    for extra in ([], ["--run-syncdb"]):
        done = subprocess.run(
            [sys.executable, "manage.py", "migrate", "--noinput", "--skip-checks", "--verbosity=0", *extra],
            cwd=BASE, env=environment, capture_output=True, text=True, check=False,
        )  # fmt: skip
        if done.returncode != 0:
            raise RuntimeError(f"migrate failed:\n{done.stdout[-2000:]}\n{done.stderr[-6000:]}")


def _forget_old_templates(connection, *, keep: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT datname FROM pg_database WHERE datname LIKE 'tpl\\_%' ORDER BY oid DESC")
        names = [name for (name,) in cursor.fetchall() if name != keep]
    for name in names[KEPT_TEMPLATES - 1 :]:
        with contextlib.suppress(psycopg2.Error):
            databases.drop(connection, name)


def sweep(server: Cluster) -> None:
    """Databases and servers of runs that died are gone. A run's pid and start time stand in its databases' names."""
    with contextlib.closing(server.connect()) as connection:
        with connection.cursor() as cursor:
            cursor.execute("SELECT datname FROM pg_database WHERE datname LIKE 'run\\_%'")
            names = [name for (name,) in cursor.fetchall()]
        for name in names:
            _, pid, started, *_ = name.split("_")
            if not _lives(int(pid), int(started)):
                databases.drop(connection, name)
    for home in orphaned_homes():
        orphan = Places(home, home / "run", None)
        redis_server.stop(orphan)
        postgres.stop(orphan)
        shutil.rmtree(home, ignore_errors=True)


def _lives(pid: int, started: int) -> bool:
    with contextlib.suppress(psutil.Error):
        return abs(int(psutil.Process(pid).create_time()) - started) < 3
    return False


def clone(server: Cluster, source: str) -> str:
    """The name of a new database, a copy of `source`."""
    started = int(psutil.Process().create_time())
    name = f"run_{os.getpid()}_{started}_{uuid.uuid4().hex[:8]}"
    with databases.locked(TEST_HOME / "template.lock"), contextlib.closing(server.connect()) as connection:
        databases.create(connection, name, template=source)
    return name


def drop(server: Cluster, name: str) -> None:
    """The database is gone."""
    with contextlib.closing(server.connect()) as connection:
        databases.drop(connection, name)


@contextlib.contextmanager
def behind_default(server: Cluster, name: str, *, login: str = databases.APP) -> Iterator[None]:
    """Within, every thread's default connection goes to the database `name`, as the app role or another login."""
    from django.db import connections

    from platform_site import env

    settings = connections.settings["default"]
    before = dict(settings)
    connections["default"].close()
    settings.update(env.database(server.url(user=login, database=name)), CONN_MAX_AGE=0)
    connections["default"].settings_dict.update(settings)
    try:
        yield
    finally:
        connections["default"].close()
        settings.update(before)
        connections["default"].settings_dict.update(before)
