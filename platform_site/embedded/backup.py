"""Everything worth keeping in one folder, and back again.

A backup holds the database (pg_dump's own format), the stored files, the published ledger and the keys, and a manifest
with the digest of every one of them. The database is dumped first: files are never changed, only added, so what the
dump names is in the copy. Only the bytes of an abandoned upload may go meanwhile; nothing will ever ask for them, and
the next sweep removes its row. `restore` checks every digest before it touches anything and ends with `ledger verify`.
"""

import argparse
import contextlib
import fcntl
import hashlib
import json
import os
import shutil
import subprocess
import sys
from contextlib import closing
from pathlib import Path

from platform_site import env
from platform_site.embedded import borrowing, databases, postgres, preparing, province
from platform_site.embedded.places import Places
from platform_site.embedded.trouble import Trouble, told_plainly

FOLDERS = province.FOLDERS
DUMP, MANIFEST, SECRET = "database.dump", "manifest.json", "secret-key"
INCOMING = f"{borrowing.DATABASE}_incoming"


def save(target: Path, local: Path) -> None:
    """`target` is a complete backup of the embedded portal, running or not.

    Raises:
        Trouble: the folder is not empty, or pg_dump failed.
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
        dump = [*_tool(where, "pg_dump"), "--format=custom", "--dbname", borrowing.DATABASE]
        with (target / DUMP).open("wb") as out:
            _run(dump, where, stdout=out)
    for name in FOLDERS:
        if (local / name).is_dir():
            shutil.copytree(local / name, target / name, copy_function=copied)
    if (local / SECRET).exists():
        shutil.copy2(local / SECRET, target / SECRET)
    digests = {str(path.relative_to(target)): _digest(path) for path in sorted(target.rglob("*")) if path.is_file()}
    (target / MANIFEST).write_text(json.dumps({"note": note, "sha256": digests}, indent=1, ensure_ascii=False) + "\n")
    print(f"backup: {target} holds {len(digests)} files")


def copied(source: str, target: str) -> None:
    """The file is copied; one that was swept away since the folder was listed is passed over."""
    with contextlib.suppress(FileNotFoundError):
        shutil.copy2(source, target)


def restore(source: Path, local: Path) -> None:
    """The portal's data is what it was when `source` was saved; the ledger was verified.

    The old data is given up only once the new database stands whole.

    Raises:
        Trouble: the portal runs, or the backup is incomplete or was changed.
    """
    manifest = check(source)
    with _stopped(local), borrowing.servers(local) as where:
        with closing(postgres.connect(where)) as connection:
            databases.ensure_roles(connection)
            databases.drop(connection, INCOMING)
            databases.create(connection, INCOMING)
            command = [*_tool(where, "pg_restore"), "--exit-on-error", "--dbname", INCOMING]
            with (source / DUMP).open("rb") as dump:
                _run(command, where, stdin=dump)
            databases.drop(connection, borrowing.DATABASE)
            databases.rename(connection, INCOMING, borrowing.DATABASE)
            databases.set_note(connection, borrowing.DATABASE, manifest["note"])
        for name in FOLDERS:
            shutil.rmtree(local / name, ignore_errors=True)
            if (source / name).is_dir():
                shutil.copytree(source / name, local / name)
        if (source / SECRET).exists():
            shutil.copy2(source / SECRET, local / SECRET)
        _verify(where, local)
    print(f"restore: {source} is in place")


def check(source: Path) -> dict:
    """The manifest of a backup whose every file has the digest it names, and no file too many.

    Raises:
        Trouble: otherwise.
    """
    if not (source / MANIFEST).is_file():
        raise Trouble(f"{source} is not a backup: it has no {MANIFEST}")
    manifest = json.loads((source / MANIFEST).read_text())
    there = {str(path.relative_to(source)) for path in source.rglob("*") if path.is_file()} - {MANIFEST}
    if odd := there ^ set(manifest["sha256"]):
        raise Trouble(f"the backup is not what was saved: {sorted(odd)[0]} is missing or was added")
    for name, digest in manifest["sha256"].items():
        if _digest(source / name) != digest:
            raise Trouble(f"the backup is not what was saved: {name} was changed")
    return manifest


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


def _verify(where: Places, local: Path) -> None:
    """The restored ledger proves itself."""
    environment = preparing.environment(local, "", borrowing.addresses(where))
    environment.pop("DATABASE_OWNER_URL")
    done = subprocess.run(
        [sys.executable, "manage.py", "ledger", "verify"], cwd=env.BASE_DIR, env=environment, check=False
    )
    if done.returncode != 0:
        raise Trouble("the restored ledger does not verify (its words are above); keep the backup and ask why")


def _digest(path: Path) -> str:
    with path.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()


def main() -> None:
    """save FOLDER | restore FOLDER | reset."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    verbs = parser.add_subparsers(dest="verb", required=True)
    for verb in ("save", "restore"):
        verbs.add_parser(verb).add_argument("folder", type=Path)
    verbs.add_parser("reset")
    options = parser.parse_args()
    with told_plainly():
        if env.text("DATABASE_URL"):
            raise Trouble("DATABASE_URL is set: back up that server with its own tools (docs/howto/backup.md)")
        local = env.LOCAL_DIR.absolute()
        if options.verb == "save":
            save(options.folder, local)
        elif options.verb == "restore":
            restore(options.folder, local)
        else:
            reset(local)


if __name__ == "__main__":
    main()
