"""A backup brings back what it held, receipts included; one that is not whole is refused before anything is touched."""

import errno
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
from platform_site.embedded.trouble import Trouble
from tests.databases import BASE
from tests.ledger.script import verify

pytestmark = pytest.mark.chaos
MARK = "from credit.models import Region as T; "
FILE = """
import json
from django.db import transaction
from platform_site import ledger
from platform_site.accounts.actors import CLOCK
with transaction.atomic():
    filed = ledger.append("drill.filed", subject="drill:1", actor=CLOCK, facts={}, sealed=True)
print(json.dumps(ledger.promise(filed, filed.recorded_at, "drill:1")))
"""
KEYS = "import json; from platform_site.ledger import genesis; print(json.dumps(genesis.public_keys()))"
PROOF = (
    "from uuid import UUID; from platform_site.ledger import receipts; "
    "print(receipts.public_proof(UUID('{id}'), bytes.fromhex('{entry}')), end='')"
)


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

    def backup(self, verb: str, *words: object) -> subprocess.CompletedProcess:
        return self.run("-m", "platform_site.embedded.backup", verb, *map(str, words))

    def file_something(self, folder: Path) -> None:
        """A sealed entry is filed and stands in the record; its promise, its proof and the keys lie in `folder`."""
        promise = self.shell(FILE)
        (folder / "promise.json").write_text(promise)
        assert self.run("manage.py", "sequencer", "--once").returncode == 0
        (folder / "keys.json").write_text(self.shell(KEYS))
        self.take_proof(folder)
        shutil.copy2(self.local / "ledger" / "checkpoint", folder / "checkpoint.txt")

    def take_proof(self, folder: Path) -> None:
        """What the promise is exchanged for here."""
        said = json.loads((folder / "promise.json").read_text())
        (folder / "receipt.tlog-proof").write_text(self.shell(PROOF.format(**said)) + "\n")

    def mark(self, text: str) -> None:
        """A row and a file that say `text`."""
        self.shell(f"T.objects.create(code='99' + str(T.objects.count()).zfill(4), name='backup ' + {text!r})")
        (self.local / "files").mkdir(parents=True, exist_ok=True)
        (self.local / "files" / text).write_text(text)

    def marks(self) -> tuple[str, list[str]]:
        named = "T.objects.filter(name__startswith='backup ').order_by('name').values_list('name', flat=True)"
        rows = self.shell(f"print(' '.join(name[7:] for name in {named}))")
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
    forget(found)


def forget(keeper: Keeper) -> None:
    home = places(keeper.local).home
    if home.parent != keeper.local:
        shutil.rmtree(home)


@pytest.fixture(scope="module")
def receipt(keeper: Keeper, tmp_path_factory) -> Path:
    """What somebody who filed there took away: promise.json, receipt.tlog-proof, keys.json, checkpoint.txt."""
    folder = tmp_path_factory.mktemp("receipt")
    keeper.file_something(folder)
    return folder


@pytest.fixture(scope="module")
def saved(keeper: Keeper, receipt: Path, tmp_path_factory) -> Path:
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


def cut_off(folder: Path) -> None:
    (folder / "manifest.json").unlink()


