"""The demo province as it was when it was new, kept beside the living one, so that a reset takes seconds.

A page asks by `ask_reset`; only the supervisor can do it, since no process of the portal may drop a database.
"""

import shutil
from contextlib import closing
from pathlib import Path

from platform_site.embedded import borrowing, databases, postgres
from platform_site.embedded.places import Places

KEPT = f"{borrowing.DATABASE}_new"
FOLDERS = ("files", "ledger", "keys", "mail", "agents")
FILES = ("agents.json", "accounts.json")
WANTED = "reset-wanted"


def ask_reset(local: Path) -> None:
    """The supervisor, if one runs over `local`, will put the new province in place within a second or two."""
    (local / WANTED).touch()


def asked(local: Path) -> bool:
    """Whether a reset was asked for; asking is taken back by asking here."""
    if not (local / WANTED).exists():
        return False
    (local / WANTED).unlink(missing_ok=True)
    return True


def keep(where: Places, local: Path) -> None:
    """The province as it stands is the new one. Nobody may be connected to it."""
    with closing(postgres.connect(where)) as connection:
        databases.drop(connection, KEPT)
        databases.create(connection, KEPT, template=borrowing.DATABASE)
        databases.set_note(connection, KEPT, databases.note(connection, borrowing.DATABASE))
    _replace(local, local / "new")


def forget(where: Places, local: Path) -> None:
    """No copy is kept: the schema has moved on."""
    with closing(postgres.connect(where)) as connection:
        databases.drop(connection, KEPT)
    shutil.rmtree(local / "new", ignore_errors=True)


def put_back(where: Places, local: Path) -> None:
    """The province is new again, or, where no copy was kept, gone, to be seeded by the next preparation."""
    with closing(postgres.connect(where)) as connection:
        databases.drop(connection, borrowing.DATABASE)
        kept = databases.exists(connection, KEPT)
        if kept:
            databases.create(connection, borrowing.DATABASE, template=KEPT)
            databases.set_note(connection, borrowing.DATABASE, databases.note(connection, KEPT))
    _replace(local / "new", local)


def _replace(source: Path, target: Path) -> None:
    target.mkdir(mode=0o700, exist_ok=True)
    for name in FOLDERS:
        shutil.rmtree(target / name, ignore_errors=True)
        if (source / name).is_dir():
            shutil.copytree(source / name, target / name)
    for name in FILES:
        (target / name).unlink(missing_ok=True)
        if (source / name).exists():
            shutil.copy2(source / name, target / name)
