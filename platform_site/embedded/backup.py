"""Everything worth keeping in one folder, and back again.

A backup holds the database (pg_dump's own format), the stored files, the published ledger and the keys, and a manifest
with the digest of every one of them. The database is dumped first: files are never changed, only added, so what the
dump names is in the copy. Only the bytes of an abandoned upload may go meanwhile; nothing will ever ask for them, and
the next sweep removes its row. The manifest is written last and at once, so a backup that was cut off has none.

`restore` checks every digest, loads everything beside what stands, brings the schema up to this code, has the record
verify itself there, and only then changes places. What stood before is set aside, never thrown away. `drill` does the
same into an empty place of its own and throws that away.
"""

import argparse
import contextlib
import fcntl
import os
import shutil
import subprocess
import sys
import tempfile
import time
from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg2

from platform_site import env
from platform_site.embedded import backup_manifest, borrowing, databases, postgres, preparing, province
from platform_site.embedded.places import Places, places
from platform_site.embedded.trouble import Trouble, told_plainly

FOLDERS = province.FOLDERS
DUMP, SECRET = "database.dump", "secret-key"
INCOMING = f"{borrowing.DATABASE}_incoming"
# What is being brought in lies in this folder until it has proved itself.
STAGED = "incoming"
# Touched when a backup or a drill succeeded, for the operator's status page.
LAST_BACKUP, LAST_DRILL = "last-backup", "last-drill"


def save(target: Path, local: Path) -> None:
    """`target` is a complete backup of the embedded portal, running or not.

    Raises:
        Trouble: the folder is not empty, the province is only being seeded, or pg_dump failed.
    """
    if target.exists() and any(target.iterdir()):
        raise Trouble(f"{target} is not empty")
    target.mkdir(mode=0o700, parents=True, exist_ok=True)
    target.chmod(0o700)
    with borrowing.servers(local) as where:
        with closing(postgres.connect(where)) as connection:
            if not databases.exists(connection, borrowing.DATABASE):
                raise Trouble("there is no database to back up yet")
            note = databases.note(connection, borrowing.DATABASE)
        if preparing.SEEDING in note.split():
            raise Trouble("the demo province is being seeded; back it up when it stands")
        migrations = backup_manifest.applied(where)
        dump = [*_tool(where, "pg_dump"), "--format=custom", "--dbname", borrowing.DATABASE]
        with (target / DUMP).open("wb") as out:
            _run(dump, where, stdout=out)
    for name in FOLDERS:
        _copy(local / name, target / name)
    if (local / SECRET).exists():
        shutil.copy2(local / SECRET, target / SECRET)
    files = backup_manifest.write(target, note=note, migrations=migrations)
    (local / LAST_BACKUP).touch()
    print(f"backup: {target} holds {files} files")


def copied(source: str, target: str) -> None:
    """The file is copied; one that was swept away since the folder was listed is passed over."""
    with contextlib.suppress(FileNotFoundError):
        shutil.copy2(source, target)


def restore(source: Path, local: Path, *, replace: bool = False) -> None:
    """The portal's data is what it was when `source` was saved; the ledger was verified before anything gave way.

    Args:
        replace: over a portal that has data already. That data is set aside whole; the last line says where.

    Raises:
        Trouble: the portal runs or has data, the backup is incomplete, was changed, was made by newer code, or its
            record does not verify. What stands is untouched then.
    """
    manifest = backup_manifest.check(source)
    with _stopped(local), borrowing.servers(local) as where:
        staged = local / STAGED
        try:
            with closing(postgres.connect(where)) as connection:
                if not replace and _lived_in(where, connection):
                    raise Trouble("there is data here already; to put it aside and restore all the same: REPLACE=yes")
                databases.ensure_roles(connection)
                databases.drop(connection, INCOMING)
                databases.create(connection, INCOMING)
                command = [*_tool(where, "pg_restore"), "--exit-on-error", "--dbname", INCOMING]
                with (source / DUMP).open("rb") as dump:
                    _run(command, where, stdin=dump)
                note = _proved(source, manifest, where, local)
                aside = _set_aside(connection, local)
                databases.rename(connection, INCOMING, borrowing.DATABASE)
                databases.set_note(connection, borrowing.DATABASE, note)
            for name in (*FOLDERS, SECRET):
                if (staged / name).exists():
                    (staged / name).rename(local / name)
            if note != manifest["note"]:
                province.forget(where, local)
        finally:
            shutil.rmtree(staged, ignore_errors=True)
            with closing(postgres.connect(where)) as connection:
                databases.drop(connection, INCOMING)
    print(f"restore: {source} is in place" + (f"; what stood here before is kept as {aside}" if aside else ""))


def drill(source: Path, local: Path) -> None:
    """Somebody saw that `source` can be restored: in an empty place of its own, which is gone afterwards.

    The portal may run meanwhile.

    Raises:
        Trouble: as `restore` does.
    """
    (local / "tmp").mkdir(mode=0o700, parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=local / "tmp", prefix="drill-") as empty:
        there = Path(empty) / "local"
        try:
            restore(source, there)
        finally:
            where = places(there)  # as root the servers' data lies elsewhere, and so may their sockets
            shutil.rmtree(where.run, ignore_errors=True)
            shutil.rmtree(where.home, ignore_errors=True)
    (local / LAST_DRILL).touch()
    print(f"drill: {source} can be restored, and its ledger verifies")


