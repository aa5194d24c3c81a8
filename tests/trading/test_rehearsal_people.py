"""The invented people are plausible: who bids brings a project manager of its own, the same every time."""

import pytest
from django.db.models import Count

from platform_site.sealing.models import LotKey
from trading.rehearsal import repertoire, sealed
from trading.rehearsal.casting import ORGANISATIONS
from trading.rehearsal.people import Person, manager_of

CAST = [name for name in ORGANISATIONS if name.startswith("bidder")]


def test_every_bidder_of_the_cast_names_a_manager_of_its_own():
    managers = [manager_of(name) for name in CAST]

    assert len(set(managers)) == len(CAST) == 5
    assert not set(managers) & {someone for *_, someone in ORGANISATIONS.values()}


def test_a_hundred_more_bidders_do_not_share_one_and_keep_theirs():
    names = [f"rusher{number}" for number in range(100)]

    assert len({manager_of(name) for name in names}) == 100
    assert [manager_of(name) for name in names] == [manager_of(name) for name in names]


def test_a_name_without_a_number_has_a_manager_too():
    assert len(manager_of("somebody")) == 3


def test_an_offer_names_the_manager_of_whoever_makes_it():
    offers = [sealed.offer(Person(name, "经办"), "1000000") for name in CAST]

    assert [offer["manager"] for offer in offers] == [manager_of(name) for name in CAST]


@pytest.mark.django_db
def test_a_cast_has_lot_keys_for_every_play_it_is_asked_for():
    repertoire.cast_for(plays=25)

    stock = LotKey.objects.values_list("trustee").annotate(keys=Count("pk"))
    assert {keys for _, keys in stock} == {100}
