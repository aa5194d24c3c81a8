"""底价: sealed before the notice, replaced until the listing starts, read by nobody before it closed, then public."""

import re
import subprocess
import sys
from datetime import timedelta
from decimal import Decimal as D
from pathlib import Path
from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.test import Client

from platform_site import ledger
from platform_site.ledger import publishing
from platform_site.ledger.models import Entry
from platform_site.ledger.script import bundle
from platform_site.messages.models import Message
from platform_site.sealing import storage
from tests.security.worlds import masked
from tests.stages import plain_papers
from tests.trading.boundaries import LND, MIN, OTHER, asked
from tests.trading.reserve_world import announced, closed, give_keys, refused, run, scene, seal
from tests.trading.stage import Scene, signed_in
from trading.models import Reserve
from trading.rehearsal import sealed
from trading.rehearsal.land_listing import PLOT
from trading.rulebooks.guards import catalogued, reserve
from trading.services import archives, awards, listings, papers, reserves, ticks
from trading.testimony import contests
from trading.testimony.told import Told

__all__ = ["announced", "scene"]
PAIRS = pytest.mark.parametrize(
    ("name", "book", "rule"),
    [("", LND, "LND-04"), ("mining_", MIN, "MIN-09"), ("catalogued_", OTHER, "PLT-20")],
    ids=["land", "mining", "catalogued"],
)


def guard_named(name: str, what: str):
    """The guard of that book."""
    return getattr(catalogued if name == "catalogued_" else reserve, f"{name}reserve_{what}")


@pytest.mark.rule("LND-04", "MIN-09", "PLT-20")
@PAIRS
def test_a_notice_that_states_a_reserve_goes_out_with_it_sealed(name, book, rule):
    ask = guard_named(name, "guarded")
    whole = {"reserve": True, "key_set": "ab", "key_set_gaps": (), "reserve_sealed": True}

    assert asked(ask, book, reserve=False) is None
    assert asked(ask, book, **whole) is None
    assert asked(ask, book, **{**whole, "key_set": ""}).facts["fact"] == "key_set"
    found = asked(ask, book, **{**whole, "reserve_sealed": False})
    assert (found.code, found.rule, bool(found.article)) == ("reserve.unsealed", rule, True)


@pytest.mark.rule("LND-04", "MIN-09", "PLT-20")
@PAIRS
def test_a_reserve_is_sealed_only_where_the_notice_states_one_and_opened_once(name, book, rule):
    assert asked(guard_named(name, "stated"), book, reserve=True) is None
    assert asked(guard_named(name, "stated"), book, reserve=False).code == "reserve.none"
    assert asked(guard_named(name, "openable"), book, reserve_sealed=True, waiting=[]) is None
    assert asked(guard_named(name, "openable"), book, reserve_sealed=True, waiting=["公证处"]).code == "reserve.waiting"
    assert asked(guard_named(name, "openable"), book, reserve_sealed=False).code == "reserve.none"


@pytest.mark.rule("LND-09", "MIN-09", "PLT-20")
@PAIRS
def test_no_deal_below_the_reserve_nor_while_it_is_sealed_nor_where_it_was_lost(name, book, rule):
    reached, missed, settled = (guard_named(name, what) for what in ("reached", "missed", "settled"))

    assert asked(settled, book, reserve_sealed=True).code == "reserve.closed"
    assert asked(settled, book, reserve_sealed=False) is None
    assert asked(reached, book, reserve_reached=True) is None
    assert asked(reached, book, reserve_reached=False).code == "reserve.not_reached"
    assert asked(reached, book, reserve_reached=True, reserve_lost=True).code == "reserve.lost"
    assert asked(missed, book, reserve_reached=True).code == "reserve.reached"
    assert asked(missed, book, reserve_reached=False) is None
    assert asked(missed, book, reserve_reached=True, reserve_lost=True) is None


@pytest.mark.parametrize(
    ("said", "amount"),
    [
        ("52000000.00", D("52000000.00")), ("52000000", D("52000000.00")), ("0.01", D("0.01")),
        ("0", None), ("-1", None), ("1.234", None), ("NaN", None), ("1E+30", None), ("五千万", None), ("", None),
        (52000000, None), (None, None), ("9" * 15, None), (["1"], None),
    ],
)  # fmt: skip
def test_what_is_sealed_is_an_amount_or_none(said, amount):
    assert reserves.amount_of({"reserve_cny": said}) == amount
    assert reserves.amount_of(said) is None


