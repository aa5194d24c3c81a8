"""The trustee's agent against an honest portal and against one that lies."""

import base64
import copy
import json
from datetime import timedelta
from urllib.parse import quote

import pytest
from django.test import Client

from platform_site import clock, ledger
from platform_site.accounts.actors import CLOCK
from platform_site.ledger import keys as log_keys
from platform_site.ledger import sequencer
from platform_site.sealing import agent as agents
from platform_site.sealing import keysets, services
from platform_site.sealing.agent import Agent, Declined, Memory, PortalTrouble
from platform_site.sealing.evidence import NoEvidence, proven_entry
from platform_site.sealing.models import LotKey, ReleasedKey
from tests.sealing.guards import Guard, four_guards
from tests.sealing.world import NOON

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.sealing.urls")]
LOT = "lot:T-2026-0001/1"


class ClientPortal:
    """The portal through Django's test client; `lie` may change any answer."""

    def __init__(self):
        self.client = Client()
        self.lie = lambda path, answer: answer

    def get(self, path, headers=None):
        meta = {f"HTTP_{name.upper().replace('-', '_')}": value for name, value in (headers or {}).items()}
        return self._read(path, self.client.get(f"/sealing/{quote(path)}", HTTP_ACCEPT="application/json", **meta))

    def post(self, path, body):
        data = json.dumps(body)
        answer = self.client.post(
            f"/sealing/{quote(path)}", data, content_type="application/json", HTTP_ACCEPT="application/json"
        )
        return self._read(path, answer)

    def _read(self, path, answer):
        told = self.lie(path, answer.json() if answer.status_code == 200 else None)
        if told is None and answer.status_code != 200:
            raise PortalTrouble(f"{answer.status_code} {answer.content[:300]}")
        return told


@pytest.fixture
def guards():
    return four_guards()


@pytest.fixture
def said():
    return []


@pytest.fixture
def agent(guards, tmp_path, said):
    return Agent(
        guards[1].key,
        ClientPortal(),
        str(guards[1].row.id),
        log_keys.log_signer().verifier,
        Memory(tmp_path / "state.json", published=5),
        own_clock=lambda: NOON + timedelta(seconds=1),
        say=said.append,
    )


@pytest.fixture
def keyset(guards):
    return services.assign_keyset(LOT, [guard.row for guard in guards], 3, not_before=NOON)


def open_lot(lot=LOT):
    with clock.at(NOON):
        ledger.append("lot.opening_started", subject=lot, actor=CLOCK, facts={"roll": []})
    sequencer.sequence_once()


def test_one_round_countersigns_and_fills_up_keys(agent, keyset):
    assert agent.round() == 2

    assert keyset.countersignatures.count() == 1
    assert LotKey.objects.filter(trustee_id=agent.trustee_id).count() == 205
    assert agent.round() == 0


def test_after_the_opening_the_key_is_given_with_its_proof_kept(agent, keyset, guards):
    agent.round()
    open_lot()

    assert agent.round() == 1

    assert ReleasedKey.objects.get().secret == guards[1].secret(keyset)
    kept = Memory.load(agent.memory.path).given[LOT]
    assert proven_entry(kept["proof"], agent.log_key).leaf["event"] == "lot.opening_started"


def test_a_second_set_of_the_lot_is_signed_and_given_beside_the_first(agent, keyset, guards):
    """A trustee was replaced: whoever stays keeps two serials of the lot, and one opening frees both."""
    fresh = Guard("ca", "另一家认证机构", "91990000MYAAAAAA01")
    kept = [guard.row for guard in guards[:3]]
    later = services.assign_keyset(keysets.later_ref(LOT, 2), [*kept, fresh.row], 3, not_before=NOON)
    agent.round()
    assert later.countersignatures.count() == keyset.countersignatures.count() == 1
    open_lot()

    assert agent.round() == 2

    given = dict(ReleasedKey.objects.values_list("lot_ref", "secret"))
    assert given == {LOT: guards[1].secret(keyset), later.pk: guards[1].secret(later)}
    assert len(set(given.values())) == 2


def test_before_the_opening_nothing_is_given(agent, keyset):
    agent.round()

    assert agent.round() == 0
    with pytest.raises(Declined):
        agent.release(LOT)


def test_a_portal_that_only_says_so_gets_nothing(agent, keyset):
    agent.portal.lie = lambda path, answer: (
        answer | {"opening": {"started": True, "proof": None}} if path.startswith("lots/") else answer
    )

    with pytest.raises(Declined, match="证明"):
        agent.release(LOT)


def test_too_early_by_the_trustees_own_clock_is_too_early(agent, keyset):
    open_lot()
    agent.own_clock = lambda: NOON - timedelta(seconds=1)

    with pytest.raises(Declined, match="未到"):
        agent.release(LOT)
    assert not ReleasedKey.objects.exists()


def test_the_proof_of_another_lot_frees_nothing(agent, keyset, guards):
    other = services.assign_keyset("lot:T-2026-0002/1", [guard.row for guard in guards], 3, not_before=NOON)
    open_lot(other.lot_ref)
    borrowed = agent.portal.get(f"lots/{other.lot_ref}/")["opening"]
    agent.portal.lie = lambda path, answer: answer | {"opening": borrowed} if path.startswith("lots/") else answer

    with pytest.raises(Declined, match="另一件事"):
        agent.release(LOT)


