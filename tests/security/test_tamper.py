"""A superuser changes what happened; `manage.py ledger verify` exits 1 and names it. A whole lived trade, no toy.

One copy of the life serves the module: every case changes one thing in it and puts the rows and files back.
"""

import contextlib
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


@pytest.mark.parametrize(("table", "column", "change"), list(tampering.ledger_columns()))
def test_a_changed_column_of_any_row_of_the_record_is_found(table, column, change, spoilt, tamper):
    one = f'UPDATE "{table}" SET "{column}" = {change} WHERE ctid = (SELECT min(ctid) FROM "{table}")'
    assert tamper(table, one) == 1, f"the life has no row in {table}"

    status, bad = verdict()

    assert (status, bool(bad)) == (1, True)


# A witness's line less proves nothing: he holds the checkpoint he signed.
@pytest.mark.parametrize(
    "table", sorted({table for table, _, _ in tampering.ledger_columns()} - {"ledger_cosignature"})
)
def test_a_row_taken_out_of_the_record_is_found(table, spoilt, tamper):
    assert tamper(table, f'DELETE FROM "{table}" WHERE ctid = (SELECT min(ctid) FROM "{table}")') == 1

    assert verdict()[0] == 1


@pytest.mark.parametrize("event", ["lot.awarded", "bid.filed", "sealed-batch", "ledger.genesis"])
def test_the_entry_that_was_changed_is_named(event, spoilt, tamper):
    entry = Entry.objects.filter(event=event).first()
    assert (
        tamper(
            "ledger_entry",
            "UPDATE ledger_entry SET legal_at = legal_at + interval '1 day' WHERE id = %s",
            str(entry.pk),
        )
        == 1
    )

    status, bad = verdict()

    assert status == 1
    assert "leaf" in {one["what"] for one in bad if one.get("entry") == str(entry.pk)}


@pytest.mark.parametrize(("table", "column", "change"), list(tampering.state_columns()))
def test_a_column_changed_behind_the_services_is_found(table, column, change, spoilt, tamper):
    assert tamper(table, f'UPDATE "{table}" SET "{column}" = {change} WHERE {tampering.ONE.format(table)}') == 1, (
        f"the life has no row in {table}"
    )

    bad = rows()

    assert bad
    assert all(one.entry or one.subject for one in bad), bad


@pytest.mark.parametrize("table", tampering.GONE)
def test_a_row_deleted_behind_the_services_is_found(table, spoilt, tamper):
    assert tamper(table, f'DELETE FROM "{table}" WHERE ctid = (SELECT min(ctid) FROM "{table}")') == 1

    assert rows()


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
    assert len(files) >= 25
    for path in files:
        flip(path)

    status, bad = verdict()

    assert status == 1
    named = " ".join(one["why"] for one in bad)
    assert [str(path) for path in files if str(path.relative_to(folder)) not in named] == []


def test_a_changed_published_checkpoint_is_found(spoilt, disk):
    path = Path(settings.LEDGER_DIR) / "checkpoint"
    path.write_text(path.read_text().replace("\n257\n", "\n258\n").replace("=\n", "A\n", 1))

    assert verdict()[0] == 1


def test_one_changed_byte_of_every_stored_document_is_found(spoilt, disk):
    files = [path for path in Path(settings.MEDIA_ROOT).rglob("*") if path.is_file()]
    assert {path.relative_to(settings.MEDIA_ROOT).parts[0] for path in files} == {"documents", "sealed", "opened"}
    for path in files:
        flip(path)

    status, bad = verdict()

    assert status == 1
    assert len([one for one in bad if one["what"] == "file"]) == len(files)


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
    assert command(spoilt, "--against", str(paths[0]))[0] == 0

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
