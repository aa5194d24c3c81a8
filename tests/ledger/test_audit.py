"""A superuser with every trigger switched off is found out, and the entry is named."""

import base64
import contextlib
import io
import json
import shutil
from collections.abc import Callable, Iterator
from types import SimpleNamespace

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.core.management import call_command
from django.db import transaction
from django.test import override_settings

from platform_site import ledger
from platform_site.accounts.actors import CLOCK
from platform_site.ledger import batches, keys, notes, publishing, registers, selectors, sequencer
from platform_site.ledger.leaves import leaf_hash
from platform_site.ledger.merkle import hash_range_root
from platform_site.ledger.models import Checkpoint, Entry, Position
from tests import databases
from tests.ledger.conftest import TRADER


def verdict(*arguments) -> tuple[int, dict]:
    out, status = io.StringIO(), 0
    try:
        call_command("ledger", "verify", "--json", *arguments, stdout=out)
    except SystemExit as stop:
        status = stop.code
    return status, json.loads(out.getvalue())


TABLES = ("private", "pending", "cosignature", "revealed", "sealed_place", "batch", "checkpoint", "tile", "position")


@pytest.fixture(scope="module")
def kept(cluster, template_database, django_db_setup, django_db_blocker, tmp_path_factory) -> Iterator[SimpleNamespace]:
    """Some hundred entries over two checkpoints, sealed ones among them, published, and a copy of it all.

    One database for the module: every test spoils it, and the next one gets it back from the copy.
    """
    folder = tmp_path_factory.mktemp("record")
    own = override_settings(LEDGER_DIR=folder / "ledger", KEYS_DIR=folder / "keys")
    name = databases.clone(cluster, template_database)
    with django_db_blocker.unblock(), databases.behind_default(cluster, name), own:
        with transaction.atomic():
            entries = [announced(number) for number in range(270)]
            entries += [filed(number) for number in range(3)]
        ledger.sequence_once()
        with transaction.atomic():
            ledger.append("lot.cancelled", subject="lot:T-1/1", actor=TRADER, facts={"state": "cancelled"})
        ledger.sequence_once()
        publishing.publish()
        shutil.copytree(folder / "ledger", folder / "copy")
        with contextlib.closing(cluster.connect(name)) as connection, connection.cursor() as cursor:
            cursor.execute("CREATE SCHEMA copy; SET session_replication_role = replica")
            for table in ("entry", *TABLES):
                cursor.execute(f"CREATE TABLE copy.{table} AS TABLE ledger_{table}")
            yield SimpleNamespace(entries=entries, cursor=cursor, folder=folder)
    databases.drop(cluster, name)


def announced(number: int) -> Entry:
    facts = {"state": "announced", "money": "12.30"}
    return ledger.append("lot.announced", subject=f"lot:T-{number}/1", actor=TRADER, facts=facts)


def filed(number: int) -> Entry:
    return ledger.append("bid.filed", subject="lot:T-1/1", actor=TRADER, facts={"n": number}, sealed=True)


@pytest.fixture
def record(kept, settings) -> list[Entry]:
    """The module's record as it was made; its entries."""
    settings.LEDGER_DIR, settings.KEYS_DIR = kept.folder / "ledger", kept.folder / "keys"
    for table in (*TABLES, "entry"):
        kept.cursor.execute(f"DELETE FROM ledger_{table}")
    for table in ("entry", *TABLES):
        kept.cursor.execute(f"INSERT INTO ledger_{table} OVERRIDING SYSTEM VALUE TABLE copy.{table}")
    shutil.rmtree(settings.LEDGER_DIR)
    shutil.copytree(kept.folder / "copy", settings.LEDGER_DIR)
    return kept.entries


@pytest.fixture
def superuser(kept, record) -> Callable[..., int]:
    """superuser(sql, *params): the owner of the machine, who has switched every trigger off. How many rows it hit."""

    def run(sql, *params):
        kept.cursor.execute(sql, params or None)
        return kept.cursor.rowcount

    return run


def named(entry: Entry) -> str:
    status, found = verdict()
    assert status == 1
    assert found["ok"] is False
    assert any(one.get("entry") == str(entry.pk) for one in found["bad"]), found["bad"]
    return " ".join(one["what"] for one in found["bad"] if one.get("entry") == str(entry.pk))


def test_an_honest_record_passes_and_says_exactly_five_things(record):
    status, found = verdict()

    assert status == 0
    assert set(found) == {"entries", "tree_size", "checkpoint", "ok", "bad"}
    assert (found["ok"], found["bad"], found["tree_size"], found["entries"]) == (True, [], 274, 277)


@pytest.mark.parametrize(
    "change",
    [
        "event = 'lot.announcec'",
        "subject = 'lot:T-7/2'",
        "actor = 'clock'",
        """facts = facts || '{"money": "12.31"}'""",
        "facts = facts - 'money'",
        "private = private - 'for'",
        "sealed = true",
        "legal_at = legal_at + interval '1 microsecond'",
        "recorded_at = recorded_at - interval '1 microsecond'",
        "leaf_hash = set_byte(leaf_hash, 5, get_byte(leaf_hash, 5) # 1)",
    ],
)
def test_one_changed_byte_of_an_entry_is_found_and_the_entry_named(change, record, superuser):
    assert superuser(f"UPDATE ledger_entry SET {change} WHERE id = %s", str(record[7].pk)) == 1

    assert "leaf" in named(record[7])