def test_the_commitment_is_on_the_record_and_the_price_is_not(scene):
    said = Entry.objects.get(event="reserve.sealed").facts
    row = Reserve.objects.get(lot=scene.lot)

    assert said["envelope"] == row.envelope.header_sha256
    assert (row.state, row.amount_cny) == ("sealed", None)
    assert "52000000" not in str(list(Entry.objects.values_list("facts", flat=True)))
    notice = scene.again().notices.get(kind="tender").content
    assert notice["key_set"]["hash"] == said["sealed_to"] == scene.again().key_set_hash
    assert notice["terms"]["reserve"] is True


def test_a_second_envelope_before_the_start_replaces_the_first(scene):
    first = Reserve.objects.get(lot=scene.lot)
    second = seal(scene)

    first.refresh_from_db()
    assert (first.state, first.envelope.state, second.state) == ("replaced", "replaced", "sealed")
    assert (
        Entry.objects.filter(event="reserve.sealed").order_by("recorded_at").last().facts["replaces"]
        == first.envelope.header_sha256
    )


def test_the_same_key_again_is_answered_alike(scene):
    made = sealed.reserve_prepared(scene.cast, scene.again(), scene.cast["grantor"], {"reserve_cny": "1.00"})

    assert reserves.reserve_seal(**made) == reserves.reserve_seal(**made)
    assert Reserve.objects.filter(lot=scene.lot).count() == 2


def test_once_the_listing_has_started_no_other_reserve_is_taken(scene, at):
    run(at, scene.again().recorded["listing_from"] - timedelta(seconds=1))
    kept = seal(scene)
    at(scene.again().recorded["listing_from"])

    found = refused("clock.too_late", seal, scene)
    assert "39号" in found.violations[0].article
    run(at, scene.again().recorded["listing_from"])
    refused("state.wrong", seal, scene)
    assert reserves.standing(scene.again()) == kept


@pytest.mark.parametrize("who", ["bidder1", "operator", "agency", "supervisor"])
def test_nobody_but_the_initiator_seals(scene, who):
    made = sealed.reserve_prepared(scene.cast, scene.again(), scene.cast["grantor"], {"reserve_cny": "1.00"})

    with pytest.raises(PermissionDenied):
        reserves.reserve_seal(**{**made, "actor": scene.cast[who].actor})


@pytest.mark.parametrize(
    "change",
    [
        {"signature": "00" * 64},
        {"header": b"{}"},
        {"wraps": {"owner": "", "trustees": []}},
        {"upload_ids": []},
    ],
    ids=["signature", "header", "wraps", "parts"],
)
def test_a_malformed_envelope_is_refused_and_the_standing_one_stays(scene, change):
    refused("envelope.refused", seal, scene, **change)

    assert Reserve.objects.get(lot=scene.lot).state == "sealed"


def test_a_bid_is_no_reserve(scene):
    made = sealed.prepare(scene.cast, scene.again(), scene.cast["grantor"], {"price_cny": "1.00"})

    refused("envelope.refused", reserves.reserve_seal, **made)


def test_nobody_opens_it_before_bidding_has_closed(scene, at):
    identity = sealed.identity_of(scene.cast, Reserve.objects.get(lot=scene.lot).envelope, scene.cast["grantor"])
    give = {"lot_id": scene.lot.pk, "identity": identity, "actor": scene.cast["grantor"].actor}
    for moment in ("", "listing_from", "listing_until"):
        if moment:
            run(at, scene.again().recorded[moment])
        refused("state.wrong", reserves.reserve_unlock, **give)
        refused("opening.not_started", reserves.reserve_open, lot_id=scene.lot.pk)
        refused("trustees.too_early", give_keys, scene)
        assert reserves.reserves_open_ready() == 0


def test_the_initiators_key_opens_it_and_then_it_is_public(scene, at):
    closed(scene, at, "52000000")
    assert sealed.unlock_reserve(scene.cast, scene.lot, scene.cast["grantor"]).state == "sealed"
    refused("reserve.closed", listings.deal_confirm, lot_id=scene.lot.pk, actor=scene.cast["grantor"].actor)

    assert ticks.disclose_ready() == 1

    row = Reserve.objects.get(lot=scene.lot)
    assert (row.state, row.amount_cny) == ("opened", PLOT.reserve)
    said = Entry.objects.get(event="reserve.opened").facts
    assert (said["amount_cny"], said["by"], said["envelope"]) == ("52000000.00", "bidder", row.envelope.header_sha256)
    listings.deal_confirm(lot_id=scene.lot.pk, actor=scene.cast["grantor"].actor)
    assert scene.again().notices.get(kind="award").content["reserve"]["amount_cny"] == "52000000.00"
    assert found_by_the_record(scene) == []