def tear_the_manifest(folder: Path) -> None:
    whole = (folder / "manifest.json").read_text()
    (folder / "manifest.json").write_text(whole[: len(whole) // 2])


def be_newer(folder: Path) -> None:
    manifest = json.loads((folder / "manifest.json").read_text())
    manifest["migrations"].append("trading.9999_from_the_future")
    (folder / "manifest.json").write_text(json.dumps(manifest))


NOT_WHOLE = {
    spoil_a_byte: "the backup is not what was saved: database.dump was changed",
    take_a_file: "the backup is not what was saved: files/before is missing or was added",
    add_a_file: "the backup is not what was saved: files/planted is missing or was added",
    cut_off: "is not a whole backup: it has no manifest.json, which is written last",
    tear_the_manifest: "the backup is not what was saved: manifest.json cannot be read",
    be_newer: "a newer version than this one (trading.9999_from_the_future is not known here)",
}


@pytest.mark.parametrize("spoil", NOT_WHOLE, ids=lambda spoil: spoil.__name__)
def test_what_is_not_a_whole_backup_is_refused_in_one_plain_line(copy: Path, tmp_path: Path, spoil):
    spoil(copy)

    with pytest.raises(Trouble) as refused:
        backup.restore(copy, tmp_path / "local")

    assert NOT_WHOLE[spoil] in str(refused.value)
    assert not (tmp_path / "local").exists()


def test_a_place_with_data_in_it_is_not_restored_over_unasked(keeper: Keeper, saved: Path):
    done = keeper.backup("restore", saved)

    assert (done.returncode, done.stderr) == (
        1,
        "portal: there is data here already; to put it aside and restore all the same: REPLACE=yes\n",
    )
    assert keeper.marks() == ("after before", ["after", "before"])


def test_a_dump_that_does_not_load_leaves_the_old_database(keeper: Keeper, copy: Path):
    before = keeper.marks()
    (copy / "database.dump").write_bytes(b"PGDMP nothing")
    manifest = json.loads((copy / "manifest.json").read_text())
    manifest["sha256"]["database.dump"] = hashlib.sha256(b"PGDMP nothing").hexdigest()
    (copy / "manifest.json").write_text(json.dumps(manifest))

    done = keeper.backup("restore", copy, "--replace")

    assert done.returncode == 1
    assert done.stderr.startswith("portal: pg_restore failed")
    assert not (keeper.local / backup.STAGED).exists()
    assert keeper.marks() == before


def test_a_backup_does_not_write_over_another(keeper: Keeper, saved: Path):
    done = keeper.backup("save", saved)

    assert (done.returncode, done.stderr) == (1, f"portal: {saved} is not empty\n")


@pytest.fixture(scope="module")
def empty_place(saved: Path, tmp_path_factory) -> Iterator[Keeper]:
    """Another machine, on which nothing stood before the backup was restored there."""
    found = Keeper(tmp_path_factory.mktemp("elsewhere") / "local")
    done = found.backup("restore", saved)
    assert done.returncode == 0, done.stderr + done.stdout
    yield found
    forget(found)


def test_a_receipt_from_before_the_backup_still_proves_in_an_empty_place(empty_place: Keeper, receipt: Path, tmp_path):
    shutil.copytree(receipt, mine := tmp_path / "mine")
    empty_place.take_proof(mine)
    proof, keys = mine / "receipt.tlog-proof", ("--keys", str(mine / "keys.json"))

    assert verify.main([*keys, "proof", str(receipt / "receipt.tlog-proof")]) == verify.HOLDS
    assert verify.main([*keys, "promise", str(mine / "promise.json"), "--proof", str(proof)]) == verify.HOLDS


def test_the_restored_ledger_verifies_against_what_somebody_kept_and_goes_on(empty_place: Keeper, receipt: Path):
    assert empty_place.run("manage.py", "sequencer", "--once").returncode == 0

    done = empty_place.run("manage.py", "ledger", "verify", "--against", str(receipt / "checkpoint.txt"))

    assert done.returncode == 0, done.stdout
    assert empty_place.marks() == ("before", ["before"])


def test_restore_sets_aside_what_stood_there_and_tables_keep_their_owner(keeper: Keeper, saved: Path):
    assert keeper.marks() == ("after before", ["after", "before"])

    done = keeper.backup("restore", saved, "--replace")

    assert done.returncode == 0, done.stderr + done.stdout
    assert keeper.marks() == ("before", ["before"])
    (aside,) = keeper.local.glob("before_*")
    assert (aside / "files" / "after").read_text() == "after"
    assert done.stdout.strip().endswith(f"kept as database portal_{aside.name} and folder {aside}")
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


def test_a_folder_that_cannot_be_copied_is_said_in_one_line(tmp_path, monkeypatch):
    (tmp_path / "files").mkdir()
    (tmp_path / "files" / "one").write_text("1")

    def full(source: str, target: str) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(backup, "copied", full)

    with pytest.raises(Trouble, match=r"files/one cannot be copied: .*No space left on device"):
        backup._copy(tmp_path / "files", tmp_path / "copy")
