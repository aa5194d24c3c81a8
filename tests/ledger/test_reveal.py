"""Sealed by event, opened by event; private facts erased."""

import json

import pytest

from platform_site import ledger
from platform_site.accounts.actors import CLOCK
from platform_site.ledger import audit, publishing
from platform_site.ledger.models import Private
from tests.ledger.conftest import TRADER
from tests.ledger.script import verify

pytestmark = pytest.mark.django_db


def test_an_opening_shows_what_was_sealed_and_the_script_finds_it_in_its_batch(act, keys_file):
    filed = [act("bid.filed", sealed=True, digest=f"{number:064x}") for number in range(3)]
    ledger.sequence_once()

    opened = ledger.reveal(filed, subject="lot:T-1/1", actor=CLOCK, open_private=["for"])
    ledger.sequence_once()
    publishing.publish()

    shown = opened.facts["openings"]
    assert {one["leaf"]["id"] for one in shown} == {str(entry.pk) for entry in filed}
    assert {one["private"]["for"]["value"] for one in shown} == {TRADER.subject_code}
    assert all("actor" not in one["private"] for one in shown)
    assert verify.main(["--keys", str(keys_file()), "log", str(publishing.folder())]) == verify.HOLDS
    assert audit.verify().ok


def test_a_revealed_entry_has_a_page_of_its_own(act, client):
    filed = act("bid.filed", sealed=True)
    ledger.sequence_once()
    publishing.publish()
    address = f"/ledger/entries/{filed.pk}"
    before = client.get(address).status_code

    ledger.reveal([filed], subject="lot:T-1/1", actor=CLOCK)

    assert (before, client.get(address).status_code) == (404, 200)
    assert client.get(f"{address}/proof").status_code == 200


def test_an_opening_of_what_was_never_sealed_does_not_hold(act, keys_file, capsys):
    filed = act("bid.filed", sealed=True)
    leaf = json.loads(filed.leaf) | {"subject": "lot:T-2/1"}
    ledger.append("sealed.revealed", subject="lot:T-1/1", actor=CLOCK, facts={"openings": [{"leaf": leaf}]})
    ledger.sequence_once()
    publishing.publish()

    assert verify.main(["--keys", str(keys_file()), "log", str(publishing.folder())]) == verify.FAILS
    assert "never stood in a sealed batch" in capsys.readouterr().out


def test_an_opening_with_another_name_than_was_committed_to_does_not_hold(act, keys_file, capsys):
    filed = act("bid.filed", sealed=True)
    opening = {"leaf": json.loads(filed.leaf), "private": {"for": {"salt": "00" * 32, "value": "91330000MA00000002"}}}
    ledger.append("sealed.revealed", subject="lot:T-1/1", actor=CLOCK, facts={"openings": [opening]})
    ledger.sequence_once()
    publishing.publish()

    assert verify.main(["--keys", str(keys_file()), "log", str(publishing.folder())]) == verify.FAILS
    assert "not the one it committed to" in capsys.readouterr().out


def test_public_entries_cannot_be_revealed(act):
    entry = act("lot.announced")

    with pytest.raises(ValueError, match="only sealed"):
        ledger.reveal([entry], subject="lot:T-1/1", actor=CLOCK)


def test_no_leaf_holds_who_acted_or_from_where(act):
    entry = act("lot.announced")

    leaf = entry.leaf.decode()
    assert set(entry.private) == {"actor", "for", "address"}
    assert not any(secret in leaf for secret in (str(TRADER.user_id), TRADER.subject_code, TRADER.address))
    assert ledger.Entry.objects.get(pk=entry.pk).openings == {
        "actor": f"user:{TRADER.user_id}",
        "for": TRADER.subject_code,
        "address": TRADER.address,
    }


def test_erasing_a_private_fact_leaves_every_proof_valid(act, tmp_path, keys_file):
    entry = act("complaint.filed", private={"complainant": "张三", "phone": "13800000000"})
    ledger.sequence_once()
    proof = tmp_path / "before.tlog-proof"
    proof.write_text(ledger.proof(entry))

    ledger.erase(entry, ["complainant", "phone"], actor=CLOCK, reason="个人信息保护法 第四十七条")
    ledger.sequence_once()

    held = Private.objects.get(pk=entry.pk).openings
    assert set(held) == {"actor", "for", "address"}
    assert audit.verify().ok
    again = tmp_path / "after.tlog-proof"
    again.write_text(ledger.proof(ledger.Entry.objects.get(pk=entry.pk)))
    for path in (proof, again):
        assert verify.main(["--keys", str(keys_file()), "proof", str(path)]) == verify.HOLDS


def test_only_what_was_private_can_be_erased(act):
    entry = act("lot.announced")

    with pytest.raises(ValueError, match="no private fact"):
        ledger.erase(entry, ["state"], actor=CLOCK, reason="")
