"""The opening room: the clock alone before, the roll, keys, results and objections after; for everybody the same."""

import json
from datetime import timedelta

import pytest
from django.db import transaction
from django.test import Client

from platform_site.sealing.models import BidderUnlock
from tests.trading.filing import (
    SOON,
    again,
    bidding,
    deadline_of,
    identity,
    opening,
    release,
    signed_in,
    three_file,
)
from trading.models import Lot, Opening
from trading.rehearsal import sealed
from trading.services import ticks

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast(stage_cast, db):
    return stage_cast


@pytest.fixture(scope="module")
def filed(announced, django_db_blocker):
    """Three filings stand."""
    with django_db_blocker.unblock(), transaction.atomic():
        three_file(announced, announced.stage.now + timedelta(hours=1))
        yield announced
        transaction.set_rollback(True)


@pytest.fixture
def scene(filed, db, at):
    """Two hours after the notice, with the three filings."""
    at(filed.stage.now + SOON)
    return again(filed)


@pytest.fixture
def open_scene(scene, at):
    """The roll is out."""
    opening(scene)
    at(deadline_of(scene) + timedelta(minutes=3))
    return scene


def page(scene, username="", tail="opening/"):
    client = signed_in(scene.cast, username) if username else Client()
    return client.get(scene.url(tail))


def unlock(scene, username, *, said=None):
    bid = scene.again().bids.standing().select_related("envelope").get(subject__code=scene.cast[username].code)
    body = {"bid": str(bid.pk), "identity": identity(scene, bid, username), **(said or {})}
    address = scene.url("opening/unlock/")
    return signed_in(scene.cast, username).post(address, json.dumps(body), content_type="application/json")


NAMES = ("云泽恒岳建设集团有限公司", "澜浦禹通水利建设有限公司", "石阜建工股份有限公司")


def test_before_the_deadline_the_room_shows_the_clock_and_nobody(scene):
    for who in ("", "bidder4", "agency", "operator", "supervisor"):
        text = page(scene, who).content.decode()
        assert "在此以前这里只有时间" in text
        assert "名册" in text  # how it will go, in the side column
        assert not any(name in text for name in NAMES)
        assert "家</span>" not in text


def test_with_the_opening_the_roll_is_public_to_anybody(open_scene):
    text = page(open_scene).content.decode()

    assert all(name in text for name in NAMES)
    assert "先于任何密钥公布" in text
    assert "投标报价" not in text
    assert "未交出" in text


def test_the_live_part_answers_204_until_something_changes(open_scene):
    first = page(open_scene, tail="opening/live/").content.decode()
    seen = first.split('name="seen" value="')[1].split('"')[0]

    same = page(open_scene, tail=f"opening/live/?seen={seen}")
    release(open_scene, 1)
    changed = page(open_scene, tail=f"opening/live/?seen={seen}")

    assert same.status_code == 204
    assert changed.status_code == 200
    assert "已交出 1 位" in changed.content.decode()


def test_a_bidder_unlocks_its_own_envelope_and_the_roll_says_so(open_scene):
    before = signed_in(open_scene.cast, "bidder1").get(open_scene.url("opening/envelope/")).json()

    answer = unlock(open_scene, "bidder1")

    assert answer.json() == {"unlocked": True}
    assert BidderUnlock.objects.get().envelope.subject_code == open_scene.cast["bidder1"].code
    assert before["wraps"].keys() == {"owner"}
    text = page(open_scene).content.decode()
    assert text.count("已解密") == 1


def test_a_second_unlock_changes_nothing(open_scene):
    assert unlock(open_scene, "bidder1").status_code == unlock(open_scene, "bidder1").status_code == 200
    assert BidderUnlock.objects.count() == 1


def test_a_wrong_key_is_refused_and_may_be_tried_again(open_scene):
    from platform_site.sealing import age

    wrong = unlock(open_scene, "bidder1", said={"identity": age.generate()[0]})

    assert wrong.status_code == 409
    assert wrong.json()["violations"][0]["code"] == "unlock.wrong_key"
    assert unlock(open_scene, "bidder1").status_code == 200


def test_nobody_unlocks_or_reads_anothers_envelope(open_scene):
    mine = open_scene.again().bids.get(subject__code=open_scene.cast["bidder2"].code, state="sealed")

    assert unlock(open_scene, "bidder1", said={"bid": str(mine.pk)}).status_code == 404
    for stranger in ("bidder4", "agency", "operator"):
        assert page(open_scene, stranger, "opening/envelope/").status_code == 404
    assert page(open_scene, "", "opening/envelope/").status_code == 401


def test_an_envelope_is_not_given_before_the_opening(scene):
    assert page(scene, "bidder1", "opening/envelope/").status_code == 404
    assert unlock(scene, "bidder1").status_code == 409


def test_nonsense_instead_of_a_key_is_refused(open_scene):
    client = signed_in(open_scene.cast, "bidder1")

    answer = client.post(open_scene.url("opening/unlock/"), "[1]", content_type="application/json")

    assert answer.status_code == 409


