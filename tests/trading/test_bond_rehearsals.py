"""The rehearsed ways of a bond: in time, too late, kept; and what the record then says."""

import pytest

from platform_site import ledger
from tests.stages import plain_papers
from trading.models import Bond, Lot
from trading.rehearsal.repertoire import rehearse
from trading.services import bond_books
from trading.testimony import bonds, told

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("variant", ["bond_late", "bond_forfeited"])
def test_a_rehearsal_ends_with_no_money_left_and_books_that_balance(stage_cast, files, variant):
    with plain_papers():
        played = rehearse("engineering.open", variant, stage_cast)

    assert played.ok, played.error
    lot = Lot.objects.select_related("tender").latest("pk")
    assert lot.state == "archived"
    found = {bond.subject.code: bond for bond in Bond.objects.filter(lot=lot).select_related("subject")}
    kept = [bond for bond in found.values() if bond.state == "kept"]
    assert len(kept) == (1 if variant == "bond_forfeited" else 0)
    assert {bond.state for bond in found.values()} <= {"returned", "kept"}
    assert all(bond.balance_cny == 0 for bond in found.values())
    if variant == "bond_late":
        assert found[stage_cast["bidder4"].code].ground == "late"
        assert lot.bids.get(subject__code=stage_cast["bidder4"].code, state="rejected")
    assert bond_books.bonds_reconciled().balanced


def test_a_bond_changed_behind_the_services_is_found(stage_cast, files):
    with plain_papers():
        rehearse("engineering.open", "bond_late", stage_cast)
    ledger.sequence_once()
    lot = Lot.objects.select_related("tender").latest("pk")
    assert list(bonds.bonds(told.Told([lot]))) == []

    Bond.objects.filter(lot=lot, subject__code=stage_cast["bidder1"].code).update(required_cny="1.00", form="cash")

    assert len(list(bonds.bonds(told.Told([lot])))) == 2
