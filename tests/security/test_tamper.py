"""A superuser changes what happened; `manage.py ledger verify` exits 1 and names it. A whole lived trade, no toy.

One copy of the life serves the module: every test changes something in it and puts the rows and files back. What is
changed at once lies in rows of its own, and verify must name each by its own finding.
"""

import contextlib
import hashlib
import io
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.conf import settings
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction

from platform_site import ledger
from platform_site.ledger import keys, notes, publishing, registers, services
from platform_site.ledger.audit import states
from platform_site.ledger.leaves import leaf_hash
from platform_site.ledger.merkle import hash_range_root
from platform_site.ledger.models import Checkpoint, Entry, Position
from platform_site.sealing.models import PlainFile
from tests.databases import BASE
from tests.security import tampering
from trading.models import Award, Bid, Lot, Notice

pytestmark = pytest.mark.chaos
WITNESS = Ed25519PrivateKey.generate()


@pytest.fixture(scope="module")
def spoilt(life, cluster, django_db_blocker, tmp_path_factory) -> Iterator[tuple]:
    """A copy of the life of the module's own, more than one tile long and cosigned, and a superuser's connection."""
    from django.test import override_settings

    folder = tmp_path_factory.mktemp("spoilt")
    with django_db_blocker.unblock(), life.cloned("ended", folder / "life") as moment:
        while Position.objects.count() <= 256:
            ledger.sequence_once()
        witness = notes.Signer("witness.example", WITNESS)
        with override_settings(LEDGER_WITNESSES=[str(witness.verifier)]):
            newest = Checkpoint.objects.order_by("-size").first()
            text = notes.parse(newest.note).text
            services.cosign(newest.note + witness.note(text).removeprefix(text + "\n"))
            publishing.publish()
            shutil.copytree(folder / "life", folder / "copy")
            with contextlib.closing(cluster.connect(moment.database)) as superuser, superuser.cursor() as cursor:
                cursor.execute("SET session_replication_role = replica")
                yield cursor, folder, moment.database, cluster
    # behind_default has put the run's own database back


@pytest.fixture
def tamper(spoilt) -> Iterator[Callable[..., int]]:
    """tamper(table, sql, *params): as the owner of the machine, every trigger off. How many rows it hit."""
    cursor, changed = spoilt[0], []

    def run(table: str, sql: str, *params: object) -> int:
        if table not in changed:
            cursor.execute(f'CREATE TEMP TABLE "kept_{table}" AS TABLE "{table}"')
            changed.append(table)
        cursor.execute(sql, params or None)
        return cursor.rowcount

    yield run
    for table in changed:
        cursor.execute(f'DELETE FROM "{table}"')
        cursor.execute(f'INSERT INTO "{table}" OVERRIDING SYSTEM VALUE TABLE "kept_{table}"')
        cursor.execute(f'DROP TABLE "kept_{table}"')


@pytest.fixture
def disk(spoilt) -> Iterator[Path]:
    """The life's folders, put back afterwards."""
    folder = spoilt[1]
    yield folder / "life"
    shutil.rmtree(folder / "life")
    shutil.copytree(folder / "copy", folder / "life")


def verdict(*arguments: str) -> tuple[int, list[dict]]:
    """Exit status and findings of the command, run in this process."""
    out, status = io.StringIO(), 0
    try:
        call_command("ledger", "verify", "--json", *arguments, stdout=out)
    except SystemExit as stop:
        status = stop.code
    return status, json.loads(out.getvalue())["bad"]


def rows() -> list[registers.Finding]:
    """What the command finds beside the record's own tables: rows, states and files. All rooms, none left out."""
    found = [one for table in registers.state_tables for one in states.unexplained(table)]
    return found + [one for verifier in registers.verifiers for one in verifier()]