@pytest.mark.parametrize(
    "change",
    [
        """openings = jsonb_set(openings, '{actor,value}', '"user:somebody else"')""",
        """openings = jsonb_set(openings, '{for,salt}', to_jsonb(repeat('00', 32)))""",
        """openings = openings || '{"more": {"salt": "00", "value": 1}}'""",
        "openings = openings - 'actor'",
    ],
)
def test_a_changed_or_vanished_private_fact_is_found(change, record, superuser):
    assert superuser(f"UPDATE ledger_private SET {change} WHERE entry_id = %s", str(record[7].pk)) == 1

    assert "private" in named(record[7])


def test_a_sealed_entry_changed_before_its_opening_is_found(record, superuser):
    superuser("""UPDATE ledger_entry SET facts = '{"n": 9}' WHERE id = %s""", str(record[270].pk))

    assert "leaf" in named(record[270])


def test_a_sealed_entry_changed_with_its_hash_is_found_in_its_batch(record, superuser):
    forged = Entry.objects.get(pk=record[270].pk)
    forged.facts = {"n": 9}
    superuser(
        """UPDATE ledger_entry SET facts = '{"n": 9}', leaf_hash = %s WHERE id = %s""",
        leaf_hash(forged.leaf), str(forged.pk),
    )  # fmt: skip

    _, found = verdict()
    assert any(one["what"] == "batch" and str(forged.pk) in one["why"] for one in found["bad"])


FLIP = "set_byte({0}, 7, get_byte({0}, 7) # 1)"
ELSEWHERE = [
    ("order", "DELETE FROM ledger_position WHERE position = 9"),
    ("order", f"UPDATE ledger_position SET leaf_hash = {FLIP.format('leaf_hash')} WHERE position = 9"),
    ("tree", f"UPDATE ledger_tile SET hashes = {FLIP.format('hashes')}"),
    ("tree", f"UPDATE ledger_tile SET root = {FLIP.format('root')}"),
    ("tree", "DELETE FROM ledger_tile"),
    ("checkpoint", f"UPDATE ledger_checkpoint SET root = {FLIP.format('root')} WHERE size = 272"),
    ("checkpoint", "UPDATE ledger_checkpoint SET note = replace(note, E'\\n272\\n', E'\\n271\\n') WHERE size = 272"),
    ("batch", f"UPDATE ledger_batch SET seed = {FLIP.format('seed')} WHERE number = 0"),
    ("batch", "UPDATE ledger_sealed_place SET slot = (slot + 1) % 256"),
    ("order", "DELETE FROM ledger_entry WHERE event = 'bid.filed'"),
    ("order", "DELETE FROM ledger_sealed_place"),
    (
        "revealed",
        """INSERT INTO ledger_revealed (entry_id, by_id)
           SELECT one.id, two.id FROM ledger_entry one, ledger_entry two WHERE one.sealed AND NOT two.sealed LIMIT 1""",
    ),
    (
        "cosignature",
        "INSERT INTO ledger_cosignature (checkpoint_id, witness, line) VALUES (272, 'w', E'— w AAAAAAAA\\n')",
    ),
]


@pytest.mark.parametrize(("what", "sql"), ELSEWHERE)
def test_any_other_row_of_the_record_changed_or_gone_is_found(what, sql, record, superuser):
    assert superuser(sql) >= 1

    status, found = verdict()

    assert status == 1
    assert what in {one["what"] for one in found["bad"]}, found["bad"]


def test_a_deleted_entry_is_named(record, superuser):
    superuser("DELETE FROM ledger_entry WHERE id = %s", str(record[7].pk))

    assert "order" in named(record[7])


def test_two_entries_that_changed_places_are_both_named(record, superuser):
    one, two = (Position.objects.get(entry=entry) for entry in record[5:7])
    superuser("UPDATE ledger_position SET position = -1 WHERE position = %s", one.position)
    superuser("UPDATE ledger_position SET position = %s WHERE position = %s", one.position, two.position)
    superuser("UPDATE ledger_position SET position = %s WHERE position = -1", two.position)

    _, found = verdict()
    assert {"tree", "checkpoint"} <= {one["what"] for one in found["bad"]}


