"""Bonds given back, bonds kept, books that balance: after the opening and the contract."""

import io
from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied
from django.core.management import CommandError, call_command
from django.db import transaction

from platform_site import clock
from platform_site.accounts.refusals import Refused
from platform_site.ledger.models import Entry, Revealed
from platform_site.messages.models import Message
from tests.trading.bonds_world import REQUIRED, Counter, again
from tests.trading.evaluation_world import made
from tests.trading.stage import played
from trading.bank_standin import RATE, StandIn, door, lie
from trading.models import Bond, BondMessage, BondOrder, Lot
from trading.rehearsal.stage import Stage
from trading.services import bond_books, bond_orders, bonds, closings

pytestmark = pytest.mark.django_db
NOTHING = Decimal("0.00")


@pytest.fixture(scope="module")
def scene(stage_cast, django_db_blocker):
    """The rehearsal's lot with four bonds, its contract signed; each test's own changes are rolled back over it."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield played(stage_cast, "contracted")
        transaction.set_rollback(True)


@pytest.fixture
def counter(scene, db):
    return Counter(scene.cast, Stage(scene.stage.now), scene.lot)


def refund(counter) -> None:
    """The agency sends every bond back."""
    with clock.at(counter.stage.now):
        closings.bonds_refunded(lot_id=counter.lot.pk, actor=counter.cast["agency"].actor)


def orders_of(counter):
    return BondOrder.objects.filter(bond__lot=counter.lot)


def test_the_roll_says_who_had_a_bond(counter):
    assert [row["bond"] for row in counter.lot.opening.roll] == ["held"] * 4


def test_the_opening_opens_every_sealed_entry_of_the_bonds(counter):
    for bond in counter.lot.bonds.all():
        sealed = Entry.objects.about(bond.ledger_ref).filter(sealed=True)
        assert sealed.count() == 2
        assert Revealed.objects.filter(entry__in=sealed).count() == 2


@pytest.mark.rule("ENG-45")
def test_bonds_are_due_back_five_days_after_the_contract(counter):
    lot = Lot.objects.get(pk=counter.lot.pk)
    signed = clock.china(lot.recorded["contract_at"])

    assert clock.china(bond_orders.return_by(lot) - timedelta(seconds=1)).date() == signed.date() + timedelta(days=5)


def test_every_bond_goes_back_once_with_interest_to_the_fen(counter):
    refund(counter)
    refund(counter)

    assert orders_of(counter).count() == 4
    assert counter.send() == 4
    assert counter.send() == 0
    for bond in counter.lot.bonds.select_related("institution"):
        assert (bond.state, bond.balance_cny) == ("returned", NOTHING)
        if bond.form == "transfer":
            ordered = bond.orders.get().queued_at
            days = (clock.china(ordered).date() - clock.china(bond.value_at).date()).days
            assert days > 10
            assert bond.interest_cny == (REQUIRED * RATE * days / 360).quantize(Decimal("0.01"))


def test_the_duty_is_met_when_the_last_bond_has_left_not_when_it_was_ordered(counter):
    refund(counter)
    assert "bonds_refunded_at" not in Lot.objects.get(pk=counter.lot.pk).moments

    counter.send()

    assert "bonds_refunded_at" in Lot.objects.get(pk=counter.lot.pk).moments
    assert Entry.objects.filter(event="bonds.refunded").count() == 1


def sent(counter) -> list[dict]:
    """Orders that have left, without an answer yet."""
    said: list[dict] = []
    refund(counter)
    with clock.at(counter.stage.now):
        bond_orders.orders_send(said.append)
    return [order for order in said if order["kind"] == "refund"]


def test_a_refund_confirmed_twice_is_counted_once(counter):
    order = sent(counter)[0]
    bank = StandIn()
    with clock.at(counter.stage.now):
        assert counter.hears(bank.confirm(order)) == "accepted"
        assert counter.hears(bank.confirm(order)) == "repeated"

    assert BondOrder.objects.get(pk=order["order"]).bond.refunded_cny == REQUIRED


@pytest.mark.parametrize("said", [{"amount_cny": "799999.99"}, {"interest_cny": "0.00"}, {"kind": "forfeited"}])
def test_a_refund_of_another_amount_than_ordered_is_not_believed(counter, said):
    order = sent(counter)[0]
    with clock.at(counter.stage.now):
        assert counter.hears(StandIn().confirm(order, **said)) == "wrong_amount"

    assert BondOrder.objects.get(pk=order["order"]).state == "sent"


def test_money_that_nobody_ordered_to_leave_is_told_apart(counter):
    order = sent(counter)[0]
    BondOrder.objects.filter(pk=order["order"]).update(state="sent")
    with clock.at(counter.stage.now):
        message = lie(StandIn(), StandIn().confirm(order), "order")

    assert counter.hears(message) == "unknown_order"


def test_an_order_whose_sender_died_is_not_sent_again(counter):
    refund(counter)

    def dies(order: dict) -> None:
        raise ConnectionError

    with clock.at(counter.stage.now), pytest.raises(ConnectionError):
        bond_orders.orders_send(dies)

    told: list[dict] = []
    with clock.at(counter.stage.now):
        bond_orders.orders_send(told.append)
    assert len(told) == 3
    assert orders_of(counter).filter(state="sent").count() == 4


def test_a_refund_that_failed_is_tried_again_as_an_order_of_its_own(counter):
    order = sent(counter)[0]
    with clock.at(counter.stage.now):
        assert counter.hears(StandIn().confirm(order, kind="refund_failed")) == "accepted"
        bond = BondOrder.objects.get(pk=order["order"]).bond
    assert Message.objects.filter(title="投标保证金未能退还，请核对收款账户").exists()

    counter.later(days=1)
    assert counter.send() == 1

    assert (again(bond).state, again(bond).refunded_cny) == ("returned", REQUIRED)


def test_money_that_comes_in_after_the_refund_goes_back_too(counter):
    refund(counter)
    counter.send()
    bond = counter.lot.bonds.filter(form="transfer").select_related("subject", "institution", "lot__tender").first()

    counter.hears(counter.credit(bond, Decimal("0.01"), at=counter.deadline - timedelta(days=1)))
    counter.send()

    bond = again(bond)
    assert (bond.received_cny, bond.refunded_cny, bond.state) == (REQUIRED + Decimal("0.01"),) * 2 + ("returned",)


def bond_of(counter, who: str) -> Bond:
    return counter.lot.bonds.get(subject__code=counter.cast[who].code)


def forfeit(counter, bond: Bond, ground: str = "no_contract", reason: str = "书面表示不订立合同。", by="initiator"):
    with clock.at(counter.stage.now):
        return bond_orders.bond_forfeit(bond_id=bond.pk, ground=ground, reason=reason, actor=counter.cast[by].actor)


def winner_of(counter) -> Bond:
    return counter.lot.bonds.get(subject=counter.lot.candidates.get(rank=1).bid.subject)


@pytest.mark.rule("ENG-43")
@pytest.mark.parametrize("ground", ["no_contract", "conditions", "no_performance_bond"])
def test_a_winner_who_will_not_sign_loses_the_bond_to_the_initiator(counter, ground):
    bond = winner_of(counter)
    guarantee = bond.form == "guarantee"

    forfeit(counter, bond, ground)
    counter.send()

    bond = again(bond)
    assert (bond.state, bond.ground, bond.balance_cny, bond.forfeited_cny) == ("kept", ground, NOTHING, REQUIRED)
    assert bond.orders.get().kind == ("claim" if guarantee else "forfeit")
    said = Entry.objects.get(event="bond.forfeiture_ordered")
    assert said.facts["article"] == "招标投标法实施条例 第七十四条"
    assert bond_books.bonds_reconciled().balanced


def test_a_guarantor_pays_for_what_is_kept_and_the_books_know_it(counter):
    bond = bond_of(counter, "bidder2")
    counter.lot.bids.filter(subject=bond.subject).update(state="revoked")

    forfeit(counter, bond, "revoked")
    counter.send()

    bond = again(bond)
    assert (bond.state, bond.received_cny, bond.forfeited_cny) == ("kept", REQUIRED, REQUIRED)
    assert bond_books.bonds_reconciled().balanced


@pytest.mark.rule("ENG-43")
@pytest.mark.parametrize(
    ("which", "ground", "reason", "code"),
    [
        ("winner", "late_documents", "迟交", "forfeit.ungrounded"),
        ("winner", "", "无", "forfeit.ungrounded"),
        ("winner", "no_contract", " ", "fact.missing"),
        ("loser", "no_contract", "不订立", "forfeit.not_so"),
        ("loser", "conditions", "附加条件", "forfeit.not_so"),
        ("winner", "revoked", "撤销", "forfeit.not_so"),
    ],
)
def test_a_bond_is_kept_on_the_laws_grounds_only(counter, which, ground, reason, code):
    winner = winner_of(counter)
    bond = winner if which == "winner" else counter.lot.bonds.exclude(pk=winner.pk).first()

    with pytest.raises(Refused) as refused:
        forfeit(counter, bond, ground, reason)

    assert refused.value.violations[0].code == code
    assert again(bond).state == "held"


@pytest.mark.parametrize("who", ["operator", "supervisor", "bidder3", "purchaser"])
def test_nobody_but_the_initiators_side_keeps_a_bond(counter, who):
    with pytest.raises(PermissionDenied):
        forfeit(counter, winner_of(counter), by=who)


def test_what_went_back_cannot_be_kept(counter):
    refund(counter)

    with pytest.raises(Refused, match=r"forfeit\.nothing"):
        forfeit(counter, winner_of(counter))


def test_a_kept_bond_does_not_go_back_with_the_others(counter):
    forfeit(counter, winner_of(counter))
    refund(counter)
    counter.send()

    assert again(winner_of(counter)).refunded_cny == NOTHING
    assert counter.lot.bonds.filter(state="returned").count() == 3


def reconciled() -> str:
    out = io.StringIO()
    call_command("bonds_reconcile", stdout=out)
    return out.getvalue()


def test_the_books_balance_and_say_so(counter):
    refund(counter)
    counter.send()

    said = reconciled()

    assert counter.lot.reference in said
    assert "WRONG" not in said
    assert bond_books.bonds_reconciled().whole.refunded == 3 * REQUIRED


@pytest.mark.parametrize("column", ["received_cny", "refunded_cny", "forfeited_cny"])
def test_one_fen_too_much_anywhere_is_an_alert_and_a_bad_exit(counter, column):
    bond = bond_of(counter, "bidder3")
    Bond.objects.filter(pk=bond.pk).update(**{column: getattr(bond, column) + Decimal("0.01")})

    with pytest.raises(CommandError):
        reconciled()

    told = Message.objects.filter(title="投标保证金对账不平")
    assert {message.user.username for message in told} == {"operator"}
    assert Entry.objects.get(event="bonds.unbalanced").facts["lots"] == [counter.lot.reference]


def test_a_message_gone_from_the_file_is_noticed(counter):
    BondMessage.objects.filter(bond=bond_of(counter, "bidder3")).update(bond=bond_of(counter, "bidder1"))

    with pytest.raises(CommandError):
        reconciled()


def test_an_institution_that_does_not_answer_is_noticed(counter):
    sent(counter)
    with clock.at(counter.stage.now):
        assert "WRONG" not in reconciled()

    counter.later(days=3)

    with clock.at(counter.stage.now), pytest.raises(CommandError):
        reconciled()


def test_a_lot_without_bonds_is_closed_as_before(counter):
    other = made(Lot.objects.create(tender=counter.lot.tender, number=9, title="另一标段"))
    counter.lot.bonds.update(lot=other)

    refund(counter)

    assert "bonds_refunded_at" in Lot.objects.get(pk=counter.lot.pk).moments
    assert not orders_of(counter).exists()


def test_the_door_of_the_stand_in_confirms_what_it_was_told(counter):
    refund(counter)
    with clock.at(counter.stage.now):
        assert bond_orders.orders_send(door, limit=1) == 1

    assert orders_of(counter).filter(state="confirmed").count() == 1
    assert bonds.OUTCOMES.keys() >= set(BondMessage.objects.values_list("outcome", flat=True))