def _lived_in(where: Places, connection: Any) -> bool:
    """Whether the portal's database holds any table."""
    if not databases.exists(connection, borrowing.DATABASE):
        return False
    with closing(postgres.connect(where, borrowing.DATABASE)) as inside, inside.cursor() as cursor:
        cursor.execute("SELECT EXISTS (SELECT 1 FROM pg_tables WHERE schemaname = 'public')")
        return bool(cursor.fetchone()[0])


def _proved(source: Path, manifest: dict[str, Any], where: Places, local: Path) -> str:
    """The backup's files lie staged, its database has this code's schema, its ledger verifies. The database's note."""
    staged = local / STAGED
    shutil.rmtree(staged, ignore_errors=True)
    (staged / "tmp").mkdir(mode=0o700, parents=True)
    for name in FOLDERS:
        _copy(source / name, staged / name)
    if (source / SECRET).exists():
        shutil.copy2(source / SECRET, staged / SECRET)
    servers = {
        **borrowing.addresses(where),
        "DATABASE_URL": postgres.url(where, user=databases.APP, database=INCOMING),
        "DATABASE_OWNER_URL": postgres.url(where, user=databases.OWNER, database=INCOMING),
    }
    environment = preparing.environment(staged, "", servers)
    note, wanted = manifest["note"], databases.schema_hash(env.BASE_DIR)
    if wanted not in note.split():
        log = local / "log" / "prepare.log"
        log.parent.mkdir(mode=0o700, exist_ok=True)
        preparing.manage(["migrate", "--noinput", "--skip-checks", "--verbosity=0"], environment, log)
        note = f"{wanted} {preparing.SEEDED if preparing.SEEDED in note.split() else ''}".strip()
    environment.pop("DATABASE_OWNER_URL")
    done = subprocess.run(
        [sys.executable, "manage.py", "ledger", "verify"], cwd=env.BASE_DIR, env=environment, check=False
    )
    if done.returncode != 0:
        raise Trouble(
            "the backup's ledger does not verify (its words are above); nothing here was changed. "
            "Keep the backup and ask why"
        )
    return note


def _set_aside(connection: Any, local: Path) -> str:
    """The database and folders that stand here are out of the way under one new name; "" where there were none.

    Raises:
        Trouble: somebody is connected to the database.
    """
    name = time.strftime("before_%Y%m%d_%H%M%S", time.gmtime())
    kept = False
    if databases.exists(connection, borrowing.DATABASE):
        try:
            databases.rename(connection, borrowing.DATABASE, f"{borrowing.DATABASE}_{name}")
        except psycopg2.errors.ObjectInUse:
            raise Trouble("the database is in use; end every manage.py command over this folder first") from None
        kept = True
    for folder in (*FOLDERS, SECRET):
        if (local / folder).exists():
            (local / name).mkdir(mode=0o700, exist_ok=True)
            (local / folder).rename(local / name / folder)
            kept = True
    return f"database {borrowing.DATABASE}_{name} and folder {local / name}" if kept else ""


def _copy(source: Path, target: Path) -> None:
    if not source.is_dir():
        return
    try:
        shutil.copytree(source, target, copy_function=copied)
    except shutil.Error as error:
        path, _, why = error.args[0][0]
        raise Trouble(f"{path} cannot be copied: {why}") from None


def reset(local: Path) -> None:
    """No demo province is left; the next start seeds it anew. Refused for production."""
    if env.text("PORTAL_MODE", "demo") == "production":
        raise Trouble("production is not reset")
    with _stopped(local), borrowing.servers(local) as where:
        province.forget(where, local)
        province.put_back(where, local)
    print("reset: the next `make run` seeds a new province")


class _stopped:
    """Within, no supervisor runs over the folder, nor can one start."""

    def __init__(self, local: Path) -> None:
        local.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.path = local / "supervisor.lock"

    def __enter__(self) -> None:
        self.handle = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(self.handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(self.handle)
            raise Trouble("the portal is running; stop it first (Ctrl-C)") from None

    def __exit__(self, *_: object) -> None:
        os.close(self.handle)


def _tool(where: Places, name: str) -> list[str]:
    return [str(postgres.binaries(where) / name), "--host", str(where.run), "--username", postgres.SUPERUSER]


def _run(command: list[str], where: Places, **streams: object) -> None:
    done = subprocess.run(command, stderr=subprocess.PIPE, text=True, check=False, **streams)  # type: ignore[call-overload]
    if done.returncode != 0:
        raise Trouble(f"{Path(command[0]).name} failed: {' '.join(done.stderr.strip().splitlines()[-2:])}")


def main() -> None:
    """save FOLDER | restore FOLDER [--replace] | drill FOLDER | reset."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    verbs = parser.add_subparsers(dest="verb", required=True)
    for verb in ("save", "restore", "drill"):
        verbs.add_parser(verb).add_argument("folder", type=Path)
    verbs.choices["restore"].add_argument("--replace", action="store_true", help="set aside the data that is here")
    verbs.add_parser("reset")
    options = parser.parse_args()
    with told_plainly():
        if env.text("DATABASE_URL"):
            raise Trouble("DATABASE_URL is set: back up that server with its own tools (docs/howto/backup.md)")
        local = env.LOCAL_DIR.absolute()
        if options.verb == "save":
            save(options.folder, local)
        elif options.verb == "restore":
            restore(options.folder, local, replace=options.replace)
        elif options.verb == "drill":
            drill(options.folder, local)
        else:
            reset(local)


if __name__ == "__main__":
    main()
