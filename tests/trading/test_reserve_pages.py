"""The reserve price in its pages: who sees what of it when, and what the browser's script is answered."""

import json

import pytest
from django.test import Client

from tests.trading.reserve_world import announced, closed, give_keys, run, scene
from tests.trading.stage import drafted, signed_in
from trading.models import Lot, Reserve
from trading.rehearsal import sealed
from trading.services import reserves

__all__ = ["announced", "scene"]
JSON = "application/json"


def parcel(scene, **changes):
    """What the page's script sends."""
    made = sealed.reserve_prepared(scene.cast, scene.again(), scene.cast["grantor"], {"reserve_cny": "61000000.00"})
    said = {
        "header": made["header"].decode(), "signature": made["signature"], "wraps": made["wraps"],
        "uploads": [str(one) for one in made["upload_ids"]], "key": str(made["idempotency_key"]),
        "subject": scene.cast["grantor"].code, "standing": "",
    }  # fmt: skip
    return {**said, **changes}


def post(client, scene, tail, said):
    """A POST of the page's script."""
    return client.post(scene.url(f"reserve/{tail}/"), json.dumps(said), content_type=JSON)


def page(client, scene):
    """The page's main part."""
    answer = client.get(scene.url("reserve/"))
    return answer.status_code, answer.content.decode()


@pytest.mark.parametrize(
    ("who", "status"),
    [("grantor", 200), ("operator", 200), ("bidder1", 404), ("supervisor", 404), ("agency", 404), ("purchaser", 404)],
)
def test_the_page_is_its_sides_and_the_centres(scene, who, status):
    assert page(signed_in(scene.cast, who), scene)[0] == status
    assert Client().get(scene.url("reserve/")).status_code == 302


def test_the_page_shows_the_commitment_and_never_the_price(scene):
    _, html = page(signed_in(scene.cast, "grantor"), scene)

    assert Reserve.objects.get(lot=scene.lot).envelope.header_sha256[:8] in html
    assert "重新密封" in html
    assert "52,000,000" not in html
    assert 'id="reserve-seal"' not in page(signed_in(scene.cast, "operator"), scene)[1]


def test_a_sealed_reserve_is_taken_once_however_often_it_is_sent(scene):
    client, said = signed_in(scene.cast, "grantor"), parcel(scene)

    first, again = post(client, scene, "send", said), post(client, scene, "send", said)

    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json() == again.json()
    assert Reserve.objects.filter(lot=scene.lot).count() == 2


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"signature": "00"}, "envelope.refused"),
        ({"header": "{}"}, "envelope.refused"),
        ({"uploads": []}, "envelope.refused"),
        ({"uploads": ["x"]}, "upload.malformed"),
        ({"subject": "91000000000000000X"}, "subject.changed"),
    ],
)
def test_what_cannot_be_taken_is_said_and_what_stands_stays(scene, change, code):
    answer = post(signed_in(scene.cast, "grantor"), scene, "send", parcel(scene, **change))

    assert answer.status_code == 409
    assert answer.json()["violations"][0]["code"] == code
    assert reserves.standing(scene.again()).state == "sealed"


def test_the_script_gets_the_key_set_and_an_upload_and_nobody_else_does(scene):
    own, other = signed_in(scene.cast, "grantor"), signed_in(scene.cast, "bidder1")

    assert own.get(scene.url("reserve/keys/")).json()["hash"] == scene.again().key_set_hash
    assert other.get(scene.url("reserve/keys/")).status_code == 404
    assert Client().get(scene.url("reserve/keys/")).status_code == 401
    begun = own.post(
        scene.url("reserve/uploads/") + f"?for={scene.cast['grantor'].code}",
        json.dumps({"key": "a" * 32, "size": 100, "sha256": "0" * 64}), content_type=JSON,
    )  # fmt: skip
    assert begun.status_code == 201
    assert post(other, scene, "send", parcel(scene)).status_code == 404
    assert post(signed_in(scene.cast, "operator"), scene, "send", parcel(scene)).status_code == 404


