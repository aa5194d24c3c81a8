"""Bid bonds: what bidders declare, what institutions say of it, and what nobody else learns."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied
from django.db import transaction

from platform_site import clock
from platform_site.accounts.refusals import Refused
from platform_site.ledger.models import Entry
from tests.trading.bonds_world import REQUIRED, Counter, again
from tests.trading.stage import played
from trading.bank_standin import StandIn, lie
from trading.models import Bond, BondMessage, BondOrder, Lot
from trading.rehearsal.stage import Stage
from trading.services import bids, bonds

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


def test_money_from_the_basic_account_before_the_deadline_is_a_bond(counter):
    bond = counter.declare()

    assert counter.hears(counter.credit(bond)) == "accepted"

    bond = again(bond)
    assert (bond.state, bond.received_cny, bond.balance_cny) == ("held", REQUIRED, REQUIRED)


def test_a_guarantee_as_long_as_the_bid_is_a_bond_without_money(counter):
    bond = counter.declare("bidder2", "guarantee")

    assert counter.hears(counter.guarantee(bond)) == "accepted"

    assert (again(bond).state, again(bond).received_cny) == ("held", Decimal("0.00"))


@pytest.mark.rule("ENG-15")
def test_a_guarantee_that_ends_before_the_bid_does_is_not_enough(counter):
    bond = counter.declare("bidder2", "guarantee")
    end = clock.china(Lot.objects.get(pk=counter.lot.pk).recorded["validity_until"]).date()

    counter.hears(counter.guarantee(bond, valid_until=end - timedelta(days=1)))
    assert again(bond).state == "short"

    counter.hears(counter.guarantee(bond, valid_until=end))
    assert again(bond).state == "held"


def test_a_guarantee_of_another_number_is_not_this_one(counter):
    bond = counter.declare("bidder2", "guarantee")

    assert counter.hears(counter.guarantee(bond, number="BH-0")) == "wrong_number"
    assert again(bond).state == "declared"


def test_too_little_is_short_until_the_rest_comes(counter):
    bond = counter.declare()

    counter.hears(counter.credit(bond, REQUIRED - Decimal("0.01")))
    assert again(bond).state == "short"

    counter.hears(counter.credit(bond, Decimal("0.01")))
    assert (again(bond).state, again(bond).received_cny) == ("held", REQUIRED)


def test_a_message_that_comes_again_counts_once(counter):
    bond = counter.declare()
    message = counter.credit(bond)

    assert [counter.hears(message) for _ in range(3)] == ["accepted"] * 3

    assert again(bond).received_cny == REQUIRED
    assert BondMessage.objects.count() == 1


def test_one_movement_of_money_told_under_two_numbers_counts_once(counter):
    bond = counter.declare()
    counter.hears(counter.credit(bond, txn="T1"))

    assert counter.hears(counter.credit(bond, txn="T1")) == "repeated"
    assert again(bond).received_cny == REQUIRED


@pytest.mark.parametrize(
    ("how", "outcome"),
    [
        ("amount", "contradiction"),
        ("content", "contradiction"),
        ("lot", "wrong_lot"),
        ("account", "unknown_bond"),
        ("twice", "repeated"),
        ("order", "unknown_order"),
    ],
)
def test_a_signed_lie_is_kept_on_file_and_moves_nothing(counter, how, outcome):
    bond = counter.declare()
    message = counter.credit(bond)
    counter.hears(message)
    before = again(bond)

    assert counter.hears(lie(StandIn(), message, how)) == outcome

    after = again(bond)
    assert (after.state, after.received_cny, after.refunded_cny) == (before.state, REQUIRED, Decimal("0.00"))
    assert BondMessage.objects.exclude(outcome="accepted").get().outcome == outcome


def test_an_unsigned_word_leaves_nothing_at_all(counter):
    bond = counter.declare()

    with pytest.raises(PermissionDenied):
        counter.hears(lie(StandIn(), counter.credit(bond), "signature"))

    assert (again(bond).state, BondMessage.objects.count()) == ("declared", 0)


def test_another_institution_says_nothing_of_this_bond(counter):
    bond = counter.declare()
    other = counter.declare("bidder2", "guarantee").institution_id
    with clock.at(counter.stage.now):
        message = StandIn("guarantor").say(
            other, kind="credit", account=bond.account, lot=bond.lot.reference, amount_cny="800000.00", txn="T9"
        )

    assert counter.hears(message) == "wrong_institution"
    assert again(bond).state == "declared"


@pytest.mark.parametrize(
    "body",
    [
        {"amount_cny": "800000.001"},
        {"amount_cny": "-1"},
        {"amount_cny": "NaN"},
        {"amount_cny": "0"},
        {"txn": ""},
        {"kind": "gift"},
        {"at": "yesterday"},
        {"at": "2026-03-20T09:00:00"},
        {"payer_name": "长" * 201},
    ],
)
def test_a_message_that_cannot_be_read_is_filed_as_such(counter, body):
    bond = counter.declare()

    assert counter.hears(counter.credit(bond, **body)) == "malformed"
    assert (again(bond).state, again(bond).received_cny) == ("declared", Decimal("0.00"))


def test_money_dated_in_the_future_does_not_count_yet(counter):
    bond = counter.declare()

    assert counter.hears(counter.credit(bond, at=counter.stage.now + timedelta(hours=1))) == "future"
    assert again(bond).received_cny == Decimal("0.00")


@pytest.mark.rule("ENG-16")
def test_money_from_another_account_goes_back_at_once(counter):
    bond = counter.declare()

    counter.hears(counter.credit(bond, payer_account="999"))

    order = BondOrder.objects.get(bond=bond)
    assert (again(bond).state, again(bond).ground, order.amount_cny) == ("returning", "payer", REQUIRED)
    assert counter.send() == 1
    assert (again(bond).state, again(bond).balance_cny) == ("returned", Decimal("0.00"))
    assert counter.declare().state == "declared", "and another bond may be declared"


def test_money_that_came_after_the_deadline_goes_back_at_once(counter):
    bond = counter.declare()
    counter.past_deadline()

    counter.hears(counter.credit(bond))

    assert (again(bond).state, again(bond).ground) == ("returning", "late")


def test_money_that_was_there_in_time_counts_however_late_the_bank_says_so(counter):
    bond = counter.declare()
    message = counter.credit(bond)

    assert counter.hears(message, at=counter.deadline - timedelta(seconds=1)) == "accepted"
    assert again(bond).state == "held"


@pytest.mark.rule("ENG-16")
@pytest.mark.parametrize(
    ("said", "code"),
    [
        ({"form": "cash"}, "bond.form"),
        ({"form": "gold"}, "bond.form"),
        ({"payer_account": " "}, "fact.missing"),
        ({"form": "guarantee"}, "fact.missing"),
        ({"institution_id": None}, "fact.missing"),
    ],
)
def test_what_is_declared_is_a_form_of_the_document_with_its_account(counter, said, code):
    known = counter.declare("bidder2").institution_id
    given = {"form": "transfer", "institution_id": known, "payer_account": "6222", **said}

    with clock.at(counter.stage.now), pytest.raises(Refused) as refused:
        bonds.bond_declare(lot_id=counter.lot.pk, actor=counter.cast["bidder1"].actor, **given)

    assert refused.value.violations[0].code == code


def test_one_bidder_has_one_bond_that_stands(counter):
    counter.declare()

    with pytest.raises(Refused, match=r"bond\.standing"):
        counter.declare()


def test_after_the_deadline_no_bond_is_declared(counter):
    counter.past_deadline()

    with pytest.raises(Refused):
        counter.declare()


@pytest.mark.parametrize("who", ["operator", "supervisor", "draw_officer"])
def test_officials_declare_no_bond(counter, who):
    with pytest.raises(PermissionDenied):
        counter.declare(who)


@pytest.mark.parametrize("who", ["initiator", "agency"])
def test_the_side_that_asks_for_bonds_declares_none(counter, who):
    with pytest.raises(Refused, match=r"bidder\.agency"):
        counter.declare(who)


@pytest.mark.rule("PLT-16", "ENG-21")
def test_before_the_opening_every_entry_is_sealed_and_rows_are_the_bidders_own(counter):
    bond = counter.paid()

    about = Entry.objects.about(bond.ledger_ref)
    assert {entry.event for entry in about} == {"bond.declared", "bond.confirmed"}
    assert all(entry.sealed for entry in about)
    for who in ("initiator", "agency", "operator", "supervisor", "bidder2", "auditor"):
        if who in counter.cast.people:
            assert not Bond.objects.visible_to(counter.cast[who].actor).exists()
    assert Bond.objects.visible_to(counter.cast["bidder1"].actor).get().pk == bond.pk


@pytest.mark.rule("ENG-23")
def test_the_bond_of_a_withdrawn_bid_goes_back_within_five_days(counter):
    from trading.rehearsal.engineering_open import file

    bond = counter.paid()
    with clock.at(counter.stage.now):
        file(counter.cast, counter.lot, "bidder1")
        bids.bid_withdraw(lot_id=counter.lot.pk, actor=counter.cast["bidder1"].actor)
    assert counter.send() == 0

    counter.later(days=4, hours=16)

    assert counter.send() == 1
    bond = again(bond)
    assert (bond.state, bond.ground, bond.balance_cny) == ("returned", "withdrawn", Decimal("0.00"))
    assert BondOrder.objects.get(bond=bond).queued_at < bond.return_by
    assert all(entry.sealed for entry in Entry.objects.about(bond.ledger_ref)), "the lot was never opened"


def test_who_files_again_keeps_the_bond(counter):
    from trading.rehearsal.engineering_open import file

    bond = counter.paid()
    with clock.at(counter.stage.now):
        file(counter.cast, counter.lot, "bidder1")
        bids.bid_withdraw(lot_id=counter.lot.pk, actor=counter.cast["bidder1"].actor)
        file(counter.cast, counter.lot, "bidder1")

    counter.later(days=6)

    assert counter.send() == 0
    assert again(bond).state == "held"
