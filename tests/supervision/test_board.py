"""The board: whose trades, no secret, no verb."""

import pytest
from django.urls import reverse

from disclosure.models import DealCell
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


def test_the_board_says_what_the_public_statistics_say(client, cast, at):
    sums = {"count": 3, "bought": 3, "sold": 0, "amount_cny": "90000000.00", "saved_cny": "10000000.00"}
    cell = {**sums, "gained_cny": 0, "saved_base_cny": "100000000.00", "gained_base_cny": 0, "category": "engineering"}
    for code in (cast["supervisor"].code, "another"):
        DealCell.objects.create(month=START.date().replace(day=1), authority_code=code, **cell)

    page = visit(client, cast["supervisor"], at).content.decode()

    assert "2026年1月至3月成交" in page
    assert "节约率 10.0%" in page
    assert f"authority={cast['supervisor'].code}" in page
    tiles = client.get(reverse("supervision:board")).context["figures"]["tiles"]
    assert [tile["number"] for tile in tiles[:2]] == ["3", "9,000"]


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

    with django_assert_max_num_queries(14):
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
