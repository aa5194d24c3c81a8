"""A nonce made by the page's own module is one the server takes and the trustees can open."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from experts import services
from experts.nonces import open_nonce
from tests.experts import world as w

ROOT = Path(__file__).resolve().parents[2]
NODE = shutil.which("node")
pytestmark = pytest.mark.skipif(
    NODE is None or not (ROOT / "node_modules" / "age-encryption").exists(),
    reason="needs Node and the npm packages of `make setup`",
)


def in_the_browser(draw, role, keyset):
    """What the page would send, and the nonce it keeps."""
    module = str(ROOT / "static" / "js" / "sealing" / "nonces.js")
    task = json.dumps({"module": module, "draw": str(draw.id), "role": role, "keyset": keyset})
    done = subprocess.run(
        [NODE, str(Path(__file__).with_name("nonces.mjs"))], input=task, capture_output=True, text=True, check=True
    )
    return json.loads(done.stdout)


def test_a_nonce_from_the_browser_is_committed_recovered_and_the_same(db):
    keepers = w.trustees()
    w.pool(8)
    draw = w.opened(keepers)
    keyset = services.keyset_of(draw)
    made = {role: in_the_browser(draw, role, keyset) for role in ("initiator", "witness")}

    for role, actor in (("initiator", w.BUYER), ("witness", w.WITNESS)):
        services.nonce_commit(
            draw_id=draw.id,
            role=role,
            commitment=made[role]["commitment"],
            sealed_nonce=made[role]["sealed"],
            actor=actor,
        )
    w.release(draw, keepers, 3)
    services.nonce_recover(draw_id=draw.id, role="initiator", actor=w.OFFICER)
    draw = services.nonce_reveal(draw_id=draw.id, role="witness", nonce=made["witness"]["nonce"], actor=w.WITNESS)

    assert draw.nonces == {role: made[role]["nonce"] for role in made}
    assert draw.state == "revealed"


def test_the_browser_seals_to_no_key_set_it_cannot_prove(db):
    keepers = w.trustees()
    w.pool(8)
    draw = w.opened(keepers)
    keyset = services.keyset_of(draw)
    keyset["members"][0]["recipient"] = keyset["members"][1]["recipient"]

    assert in_the_browser(draw, "initiator", keyset)["error"].startswith("keyset.")


def test_two_of_four_trustees_open_nothing(db):
    keepers = w.trustees()
    w.pool(8)
    draw = w.opened(keepers)
    keyset = services.keyset_of(draw)
    sealed = in_the_browser(draw, "initiator", keyset)["sealed"]
    secrets = {
        n: keepers.keys[row.id].lot_identity(keyset["members"][n]["serial"]) for n, row in enumerate(keepers.rows)
    }

    assert open_nonce(sealed, keyset, {n: secrets[n] for n in (0, 1)}) is None
    assert open_nonce(sealed, keyset, {n: secrets[n] for n in (0, 1, 3)})