def command(spoilt, *arguments: str) -> tuple[int, dict]:
    """Exit status and output of the command, run in a shell."""
    _, folder, database, cluster = spoilt
    home = folder / "life"
    home.joinpath("mail").mkdir(exist_ok=True)
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "tests.security.shell_settings",
        "DATABASE_URL": cluster.url(user="portal_app", database=database),
        "REDIS_URL": "redis://localhost:1/0",
        "TAMPER_HOME": str(home),
        "TAMPER_WITNESS": str(notes.Signer("witness.example", WITNESS).verifier),
    }
    done = subprocess.run(
        [sys.executable, "manage.py", "ledger", "verify", "--json", *arguments],
        cwd=BASE, env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.stdout, done.stderr
    return done.returncode, json.loads(done.stdout)


def test_a_lived_trade_verifies(spoilt):
    assert verdict() == (0, [])


def test_a_shell_is_told_the_same_by_exit_status_and_named_entry(spoilt, tamper):
    status, report = command(spoilt)
    assert (status, report["ok"], report["bad"]) == (0, True, [])

    entry = Entry.objects.get(event="contract.signed")
    forged = """UPDATE ledger_entry SET facts = facts || '{"amount_cny": "1.00"}' WHERE id = %s"""
    assert tamper("ledger_entry", forged, str(entry.pk)) == 1
    tamper("trading_award", "UPDATE trading_award SET amount_cny = amount_cny + 1")

    status, report = command(spoilt)
    assert (status, report["ok"]) == (1, False)
    assert str(entry.pk) in {one.get("entry") for one in report["bad"] if one["what"] == "leaf"}
    assert str(Entry.objects.get(event="lot.awarded").pk) in {one.get("entry") for one in report["bad"]}


def forge(spoilt, tamper, cases: list[tampering.Forged], statement: Callable[[tampering.Forged], str]) -> list:
    """Every case's row was changed. (case, the name its finding must bear), as the row was before."""
    cursor, expected = spoilt[0], []
    for case in cases:
        cursor.execute(f'SELECT ({case.name})::text FROM "{case.table}" WHERE {case.where}')
        ((name,),) = cursor.fetchall()
        cursor.execute(f'SELECT ctid::text FROM "{case.table}" WHERE {case.where}')
        expected.append((case, name, cursor.fetchone()[0]))
    for case, _, row in expected:
        assert tamper(case.table, f"{statement(case)} WHERE ctid = %s::tid", row) == 1
    return [(case, name) for case, name, _ in expected]


def unnamed(expected: list, bad: list[dict]) -> list:
    """The cases no finding of their kind names."""
    said = [(one["what"], {one.get("entry"), str(one.get("position"))}, one["why"]) for one in bad]
    return [
        (case.table, case.column, name)
        for case, name in expected
        if not any(what == case.what and (name in names or why.startswith(f"{name} ")) for what, names, why in said)
    ]


@pytest.mark.parametrize("number", range(len(tampering.RECORD)))
def test_every_changed_column_of_the_record_is_named(number, spoilt, tamper):
    expected = forge(
        spoilt,
        tamper,
        tampering.RECORD[number],
        lambda one: f'UPDATE "{one.table}" SET "{one.column}" = {tampering.change_of(one.table, one.column)}',
    )

    status, bad = verdict()

    assert status == 1
    assert unnamed(expected, bad) == []


def test_every_row_taken_out_of_the_record_is_named(spoilt, tamper):
    expected = forge(spoilt, tamper, tampering.RECORD_GONE, lambda one: f'DELETE FROM "{one.table}"')

    status, bad = verdict()

    assert status == 1
    assert unnamed(expected, bad) == []


@pytest.fixture
def record_alone(monkeypatch) -> None:
    """The command looks at the record's own tables and files; rows of the rooms above are other tests' business."""
    monkeypatch.setattr(registers, "verifiers", [])
    monkeypatch.setattr(registers, "state_tables", [])


@pytest.mark.parametrize(("table", "column", "change"), tampering.columns_alone())
def test_a_changed_column_the_record_hangs_on_is_found(table, column, change, spoilt, tamper, record_alone):
    one = f'UPDATE "{table}" SET "{column}" = {change} WHERE ctid = (SELECT min(ctid) FROM "{table}")'
    assert tamper(table, one) == 1, f"the life has no row in {table}"

    status, bad = verdict()

    assert (status, bool(bad)) == (1, True)


@pytest.mark.parametrize("table", tampering.tables_alone())
def test_a_missing_row_the_record_hangs_on_is_found(table, spoilt, tamper, record_alone):
    assert tamper(table, f'DELETE FROM "{table}" WHERE ctid = (SELECT min(ctid) FROM "{table}")') == 1

    assert verdict()[0] == 1


def test_the_entries_that_were_changed_are_named(spoilt, tamper):
    events = ("lot.awarded", "bid.filed", "sealed-batch", "ledger.genesis")
    entries = [str(Entry.objects.filter(event=event).values_list("pk", flat=True)[0]) for event in events]
    forged = "UPDATE ledger_entry SET legal_at = legal_at + interval '1 day' WHERE id = ANY(%s::uuid[])"
    assert tamper("ledger_entry", forged, entries) == 4

    status, bad = verdict()

    assert status == 1
    assert {one.get("entry") for one in bad if one["what"] == "leaf"} == set(entries)


@pytest.mark.parametrize("number", range(len(tampering.state_rounds())))
def test_columns_changed_behind_the_services_are_each_named(number, spoilt, tamper):
    cases = tampering.state_rounds()[number]
    for table, column, change, _ in cases:
        one = f'UPDATE "{table}" SET "{column}" = {change} WHERE {tampering.one_of(table)}'
        assert tamper(table, one) == 1, f"the life has no row in {table}"

    bad = rows()

    assert [case for case in cases if not any(case[3] in one.why for one in bad)] == []
    assert all(one.entry or one.subject for one in bad), bad


@pytest.mark.parametrize("number", range(len(tampering.GONE)))
def test_rows_deleted_behind_the_services_are_each_named(number, spoilt, tamper):
    for table in tampering.GONE[number]:
        assert tamper(table, f'DELETE FROM "{table}" WHERE {tampering.one_of(table)}') == 1

    bad = rows()

    assert [t for t, said in tampering.GONE[number].items() if not any(said in one.why for one in bad)] == []


def test_rows_no_act_ever_made_are_found(spoilt, tamper):
    names = [field.column for field in Notice._meta.concrete_fields if field.column != "id"]
    columns = ", ".join(names)
    copied = (
        f"INSERT INTO trading_notice (id, {columns}) SELECT gen_random_uuid(), {columns} FROM trading_notice LIMIT 1"
    )
    assert tamper("trading_notice", copied) == 1

    assert verdict()[0] == 1


def test_an_award_is_named_with_what_the_record_says(spoilt, tamper):
    award = Award.objects.get()
    tamper("trading_award", "UPDATE trading_award SET amount_cny = 1")

    _, bad = verdict()

    (found,) = bad
    assert found["entry"] == str(Entry.objects.get(event="lot.awarded").pk)
    assert found["subject"] == award.lot.ledger_ref
    assert str(award.amount_cny) in found["why"]


def test_a_bid_is_named_with_what_the_record_says(spoilt, tamper):
    bid = Bid.objects.get(state="replaced")
    tamper("trading_bid", "UPDATE trading_bid SET state = 'withdrawn' WHERE id = %s", str(bid.pk))

    _, bad = verdict()

    assert {one["subject"] for one in bad} == {bid.ledger_ref}


def flip(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[-1] ^= 1
    path.write_bytes(bytes(data))


def test_one_changed_byte_of_every_published_file_is_named(spoilt, disk):
    folder = Path(settings.LEDGER_DIR)
    files = [path for path in folder.rglob("*") if path.is_file() and path.name not in (".lock", "checkpoint")]
    # A partial tile that a wider one has replaced is a copy somebody may still fetch; the record shows the widest.
    files = [path for path in files if not path.parent.name.endswith(".p") or path == _widest(path)]
    assert len(files) >= 25
    for path in files:
        flip(path)

    status, bad = verdict()

    assert status == 1
    named = " ".join(one["why"] for one in bad)
    assert [str(path) for path in files if str(path.relative_to(folder)) not in named] == []


def _widest(path: Path) -> Path:
    return max(path.parent.iterdir(), key=lambda one: int(one.name))


def test_a_changed_published_checkpoint_is_found(spoilt, disk):
    path = Path(settings.LEDGER_DIR) / "checkpoint"
    path.write_text(path.read_text().replace("\n257\n", "\n258\n").replace("=\n", "A\n", 1))

    assert verdict()[0] == 1


def test_one_changed_byte_of_every_stored_document_is_found(spoilt, disk):
    files = [path for path in Path(settings.MEDIA_ROOT).rglob("*") if path.is_file()]
    assert {path.relative_to(settings.MEDIA_ROOT).parts[0] for path in files} == {
        "documents",
        "sealed",
        "opened",
        "tools",
    }
    for path in files:
        flip(path)

    status, bad = verdict()

    assert status == 1
    assert len([one for one in bad if one["what"] == "file"]) == len(files)


def test_an_opened_file_changed_together_with_its_row_is_found(spoilt, tamper, disk):
    file = PlainFile.objects.first()
    path = Path(settings.MEDIA_ROOT) / file.path
    flip(path)
    forged = hashlib.sha256(path.read_bytes()).hexdigest()
    tamper("sealing_plain_file", "UPDATE sealing_plain_file SET sha256 = %s WHERE id = %s", forged, str(file.pk))

    status, bad = verdict()

    assert status == 1
    assert [(one["subject"], one["why"]) for one in bad] == [
        (f"envelope:{file.result_id}", "an opened envelope's files are not those of its manifest")
    ]


def rewrite(tamper, entry: Entry) -> None:
    """The entry rewritten, the tree rebuilt, every checkpoint signed again with the log's own key."""
    forged = Entry.objects.get(pk=entry.pk)
    forged.facts = {**forged.facts, "forged": "yes"}
    new = leaf_hash(forged.leaf)
    for table in ("ledger_position", "ledger_tile", "ledger_checkpoint", "ledger_cosignature"):
        tamper(table, "SELECT 1")
    changed = "UPDATE ledger_entry SET facts = %s, leaf_hash = %s WHERE id = %s"
    tamper("ledger_entry", changed, json.dumps(forged.facts), new, str(entry.pk))
    tamper("ledger_position", "UPDATE ledger_position SET leaf_hash = %s WHERE entry_id = %s", new, str(entry.pk))
    tamper("ledger_tile", "DELETE FROM ledger_tile")
    tamper("ledger_tile", "SELECT ledger_complete_tiles(max(position)) FROM ledger_position")
    tamper("ledger_cosignature", "DELETE FROM ledger_cosignature")
    hashes = [bytes(one) for one in Position.objects.order_by("position").values_list("leaf_hash", flat=True)]
    for row in Checkpoint.objects.order_by("size"):
        root = hash_range_root(hashes[: row.size])
        note = keys.log_signer().note(notes.Checkpoint(keys.log_signer().name, row.size, root).text)
        signed = "UPDATE ledger_checkpoint SET root = %s, note = %s WHERE size = %s"
        tamper("ledger_checkpoint", signed, root, note, row.size)
    publishing.rebuild()


def test_a_rewritten_and_signed_again_history_is_caught_by_any_older_checkpoint(spoilt, tamper, disk, tmp_path):
    entry = Entry.objects.get(place__position=2)
    kept = [(row.size, row.note) for row in Checkpoint.objects.order_by("size")]
    paths = [tmp_path / f"{size}.txt" for size, _ in kept]
    for path, (_, note) in zip(paths, kept, strict=True):
        path.write_text(note)
    assert len(kept) >= 20
    assert verdict("--against", str(paths[0])) == (0, [])

    rewrite(tamper, entry)

    assert verdict() == (0, [])  # alone, the record looks sound: that is why papers carry the checkpoint
    for path in (paths[0], paths[len(paths) // 2], paths[-1]):
        status, bad = verdict("--against", str(path))
        assert (status, [one["what"] for one in bad]) == (1, ["against"]), path.name
    status, report = command(spoilt, "--against", str(paths[0]))
    assert (status, [one["what"] for one in report["bad"]]) == (1, ["against"])


def test_the_application_itself_cannot_change_the_record(spoilt):
    for statement in ("UPDATE ledger_entry SET event = 'x'", "DELETE FROM ledger_entry", "TRUNCATE ledger_entry"):
        with pytest.raises(DatabaseError), connection.cursor() as cursor:
            cursor.execute(statement)


def test_a_state_without_an_entry_does_not_commit(spoilt):
    with pytest.raises(DatabaseError, match="without an entry"), transaction.atomic():
        Lot.objects.update(state="awarded")
