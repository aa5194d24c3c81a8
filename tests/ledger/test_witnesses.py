"""A real witness of its own process: it signs what grows, and refuses, saying so, what does not."""

import base64
import importlib.util
import json
import subprocess
import sys
import threading
import urllib.error
import urllib.request
from http.server import ThreadingHTTPServer

import pytest

from platform_site import ledger
from platform_site.ledger import audit, notes, publishing, selectors, tree, witnessing
from platform_site.ledger.models import Cosignature
from tests.ledger.script import PATH, verify

_spec = importlib.util.spec_from_file_location("downloaded_witness", PATH.parent / "witness.py")
script = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(script)
pytestmark = pytest.mark.django_db


@pytest.fixture
def witness(settings, tmp_path, keys_file):
    """A witness that serves on a port of its own, entered in the settings."""
    ledger.sequence_once()
    made = subprocess.run(
        [sys.executable, PATH.parent / "witness.py", "key", "witness.example", str(tmp_path / "key.json")],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    key = json.loads((tmp_path / "key.json").read_text())
    found = script.Witness(key, verify.read_keys(keys_file()), tmp_path / "seen")
    handler = script.handler(found)
    handler.log_message = lambda *_: None
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    found.url = f"http://127.0.0.1:{server.server_address[1]}"
    settings.LEDGER_WITNESSES = [made.stdout.strip()]
    settings.LEDGER_WITNESS_URLS = {made.stdout.strip(): found.url}
    yield found
    server.shutdown()
    server.server_close()


def grow(act):
    act()
    ledger.sequence_once()
    return selectors.newest_checkpoint()


def post(url, body):
    try:
        with urllib.request.urlopen(
            urllib.request.Request(f"{url}/add-checkpoint", data=body, method="POST")
        ) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as no:
        return no.code, no.read().decode()


def forged(settings, size):
    """A checkpoint of ours, rightly signed, over another history."""
    from platform_site.ledger import keys

    text = notes.Checkpoint(settings.LEDGER_ORIGIN, size, b"\x07" * 32).text
    return keys.log_signer().note(text)


def test_its_line_stands_below_ours_and_the_script_names_it(witness, act, keys_file):
    assert witnessing.show_all() == 1
    grow(act)
    assert witnessing.show_all() == 1

    found = verify.Checkpoint((publishing.folder() / "checkpoint").read_text(), verify.read_keys(keys_file()))
    assert found.witnesses == ["witness.example"]
    assert witness.last()[0] == selectors.newest_checkpoint().size
    assert audit.verify().ok


def test_shown_twice_it_signs_once(witness):
    witnessing.show_all()

    assert witnessing.show_all() == 1
    assert Cosignature.objects.count() == 1


def test_a_lost_answer_costs_nothing_it_says_where_it_stands(witness, act):
    first = selectors.newest_checkpoint()
    witness.add(0, [], first.note)
    grow(act)

    assert witnessing.show_all() == 1


def test_another_history_is_refused_kept_and_not_signed(witness, act, settings):
    witnessing.show_all()
    size = witness.last()[0]
    later = grow(act)

    steps = [base64.b64encode(step).decode() for step in tree.consistency(size, later.size)]
    body = "\n".join([f"old {size}", *steps]) + "\n\n" + forged(settings, later.size)
    status, words = post(witness.url, body.encode())

    assert status == 422
    assert "does not follow" in words
    assert witness.last()[0] == size
    assert len(list(witness.folder.glob("refused-*.txt"))) == 1


def test_another_root_at_the_same_size_is_refused_and_kept(witness, settings):
    witnessing.show_all()
    size = witness.last()[0]

    status, words = post(witness.url, f"old {size}\n\n{forged(settings, size)}".encode())

    assert (status, words) == (409, f"{size}\n")
    assert len(list(witness.folder.glob("refused-*.txt"))) == 1


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"old 0\n\n{note}", 200),
        (b"old 7\n\n{note}", 400),
        (b"old 1\n\n{note}", 409),
        (b"old x\n\n{note}", 400),
        (b"old 0\nAAAA\n\n{note}", 400),
        (b"old 0\n!!!!\n\n{note}", 400),
        (b"nothing", 400),
        (b"\xff\xfe", 400),
        (b"old 0\n\nother.example/log\n1\nAAAA\n\n\xe2\x80\x94 x y\n", 404),
    ],
)
def test_what_is_asked_wrongly_is_answered_as_the_standard_says(witness, body, status):
    note = selectors.newest_checkpoint().note

    assert post(witness.url, body.replace(b"{note}", note.encode()))[0] == status


def test_a_checkpoint_the_log_did_not_sign_is_forbidden(witness):
    text = notes.parse(selectors.newest_checkpoint().note).text
    key = notes.Ed25519PrivateKey.generate()
    note = notes.Signer(text.split("\n")[0], key).note(text)

    assert post(witness.url, f"old 0\n\n{note}".encode())[0] == 403


def test_a_witness_that_is_away_stops_nothing(witness, settings):
    settings.LEDGER_WITNESS_URLS = dict.fromkeys(settings.LEDGER_WITNESSES, "http://127.0.0.1:9")

    assert witnessing.show_all() == 0
    assert audit.verify().ok


def test_a_witness_that_fetches_by_itself_hands_its_line_in(witness, client):
    note = selectors.newest_checkpoint().note
    line = witness.add(0, [], note)

    good = client.post("/ledger/cosign", note + line, content_type="text/plain")
    nobody = client.post("/ledger/cosign", note, content_type="text/plain")
    long = client.post("/ledger/cosign", "x" * 20_000, content_type="text/plain")

    assert (good.status_code, nobody.status_code, long.status_code) == (200, 400, 400)
    assert Cosignature.objects.get().line == line


def test_the_sample_signs_like_everybody_else():
    seed = bytes(range(32))
    key = notes.Ed25519PrivateKey.from_private_bytes(seed)

    assert script.public_of(seed) == key.public_key().public_bytes_raw()
    assert script.sign(seed, b"text") == key.sign(b"text")
    assert script.key_line("w.example", seed) == str(notes.Signer("w.example", key, notes.COSIGNATURE).verifier)
