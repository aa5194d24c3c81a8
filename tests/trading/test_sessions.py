"""Rooms and sessions: booked once, moved with their lot, shown to the public without what is secret."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.utils import IntegrityError

from disclosure import dayplan, projecting
from disclosure.models import ListedSession
from platform_site import clock, ledger
from platform_site.accounts.refusals import Refused
from platform_site.ledger.models import Entry
from supervision.services import order_issue, order_lift
from tests.trading.course_world import lived
from tests.trading.stage import drafted, signed_in
from trading.models import VenueSession
from trading.services import closings, postponements, sessions, tenders, ticks, venues
from trading.testimony.sessions import sessions_as_recorded

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture(scope="module")
def made(django_db_setup, django_db_blocker, tmp_path_factory):
    """Four bids are filed, and the centre has rooms."""
    with lived(django_db_blocker, tmp_path_factory.mktemp("files"), "filed_bidder4") as scene:
        with clock.at(scene.stage.now):
            scene.rooms = {
                name: open_room(scene, name, kind, **more)
                for name, kind, more in (
                    ("第一开标室", "opening", {}),
                    ("第二开标室", "opening", {}),
                    ("网上开标厅", "opening", {"virtual": True, "place": "", "seats": 0}),
                    ("评标一室", "evaluation", {"remote_sites": ["澜浦市公共资源交易中心"]}),
                    ("抽取室", "draw", {}),
                )
            }
        yield scene


@pytest.fixture
def scene(made, db, at):
    at(made.stage.now)
    made.deadline = made.again().recorded["bid_deadline"]
    return made


def open_room(scene, name, kind, **more):
    said = {"place": "清江大道 88 号", "seats": 20, **more}
    return venues.venue_open(name=name, kind=kind, actor=scene.cast["operator"].actor, **said)


def book(scene, room="第一开标室", start=None, length=2 * HOUR, by="operator", lot=None, **more):
    venue = scene.rooms[room]
    return sessions.session_book(
        lot_id=(lot or scene.lot).pk, venue_id=venue.pk, kind=more.pop("kind", venue.kind), starts_at=start,
        length=length, actor=scene.cast[by].actor,
    )  # fmt: skip


def codes(refused):
    return [one.code for one in refused.value.violations]


def neighbour(scene):
    """Another announced lot of the centre whose bids close at the same minute."""
    now = scene.stage.now
    other = drafted(scene.cast, start=now, bid_deadline=scene.deadline + 21 * DAY)
    lot = other.lot
    tenders.notice_schedule(lot_id=lot.pk, actor=scene.cast["agency"].actor)
    with clock.at(lot.recorded["notice_at"]):
        ticks.tick(until=lot.recorded["notice_at"])
    close_together(scene, other.again())
    return other.again()


def close_together(scene, lot):
    postponements.lot_postpone(
        lot_id=scene.lot.pk, bid_deadline=lot.recorded["bid_deadline"], reason="同时开标。",
        actor=scene.cast["agency"].actor,
    )  # fmt: skip


# -- booking ----------------------------------------------------------------------------------------------------------


def test_an_opening_is_booked_at_the_minute_bids_close_and_stands_on_the_record(scene):
    session = book(scene)

    assert (session.starts_at, session.ends_at) == (scene.deadline, scene.deadline + 2 * HOUR)
    said = Entry.objects.get(event="session.booked").facts
    assert (said["kind"], said["room"]) == ("opening", "第一开标室")
    assert list(sessions_as_recorded()) == []


def test_a_real_room_is_taken_once_and_a_virtual_one_by_anybody(scene):
    other = neighbour(scene)
    book(scene)

    with pytest.raises(Refused) as refused:
        book(scene, lot=other)
    taken = refused.value.violations[0].facts

    assert codes(refused) == ["venue.taken"]
    assert taken["name"] == "第一开标室"
    assert book(scene, "网上开标厅", lot=other).state == "booked"


def test_whatever_a_service_forgets_the_database_refuses(scene):
    session = book(scene)
    copy = {name: getattr(session, name) for name in ("lot", "venue", "planned_at", "booked_at")}

    with pytest.raises(IntegrityError, match="venue_one_at_a_time"), transaction.atomic():
        VenueSession.objects.create(
            kind="evaluation", starts_at=session.ends_at - HOUR, ends_at=session.ends_at + HOUR, **copy
        )


def test_one_session_may_begin_when_another_ends(scene):
    first = book(scene, length=HOUR)

    assert sessions._taken(first.venue, first.ends_at, first.ends_at + HOUR) is None
    assert sessions._taken(first.venue, first.ends_at - timedelta(minutes=1), first.ends_at + HOUR)


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"room": "评标一室", "kind": "opening"}, "venue.kind"),
        ({"length": timedelta(minutes=5)}, "session.length"),
        ({"length": timedelta(days=6)}, "session.length"),
        ({"room": "评标一室"}, "fact.missing"),
        ({"room": "评标一室", "start": "past"}, "session.past"),
    ],
)
def test_what_cannot_be_is_refused(scene, given, code):
    if given.get("start") == "past":
        given = {**given, "start": scene.stage.now - HOUR}

    with pytest.raises(Refused) as refused:
        book(scene, **given)

    assert codes(refused) == [code]
    assert not VenueSession.objects.exists()


def test_a_lot_has_one_session_of_a_kind(scene):
    book(scene)

    with pytest.raises(Refused, match=r"session\.known"):
        book(scene, "第二开标室")


@pytest.mark.parametrize("who", ["initiator", "agency", "bidder1", "supervisor", "draw_officer"])
def test_only_the_centres_operator_books(scene, who):
    with pytest.raises(PermissionDenied):
        book(scene, by=who)


def test_a_draft_has_no_sessions(scene):
    other = drafted(scene.cast, start=scene.stage.now)

    with pytest.raises(Refused, match=r"state\.wrong"):
        book(scene, lot=other.lot)


def test_a_room_with_something_planned_is_not_closed_and_a_closed_one_not_booked(scene):
    session, operator = book(scene), scene.cast["operator"].actor
    with pytest.raises(Refused, match=r"venue\.in_use"):
        venues.venue_close(venue_id=session.venue_id, actor=operator)

    sessions.session_free(session_id=session.pk, why="改在网上", actor=operator)
    venues.venue_close(venue_id=session.venue_id, actor=operator)

    with pytest.raises(Refused, match=r"venue\.closed"):
        book(scene)


@pytest.mark.parametrize(
    "given", [{"name": " "}, {"kind": "dance"}, {"place": ""}, {"seats": 0}, {"remote_sites": ["x" * 61]}]
)
def test_a_room_without_what_a_room_has_is_refused(scene, given):
    with pytest.raises(Refused, match=r"fact\.missing"):
        venues.venue_open(
            **{"name": "新室", "kind": "draw", "place": "四楼", "seats": 5, **given}, actor=scene.cast["operator"].actor
        )


# -- moving with the lot ----------------------------------------------------------------------------------------------


def postpone(scene, days):
    until = scene.again().recorded["bid_deadline"] + days * DAY
    postponements.lot_postpone(
        lot_id=scene.lot.pk, bid_deadline=until, reason="检修。", actor=scene.cast["agency"].actor
    )


def test_a_postponed_lot_takes_its_sessions_along(scene):
    opening = book(scene)
    evaluation = book(scene, "评标一室", scene.deadline + 4 * HOUR)

    postpone(scene, 6)

    opening.refresh_from_db()
    evaluation.refresh_from_db()
    assert opening.starts_at == scene.deadline + 6 * DAY
    assert evaluation.starts_at == scene.deadline + 6 * DAY + 4 * HOUR
    assert list(sessions_as_recorded()) == []


def test_where_the_own_room_is_taken_another_of_the_kind_is_found(scene):
    other = neighbour(scene)
    mine = book(scene)
    postpone(scene, 7)
    sessions.session_free(session_id=mine.pk, why="换", actor=scene.cast["operator"].actor)
    mine = book(scene)
    book(scene, lot=other)

    postponements.lot_postpone(
        lot_id=other.pk, bid_deadline=mine.starts_at, reason="检修。", actor=scene.cast["agency"].actor
    )

    moved = VenueSession.objects.get(lot=other)
    assert (moved.starts_at, moved.venue.name, moved.state) == (mine.starts_at, "第二开标室", "booked")


def test_a_held_lot_gives_its_rooms_back_and_gets_them_again_when_it_moves_on(scene, at):
    session = book(scene)
    supervisor = scene.cast["supervisor"].actor
    order = order_issue(lot_id=scene.lot.pk, kind="suspend", number="监7号", text="调查。", actor=supervisor)

    session.refresh_from_db()
    assert (session.state, "监7号" in session.why) == ("waiting", True)

    at(scene.stage.now + 2 * DAY)
    order_lift(order_id=order.pk, reason="查清。", actor=supervisor)
    session.refresh_from_db()
    assert session.state == "booked"
    assert session.starts_at > scene.deadline


def test_rooms_follow_a_hold_of_supervisions_own_process_with_the_next_tick(scene, settings, at):
    """That process writes no lot and no session: the database wakes the lot, and the tick tells its rooms."""
    session, supervisor = book(scene), scene.cast["supervisor"].actor
    settings.FACE = "supervision"
    order = order_issue(lot_id=scene.lot.pk, kind="suspend", number="监7号", text="调查。", actor=supervisor)
    session.refresh_from_db()
    assert session.state == "booked"

    ticks.tick(until=scene.stage.now)

    session.refresh_from_db()
    assert (session.state, "监7号" in session.why) == ("waiting", True)
    at(scene.stage.now + 2 * DAY)
    order_lift(order_id=order.pk, reason="查清。", actor=supervisor)
    ticks.tick(until=scene.stage.now + 2 * DAY)
    session.refresh_from_db()
    assert session.state == "booked"
    assert session.starts_at > scene.deadline


def test_a_terminated_lot_frees_its_rooms(scene):
    session = book(scene)

    closings.lot_terminate(lot_id=scene.lot.pk, reason="规划调整。", refund="退还。", actor=scene.cast["agency"].actor)

    session.refresh_from_db()
    assert (session.state, session.why) == ("freed", "已终止")


def test_a_waiting_session_is_booked_again_by_hand(scene):
    session = book(scene, "评标一室", scene.deadline + 4 * HOUR)
    VenueSession.objects.filter(pk=session.pk).update(state="waiting", why="没有空闲的场地")

    sessions.session_move(
        session_id=session.pk, venue_id=scene.rooms["评标一室"].pk, starts_at=scene.deadline + 6 * HOUR, length=HOUR,
        actor=scene.cast["operator"].actor,
    )  # fmt: skip

    session.refresh_from_db()
    assert (session.state, session.starts_at) == ("booked", scene.deadline + 6 * HOUR)


def test_a_session_changed_behind_the_record_is_found(scene):
    session = book(scene)
    VenueSession.objects.filter(pk=session.pk).update(ends_at=session.ends_at + HOUR)

    assert [one.why for one in sessions_as_recorded()] == ["session: until is not the one recorded"]


# -- what the public sees ---------------------------------------------------------------------------------------------


def test_the_day_plan_shows_the_opening_room_and_of_an_evaluation_only_the_time(scene, client):
    book(scene)
    book(scene, "评标一室", scene.deadline + 4 * HOUR)
    book(scene, "抽取室", scene.deadline + HOUR, HOUR)
    ledger.sequence_once()
    projecting.catch_up()

    day = clock.china(scene.deadline).date()
    page = client.get(f"/calendar/?day={day}").content.decode()

    assert "第一开标室" in page
    assert "评标" in page
    assert "抽取专家" in page
    for secret in ("评标一室", "抽取室", "清江大道", "澜浦市公共资源交易中心", *EXPERTS):
        assert secret not in page


EXPERTS = ("赵明远", "钱思齐", "孙若琳", "李维桢", "周以宁", "吴敬之")


def test_no_public_leaf_names_an_evaluation_room(scene):
    book(scene, "评标一室", scene.deadline + 4 * HOUR)
    entry = Entry.objects.get(event="session.booked")

    assert "评标一室" not in entry.leaf.decode()
    assert entry.openings["room"] == "评标一室"


def test_a_freed_session_leaves_the_day_plan(scene):
    session = book(scene)
    ledger.sequence_once()
    projecting.catch_up()
    assert ListedSession.objects.count() == 1

    sessions.session_free(session_id=session.pk, why="改在网上", actor=scene.cast["operator"].actor)
    ledger.sequence_once()
    projecting.catch_up()

    assert not ListedSession.objects.exists()
    assert dayplan.days_from(clock.china(scene.deadline).date(), 1)[0][1][0]["note"].startswith("泽安市")


# -- the operator's page ----------------------------------------------------------------------------------------------


def test_the_operator_books_moves_and_frees_on_the_page(scene):
    operator = signed_in(scene.cast, "operator")
    rooms = {name: str(venue.key) for name, venue in scene.rooms.items()}

    booked = operator.post(
        "/work/centre/sessions/book/", {"lot": scene.lot.reference, "venue": rooms["第一开标室"], "minutes": "120"}
    )
    session = VenueSession.objects.get()
    address = f"/work/centre/sessions/{session.pk}/"
    moved = operator.post(f"{address}move/", {"venue": rooms["第二开标室"], "minutes": "60"})
    freed = operator.post(f"{address}free/", {"why": "改在网上进行"})

    session.refresh_from_db()
    assert (booked.status_code, moved.status_code, freed.status_code) == (302, 302, 302)
    assert (session.venue.name, session.state, session.why) == ("第二开标室", "freed", "改在网上进行")
    assert operator.get(address).status_code == 200


def test_a_refusal_on_the_page_keeps_what_was_typed(scene):
    operator, other = signed_in(scene.cast, "operator"), neighbour(scene)
    book(scene)
    room = str(scene.rooms["第一开标室"].key)

    taken = operator.post("/work/centre/sessions/book/", {"lot": other.reference, "venue": room, "minutes": "77"})
    empty = operator.post("/work/centre/venues/open/", {"name": "小会议室"})

    assert (taken.status_code, empty.status_code) == (409, 422)
    assert "已经有安排" in taken.content.decode()
    assert 'value="77"' in taken.content.decode()
    assert "小会议室" in empty.content.decode()


def test_the_page_takes_a_room_into_use_and_out_again(scene):
    operator = signed_in(scene.cast, "operator")

    made = operator.post(
        "/work/centre/venues/open/", {"name": "三楼会议室", "kind": "draw", "place": "三楼", "seats": "8"}
    )
    room = scene.rooms["抽取室"]
    closed = operator.post(f"/work/centre/venues/{room.key}/close/")

    room.refresh_from_db()
    assert (made.status_code, closed.status_code, room.state) == (302, 302, "closed")
    assert "三楼会议室" in operator.get("/work/centre/venues/").content.decode()
