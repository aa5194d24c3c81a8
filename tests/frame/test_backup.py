"""A backup brings back what it held, and one that was changed is refused before anything is touched."""

import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from platform_site.embedded import backup
from platform_site.embedded.places import places
from tests.databases import BASE

pytestmark = pytest.mark.chaos
MARK = "from django.contrib.contenttypes.models import ContentType as T; "


class Keeper:
    """An installation that is backed up: its local folder, its commands."""

    def __init__(self, local: Path) -> None:
        self.local = local

    def run(self, *words: str) -> subprocess.CompletedProcess:
        ours = {"DATABASE_URL", "DATABASE_OWNER_URL", "REDIS_URL", "DJANGO_SETTINGS_MODULE", "PORTAL_SECRET_KEY"}
        environment = {name: value for name, value in os.environ.items() if name not in ours}
        environment["PORTAL_LOCAL_DIR"] = str(self.local)
        return subprocess.run(
            [sys.executable, *words],
            cwd=BASE,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )

    def shell(self, code: str) -> str:
        done = self.run("manage.py", "shell", "--no-imports", "-c", MARK + code)
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    def backup(self, verb: str, *folder: Path) -> subprocess.CompletedProcess:
        return self.run("-m", "platform_site.embedded.backup", verb, *map(str, folder))

    def mark(self, text: str) -> None:
        """A row and a file that say `text`."""
        self.shell(f"T.objects.create(app_label='backup', model={text!r})")
        (self.local / "files").mkdir(parents=True, exist_ok=True)
        (self.local / "files" / text).write_text(text)

    def marks(self) -> tuple[str, list[str]]:
        rows = self.shell(
            "print(' '.join(T.objects.filter(app_label='backup').order_by('model').values_list('model', flat=True)))"
        )
        return rows, sorted(path.name for path in (self.local / "files").iterdir())


@pytest.fixture(scope="module")
def keeper(tmp_path_factory) -> Iterator[Keeper]:
    """An installation with a migrated database and one mark, `before`."""
    found = Keeper(tmp_path_factory.mktemp("keeper") / "local")
    found.local.mkdir()
    done = found.run("manage.py", "migrate", "--skip-checks", "--verbosity=0")
    assert done.returncode == 0, done.stderr
    found.mark("before")
    yield found
    home = places(found.local).home
    if home.parent != found.local:
        shutil.rmtree(home)


@pytest.fixture(scope="module")
def saved(keeper: Keeper, tmp_path_factory) -> Path:
    """A backup of that installation; afterwards it went on and has a second mark, `after`."""
    folder = tmp_path_factory.mktemp("backup") / "one"
    done = keeper.backup("save", folder)
    assert done.returncode == 0, done.stderr
    keeper.mark("after")
    return folder


@pytest.fixture
def copy(saved: Path, tmp_path: Path) -> Path:
    """The backup, to be spoilt."""
    return shutil.copytree(saved, tmp_path / "copy")


def spoil_a_byte(folder: Path) -> None:
    dump = folder / "database.dump"
    content = bytearray(dump.read_bytes())
    content[len(content) // 2] ^= 1
    dump.write_bytes(content)


def take_a_file(folder: Path) -> None:
    (folder / "files" / "before").unlink()


def add_a_file(folder: Path) -> None:
    (folder / "files" / "planted").write_text("x")


@pytest.mark.parametrize("spoil", [spoil_a_byte, take_a_file, add_a_file])
def test_a_changed_backup_is_refused_and_nothing_is_touched(keeper: Keeper, copy: Path, spoil):
    before = keeper.marks()
    spoil(copy)

    done = keeper.backup("restore", copy)

    assert done.returncode == 1
    assert done.stderr.startswith("portal: the backup is not what was saved: ")
    assert keeper.marks() == before


def test_a_dump_that_does_not_load_leaves_the_old_database(keeper: Keeper, copy: Path):
    before = keeper.marks()
    (copy / "database.dump").write_bytes(b"PGDMP nothing")
    manifest = json.loads((copy / "manifest.json").read_text())
    manifest["sha256"]["database.dump"] = hashlib.sha256(b"PGDMP nothing").hexdigest()
    (copy / "manifest.json").write_text(json.dumps(manifest))

    done = keeper.backup("restore", copy)

    assert done.returncode == 1
    assert done.stderr.startswith("portal: pg_restore failed")
    assert keeper.marks() == before


def test_a_backup_does_not_write_over_another(keeper: Keeper, saved: Path):
    done = keeper.backup("save", saved)

    assert (done.returncode, done.stderr) == (1, f"portal: {saved} is not empty\n")


def test_restore_brings_back_rows_files_and_a_ledger_that_verifies(keeper: Keeper, saved: Path):
    assert keeper.marks() == ("after before", ["after", "before"])

    done = keeper.backup("restore", saved)

    assert done.returncode == 0, done.stderr + done.stdout
    assert keeper.marks() == ("before", ["before"])
    look = (
        "from django.db import connection as c; k = c.cursor(); "
        "k.execute(\"select tableowner from pg_tables where tablename='django_content_type'\"); print(k.fetchone()[0])"
    )
    assert keeper.shell(look) == "portal_owner"


def test_reset_leaves_no_province(keeper: Keeper, saved: Path):
    done = keeper.backup("reset")

    assert done.returncode == 0, done.stderr
    assert not (keeper.local / "files").exists()
    probe = "from django.db import connection as c; print('django_content_type' in c.introspection.table_names())"
    assert keeper.shell(probe) == "False"


def test_a_file_swept_away_between_listing_and_copying_does_not_break_the_backup(tmp_path):
    backup.copied(str(tmp_path / "gone"), str(tmp_path / "copy"))

    assert not (tmp_path / "copy").exists()
