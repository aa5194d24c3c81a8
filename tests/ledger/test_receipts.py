"""What a filer takes away, judged by the script he downloaded."""

import json
from datetime import timedelta
from pathlib import Path

import pytest

from platform_site import clock, ledger
from platform_site.ledger import publishing
from tests.ledger.script import verify

pytestmark = pytest.mark.django_db


def run(*arguments) -> int:
    return verify.main([str(one) for one in arguments])


@pytest.fixture
def saved(tmp_path):
    def save(name: str, content) -> Path:
        path = tmp_path / name
        path.write_text(content if isinstance(content, str) else json.dumps(content))
        return path

    return save


def later(monkeypatch, seconds):
    moment = clock.machine() + timedelta(seconds=seconds)
    monkeypatch.setattr(clock, "machine", lambda: moment)


@pytest.mark.parametrize("sealed", [False, True])
def test_promise_and_proof_convince_the_script(sealed, act, saved, keys_file, capsys):
    filed = act("bid.filed", sealed=sealed)
    promise = saved("promise.json", ledger.promise(filed, filed.recorded_at, "lot:T-1/1"))
    assert ledger.proof(filed) is None

    ledger.sequence_once()
    proof = saved("receipt.tlog-proof", ledger.proof(filed))

    assert run("--keys", keys_file(), "proof", proof) == verify.HOLDS
    assert run("--keys", keys_file(), "promise", promise, "--proof", proof) == verify.HOLDS
    assert filed.leaf.decode() in capsys.readouterr().out


@pytest.mark.parametrize("sealed", [False, True])
def test_the_page_exchanges_a_promise_for_the_proof_when_sealed(sealed, act, saved, keys_file, client):
    filed = act("bid.filed", sealed=sealed, secret="bid")
    said = ledger.promise(filed, filed.recorded_at, "lot:T-1/1")
    address = f"/ledger/receipts/{said['id']}/{said['entry']}"
    before = client.get(address)

    ledger.sequence_once()
    publishing.publish()
    answer = client.get(address)

    assert (before.status_code, answer.status_code) == (202, 200)
    assert b"secret" not in answer.content
    proof = saved("receipt.tlog-proof", answer.content.decode())
    assert run("--keys", keys_file(), "promise", saved("p.json", said), "--proof", proof) == verify.HOLDS


def test_a_hash_we_never_promised_and_one_not_sealed_yet_get_the_same_answer(act, client):
    ledger.sequence_once()
    filed = act("bid.filed", sealed=True)
    waiting = client.get(f"/ledger/receipts/{filed.pk}/{bytes(filed.leaf_hash).hex()}")
    unknown = client.get(f"/ledger/receipts/{filed.pk}/{'00' * 32}")

    assert (waiting.status_code, waiting.content) == (unknown.status_code, unknown.content)
    assert client.get(f"/ledger/entries/{filed.pk}").status_code == 404


def test_a_promise_kept_is_found_in_the_published_files(act, saved, keys_file):
    filed = act("bid.filed", sealed=True)
    promise = saved("promise.json", ledger.promise(filed, filed.recorded_at, "lot:T-1/1"))
    ledger.sequence_once()
    publishing.publish()

    assert run("--keys", keys_file(), "promise", promise, "--log", publishing.folder()) == verify.HOLDS


def test_a_promise_without_entry_convicts_the_platform_after_sixty_seconds(act, saved, keys_file, monkeypatch, capsys):
    ghost = ledger.Entry(id="6f0a9a86-7f0c-4d4b-9f63-2f7a3c1a5b10", leaf_hash=b"\x07" * 32)
    promise = saved("promise.json", ledger.promise(ghost, clock.machine(), "lot:T-1/1"))
    ledger.sequence_once()
    publishing.publish()
    judged = ["--keys", keys_file(), "promise", promise, "--log", publishing.folder()]

    assert run(*judged) == verify.UNDECIDED

    later(monkeypatch, 61)
    ledger.sequence_once()
    publishing.publish()
    assert run(*judged) == verify.FAILS
    assert "THE PLATFORM BROKE ITS PROMISE" in capsys.readouterr().out


def test_an_entry_sealed_too_late_convicts_as_well(act, saved, keys_file, monkeypatch):
    filed = act("bid.filed", sealed=True)
    promise = saved("promise.json", ledger.promise(filed, filed.recorded_at, "lot:T-1/1"))
    later(monkeypatch, 75)
    ledger.sequence_once()
    publishing.publish()
    proof = saved("receipt.tlog-proof", ledger.proof(filed))

    assert run("--keys", keys_file(), "promise", promise, "--log", publishing.folder()) == verify.FAILS
    assert run("--keys", keys_file(), "promise", promise, "--proof", proof) == verify.FAILS


@pytest.mark.parametrize("name", ["entry", "arrived_at", "lot", "origin", "id"])
def test_a_promise_with_one_word_changed_is_nobodys(name, act, saved, keys_file):
    filed = act("bid.filed", sealed=True)
    ledger.sequence_once()
    said = ledger.promise(filed, filed.recorded_at, "lot:T-1/1")
    said[name] = said[name].replace(said[name][0], "f" if said[name][0] != "f" else "e", 1)

    assert run("--keys", keys_file(), "promise", saved("p.json", said)) in {verify.FAILS, verify.UNREADABLE}


def test_a_proof_with_a_changed_leaf_does_not_hold(act, saved, keys_file):
    filed = act("bid.filed", sealed=True, price="100.00")
    ledger.sequence_once()
    proof = saved("receipt.tlog-proof", ledger.proof(filed))
    leaf = saved("leaf.json", filed.leaf.decode().replace("100.00", "900.00"))

    assert run("--keys", keys_file(), "proof", proof, "--leaf", leaf) == verify.FAILS


def test_facts_too_long_for_a_leaf_stand_beside_it_by_their_digest(act, saved, keys_file, client):
    roll = [f"投标人{number}" for number in range(9000)]
    filed = act("lot.opening_started", roll=roll)
    ledger.sequence_once()
    publishing.publish()

    said = json.loads(filed.leaf)
    served = client.get(f"/ledger/facts/{said['facts_sha256'][:2]}/{said['facts_sha256']}")
    assert "facts" not in said
    assert served.json()["roll"] == roll
    assert run("--keys", keys_file(), "log", publishing.folder()) == verify.HOLDS


def test_proofs_of_many_are_the_proofs_of_each(act, django_assert_num_queries):
    told, sealed = [act("bid.opened") for _ in range(3)], act("bid.filed", sealed=True)
    ledger.sequence_once()
    unnumbered = act("bid.opened")

    with django_assert_num_queries(4):
        found = ledger.proofs([*told, sealed, unnumbered])

    assert found == {entry.pk: ledger.proof(entry) for entry in told}
