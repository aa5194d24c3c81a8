"""A late server re-plans: a round it did not serve to its end pauses and goes on; one it served closes."""

from datetime import datetime, timedelta

import pytest
from django.db import transaction
from django.test import Client

from platform_site import clock
from platform_site.clock import CHINA
from platform_site.ledger.models import Entry
from platform_site.messages.models import Message
from platform_site.web import door
from platform_site.web.models import ServedSpan
from tests.trading.stage import Scene, played, signed_in
from tests.trading.test_hall import offer
from trading.models import Notice, Offer
from trading.rulebooks.pausing import EDITIONS, resumption
from trading.services import replans, ticks

pytestmark = pytest.mark.django_db
SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)


@pytest.fixture(scope="module")
def listed(stage_cast, django_db_blocker):
    """A land listing asked whether anybody goes on, by its happy script."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield played(stage_cast, "timed", procedure="land.listing")
        transaction.set_rollback(True)


@pytest.fixture
def scene(listed, db, at):
    """The timed round runs; one has offered in it."""
    at(listed.stage.now + MINUTE)
    offer(signed_in(listed.cast, "bidder2"), listed, "51500000")
    return listed


def end_of(scene: Scene):
    return scene.again().recorded["round_ends"]


def seen(*spans):
    """The door was seen to answer from, until."""
    none = timedelta(0)
    ServedSpan.objects.bulk_create([ServedSpan(since=since, at=until, offset=none) for since, until in spans])


def back(scene: Scene):
    """The door answers now, by the wall clock, and has since shortly after the end."""
    seen((end_of(scene) + 40 * SECOND, clock.machine()))


def ended(scene: Scene, at, *, after: timedelta = MINUTE):
    """The clock's process looks after the end, live."""
    at(end_of(scene) + after)
    ticks.tick()
    return scene.again()


def test_a_round_served_to_its_end_closes(scene, at):
    end = end_of(scene)
    seen((end - 100 * SECOND, end + 20 * SECOND))

    assert ended(scene, at).state == "closed"


@pytest.mark.parametrize("down", [7, 20, 59, 3600])
def test_a_round_not_served_in_its_last_stretch_pauses_and_goes_on(scene, at, down):
    end = end_of(scene)
    seen((end - 7200 * SECOND, end - down * SECOND))
    back(scene)

    lot = ended(scene, at)

    assert lot.state == "timed"
    now = end + MINUTE
    assert lot.recorded["round_from"] == resumption(now, EDITIONS[-1])
    assert lot.recorded["round_ends"] == lot.recorded["round_from"] + 5 * MINUTE
    assert lot.next_check == lot.recorded["round_ends"]


def test_a_door_that_came_back_just_before_the_end_pauses_too(scene, at):
    end = end_of(scene)
    seen((end - 200 * SECOND, end - 50 * SECOND), (end - 20 * SECOND, clock.machine()))

    assert ended(scene, at).state == "timed"


@pytest.mark.parametrize("down", [2, 5])
def test_a_few_seconds_are_no_outage(scene, at, down):
    end = end_of(scene)
    seen((end - 200 * SECOND, end - down * SECOND))
    back(scene)

    assert ended(scene, at).state == "closed"


def test_nothing_is_planned_before_the_door_answers_again(scene, at):
    end = end_of(scene)
    seen((end - 200 * SECOND, end - 30 * SECOND))

    lot = ended(scene, at)

    assert (lot.state, lot.recorded["round_ends"]) == ("timed", end)
    assert not Entry.objects.filter(event="listing.replanned").exists()


def test_a_server_lost_after_the_end_changes_nothing(scene, at):
    end = end_of(scene)
    seen((end - 100 * SECOND, end - 2 * SECOND))
    back(scene)

    assert ended(scene, at, after=timedelta(hours=3)).state == "closed"


def test_a_clock_that_was_moved_is_no_outage(scene, at):
    end = end_of(scene)
    ServedSpan.objects.create(since=end - 7200 * SECOND, at=end - 7100 * SECOND, offset=timedelta(days=9))

    assert ended(scene, at).state == "closed"


@pytest.fixture
def paused(scene, at):
    """The round was not served to its end and is planned anew."""
    end = end_of(scene)
    seen((end - 200 * SECOND, end - 30 * SECOND))
    back(scene)
    ended(scene, at)
    return scene


