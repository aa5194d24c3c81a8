"""Public addresses and commands."""

import io
import json
import subprocess
import sys

import psycopg2
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.core.exceptions import ImproperlyConfigured
from django.core.management import CommandError, call_command

from platform_site import ledger
from platform_site.ledger import audit, keys, notes, publishing, selectors
from tests.ledger.script import PATH, verify


def command(*arguments) -> str:
    out = io.StringIO()
    call_command(*arguments, stdout=out)
    return out.getvalue()


@pytest.mark.django_db
def test_a_public_entry_answers_with_its_leaf_and_proof(act, client, tmp_path, keys_file):
    entry = act(state="announced")
    waiting = client.get(f"/ledger/entries/{entry.pk}/proof").status_code
    ledger.sequence_once()

    found = client.get(f"/ledger/entries/{entry.pk}").json()
    proof = tmp_path / "entry.tlog-proof"
    proof.write_bytes(client.get(f"/ledger/entries/{entry.pk}/proof").content)

    assert waiting == 404
    assert (found["position"], found["leaf"]["event"], found["facts"]) == (2, "lot.announced", {"state": "announced"})
    assert verify.leaf_hash(verify.canonical(found["leaf"])).hex() == found["leaf_hash"]
    assert verify.main(["--keys", str(keys_file()), "proof", str(proof)]) == verify.HOLDS


@pytest.mark.django_db
@pytest.mark.parametrize(
    "address",
    [
        "checkpoint",
        "keys",
        "tile/0/000",
        "tile/64/000",
        "tile/0/0",
        "tile/0/x000/000",
        "tile/0/000.p/256",
        "tile/entries/../../keys",
        "sealed/000",
        "facts/00/" + "00" * 32,
        "checkpoints/1",
        "consistency/0/1",
        "entries/6f0a9a86-7f0c-4d4b-9f63-2f7a3c1a5b10",
    ],
)
def test_what_is_not_there_is_a_plain_404(address, client):
    assert client.get(f"/ledger/{address}").status_code == 404


@pytest.mark.django_db
def test_the_script_is_served_as_one_file_with_its_neighbours_word_for_word(client, tmp_path):
    served = client.get("/ledger/verify.py").content
    for path in PATH.parent.glob("*.py"):
        if path != PATH:
            assert path.read_bytes() in served
    alone = tmp_path / "verify.py"
    alone.write_bytes(served)

    def run(*arguments):
        return subprocess.run(
            [sys.executable, "-I", str(alone), *arguments], capture_output=True, text=True, cwd=tmp_path, check=False
        )

    (tmp_path / "certificate.json").write_text("{}")
    draw = run("draw", "certificate.json")
    assert (draw.returncode, "NOT PROVEN" in draw.stdout) == (1, True), draw.stderr
    assert "--keyset" in run("envelope", "-h").stdout
    assert "promise.json" in run("-h").stdout


@pytest.mark.django_db
def test_the_newest_checkpoint_is_served_as_published_and_an_old_one_as_signed(act, client):
    ledger.sequence_once()
    publishing.publish()
    act()
    ledger.sequence_once()

    assert client.get("/ledger/checkpoint").content.startswith(b"ggzy.yunze.example/ledger\n2\n")
    assert client.get("/ledger/checkpoints/4").content.startswith(b"ggzy.yunze.example/ledger\n4\n")
    assert selectors.newest_checkpoint().size == 4


@pytest.mark.django_db
def test_a_witness_line_joins_the_served_checkpoint_and_the_script_names_him(settings, tmp_path, keys_file):
    ledger.sequence_once()
    witness = notes.Signer("witness.example", Ed25519PrivateKey.generate(), notes.COSIGNATURE)
    settings.LEDGER_WITNESSES = [str(witness.verifier)]
    note = selectors.newest_checkpoint().note
    path = tmp_path / "cosigned.txt"
    path.write_text(note + witness.cosignature(note, 1_800_000_000))

    assert "1 cosignatures" in command("ledger", "cosign", str(path))

    publishing.publish()
    published = publishing.folder() / "checkpoint"
    found = verify.Checkpoint(published.read_text(), verify.read_keys(keys_file()))
    assert found.witnesses == ["witness.example"]
    assert audit.verify().ok


@pytest.mark.django_db
def test_a_strangers_line_is_not_taken_in(settings, tmp_path):
    ledger.sequence_once()
    stranger = notes.Signer("stranger.example", Ed25519PrivateKey.generate(), notes.COSIGNATURE)
    note = selectors.newest_checkpoint().note
    path = tmp_path / "cosigned.txt"
    path.write_text(note + stranger.cosignature(note, 1_800_000_000))

    with pytest.raises(CommandError, match="no key we trust"):
        command("ledger", "cosign", str(path))


def test_one_run_of_the_sequencer_numbers_seals_and_publishes(fresh_db, act, own_files):
    act()

    command("sequencer", "--once")

    assert selectors.last_position() == 3
    assert (own_files / "checkpoint").read_text() == selectors.newest_checkpoint().note
    assert command("ledger", "verify").endswith("ok\n")


def test_numbering_goes_on_where_the_disk_is_full_and_the_files_follow(fresh_db, act, own_files, monkeypatch, caplog):
    def full(path, data):
        raise OSError(28, "No space left on device")

    act()
    with monkeypatch.context() as patch:
        patch.setattr(publishing, "write", full)
        command("sequencer", "--once")
    assert selectors.newest_checkpoint().size == 3
    assert "No space left" in caplog.text

    command("sequencer", "--once")

    assert (own_files / "checkpoint").read_text() == selectors.newest_checkpoint().note
    assert audit.verify().ok


def test_a_second_sequencer_does_not_run_beside_the_first(fresh_db, cluster):
    first = psycopg2.connect(cluster.url(user="portal_app", database=fresh_db))
    first.cursor().execute("SELECT pg_advisory_lock(7020012)")

    with pytest.raises(CommandError, match="another sequencer"):
        command("sequencer", "--once")
    first.close()


@pytest.mark.django_db
def test_the_sequencer_does_not_sign_with_another_key_than_the_record_names(act, settings, tmp_path):
    ledger.sequence_once()
    settings.KEYS_DIR = tmp_path / "other keys"

    with pytest.raises(ImproperlyConfigured, match="log_key"):
        command("sequencer", "--once")


@pytest.mark.django_db
def test_findings_are_said_in_words_with_the_entry(act, tmp_path):
    ledger.sequence_once()
    kept = tmp_path / "kept.txt"
    other = notes.Signer(keys.log_signer().name, Ed25519PrivateKey.generate())
    kept.write_text(other.note(notes.parse(selectors.newest_checkpoint().note).text))
    out = io.StringIO()

    with pytest.raises(SystemExit):
        call_command("ledger", "verify", "--against", str(kept), stdout=out)

    assert "BAD against: the given checkpoint was not signed by this record's key" in out.getvalue()
    assert "NOT OK" in out.getvalue()


@pytest.mark.django_db
def test_the_report_is_json_with_the_newest_checkpoint(act):
    ledger.sequence_once()

    found = json.loads(command("ledger", "verify", "--json"))

    assert found["checkpoint"] == selectors.newest_checkpoint().note
