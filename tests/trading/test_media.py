"""指定媒介 (ENG-06): handed over at once, acknowledged by signature, late, twice, never or with other words."""

import json
from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client

from disclosure import projecting
from platform_site import ledger
from platform_site.accounts.refusals import Refused
from platform_site.ledger.models import Entry
from platform_site.messages.models import Message
from tests.trading.stage import START, drafted, stage_cast  # noqa: F401
from trading.media_standin import StandIn
from trading.models import MediaOutlet
from trading.rehearsal.engineering_open import TERMS, schedule
from trading.services import media, ticks

NAME = TERMS["media"][0]


@pytest.fixture
def scene(stage_cast, db, at, files):  # noqa: F811
    at(START)
    found = drafted(stage_cast)
    schedule(found.cast, found.again())
    published = found.again().recorded["notice_at"]
    at(published)
    ticks.tick(until=published)
    return found


@pytest.fixture
def post(scene):
    StandIn(NAME).register()
    (made,) = media.posts_send()
    return made


def warned():
    found = Entry.objects.filter(event__startswith="notice.", facts__has_key="warnings").order_by("recorded_at")
    return [told["code"] for entry in found for told in entry.facts["warnings"]]


def test_without_the_medium_in_the_register_nothing_is_handed_over(scene):
    assert media.posts_send() == []


def test_a_notice_is_handed_over_once(post):
    assert media.posts_send() == []
    assert Entry.objects.filter(event="notice.handed_over").count() == 1


@pytest.mark.rule("ENG-06")
@pytest.mark.parametrize(("hours", "codes"), [(11, []), (12, ["media.late"]), (13, ["media.late"])])
def test_twelve_hours_from_the_hand_over_is_late(post, at, hours, codes):
    at(post.sent_at + timedelta(hours=hours))

    media.acknowledged(**StandIn(NAME).answer(post))

    assert warned() == codes


@pytest.mark.rule("ENG-06")
@pytest.mark.parametrize(("minutes", "told"), [(719, 0), (720, 1)])
def test_a_medium_that_never_answers_is_told_once_when_its_time_is_over(post, at, minutes, told):
    at(post.sent_at + timedelta(minutes=minutes))

    assert media.overdue() == told
    assert media.overdue() == 0
    assert warned() == ["media.overdue"] * told
    assert Message.objects.filter(title__contains="没有在期限内发布").exists() == bool(told)


@pytest.mark.rule("ENG-06")
def test_other_words_are_told_and_the_right_ones_afterwards_count(post):
    medium = StandIn(NAME)

    wrong = media.acknowledged(**medium.answer(post, digest="0" * 64))
    assert (wrong.state, wrong.posted_at) == ("differs", None)
    right = media.acknowledged(**medium.answer(post))

    assert right.state == "posted"
    assert warned() == ["media.differs"]


def test_twice_is_once_and_what_stands_is_not_taken_back(post):
    medium = StandIn(NAME)
    for digest in ("", "", "1" * 64):
        media.acknowledged(**medium.answer(post, digest=digest))

    assert Entry.objects.filter(event="notice.acknowledged").count() == 1
    post.refresh_from_db()
    assert post.state == "posted"


def test_what_no_designated_medium_signed_is_not_kept(post):
    medium, liar = StandIn(NAME), StandIn("另一家")
    liar.register()
    for said in (
        {**medium.answer(post), "signature": "0" * 128},
        {**liar.answer(post), "outlet_id": post.outlet_id},
    ):
        with pytest.raises(PermissionDenied):
            media.acknowledged(**said)
    other = MediaOutlet.objects.get(name="另一家")
    with pytest.raises(Refused, match=r"media\.unknown"):
        media.acknowledged(**{**liar.answer(post), "outlet_id": other.pk})
    assert not Entry.objects.filter(event="notice.acknowledged").exists()


@pytest.mark.parametrize("broken", [{"post": "x"}, {"digest": "ab"}, {"url": "javascript:alert(1)"}])
def test_words_that_cannot_be_read_are_refused(post, broken):
    said = {"post": post.pk, "digest": post.notice.digest, **broken}

    with pytest.raises(Refused, match=r"media\.malformed"):
        media.acknowledged(**StandIn(NAME).say(post.outlet_id, **said))


def test_the_door_takes_signed_messages_and_the_public_page_shows_them(scene, post):
    made = StandIn(NAME).answer(post)
    sent = {"outlet": str(made["outlet_id"]), "body": made["body"], "signature": made["signature"]}

    for broken in ("", "[]", json.dumps({**sent, "signature": "00"})):
        assert Client().post("/work/media/callback/", broken, content_type="application/json").status_code == 403
    answer = Client().post("/work/media/callback/", json.dumps(sent), content_type="application/json")

    assert answer.json() == {"state": "posted"}
    ledger.sequence_once()
    projecting.catch_up()
    page = Client().get(f"/trades/{scene.again().reference}/").content.decode()
    assert NAME in page
    assert f"https://media.example/{post.notice_id}" in page


def test_only_the_console_registers_a_medium(scene):
    with pytest.raises(PermissionDenied):
        media.outlet_register(name="x", public_key="00" * 32, actor=scene.cast["operator"].actor)
