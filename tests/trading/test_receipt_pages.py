"""Receipts: the promise at once, the proof later, and nobody else's ever."""

import json
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from django.test import Client

from platform_site import clock, ledger
from tests.databases import BASE
from tests.trading.filing import SOON, again, bidding, filed, opening, release, signed_in, three_file
from tests.trading.stage import Scene
from trading.models import Bid, Lot

pytestmark = pytest.mark.django_db


@pytest.fixture
def scene(announced, db, files, at):
    scene = again(announced)
    at(scene.stage.now + SOON)
    return scene


TAILS = ("", "promise.json", "proof/", "state/")


def test_a_receipt_is_its_bidders_and_nobody_elses_before_and_after_the_opening(scene, at):
    three_file(scene, clock.now())
    bid = Bid.objects.get(lot=scene.lot, subject__code=scene.cast["bidder1"].code)
    ledger.sequence_once()
    clients = [signed_in(scene.cast, who) for who in ("bidder2", "bidder4", "agency", "initiator", "operator")]

    for stage in ("before", "after"):
        if stage == "after":
            opening(scene)
            release(scene)
        for client in clients:
            for tail in TAILS:
                assert client.get(scene.url(f"bid/receipts/{bid.pk}/{tail}")).status_code == 404, (stage, tail)
        for tail in TAILS:
            answer = signed_in(scene.cast, "bidder1").get(scene.url(f"bid/receipts/{bid.pk}/{tail}"))
            assert answer.status_code == 200, (stage, tail)
    assert Client().get(scene.url(f"bid/receipts/{bid.pk}/")).status_code == 302


def test_a_receipt_under_another_lots_address_is_404(scene):
    bid = filed(scene, "bidder1")
    other = bidding(scene.cast)

    assert signed_in(scene.cast, "bidder1").get(other.url(f"bid/receipts/{bid.pk}/")).status_code == 404


def test_the_page_asks_again_until_the_proof_is_there(scene):
    bid = filed(scene, "bidder1")
    client = signed_in(scene.cast, "bidder1")
    address = scene.url(f"bid/receipts/{bid.pk}/")
    waiting, none_yet = client.get(address + "state/").content.decode(), client.get(address + "proof/")
    ledger.sequence_once()

    proved, proof = client.get(address + "state/").content.decode(), client.get(address + "proof/")

    assert 'hx-trigger="every 2s"' in waiting
    assert none_yet.status_code == 404
    assert "hx-trigger" not in proved
    assert proof.content.decode().startswith("c2sp.org/tlog-proof@v1\n")
    assert "attachment" in proof["Content-Disposition"]


def test_promise_and_proof_convince_a_script_that_knows_only_the_keys(stage_cast, play_until, tmp_path):
    # The record is sealed by the wall clock, so this lot lives in the present.
    stage = play_until(stage_cast, "bidding", start=clock.machine() - timedelta(days=2))
    scene = Scene(stage_cast, stage, Lot.objects.select_related("tender").latest("pk"))
    bid = filed(scene, "bidder1")
    client = signed_in(scene.cast, "bidder1")
    address = scene.url(f"bid/receipts/{bid.pk}/")
    ledger.sequence_once()
    for name, found in (
        ("keys.json", client.get("/ledger/keys")),
        ("promise.json", client.get(address + "promise.json")),
        ("receipt.tlog-proof", client.get(address + "proof/")),
    ):
        Path(tmp_path, name).write_bytes(found.content)

    asked = [sys.executable, str(BASE / "verify" / "verify.py"), "--keys", "keys.json", "promise", "promise.json"]
    said = subprocess.run(
        [*asked, "--proof", "receipt.tlog-proof"], cwd=tmp_path, capture_output=True, text=True, check=False
    )

    assert said.returncode == 0, said.stdout + said.stderr


def test_a_broken_promise_is_said_plainly(scene, monkeypatch):
    bid = filed(scene, "bidder1")
    later = clock.machine() + timedelta(seconds=61)
    monkeypatch.setattr(clock, "machine", lambda: later)

    page = signed_in(scene.cast, "bidder1").get(scene.url(f"bid/receipts/{bid.pk}/state/")).content.decode()

    assert "承诺的 60 秒已过" in page


def test_own_filings_are_listed_with_replaced_and_withdrawn_ones(scene):
    former = filed(scene, "bidder1")
    filed(scene, "bidder1", "168000000", standing=str(former.pk))
    filed(scene, "bidder2")
    client = signed_in(scene.cast, "bidder1")
    client.post(scene.url("bid/withdraw/"))

    page = client.get("/work/bids/").content.decode()

    assert page.count("回执</a>") == 2
    assert "已替换" in page
    assert "已撤回" in page


def test_a_bidder_is_told_that_a_newer_version_of_the_document_is_out(scene, at):
    from trading.services.enquiries import amendment_issue

    bid = filed(scene, "bidder1")
    at(clock.now() + timedelta(hours=1))
    amendment_issue(lot_id=scene.lot.pk, summary="调整参数", actor=scene.cast["agency"].actor)
    client = signed_in(scene.cast, "bidder1")

    assert "现行第 2 版" in client.get(scene.url(f"bid/receipts/{bid.pk}/")).content.decode()
    assert "已有新版本，可以替换" in client.get(scene.url("bid/")).content.decode()


def test_the_list_costs_the_same_however_many_lots(scene, django_assert_max_num_queries):
    filed(scene, "bidder1")
    other = bidding(scene.cast)
    filed(other, "bidder1")
    client = signed_in(scene.cast, "bidder1")

    with django_assert_max_num_queries(9):
        assert client.get("/work/bids/").content.decode().count("回执</a>") == 2


# -- the demo's keys ---------------------------------------------------------------------------------------------------


@pytest.fixture
def demo_keys(scene, settings, tmp_path):
    from trading.rehearsal.province import ROLES, User, store_keys

    settings.LOCAL_DIR = tmp_path
    for username, role in ROLES.items():
        User.objects.filter(username=username).update(demo_role=role)
    store_keys(scene.cast)
    return scene


def test_the_demo_gives_a_person_the_own_key_only(demo_keys):
    cast = demo_keys.cast

    answer = signed_in(cast, "bidder1").get("/demo/keys/")

    assert json.loads(answer.content)["subject"] == cast["bidder1"].code
    cast["bidder1"].user.refresh_from_db()
    for nobody in ("agency", "supervisor"):
        assert signed_in(cast, nobody).get("/demo/keys/").status_code == 404
    assert Client().get("/demo/keys/").status_code == 302


def test_a_visitor_named_like_a_trustees_file_gets_nothing(demo_keys):
    from tests.people import a_person

    client = Client()
    client.force_login(a_person("某人", username="trustee-1"))

    assert client.get("/demo/keys/").status_code == 404


@pytest.mark.parametrize("mode", ["sandbox", "production"])
def test_outside_the_demo_there_are_no_keys_and_no_button(demo_keys, settings, mode):
    settings.MODE = mode
    client = signed_in(demo_keys.cast, "bidder1")

    assert client.get("/demo/keys/").status_code == 404
    assert "演示密钥" not in client.get(demo_keys.url("bid/file/")).content.decode()