def test_the_envelope_is_given_back_to_its_owner_once_bidding_has_closed(scene, at):
    own = signed_in(scene.cast, "grantor")
    assert own.get(scene.url("reserve/envelope/")).status_code == 404
    closed(scene, at, "52000000")

    assert "owner" in own.get(scene.url("reserve/envelope/")).json()["wraps"]
    assert signed_in(scene.cast, "bidder1").get(scene.url("reserve/envelope/")).status_code == 404
    assert 'id="reserve-unlock"' in page(own, scene)[1]
    assert 'id="reserve-unlock"' not in page(signed_in(scene.cast, "operator"), scene)[1]


def test_its_owner_unlocks_it_and_the_price_is_public(scene, at):
    own = signed_in(scene.cast, "grantor")
    closed(scene, at, "52000000")
    envelope = Reserve.objects.get(lot=scene.lot).envelope
    wrong = post(own, scene, "unlock", {"identity": "AGE-SECRET-KEY-1"})
    assert wrong.json()["violations"][0]["code"] == "unlock.wrong_key"

    answer = post(own, scene, "unlock", {"identity": sealed.identity_of(scene.cast, envelope, scene.cast["grantor"])})

    assert answer.json() == {"unlocked": True}
    assert "52,000,000" in page(own, scene)[1]
    assert post(own, scene, "unlock", {}).json()["violations"][0]["code"] == "upload.malformed"


def test_the_next_step_is_the_unlocking_and_then_the_deal(scene, at):
    own = signed_in(scene.cast, "grantor")
    closed(scene, at, "52000000")
    before = own.get(scene.url()).content.decode()
    assert "出让人解密底价" in before
    assert "公布底价" in before
    give_keys(scene)
    reserves.reserves_open_ready()

    after = own.get(scene.url()).content.decode()

    assert "解密底价" not in after
    assert "签订成交确认书" in after


def test_the_centre_publishes_it_once_the_trustees_gave_their_keys(scene, at):
    operator = signed_in(scene.cast, "operator")
    closed(scene, at, "52000000")
    refused = operator.post(scene.url("reserve/publish/"))
    assert (refused.status_code, "底价还不能打开" in refused.content.decode()) == (409, True)
    give_keys(scene)
    assert "密钥已齐" in page(operator, scene)[1]

    assert operator.post(scene.url("reserve/publish/")).status_code == 302

    assert reserves.standing(scene.again()).state == "opened"


def test_once_the_listing_has_started_the_page_takes_none(scene, at):
    run(at, scene.again().recorded["listing_from"])
    own = signed_in(scene.cast, "grantor")

    assert 'id="reserve-seal"' not in page(own, scene)[1]
    assert "不能再更换" in page(own, scene)[1]
    assert "可以替换到" not in page(own, scene)[1]
    assert post(own, scene, "send", parcel(scene)).json()["violations"][0]["code"] == "state.wrong"


def test_a_lot_whose_notice_states_none_has_no_such_page(scene):
    lot = scene.again()
    Lot.objects.filter(pk=lot.pk).update(terms={**lot.terms, "reserve": False})

    assert page(signed_in(scene.cast, "grantor"), scene)[0] == 404


def test_a_lot_of_another_procedure_has_no_such_page(scene):
    other = drafted(scene.cast)

    assert signed_in(scene.cast, "agency").get(other.url("reserve/")).status_code == 404


def test_the_page_asks_a_steady_number_of_questions(scene, django_assert_max_num_queries):
    own = signed_in(scene.cast, "grantor")
    page(own, scene)

    with django_assert_max_num_queries(16):
        page(own, scene)


def test_the_lots_page_offers_the_sealing_where_there_is_a_reserve(scene):
    assert "密封底价" in signed_in(scene.cast, "grantor").get(scene.url()).content.decode()
    lot = scene.again()
    Lot.objects.filter(pk=lot.pk).update(terms={**lot.terms, "reserve": False})
    assert "密封底价" not in signed_in(scene.cast, "grantor").get(scene.url()).content.decode()
