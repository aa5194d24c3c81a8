"""The board: whose trades, no secret, no verb."""

import pytest
from django.urls import reverse

from trading.models import Lot
from trading.rehearsal.repertoire import START, cast_for

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast(files):
    return cast_for()


def visit(client, person, at):
    at(START)
    client.force_login(person.user, backend="django.contrib.auth.backends.ModelBackend")
    return client.get(reverse("supervision:board"))


def test_a_supervisor_sees_the_trades_of_his_authority(client, cast, play_until, at):
    play_until(cast, "bidding")

    answer = visit(client, cast["supervisor"], at)

    assert answer.status_code == 200
    assert Lot.objects.get().title in answer.content.decode()


def test_a_draft_is_not_there(client, cast, play_until, at):
    play_until(cast, "scheduled")

    assert Lot.objects.get().title not in visit(client, cast["supervisor"], at).content.decode()


def test_a_trader_has_no_board(client, cast, at):
    assert visit(client, cast["bidder1"], at).status_code in {403, 404}


def test_the_board_answers_no_post(client, cast, at):
    visit(client, cast["supervisor"], at)

    assert client.post(reverse("supervision:board")).status_code == 405


def test_the_board_asks_no_more_the_more_lots_there_are(client, cast, play_until, at, django_assert_max_num_queries):
    play_until(cast, "bidding")
    visit(client, cast["supervisor"], at)

    with django_assert_max_num_queries(12):
        assert client.get(reverse("supervision:board")).status_code == 200


def test_bids_that_are_in_do_not_change_the_board(client, cast, play_until, at):
    play_until(cast, "amended")
    at(START)
    client.force_login(cast["supervisor"].user, backend="django.contrib.auth.backends.ModelBackend")
    before = client.get(reverse("supervision:board")).context["rows"]

    from platform_site import clock
    from trading.rehearsal.engineering_open import file

    lot = Lot.objects.get()
    with clock.at(lot.recorded["bid_deadline"].replace(hour=0)):
        file(cast, lot, "bidder1")
    after = client.get(reverse("supervision:board")).context["rows"]

    assert [(r.state, r.ahead, r.held) for r in before] == [(r.state, r.ahead, r.held) for r in after]