def test_the_host_can_disclose_only_when_the_keys_are_in(open_scene):
    early = signed_in(open_scene.cast, "operator").post(open_scene.url("opening/disclose/"))
    button_before = "公布全部投标文件" in page(open_scene, "operator").content.decode()
    unlock(open_scene, "bidder1")
    release(open_scene)
    button_after = "公布全部投标文件" in page(open_scene, "operator").content.decode()

    done = signed_in(open_scene.cast, "operator").post(open_scene.url("opening/disclose/"))

    assert early.status_code == 409
    assert "尚未" in early.content.decode() or "等待" in early.content.decode()
    assert (button_before, button_after) == (False, True)
    assert done.status_code == 302
    assert Lot.objects.get(pk=open_scene.lot.pk).state == "opened"


def test_bidders_and_strangers_do_not_disclose(open_scene):
    release(open_scene)

    assert signed_in(open_scene.cast, "bidder1").post(open_scene.url("opening/disclose/")).status_code == 403
    assert Client().post(open_scene.url("opening/disclose/")).status_code == 302


def test_after_disclosure_everybody_reads_prices_managers_and_who_opened(open_scene):
    unlock(open_scene, "bidder1")
    release(open_scene)
    signed_in(open_scene.cast, "agency").post(open_scene.url("opening/disclose/"))

    text = page(open_scene).content.decode()

    for price in ("171,506,400", "167,778,000", "175,234,800"):
        assert price in text
    assert text.count("受托人代为解密") >= 2
    assert "本人解密" in text
    assert all(text.count(name) == 1 for name in ("程砚舟", "郭承志", "罗怀远"))
    assert "低于最高限价 10%" in text


def test_keys_missing_to_the_end_name_who_is_missing(open_scene, at):
    unlock(open_scene, "bidder1")
    release(open_scene, 2)
    closes = open_scene.again().recorded["opening_closes"]
    at(closes)
    ticks.tick(until=closes)

    text = page(open_scene).content.decode()

    assert text.count("视为撤回") >= 2
    assert "缺少密钥：本人、泽安市江北水务建设有限公司" in text
    assert "本人解密" in text


def test_an_objection_on_the_spot_and_its_answer_stand_on_the_record(open_scene):
    bidder, agency = signed_in(open_scene.cast, "bidder1"), signed_in(open_scene.cast, "agency")

    bidder.post(open_scene.url("opening/remark/"), {"text": "请核对第二家的递交时间。"})
    asked = page(open_scene, "agency").content.decode()
    agency.post(open_scene.url("opening/remark/1/answer/"), {"answer": "已核对，时间无误。"})

    text = page(open_scene).content.decode()
    assert "opening/remark/1/answer/" in asked
    assert "请核对第二家的递交时间。" in text
    assert "已核对，时间无误。" in text
    assert len(Opening.objects.get().remarks) == 1


def test_an_empty_objection_is_refused_and_an_unknown_one_is_404(open_scene):
    bidder, agency = signed_in(open_scene.cast, "bidder1"), signed_in(open_scene.cast, "agency")

    assert bidder.post(open_scene.url("opening/remark/"), {"text": " "}).status_code == 409
    stranger = signed_in(open_scene.cast, "bidder4")
    assert stranger.post(open_scene.url("opening/remark/"), {"text": "x"}).status_code == 403
    assert agency.post(open_scene.url("opening/remark/9/answer/"), {"answer": "x"}).status_code == 404
    assert bidder.post(open_scene.url("opening/remark/1/answer/"), {"answer": "x"}).status_code == 403


def test_too_few_are_returned_unopened_and_the_room_names_nobody(cast, at):
    scene = bidding(cast)
    three_file(scene, scene.stage.now + SOON, ("bidder1", "bidder2"))
    moment = deadline_of(scene)
    at(moment)
    ticks.tick(until=moment)

    text = page(scene).content.decode()

    assert "已原样退回" in text
    assert not any(name in text for name in NAMES)


def test_an_offer_that_is_nonsense_is_shown_without_a_price(open_scene, cast):
    from trading.rooms import amount_of

    assert [amount_of(text) for text in ("1e999", "-5", "abc", None, 5, "NaN", "1E+20")] == [None] * 7
    assert str(amount_of("99.00")) == "99.00"


def test_an_inquiry_runs_through_the_same_room_in_its_own_words(cast, at, play_until):
    stage = play_until(cast, "bidding", procedure="procurement.inquiry")
    lot = Lot.objects.select_related("tender").latest("pk")
    at(stage.now + timedelta(minutes=1))
    base = f"/work/lots/{lot.tender.reference}/{lot.number}/"
    for name, price in (("bidder1", "386000"), ("bidder2", "379500"), ("bidder3", "392000")):
        sealed.file(cast, lot, cast[name], sealed.offer(cast[name], price))
    client = signed_in(cast, "bidder1")

    mine, form = client.get(base + "bid/").content.decode(), client.get(base + "bid/file/").content.decode()

    assert "询价通知书" in mine
    assert "招标文件" not in mine
    assert "报价" in form
    assert "询问" not in mine
    moment = Lot.objects.get(pk=lot.pk).recorded["bid_deadline"]
    at(moment)
    ticks.tick(until=moment)
    assert "供应商名册" in client.get(base + "opening/").content.decode()


# -- query counts ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("who", "tail", "most"),
    [("", "opening/", 8), ("", "opening/live/", 8), ("bidder1", "opening/", 17), ("operator", "opening/panel/", 18)],
)
def test_the_room_costs_the_same_however_many_filed(open_scene, django_assert_max_num_queries, who, tail, most):
    client = signed_in(open_scene.cast, who) if who else Client()

    with django_assert_max_num_queries(most):
        assert client.get(open_scene.url(tail)).status_code == 200
