"""The hall of a live auction: sign-up, offers, the call, the timed round; for everybody the same but one's own part."""

import json
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import transaction
from django.test import Client, RequestFactory

from tests.trading.stage import Scene, played, signed_in
from trading.models import Offer, SignUp
from trading.services import ticks
from trading.views import hall

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def listed(stage_cast, django_db_blocker):
    """A land listing in its free-bid period, two signed up, one offer."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield played(stage_cast, "offered", procedure="land.listing")
        transaction.set_rollback(True)


@pytest.fixture
def scene(listed, db, at):
    at(listed.stage.now)
    return listed


def url(scene: Scene, tail: str = "hall/") -> str:
    return scene.url(tail)


def said(answer) -> str:
    return answer.content.decode()


def offer(client: Client, scene: Scene, amount: str, key: str = "", script: bool = False, **more):
    headers = {"Accept": "application/json"} if script else {}
    body = {"amount": amount, "key": key or str(uuid4()), **more}
    return client.post(url(scene, "hall/offer/"), body, headers=headers)


def own(scene: Scene, username: str) -> SignUp:
    return SignUp.objects.get(lot=scene.lot, subject__code=scene.cast[username].code)


def test_anybody_looks_on_and_sees_pseudonyms_only(scene):
    text = said(Client().get(url(scene)))

    assert "50,000,000.00" in text
    assert own(scene, "bidder1").pseudonym in text
    assert "云泽恒岳建设集团有限公司" not in text
    assert own(scene, "bidder2").pseudonym not in text  # signed up, has offered nothing


def test_an_offer_is_accepted_and_stands_on_the_ladder(scene):
    answer = offer(signed_in(scene.cast, "bidder2"), scene, "50500000")

    assert answer.status_code == 302
    text = said(signed_in(scene.cast, "bidder2").get(url(scene)))
    assert "50,500,000.00" in text
    assert "领先" in text


def test_the_script_is_answered_in_json(scene):
    answer = offer(signed_in(scene.cast, "bidder2"), scene, "50500000", script=True)

    assert answer.status_code == 201
    assert answer.json()["amount"] == "50500000.00"


def test_the_same_key_again_is_answered_alike(scene):
    client, key = signed_in(scene.cast, "bidder2"), str(uuid4())

    first = offer(client, scene, "50500000", key, script=True)
    second = offer(client, scene, "50500000", key, script=True)

    assert first.json() == second.json()
    assert Offer.objects.filter(idempotency_key=key).count() == 1


def test_below_the_floor_is_refused_with_the_floor(scene):
    answer = offer(signed_in(scene.cast, "bidder2"), scene, "50499999.99", script=True)

    assert answer.status_code == 409
    assert answer.json()["violations"][0]["code"] == "offer.too_low"
    assert answer.json()["violations"][0]["remedy"]["value"] == "50500000.00"


@pytest.mark.parametrize("amount", ["", "abc", "-1", "0", "1.005", "NaN", "1e9999", "5000万"])
def test_what_is_no_amount_is_refused_and_kept(scene, amount):
    answer = offer(signed_in(scene.cast, "bidder2"), scene, amount)

    assert answer.status_code == 409
    assert Offer.objects.filter(lot=scene.lot).count() == 1


@pytest.mark.parametrize("key", ["", "x", "12345678"])
def test_without_a_key_nothing_is_offered(scene, key):
    body = {"amount": "50500000", "key": key}
    answer = signed_in(scene.cast, "bidder2").post(url(scene, "hall/offer/"), body)

    assert answer.status_code == 409
    assert Offer.objects.filter(lot=scene.lot).count() == 1


def test_a_body_cut_off_on_its_way_offers_nothing(scene):
    sent = f"key={uuid4()}&amount=50500000".encode()
    request = RequestFactory().post(
        url(scene, "hall/offer/"), sent, content_type="application/x-www-form-urlencoded",
        headers={"Accept": "application/json"},
    )  # fmt: skip
    request.META["CONTENT_LENGTH"] = str(len(sent) + 1)  # of 505000000 the last digit has not come
    request._body, request.user, request.actor = sent, scene.cast["bidder2"].user, scene.cast["bidder2"].actor

    answer = hall.offer(request, scene.lot.tender.reference, scene.lot.number)

    assert answer.status_code == 409
    assert json.loads(answer.content)["violations"][0]["code"] == "upload.damaged"
    assert Offer.objects.filter(lot=scene.lot).count() == 1


def test_a_zero_too_many_is_asked_about_once_more(scene):
    client = signed_in(scene.cast, "bidder2")

    asked = offer(client, scene, "505000000")
    assert asked.status_code == 200
    assert "请再确认一次" in said(asked)
    assert Offer.objects.filter(lot=scene.lot).count() == 1

    assert offer(client, scene, "505000000", sure="1").status_code == 302


@pytest.mark.parametrize("who", ["grantor", "operator", "supervisor", "bidder5"])
def test_whoever_has_not_signed_up_offers_nothing(scene, who):
    answer = offer(signed_in(scene.cast, who), scene, "50500000", script=True)

    assert answer.status_code == 403
    assert Offer.objects.filter(lot=scene.lot).count() == 1


def test_without_a_session_the_script_is_told_and_the_form_is_led_to_the_sign_in(scene):
    assert offer(Client(), scene, "50500000", script=True).status_code == 401
    assert offer(Client(), scene, "50500000").status_code == 302


def test_one_click_signs_up_and_a_second_changes_nothing(scene):
    client = signed_in(scene.cast, "bidder5")
    assert "竞买申请" in said(client.get(url(scene, "part/")))

    assert client.post(url(scene, "part/sign-up/")).status_code == 302
    assert client.post(url(scene, "part/sign-up/")).status_code == 302

    assert own(scene, "bidder5").pseudonym in said(client.get(url(scene, "part/")))
    assert SignUp.objects.filter(lot=scene.lot).count() == 3


def test_a_sign_up_changes_nothing_for_whoever_looks_on(scene):
    before = said(Client().get(url(scene, "hall/live/")))

    signed_in(scene.cast, "bidder5").post(url(scene, "part/sign-up/"))

    assert said(Client().get(url(scene, "hall/live/"))) == before


def test_the_live_part_answers_204_until_something_changes(scene):
    first = said(Client().get(url(scene, "hall/live/")))
    seen = first.split('name="seen" value="')[1].split('"')[0]

    same = Client().get(url(scene, f"hall/live/?seen={seen}"))
    offer(signed_in(scene.cast, "bidder2"), scene, "50500000")
    changed = Client().get(url(scene, f"hall/live/?seen={seen}"))

    assert (same.status_code, changed.status_code) == (204, 200)


@pytest.fixture
def called(scene, at):
    """The listing time is over; bidders are asked."""
    ends = scene.again().recorded["listing_until"]
    ticks.tick(until=ends)
    at(ends + timedelta(minutes=1))
    return scene


@pytest.fixture
def timed(called):
    """The timed round runs."""
    signed_in(called.cast, "bidder1").post(url(called, "hall/continue/"))
    return called


def test_at_the_end_whoever_signed_up_is_asked(called):
    text = said(signed_in(called.cast, "bidder2").get(url(called)))

    assert "要求继续竞价" in text
    assert "要求继续竞价</button>" not in said(Client().get(url(called)))


def test_one_who_goes_on_begins_the_timed_round(timed):
    assert timed.again().state == "timed"
    assert "限时竞价" in said(Client().get(url(timed)))


def test_an_offer_in_the_round_puts_its_end_off(timed, at):
    before = timed.again().recorded["round_ends"]
    at(before - timedelta(minutes=1))

    assert offer(signed_in(timed.cast, "bidder2"), timed, "50500000").status_code == 302

    assert timed.again().recorded["round_ends"] == before + timedelta(minutes=4)


def test_an_offer_after_the_end_is_refused_though_nobody_closed_the_round_yet(timed, at):
    ends = timed.again().recorded["round_ends"]
    at(ends)

    answer = offer(signed_in(timed.cast, "bidder2"), timed, "60000000", script=True)

    assert answer.status_code == 409
    assert answer.json()["violations"][0]["code"] == "clock.too_late"


def test_closed_the_hall_shows_how_it_ended(timed, at):
    offer(signed_in(timed.cast, "bidder2"), timed, "50500000")
    ends = timed.again().recorded["round_ends"]
    ticks.tick(until=ends)
    at(ends + timedelta(minutes=1))

    text = said(Client().get(url(timed)))

    assert timed.again().state == "closed"
    assert "竞价结束" in text
    assert offer(signed_in(timed.cast, "bidder1"), timed, "60000000", script=True).status_code == 409


def test_a_lot_with_sealed_filings_has_no_hall(stage_cast, at):
    sealed = played(stage_cast, "bidding")
    at(sealed.stage.now)

    assert Client().get(sealed.url("hall/")).status_code == 404
    assert signed_in(sealed.cast, "bidder1").get(sealed.url("part/")).status_code == 404


@pytest.mark.parametrize("variant", ["happy", "single"])
def test_takers_of_equity_are_nobodys_business_before_the_disclosure_ends(stage_cast, at, variant):
    found = played(stage_cast, "announced", procedure="equity.transfer", variant=variant)
    at(found.stage.now + timedelta(days=3))
    before = said(Client().get(found.url("hall/")))

    assert signed_in(found.cast, "bidder1").post(found.url("part/sign-up/")).status_code == 302

    after = said(Client().get(found.url("hall/")))
    assert before.split("<main")[1].split("ticket=")[0] == after.split("<main")[1].split("ticket=")[0]
    assert "在此以前这里只有时间" in after


def test_the_only_taker_of_equity_offers_in_the_hall(stage_cast, at):
    found = played(stage_cast, "ended", procedure="equity.transfer", variant="single")
    at(found.stage.now + timedelta(hours=1))
    client = signed_in(found.cast, "bidder1")

    assert "协议转让" in said(client.get(found.url("hall/")))
    assert offer(client, found, "85999999.99", script=True).status_code == 409
    assert offer(client, found, "86000000", script=True).status_code == 201
