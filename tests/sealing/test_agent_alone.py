"""The agent as its trustee runs it: a process of its own, a key file, a portal's address."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from django.db import transaction

from platform_site import clock, ledger
from platform_site.accounts.actors import CLOCK
from platform_site.ledger import keys as log_keys
from platform_site.ledger import sequencer
from platform_site.sealing import services
from platform_site.sealing.models import Countersignature, ReleasedKey
from tests.sealing.guards import four_guards
from tests.sealing.world import NOON

ROOT = Path(__file__).resolve().parents[2]
LOT = "lot:T-2026-0001/1"


@pytest.fixture
def guard(served, tmp_path):
    guards = four_guards()
    services.assign_keyset(LOT, [one.row for one in guards], 3, not_before=NOON)
    (tmp_path / "key.json").write_text(guards[1].key.dump())
    return guards[1]


def run(tmp_path, served, guard, *more, portal=None):
    command = [sys.executable, "-m", "platform_site.sealing.agent", "--key", tmp_path / "key.json", "--once"]
    where = ["--portal", portal or served, "--trustee", str(guard.row.id)]
    key = ["--log-key", str(log_keys.log_signer().verifier)]
    return subprocess.run(
        [*command, *where, *key, *more], cwd=ROOT, capture_output=True, text=True, timeout=60, check=False
    )


def test_the_agent_countersigns_and_after_the_opening_releases(tmp_path, served, guard):
    assert run(tmp_path, served, guard).returncode == 0
    assert Countersignature.objects.get().trustee_id == guard.row.id
    assert not ReleasedKey.objects.exists()
    with clock.at(NOON), transaction.atomic():
        ledger.append("lot.opening_started", subject=LOT, actor=CLOCK, facts={})
    sequencer.sequence_once()

    # The opening moment may lie ahead of this machine's clock; a demo's trustees run with the same flag.
    run(tmp_path, served, guard, "--moved-clock")

    assert ReleasedKey.objects.get().trustee_id == guard.row.id
    assert LOT in json.loads((tmp_path / "key.state.json").read_text())["given"]


def test_a_portal_that_is_down_is_no_disaster(tmp_path, served, guard):
    done = run(tmp_path, served, guard, portal="http://127.0.0.1:9")

    assert done.returncode == 1
    assert "平台没有应答" in done.stderr


def test_without_a_log_key_the_agent_does_not_start(tmp_path, served, guard):
    done = run(tmp_path, served, guard, "--log-key", "nonsense")

    assert done.returncode == 2
    assert not (tmp_path / "key.state.json").exists()
