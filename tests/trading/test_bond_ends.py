"""Bonds of lots that never opened: they go back, and nobody ever learns whose they were."""

import pytest
from django.db import transaction

from platform_site import clock
from platform_site.ledger.models import Entry, Revealed
from tests.trading.bonds_world import Counter, again
from tests.trading.stage import played
from tests.trading.test_bond_returns import reconciled
from trading.models import Bond, Lot
from trading.rehearsal.engineering_open import file
from trading.rehearsal.stage import Stage
from trading.services import closings

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def scene(stage_cast, django_db_blocker):
    """One lot that takes bids; each test's own changes are rolled back over it."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield played(stage_cast, "amended")
        transaction.set_rollback(True)


@pytest.fixture
def counter(scene, db):
    return Counter(scene.cast, Stage(scene.stage.now), scene.lot)


def unseen(counter, bond: Bond) -> bool:
    """Whether the bond's way back is sealed and hidden from everybody but its bidder."""
    entries = Entry.objects.about(bond.ledger_ref)
    hidden = not any(
        Bond.objects.visible_to(counter.cast[who].actor).exists()
        for who in ("initiator", "agency", "operator", "supervisor", "bidder5")
    )
    return hidden and all(e.sealed for e in entries) and not Revealed.objects.filter(entry__in=entries).exists()


def test_too_few_bidders_and_every_bond_goes_back_unseen(counter):
    bonds = [counter.paid("bidder1"), counter.paid("bidder3")]
    with clock.at(counter.stage.now):
        file(counter.cast, counter.lot, "bidder1")
    counter.past_deadline()
    assert Lot.objects.get(pk=counter.lot.pk).state == "failed"

    assert counter.send() == 2

    for bond in bonds:
        assert (again(bond).state, again(bond).ground) == ("returned", "failed")
        assert unseen(counter, bond)


@pytest.mark.rule("ENG-19")
def test_a_terminated_tender_gives_every_bond_back_at_once_and_unseen(counter):
    bond, guarantee = counter.paid("bidder1"), counter.declare("bidder2", "guarantee")
    counter.hears(counter.guarantee(guarantee))
    with clock.at(counter.stage.now):
        closings.lot_terminate(
            lot_id=counter.lot.pk, reason="项目取消", refund="退还保证金及利息", actor=counter.cast["initiator"].actor
        )

    assert counter.send() == 2

    assert {again(bond).ground, again(guarantee).ground} == {"terminated"}
    assert {again(bond).state, again(guarantee).state} == {"returned"}
    assert unseen(counter, bond)


def test_money_that_comes_after_a_termination_goes_back(counter):
    bond = counter.declare("bidder1")
    message = counter.credit(bond)
    with clock.at(counter.stage.now):
        closings.lot_terminate(
            lot_id=counter.lot.pk, reason="项目取消", refund="退还保证金及利息", actor=counter.cast["initiator"].actor
        )

    assert counter.hears(message) == "accepted"
    assert counter.send() == 1
    assert (again(bond).state, again(bond).ground) == ("returned", "terminated")


def test_who_paid_and_filed_nothing_gets_the_money_back_at_the_opening(counter):
    idle = counter.paid("bidder5")
    for who in ("bidder1", "bidder3", "bidder4"):
        with clock.at(counter.stage.now):
            file(counter.cast, counter.lot, who)
    counter.past_deadline()

    lot = Lot.objects.get(pk=counter.lot.pk)
    assert lot.state == "opening"
    assert [row["bond"] for row in lot.opening.roll] == ["none"] * 3
    assert counter.send() == 1
    assert (again(idle).state, again(idle).ground) == ("returned", "no_bid")


def test_reconciling_tells_no_sum_of_a_lot_that_was_not_opened(counter):
    counter.paid("bidder1")

    one = reconciled()
    counter.paid("bidder3")

    assert reconciled() == one
    assert counter.lot.reference not in one


def test_a_sealed_lot_out_of_balance_is_told_without_its_name(counter):
    Bond.objects.filter(pk=counter.paid("bidder1").pk).update(received_cny="800000.01")

    with pytest.raises(Exception, match="do not balance"):
        reconciled()

    facts = Entry.objects.get(event="bonds.unbalanced").facts
    assert (facts["lots"], facts["sealed_balanced"]) == ([], False)
