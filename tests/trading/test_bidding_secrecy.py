"""Two worlds, with and without a rival: until the opening every answer of these pages is the same to the byte."""

import re
from datetime import timedelta

import pytest
from django.test import Client

from tests.trading.filing import (
    SOON,
    a_whole_rival,
    again,
    deadline_of,
    filed,
    opening,
    parcel,
    send,
    signed_in,
    three_file,
)
from trading.services import enquiries

pytestmark = pytest.mark.django_db

WATCHERS = ("", "bidder1", "bidder4", "initiator", "agency", "operator", "supervisor", "draw_officer", "expert1")
PAGES = (
    "bid/", "bid/file/", "bid/withdraw/", "opening/", "opening/live/", "opening/panel/", "opening/envelope/",
)  # fmt: skip
NONCES = (
    (re.compile(rb"ticket=[\w:.%-]+"), b"ticket=T"),
    (re.compile(rb"\b[A-Za-z0-9]{64}\b(?=\"|&quot;)"), b"CSRF"),
)


@pytest.fixture
def cast(stage_cast, db):
    return stage_cast


@pytest.fixture
def scene(announced, db, at):
    """The first bidder has filed; it is two hours after the notice."""
    scene = again(announced)
    at(scene.stage.now + SOON)
    filed(scene, "bidder1")
    return scene


def masked(content: bytes) -> bytes:
    for pattern, mask in NONCES:
        content = pattern.sub(mask, content)
    return content


def everything(scene, clients, watchers=WATCHERS):
    """Every page as every watcher gets it: status, headers, body without its nonces."""
    seen = {}
    for who in watchers:
        addresses = [scene.url(tail) for tail in PAGES] + ["/work/bids/", "/work/"]
        for address in addresses:
            answer = clients[who].get(address)
            headers = {k: v for k, v in answer.headers.items() if k not in {"Expires", "Content-Length"}}
            seen[who, address] = (answer.status_code, headers, masked(answer.content))
    return seen


@pytest.fixture
def clients(cast):
    return {who: signed_in(cast, who) if who else Client() for who in WATCHERS}


def differing(one, other):
    return [where for where in one if one[where] != other[where]]


def test_no_page_tells_of_a_rivals_download_filing_or_replacement(scene, clients):
    everything(scene, clients)  # sessions and tokens stand
    without = everything(scene, clients)

    a_whole_rival(scene, "bidder2", scene.stage.now + timedelta(hours=1))

    assert differing(without, everything(scene, clients)) == []


def test_no_other_bidder_learns_of_a_rivals_question(scene, clients):
    watchers = ("", "bidder1", "bidder4", "operator", "supervisor")
    everything(scene, clients, watchers)
    without = everything(scene, clients, watchers)
    a_whole_rival(scene, "bidder2", scene.stage.now + timedelta(hours=1))

    enquiries.enquiry_ask(lot_id=scene.lot.pk, text="材质是否可以替代？", actor=scene.cast["bidder2"].actor)

    assert differing(without, everything(scene, clients, watchers)) == []


def test_the_mask_hides_nonces_only(scene, clients):
    """What the comparison would miss: a difference of one name or one number is still seen."""
    page = clients["bidder1"].get(scene.url("bid/")).content

    assert masked(page) != masked(page.replace("回执".encode(), "回执1".encode(), 1))
    assert masked(page).count(b"CSRF") >= 1


def test_a_filing_is_answered_alike_beside_a_rival(scene):
    client = signed_in(scene.cast, "bidder4")
    alone = send(scene, client, parcel(scene, "bidder4"))
    client.post(scene.url("bid/withdraw/"))
    a_whole_rival(scene, "bidder2", scene.stage.now + timedelta(hours=1))

    beside = send(scene, client, parcel(scene, "bidder4"))

    assert (alone.status_code, alone.json().keys()) == (beside.status_code, beside.json().keys())
    refused = [send(scene, client, {**parcel(scene, "bidder4"), "uploads": [], "standing": beside.json()["bid"]})]
    assert [one["code"] for one in refused[0].json()["violations"]] == ["bid.not_encrypted", "upload.incomplete"]


@pytest.mark.parametrize("rivals", [("bidder2", "bidder3"), ()])
def test_a_late_refusal_before_the_opening_shows_only_the_clock(scene, at, rivals):
    if rivals:
        three_file(scene, scene.stage.now + SOON, rivals)
    said = parcel(scene, "bidder4")
    at(deadline_of(scene) + timedelta(milliseconds=1))

    (violation,) = send(scene, signed_in(scene.cast, "bidder4"), said).json()["violations"]

    assert violation["code"] == "clock.too_late"
    assert set(violation["facts"]) == {"since", "moment", "act", "unfinished"}


def test_after_the_opening_has_begun_the_pages_do_differ(scene, clients):
    """The comparison can fail: the roll makes the room differ."""
    everything(scene, clients)
    without = everything(scene, clients)
    three_file(scene, scene.stage.now + SOON, ("bidder2", "bidder3"))
    opening(scene)

    changed = differing(without, everything(scene, clients))

    assert ("", scene.url("opening/")) in changed
    assert ("supervisor", scene.url("opening/")) in changed
