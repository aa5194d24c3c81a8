"""The clock's own acts: what a draft left open does not stop them, and one lot's defect does not stop the others'."""

from datetime import timedelta

import pytest

from tests.trading.stage import played
from trading.models import Lot
from trading.services import openings, ticks

pytestmark = pytest.mark.django_db


@pytest.fixture
def closing(stage_cast, files):
    """A lot two days before its deadline, with every bid in."""
    return played(stage_cast, "filed_bidder4")


def test_a_time_to_unlock_left_empty_in_the_wizard_is_the_usual_hour(closing):
    Lot.objects.filter(pk=closing.lot.pk).update(terms={**closing.lot.terms, "unlock_minutes": None})
    deadline = closing.again().recorded["bid_deadline"]

    closing.stage.to(deadline)

    lot = closing.again()
    assert lot.state == "opening"
    assert lot.recorded["opening_closes"] - lot.recorded["opening_at"] == timedelta(minutes=60)


def test_a_lot_whose_act_fails_leaves_the_others_alone(closing, stage_cast, monkeypatch):
    other = played(stage_cast, "filed_bidder4")
    broken, whole = sorted((closing.again(), other.again()), key=lambda lot: lot.pk)
    start = openings.opening_start

    def failing(*, lot_id, **given):
        if lot_id == broken.pk:
            raise TypeError("a defect of ours")
        return start(lot_id=lot_id, **given)

    monkeypatch.setattr(openings, "opening_start", failing)
    other.stage.to(whole.recorded["bid_deadline"])

    assert Lot.objects.get(pk=whole.pk).state == "opening"
    assert Lot.objects.get(pk=broken.pk).state == "bidding"
    monkeypatch.undo()
    ticks.tick(until=whole.recorded["bid_deadline"])
    assert Lot.objects.get(pk=broken.pk).state == "opening"