def test_where_the_initiator_stays_away_the_trustees_open_it(scene, at):
    closed(scene, at, "51000000")
    assert ticks.disclose_ready() == 0
    waiting = refused("reserve.waiting", reserves.reserve_open, lot_id=scene.lot.pk)
    assert "bidder" in waiting.violations[0].facts["missing"]
    give_keys(scene)

    assert ticks.disclose_ready() == 1

    seller = scene.cast["grantor"].actor
    assert Entry.objects.get(event="reserve.opened").facts["by"] == "trustees"
    refused("reserve.not_reached", listings.deal_confirm, lot_id=scene.lot.pk, actor=seller)
    listings.listing_fail(lot_id=scene.lot.pk, actor=seller)
    assert scene.again().notices.get(kind="failure").content["reserve"]["amount_cny"] == "52000000.00"
    refused("state.wrong", reserves.reserve_open, lot_id=scene.lot.pk)


@pytest.mark.parametrize("offer", [{"reserve_cny": "五千二百万"}, {"price": "1"}])
def test_a_reserve_nobody_can_read_binds_nobody(scene, at, offer):
    seal(scene, offer=offer)
    closed(scene, at, "50000000")
    give_keys(scene)
    ticks.disclose_ready()

    row = reserves.standing(scene.again())
    assert (row.state, row.amount_cny) == ("void", None)
    refused("reserve.reached", listings.listing_fail, lot_id=scene.lot.pk, actor=scene.cast["grantor"].actor)
    award = listings.deal_confirm(lot_id=scene.lot.pk, actor=scene.cast["grantor"].actor)
    assert award.amount_cny == D("50000000.00")
    assert "视为没有底价" in paper_of(scene, "award")
    assert found_by_the_record(scene) == []


def test_a_reserve_below_the_start_price_is_public_like_any_other_and_every_offer_reaches_it(scene, at):
    seal(scene, offer={"reserve_cny": "40000000.00"})
    closed(scene, at, "50000000")
    give_keys(scene)
    ticks.disclose_ready()

    assert reserves.standing(scene.again()).amount_cny == D("40000000.00")
    assert listings.deal_confirm(lot_id=scene.lot.pk, actor=scene.cast["grantor"].actor).amount_cny == D("50000000.00")


def test_nothing_is_sold_where_the_platform_lost_the_envelope(scene, at):
    row, seller = reserves.standing(scene.again()), scene.cast["grantor"].actor
    closed(scene, at, "99000000")
    give_keys(scene)
    path = storage.ciphertext_path(row.envelope.parts.get().upload_id)
    kept = path.read_bytes()
    path.write_bytes(kept[:-1] + b"?")
    try:
        ticks.disclose_ready()
    finally:
        path.write_bytes(kept)

    assert reserves.standing(scene.again()).state == "lost"
    refused("reserve.lost", listings.deal_confirm, lot_id=scene.lot.pk, actor=seller)
    listings.listing_fail(lot_id=scene.lot.pk, actor=seller)
    assert "无法开启" in paper_of(scene, "failure")


def test_a_listing_without_a_reserve_goes_as_before(scene, at):
    lot = scene.again()
    lot.terms = {**lot.terms, "reserve": False}
    type(lot).objects.filter(pk=lot.pk).update(terms=lot.terms)
    refused("reserve.none", seal, scene)
    closed(scene, at, "50000000")

    assert reserves.reserve_said(scene.again()) == {}
    assert listings.deal_confirm(lot_id=lot.pk, actor=scene.cast["grantor"].actor).amount_cny == D("50000000.00")


def paper_of(scene: Scene, kind: str) -> str:
    """A notice as its page says it."""
    notice = scene.again().notices.get(kind=kind)
    return signed_in(scene.cast, "grantor").get(scene.url(f"notices/{notice.pk}/")).content.decode()


def found_by_the_record(scene: Scene) -> list[str]:
    """What the record says against, of the reserve."""
    return [found.why for found in contests.reserves(Told([scene.again()]))]


@pytest.mark.parametrize(
    ("change", "said"),
    [({"amount_cny": D("1.00")}, "amount_cny"), ({"state": "void"}, "state"), ({"arrived_at": None}, "arrived_at")],
)
def test_a_reserve_changed_behind_the_services_is_found(scene, at, change, said):
    closed(scene, at, "52000000")
    give_keys(scene)
    ticks.disclose_ready()
    row = reserves.standing(scene.again())
    changed = {name: value or row.arrived_at - timedelta(days=1) for name, value in change.items()}
    told = Told([scene.again()])

    for name, value in changed.items():
        setattr(row, name, value)
    found = [one.why for one in _compared(told, row)]

    assert any(said in why for why in found), found


def _compared(told: Told, row: Reserve):
    """The check over a row as somebody might have changed it; no service of ours writes such a one."""
    from unittest import mock

    with mock.patch.object(Reserve.objects, "filter") as rows:
        rows.return_value.select_related.return_value = [row]
        yield from contests.reserves(told)


