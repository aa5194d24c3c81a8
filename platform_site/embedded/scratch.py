"""A scratch database: migrated, empty, thrown away afterwards. For rehearsals, which never touch a real record."""

import contextlib
import os
import uuid
from collections.abc import Iterator

import psycopg2
from psycopg2 import extensions

from platform_site import env
from platform_site.embedded import databases, postgres
from platform_site.embedded.places import places
from platform_site.embedded.trouble import Trouble


@contextlib.contextmanager
def scratch_database(migrate) -> Iterator[str]:
    """The application role's URL of a database made for this block.

    Args:
        migrate: called as migrate(owner_url) where no migrated template of this schema stands yet.

    The server is the embedded one, or the one PORTAL_SCRATCH_SERVER names: the URL of a role that may create databases.

    Raises:
        Trouble: outside servers are configured and no scratch server is named.
    """
    name = f"scratch_{os.getpid()}_{uuid.uuid4().hex[:8]}"
    server = _Server()
    source = f"rehearsal_{databases.schema_hash(env.BASE_DIR)}"
    with databases.locked(env.LOCAL_DIR / "rehearsal.lock"), contextlib.closing(server.connect()) as connection:
        databases.ensure_roles(connection)
        if not databases.exists(connection, source):
            draft = f"draft_{uuid.uuid4().hex[:12]}"
            databases.create(connection, draft)
            try:
                migrate(server.url(databases.OWNER, draft))
                databases.rename(connection, draft, source)
            except BaseException:
                databases.drop(connection, draft)
                raise
        databases.create(connection, name, template=source)
    try:
        yield server.url(databases.APP, name)
    finally:
        with contextlib.closing(server.connect()) as connection:
            databases.drop(connection, name)


class _Server:
    """The server scratch databases live on."""

    def __init__(self) -> None:
        if given := env.text("PORTAL_SCRATCH_SERVER"):
            self.parameters = extensions.parse_dsn(given)
            return
        # The embedded cluster, where that is what the environment's DATABASE_URL points at.
        where = places(env.LOCAL_DIR)
        if str(where.run) not in env.text("DATABASE_URL"):
            raise Trouble("set PORTAL_SCRATCH_SERVER to the URL of a role that may create databases, for rehearsals")
        self.parameters = {"host": str(where.run), "user": postgres.SUPERUSER}

    def connect(self, database: str = "postgres"):
        connection = psycopg2.connect(**{**self.parameters, "dbname": database})
        connection.autocommit = True
        return connection

    def url(self, role: str, database: str) -> str:
        host, port = self.parameters.get("host", ""), self.parameters.get("port", "")
        tail = "&".join(f"{key}={value}" for key, value in (("host", host), ("port", port)) if value)
        return f"postgresql://{role}@/{database}?{tail}"
