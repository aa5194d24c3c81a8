"""A live auction held again by the stand-alone script, from the record's entries alone; a changed entry shows."""

from copy import deepcopy

import pytest
from django.db import transaction

from platform_site import ledger
from platform_site.ledger import selectors as record
from tests.auction_again import auction
from tests.trading.stage import played

pytestmark = pytest.mark.django_db


def entries_of(lot):
    """The facts of the lot's public entries in the record's order."""
    ledger.sequence_once()
    return [entry.facts for entry in record.entries_for(lot.ledger_ref).order_by("place__position")]


@pytest.fixture(scope="module")
def told(stage_cast):
    """What the record says of one auction; its lot is gone again before any test."""
    with transaction.atomic():
        said = entries_of(played(stage_cast, "awarded", procedure="land.listing").lot)
        transaction.set_rollback(True)
    return said


@pytest.mark.parametrize(
    ("procedure", "variant", "count"),
    [("land.listing", "happy", 4), ("land.listing", "low_offer", 1), ("mining.listing", "happy", 4),
     ("equity.transfer", "happy", 2), ("equity.transfer", "single", 1)],
)  # fmt: skip
def test_every_lived_auction_comes_out_the_same(stage_cast, procedure, variant, count):
    scene = played(stage_cast, "awarded", procedure=procedure, variant=variant)

    again = auction.held_again(entries_of(scene.lot))

    assert again.faults == []
    assert again.count == count
    assert again.best == scene.again().standing_award.amount_cny


def changed(told, act, place=0, **facts):
    found = deepcopy(told)
    rows = [row for row in found if row.get("act") == act]
    rows[place].update(facts)
    return found


@pytest.mark.parametrize(
    ("act", "facts", "fault"),
    [
        ("offer", {"amount": "49999999.99"}, "below"),
        ("offer_timed", {"at": "2026-12-31T00:00:00+00:00"}, "after"),
        ("offer_timed", {"until": "2026-12-31T00:00:00+00:00"}, "the end is"),
        ("close_round", {"best": "52500000.00"}, "the end names"),
        ("close_round", {"bidder": "竞买人 XXXX"}, "the end names"),
        ("award", {"amount": "52500000.00"}, "awarded for"),
    ],
)
def test_a_changed_entry_shows(told, act, facts, fault):
    assert any(fault in one for one in auction.check_auction(changed(told, act, **facts)))


def test_an_offer_left_out_shows(told):
    lost = [row for row in told if row.get("act") != "offer_timed"]

    assert auction.check_auction(lost)


@pytest.mark.parametrize("broken", [{"amount": "x"}, {"amount": None}, {"at": ""}, {"at": 7}])
def test_what_is_malformed_is_a_fault_and_no_crash(told, broken):
    assert auction.check_auction(changed(told, "offer", **broken))