def test_the_record_the_notice_and_everybody_concerned_say_so(paused):
    said = Entry.objects.get(event="listing.replanned").facts
    notice = Notice.objects.get(kind="outage", lot=paused.lot)

    assert said["notice"] == str(notice.pk)
    assert said["moment"] == "round_ends"
    assert "服务中断的处理" in said["clause"]
    for who in ("bidder1", "bidder2", "grantor"):
        assert Message.objects.filter(user=paused.cast[who].user, title=notice.title).exists()


def test_the_hall_says_so_and_takes_no_offer_meanwhile(paused):
    text = Client().get(paused.url("hall/")).content.decode()

    answer = offer(signed_in(paused.cast, "bidder2"), paused, "60000000", script=True)

    assert "服务中断，竞价暂停" in text
    assert answer.status_code == 409
    assert answer.json()["violations"][0]["code"] == "clock.too_early"


def test_what_was_accepted_stands_and_the_round_goes_on_from_it(paused, at):
    accepted = list(Offer.objects.filter(lot=paused.lot).values_list("amount_cny", flat=True))
    at(paused.again().recorded["round_from"])

    assert offer(signed_in(paused.cast, "bidder1"), paused, "51999999", script=True).status_code == 409
    assert offer(signed_in(paused.cast, "bidder1"), paused, "52000000", script=True).status_code == 201
    assert set(accepted) < set(Offer.objects.filter(lot=paused.lot).values_list("amount_cny", flat=True))


def test_an_offer_after_the_end_is_refused_while_the_pause_is_not_yet_declared(scene, at):
    end = end_of(scene)
    seen((end - 200 * SECOND, end - 30 * SECOND))
    at(end + 10 * SECOND)

    answer = offer(signed_in(scene.cast, "bidder1"), scene, "60000000", script=True)

    assert answer.json()["violations"][0]["code"] == "clock.too_late"


def test_the_new_round_served_to_its_end_closes(paused, at):
    end = end_of(paused)
    seen((end - 100 * SECOND, end + 20 * SECOND))

    assert ended(paused, at).state == "closed"


def test_a_call_not_served_to_its_end_is_asked_again(stage_cast, at):
    scene = played(stage_cast, "last_call", procedure="land.listing", variant="low_offer")
    end = scene.again().recorded["call_ends"]
    seen((end - 200 * SECOND, end - 30 * SECOND), (end + 40 * SECOND, clock.machine()))
    at(end + MINUTE)
    ticks.tick()

    lot = scene.again()
    assert lot.state == "last_call"
    assert lot.recorded["call_ends"] > end + 10 * MINUTE


@pytest.mark.parametrize(
    ("now", "goes_on"),
    [
        ("2026-04-09T10:00:00", "2026-04-09T10:10:00"),
        ("2026-04-09T16:49:59", "2026-04-09T16:59:59"),
        ("2026-04-09T16:50:00", "2026-04-10T09:00:00"),
        ("2026-04-09T03:00:00", "2026-04-09T09:00:00"),
        ("2026-04-10T18:00:00", "2026-04-13T09:00:00"),
        ("2026-04-30T23:55:00", "2026-05-06T09:00:00"),
    ],
)
def test_bidding_goes_on_within_a_working_days_hours(now, goes_on):
    moment = datetime.fromisoformat(now).replace(tzinfo=CHINA)
    assert resumption(moment, EDITIONS[-1]) == datetime.fromisoformat(goes_on).replace(tzinfo=CHINA)


def test_answers_close_together_are_one_span_and_a_gap_begins_another(db):
    now = clock.machine()
    for second in (0, 1, 6, 12, 19, 20):
        door.answered(now + second * SECOND)

    spans = ServedSpan.objects.order_by("since").values_list("since", "at")
    assert list(spans) == [(now, now + 12 * SECOND), (now + 19 * SECOND, now + 20 * SECOND)]


def test_a_shut_door_leaves_no_span(db, settings):
    settings.DOOR = "http://127.0.0.1:9"

    assert door.look("/") is False
    assert not ServedSpan.objects.exists()


def test_the_door_is_watched_only_near_an_end(scene, at, monkeypatch):
    asked = []
    monkeypatch.setattr(door, "look", asked.append)
    at(end_of(scene) - 3 * MINUTE)
    replans.watch()
    assert asked == []

    at(end_of(scene) - MINUTE)
    replans.watch()
    assert asked == [scene.url("hall/live/")]