def test_the_archive_verifies_the_reserve_without_us(scene, at, settings, tmp_path):
    seal(scene, offer={"reserve_cny": "51000000"})
    closed(scene, at, "52000000")
    sealed.unlock_reserve(scene.cast, scene.lot, scene.cast["grantor"])
    ticks.disclose_ready()
    lot, seller = scene.again(), scene.cast["grantor"].actor
    listings.deal_confirm(lot_id=lot.pk, actor=seller)
    said = {"amount_cny": "52000000.00", "subject": lot.title}
    awards.contract_sign(lot_id=lot.pk, particulars=said, actor=seller)
    with plain_papers():
        ledger.sequence_once()
        publishing.publish()
        unmade = papers.missing_for(lot)
        made = archives.archive_make(lot_id=lot.pk, actor=scene.cast["operator"].actor, without_papers=unmade or "none")
    script = tmp_path / "verify.py"
    script.write_bytes(bundle())
    file = Path(settings.MEDIA_ROOT) / made.file.path

    def check(archive: Path) -> subprocess.CompletedProcess:
        command = [sys.executable, str(script), "archive", str(archive)]
        return subprocess.run(command, capture_output=True, text=True, check=False)

    done = check(file)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "the reserve price is the one that was sealed before the listing" in done.stdout
    assert "1 envelopes open again" in done.stdout

    forged = with_another_reserve(file, tmp_path / "forged.zip")
    said = check(forged).stdout
    assert "a notice says another reserve than the record" in said


def with_another_reserve(file: Path, to: Path) -> Path:
    """The archive with another reserve in its notices, every digest of the manifest put right."""
    import hashlib
    import json
    import zipfile

    with zipfile.ZipFile(file) as packed:
        members = {name: packed.read(name) for name in packed.namelist()}
    for name in [one for one in members if one.startswith("notices/")]:
        members[name] = members[name].replace(b"51000000.00", b"41000000.00")
    manifest = json.loads(members.pop("manifest.json"))
    manifest["members"] = {name: hashlib.sha256(data).hexdigest() for name, data in members.items()}
    with zipfile.ZipFile(to, "w") as packed:
        for name, data in {**members, "manifest.json": json.dumps(manifest).encode()}.items():
            packed.writestr(name, data)
    return to


# -- two worlds --------------------------------------------------------------------------------------------------------

WATCHERS = ("", "bidder1", "grantor", "operator")
PAGES = ("", "reserve/", "bid/")
TOKEN = re.compile(r"\b[A-Za-z0-9]{64}\b(?=\"|&quot;)|ticket=[\w:.%-]+|竞买人 [A-Z2-9]{4}")


def everything(scene: Scene, clients: dict[str, Client]) -> dict:
    """Every page as every watcher gets it, what was written to whom, and what the public record says."""
    lot, seen = scene.again(), {}
    addresses = [scene.url(tail) for tail in PAGES] + ["/work/", f"/trades/{lot.reference}/"]
    for who, client in clients.items():
        for address in addresses:
            answer = client.get(address)
            body = masked(TOKEN.sub("T", answer.content.decode()))
            seen[who, address] = (answer.status_code, len(answer.content), body)
    entries = Entry.objects.filter(sealed=False).order_by("recorded_at").values_list("event", "subject", "facts")
    seen["entries"] = [(event, subject, masked(TOKEN.sub("T", str(facts)))) for event, subject, facts in entries]
    seen["messages"] = list(
        Message.objects.order_by("user_id", "title", "body").values_list("user_id", "title", "body")
    )
    seen["row"] = list(Reserve.objects.order_by("arrived_at").values_list("state", "amount_cny"))
    seen["sizes"] = [len(str(row.envelope.header)) for row in Reserve.objects.select_related("envelope")]
    return seen


def test_two_reserves_look_the_same_until_they_are_opened(scene, at):
    worlds = []
    for amount in ("50000000.01", "98765432.10"):
        with transaction.atomic():
            clients = {who: signed_in(scene.cast, who) if who else Client() for who in WATCHERS}
            seal(scene, offer={"reserve_cny": amount}, idempotency_key=uuid4())
            said = {"announced": everything(scene, clients)}
            closed(scene, at, "52000000")
            said["closed"] = everything(scene, clients)
            give_keys(scene)
            said["keys"] = everything(scene, {})
            ticks.disclose_ready()
            said["opened"] = everything(scene, {})
            worlds.append(said)
            transaction.set_rollback(True)
        at(scene.stage.now)
    low, high = worlds

    for moment in ("announced", "closed", "keys"):
        differ = [key for key in low[moment] if low[moment][key] != high[moment][key]]
        assert differ == [], moment
    assert low["opened"]["row"] != high["opened"]["row"]
    assert low["opened"]["entries"] != high["opened"]["entries"]
    assert any("50000000.01" in str(one) for one in low["opened"]["entries"])
