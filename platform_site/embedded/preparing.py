"""What must stand before the first process starts: schema, secret, the demo province."""

import os
import secrets
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

from platform_site import env
from platform_site.embedded import borrowing, databases, postgres, province
from platform_site.embedded.places import Places
from platform_site.embedded.trouble import Trouble
from platform_site.embedded.typefaces import fonts

ROOMS = ["disclosure", "supervision", "trading", "experts", "credit", "platform_site"]
SEEDING, SEEDED = "seeding", "seeded"


def command_file(name: str) -> Path | None:
    """Where the management command `name` is written, if anywhere."""
    found = (path for room in ROOMS for path in (env.BASE_DIR / room).rglob(f"management/commands/{name}.py"))
    return next(found, None)


def manage(arguments: list[str], environment: dict[str, str], log: Path) -> None:
    """The management command ran.

    Raises:
        Trouble: it failed; its last line and the log's name are in the message.
    """
    with log.open("ab") as out:
        done = subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=env.BASE_DIR, env=environment, stdin=subprocess.DEVNULL, stdout=out, stderr=out, check=False,
        )  # fmt: skip
    if done.returncode != 0:
        last = log.read_text(errors="replace").strip().splitlines()[-1:]
        raise Trouble(f"manage.py {arguments[0]} failed: {' '.join(last)} (all of it in {log})")


def secret_key(local: Path) -> str:
    """This installation's signing secret, made once."""
    path = local / "secret-key"
    if not path.exists():
        draft = path.with_suffix(".draft")
        draft.touch(mode=0o600)
        draft.write_text(secrets.token_urlsafe(48))
        draft.replace(path)
    return path.read_text()


def schema(where: Places, environment: dict[str, str], log: Path, tell: Any) -> None:
    """Roles, database, migrations and, in demo, the province stand. Quick where nothing changed.

    Which migrations were applied and how far seeding came is kept as the database's comment, so it cannot get lost
    apart from the database. A province whose seeding was cut off is thrown away and made anew.
    """
    wanted = databases.schema_hash(env.BASE_DIR)
    with closing(postgres.connect(where)) as connection:
        note = databases.note(connection, borrowing.DATABASE)
        if SEEDING in note.split():
            databases.drop(connection, borrowing.DATABASE)
            note = ""
    new = borrowing.ensure_portal(where)
    if new or wanted not in note.split():
        tell("preparing the database …")
        manage(["migrate", "--noinput", "--skip-checks", "--verbosity=0"], environment, log)
        province.forget(where, env.LOCAL_DIR.absolute())
        note = f"{wanted} {SEEDED if SEEDED in note.split() else ''}".strip()
        _note(where, note)
    if env.text("PORTAL_MODE", "demo") != "demo" or SEEDED in note.split() or not env.flag("PORTAL_SEED", True):
        return
    if command_file("demo_province") is None:
        return
    tell("seeding the demo province (once) …")
    _note(where, f"{wanted} {SEEDING}")
    rows_only = {key: value for key, value in environment.items() if key != "DATABASE_OWNER_URL"}
    manage(["demo_province"], rows_only, log)
    # The first page shows the province at once; from then on the worker follows the record.
    manage(["project"], rows_only, log)
    _note(where, f"{wanted} {SEEDED}")
    province.keep(where, env.LOCAL_DIR.absolute())


def _note(where: Places, text: str) -> None:
    with closing(postgres.connect(where)) as connection:
        databases.set_note(connection, borrowing.DATABASE, text)


def environment(local: Path, origin: str, servers: dict[str, str]) -> dict[str, str]:
    """The environment of every process of the portal; the owner's URL is taken out before they start."""
    given = {
        **os.environ,
        "PORTAL_LOCAL_DIR": str(local),
        "PORTAL_ORIGIN": origin,
        "TMPDIR": str(local / "tmp"),
        "PYTHONUNBUFFERED": "1",
        "DJANGO_SETTINGS_MODULE": "platform_site.settings",
        **servers,
    }
    if not given.get("PORTAL_SECRET_KEY") and given.get("PORTAL_MODE", "demo") != "production":
        given["PORTAL_SECRET_KEY"] = secret_key(local)
    if "FONTCONFIG_FILE" not in given and (path := fonts(local)):
        given["FONTCONFIG_FILE"] = str(path)
    return given