def rewrite(superuser, entry: Entry) -> None:
    """An entry rewritten, the tree rebuilt and every checkpoint signed again with the log's own key."""
    forged = Entry.objects.get(pk=entry.pk)
    forged.facts = {**forged.facts, "money": "99.90"}
    new = leaf_hash(forged.leaf)
    superuser(
        "UPDATE ledger_entry SET facts = %s, leaf_hash = %s WHERE id = %s", json.dumps(forged.facts), new, str(entry.pk)
    )
    superuser("UPDATE ledger_position SET leaf_hash = %s WHERE entry_id = %s", new, str(entry.pk))
    superuser("DELETE FROM ledger_tile")
    superuser("SELECT ledger_complete_tiles(max(position)) FROM ledger_position")
    hashes = [bytes(one) for one in Position.objects.order_by("position").values_list("leaf_hash", flat=True)]
    for row in Checkpoint.objects.order_by("size"):
        root = hash_range_root(hashes[: row.size])
        text = notes.Checkpoint(keys.log_signer().name, row.size, root).text
        superuser(
            "UPDATE ledger_checkpoint SET root = %s, note = %s WHERE size = %s",
            root, keys.log_signer().note(text), row.size,
        )  # fmt: skip
    publishing.rebuild()


def test_a_rewritten_and_signed_again_history_is_caught_by_any_older_checkpoint(record, superuser, tmp_path):
    kept = []
    for row in Checkpoint.objects.order_by("size"):
        kept.append(tmp_path / f"{row.size}.txt")
        kept[-1].write_text(row.note)
    assert [verdict("--against", str(path))[0] for path in kept] == [0, 0]

    rewrite(superuser, record[7])

    assert verdict()[0] == 0  # alone, the record looks sound: that is why papers carry the checkpoint
    for path in kept:
        status, found = verdict("--against", str(path))
        assert status == 1
        assert [one["what"] for one in found["bad"]] == ["against"]


def test_a_checkpoint_beyond_the_record_convicts_a_record_that_was_cut_short(record, superuser, tmp_path):
    kept = tmp_path / "kept.txt"
    kept.write_text(publishing.signed_note(Checkpoint.objects.order_by("-size").first()))
    for table, column in (("checkpoint", "size"), ("batch", "position"), ("position", "position")):
        superuser(f"DELETE FROM ledger_{table} WHERE {column} > 272")
    superuser("DELETE FROM ledger_entry WHERE event = 'lot.cancelled' OR facts ->> 'batch' = '000000000001'")
    superuser("DELETE FROM ledger_private WHERE entry_id NOT IN (SELECT id FROM ledger_entry)")
    superuser("DELETE FROM ledger_pending")
    publishing.rebuild()
    assert verdict()[0] == 0

    assert verdict("--against", str(kept))[0] == 1


def test_a_checkpoint_of_another_key_or_log_is_said_to_be_one(record, tmp_path):
    row = Checkpoint.objects.order_by("size").first()
    stranger = notes.Signer(keys.log_signer().name, Ed25519PrivateKey.generate())
    path = tmp_path / "strange.txt"
    path.write_text(stranger.note(notes.parse(row.note).text))

    assert verdict("--against", str(path))[0] == 1


@pytest.mark.parametrize(
    "name", ["checkpoint", "tile/0/000", "tile/entries/000", "tile/entries/001.p/18", "sealed/001"]
)
def test_a_published_file_that_was_changed_or_lost_is_found(name, record):
    path = publishing.folder() / name
    data = path.read_bytes()
    path.write_bytes(data[:-9] + bytes([data[-9] ^ 1]) + data[-8:])
    changed = verdict()
    path.unlink()
    lost = verdict()

    assert changed[0] == 1
    assert "file" in {one["what"] for one in changed[1]["bad"]}
    assert lost[0] == (0 if name == "checkpoint" else 1)


def test_an_entry_lost_between_commit_and_sequencer_is_named(record, act, superuser):
    entry = act("lot.suspended")
    superuser("DELETE FROM ledger_pending WHERE entry_id = %s", str(entry.pk))

    assert "order" in named(entry)


def test_acts_that_wait_for_their_number_are_no_fault(record, act):
    act("lot.suspended")
    act("bid.filed", sealed=True)

    status, found = verdict()

    assert (status, found["entries"]) == (0, 279)


def test_what_other_rooms_register_is_asked(record):
    ledger.register_verifier(lambda: [registers.Finding("paper", "the notice's PDF is not the one entered", "e-1")])

    status, report = verdict()

    assert status == 1
    assert report["bad"][0]["what"] == "paper"


def test_erasure_without_an_entry_that_says_so_is_found_and_with_one_is_not(record, superuser):
    ledger_entry = record[3]
    superuser("UPDATE ledger_private SET openings = openings - 'address' WHERE entry_id = %s", str(ledger_entry.pk))

    assert "private" in named(ledger_entry)


def test_a_second_batch_in_one_checkpoint_is_found(record, superuser):
    with transaction.atomic():
        ledger.append(batches.EVENT, subject="ledger", actor=CLOCK, facts={"batch": "000000000009"})
    sequencer.sequence_once()

    status, found = verdict()
    assert status == 1
    assert any("closes 2 sealed batches" in one["why"] for one in found["bad"])


def test_a_note_is_what_the_footer_of_papers_repeats(record):
    newest = selectors.newest_checkpoint()
    assert selectors.checkpoint_line() == f"ggzy.yunze.example/ledger 274 {base64.b64encode(newest.root).decode()}"
