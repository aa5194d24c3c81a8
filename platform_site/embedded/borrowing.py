"""Many commands, one pair of servers: whoever comes first starts them, whoever leaves last stops them."""

import contextlib
import os
import sys
import warnings
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from platform_site import env
from platform_site.embedded import databases, postgres, redis_server
from platform_site.embedded.places import Places, places
from platform_site.embedded.processes import Known, read_known, write_known
from platform_site.embedded.trouble import told_plainly
from platform_site.embedded.typefaces import fonts

DATABASE = "portal"
# Commands that read only code. makemigrations asks the database for its history where there is one, and may do without.
WITHOUT_SERVERS = {
    "", "help", "--help", "-h", "--version", "version", "check", "rules", "makemigrations", "collectstatic",
    "findstatic", "makemessages", "compilemessages", "spectacular", "diffsettings", "startapp", "sqlmigrate",
}  # fmt: skip


@contextlib.contextmanager
def servers(local: Path, *, durable: bool = True) -> Iterator[Places]:
    """PostgreSQL and Redis run while we are inside; the last holder to leave stops them.

    Holders are known by pid and start time, so one that was killed counts no longer.
    """
    where = places(local)
    holders = where.home / "holders.json"
    lock = where.home / "lock"
    me = Known.of(os.getpid(), Path(sys.argv[0]).name)
    with databases.locked(lock):
        known, _ = read_known(holders)
        postgres.start(where, durable=durable)
        redis_server.start(where)
        write_known(holders, [one for one in known if one.alive() and one.pid != me.pid] + [me])
    try:
        yield where
    finally:
        with databases.locked(lock):
            known, _ = read_known(holders)
            rest = [one for one in known if one.alive() and one.pid != me.pid]
            write_known(holders, rest)
            if not rest:
                redis_server.stop(where)
                postgres.stop(where)


def ensure_portal(where: Places) -> bool:
    """Roles and the portal's database exist. True where the database is new, that is, empty."""
    with databases.locked(where.home / "lock"), closing(postgres.connect(where)) as connection:
        databases.ensure_roles(connection)
        if databases.exists(connection, DATABASE):
            return False
        databases.create(connection, DATABASE)
        return True


def addresses(where: Places) -> dict[str, str]:
    """The environment by which a process finds the embedded servers, the owner's URL included."""
    return {
        "DATABASE_URL": postgres.url(where, user=databases.APP, database=DATABASE),
        "DATABASE_OWNER_URL": postgres.url(where, user=databases.OWNER, database=DATABASE),
        "REDIS_URL": redis_server.url(where),
    }


@contextlib.contextmanager
def borrowed_servers(arguments: list[str] | None = None) -> Iterator[None]:
    """Within, the environment names working servers for the management command in `arguments` (sys.argv by default).

    Servers the environment names are used as they are. Otherwise the embedded ones are joined or started, and given
    back at the end. `migrate` runs as the owner of the tables; every other command never sees the owner's URL.
    """
    command = next(iter((sys.argv if arguments is None else arguments)[1:]), "")
    given = env.text("DATABASE_URL") or (command == "migrate" and env.text("DATABASE_OWNER_URL"))
    with contextlib.ExitStack() as stack:
        if not given and command not in WITHOUT_SERVERS:
            with told_plainly():
                where = stack.enter_context(servers(env.LOCAL_DIR))
                ensure_portal(where)
            for name, value in addresses(where).items():
                os.environ.setdefault(name, value)
            # A command may set papers too: a rehearsal's file is closed with them.
            if "FONTCONFIG_FILE" not in os.environ and (path := fonts(env.LOCAL_DIR)):
                os.environ["FONTCONFIG_FILE"] = str(path)
        if command == "makemigrations" and not env.text("DATABASE_URL"):
            warnings.filterwarnings("ignore", message="Got an error checking a consistent migration history")
        owner = os.environ.pop("DATABASE_OWNER_URL", "")
        if command == "migrate" and owner:
            os.environ["DATABASE_URL"] = owner
        yield