def test_a_log_signed_by_another_key_proves_nothing(agent, keyset):
    open_lot()
    agent.log_key = log_keys.promise_signer().verifier

    with pytest.raises(Declined, match="不成立"):
        agent.release(LOT)


def test_a_log_that_went_back_proves_nothing(agent, keyset):
    open_lot()
    agent.memory.log_size = 10**6

    with pytest.raises(Declined, match="倒退"):
        agent.release(LOT)


def test_a_second_lot_with_the_same_key_is_found_out(agent, keyset):
    agent.countersign(LOT)
    twin = copy.deepcopy(keyset.document) | {"lot": "lot:T-2026-0666/1"}
    agent.portal.lie = lambda path, answer: {"keyset": twin}

    with pytest.raises(Declined, match="另一标段"):
        agent.countersign("lot:T-2026-0666/1")


def test_the_memory_outlives_the_agent(agent, keyset):
    agent.countersign(LOT)
    twin = copy.deepcopy(keyset.document) | {"created": "2026-01-01T00:00:00Z"}
    agent.memory = Memory.load(agent.memory.path)
    agent.portal.lie = lambda path, answer: {"keyset": twin}

    with pytest.raises(Declined, match="另一标段"):
        agent.countersign(LOT)


def test_a_set_with_the_operators_own_key_in_our_place_is_not_countersigned(agent, keyset):
    forged = copy.deepcopy(keyset.document)
    forged["members"][1]["recipient"] = forged["members"][0]["recipient"]
    agent.portal.lie = lambda path, answer: {"keyset": forged}

    with pytest.raises(Declined, match="密钥组有误"):
        agent.countersign(LOT)


@pytest.mark.parametrize("answer", [None, 3, [], {}, {"keyset": []}, {"keyset": {}}])
def test_nonsense_from_the_portal_is_declined(agent, keyset, answer):
    agent.portal.lie = lambda path, _: answer

    with pytest.raises(Declined):
        agent.release(LOT)


def test_one_lots_trouble_does_not_stop_another(agent, guards, keyset, said):
    agent.memory.bound = {str(keyset.document["members"][1]["serial"]): "something else"}
    second = services.assign_keyset("lot:T-2026-0002/1", [guard.row for guard in guards], 3, not_before=NOON)

    agent.round()

    assert second.countersignatures.count() == 1
    assert any("未办理" in line for line in said)


class Deaf:
    """A portal that takes everything and keeps nothing."""

    def post(self, path, body):
        return {"published": 0}


def test_serials_are_never_used_twice_even_if_the_portal_forgets(agent):
    agent.portal = Deaf()
    first = agent.publish(3)
    reborn = Agent(agent.key, Deaf(), agent.trustee_id, agent.log_key, Memory.load(agent.memory.path), say=agent.say)

    second = reborn.publish(3)

    assert not {key["serial"] for key in first} & {key["serial"] for key in second}


def test_every_damaged_proof_is_no_evidence(agent, keyset):
    open_lot()
    proof = agent.portal.get(f"lots/{LOT}/")["opening"]["proof"]
    lines = proof.split("\n")
    forged = json.loads(base64.b64decode(lines[1].removeprefix("extra ")))
    forged["leaf"] = forged["leaf"].replace("T-2026-0001", "T-2026-0002")
    changed = "extra " + base64.b64encode(json.dumps(forged).encode()).decode()

    assert proven_entry(proof, agent.log_key).leaf["subject"] == LOT
    for damaged in (
        "",
        "\n\n",
        proof.replace("index ", "index 9"),
        "\n".join([lines[0], changed, *lines[2:]]),
        "\n".join([*lines[:3], *lines[4:]]),
        proof.replace("tlog-proof@v1", "tlog-proof@v2"),
        proof[:-20],
    ):
        with pytest.raises(NoEvidence):
            proven_entry(damaged, agent.log_key)


def test_a_key_file_is_never_overwritten(tmp_path):
    path = tmp_path / "key.json"

    assert agents.main(["--key", str(path), "--create", "云泽公证处"]) == 0
    assert agents.main(["--key", str(path), "--create", "云泽公证处"]) == 2
    assert path.stat().st_mode & 0o077 == 0


def test_the_agents_contexts_are_the_portals():
    from platform_site.sealing import selectors

    assert agents.BATCH_CONTEXT == services.BATCH_CONTEXT
    assert agents.INBOX_CONTEXT == selectors.INBOX_CONTEXT


def test_three_honest_agents_open_a_lot(guards, keyset, tmp_path):
    open_lot()
    for number in (0, 1, 2):
        one = Agent(
            guards[number].key,
            ClientPortal(),
            str(guards[number].row.id),
            log_keys.log_signer().verifier,
            Memory(tmp_path / f"{number}.json", published=5),
            own_clock=lambda: NOON,
            say=lambda line: None,
        )
        one.round()

    assert ReleasedKey.objects.filter(lot_ref=LOT).count() == keyset.k
    assert keysets.countersigners_needed(keyset.document) == 2
