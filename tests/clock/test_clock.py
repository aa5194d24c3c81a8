"""One clock: pinned per request, standing still inside at(), movable only where the installation says so."""

from datetime import UTC, datetime, timedelta

import pytest
from django.core.exceptions import PermissionDenied

from platform_site import clock
from platform_site.accounts.actors import ANONYMOUS, Actor
from platform_site.accounts.refusals import Refused
from platform_site.clock import services
from platform_site.clock.models import ClockOffset
from platform_site.ledger.models import Entry

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


class Rows:
    """A source of due moments: rows that fall due once, or that stay due because their act is refused."""

    def __init__(self, *moments: datetime, stuck: bool = False) -> None:
        self.waiting, self.stuck, self.ran = sorted(moments), stuck, []

    def next_due(self, *, after, until):
        return next((m for m in self.waiting if m <= until and (after is None or m > after)), None)

    def run_due(self, moment):
        self.ran.append((moment, clock.now()))
        if not self.stuck:
            self.waiting = [m for m in self.waiting if m > moment]


@pytest.fixture
def sources(monkeypatch):
    found = []
    monkeypatch.setattr(services, "_sources", found)
    return found


def test_inside_at_legal_time_stands_still():
    moment = datetime(2026, 2, 17, 8, tzinfo=UTC)

    with clock.at(moment):
        assert clock.now() == clock.now() == moment


def test_at_without_a_time_zone_is_refused():
    with pytest.raises(ValueError, match="time zone"), clock.at(datetime(2026, 2, 17)):  # noqa: DTZ001
        pass


@pytest.mark.django_db
def test_a_pinned_request_reads_the_offset_once(django_assert_num_queries):
    with django_assert_num_queries(1), clock.pinned():
        clock.now()
        clock.now()


@pytest.mark.django_db
def test_production_never_runs_ahead_of_wall_time(settings):
    ClockOffset.objects.create(offset=DAY)
    settings.MODE = "production"

    assert ClockOffset.current() == timedelta(0)


def test_moving_the_clock_runs_every_due_moment_in_order_at_its_own_time(fresh_db, sources):
    start = clock.now()
    openings, publicity = Rows(start + DAY, start + 3 * DAY), Rows(start + 2 * DAY, start + 9 * DAY)
    sources.extend([openings, publicity])

    moved = services.advance(start + 4 * DAY, ANONYMOUS)

    assert moved.moments == 3
    assert openings.ran == [(m, m) for m in (start + DAY, start + 3 * DAY)]
    assert publicity.ran == [(start + 2 * DAY, start + 2 * DAY)]
    assert timedelta(0) <= clock.now() - (start + 4 * DAY) < HOUR
    assert Entry.objects.filter(event="clock.advanced").count() == 1


def test_a_row_that_stays_due_does_not_hold_up_the_others(fresh_db, sources):
    start = clock.now()
    stuck, fine = Rows(start + DAY, stuck=True), Rows(start + 2 * DAY)
    sources.extend([stuck, fine])

    services.advance(start + 3 * DAY, ANONYMOUS)

    assert [m for m, _ in stuck.ran] == [start + DAY]
    assert [m for m, _ in fine.ran] == [start + 2 * DAY]


def test_a_moment_missed_long_ago_does_not_turn_the_clock_back(fresh_db, sources):
    start = clock.now()
    services.advance(start + 5 * DAY, ANONYMOUS)
    sources.append(Rows(start + DAY))

    services.advance(start + 6 * DAY, ANONYMOUS)

    assert clock.now() >= start + 6 * DAY


def test_the_clock_never_goes_back(fresh_db, sources):
    with pytest.raises(Refused, match=r"clock\.backwards"):
        services.advance(clock.now() - HOUR, ANONYMOUS)

    assert not Entry.objects.filter(event="clock.advanced").exists()


def test_production_refuses_the_moving_clock(fresh_db, sources, settings):
    settings.MODE = "production"

    with pytest.raises(Refused, match=r"clock\.production"):
        services.advance(clock.now() + DAY, Actor(kind="person", duties=frozenset({"operator"})))


def test_in_the_sandbox_only_an_operator_moves_the_clock(fresh_db, sources, settings):
    settings.MODE = "sandbox"

    with pytest.raises(PermissionDenied):
        services.advance(clock.now() + DAY, ANONYMOUS)
    assert services.advance(clock.now() + DAY, Actor(kind="person", duties=frozenset({"operator"}))).moments == 0


@pytest.mark.django_db
def test_a_node_in_step_may_stamp_filings():
    services.require_in_step()


@pytest.mark.django_db
def test_a_node_out_of_step_refuses_filings(monkeypatch):
    monkeypatch.setattr(services, "_reading", lambda: (timedelta(milliseconds=2), timedelta(milliseconds=102)))

    with pytest.raises(Refused, match=r"clock\.drift"):
        services.require_in_step()


@pytest.mark.django_db
@pytest.mark.parametrize(("trip", "ahead", "sure"), [(400, 190, 0), (400, -190, 0), (300, 260, 110), (10, -130, -125)])
def test_only_what_the_round_trip_does_not_explain_is_a_wrong_clock(monkeypatch, trip, ahead, sure):
    monkeypatch.setattr(services, "_reading", lambda: (timedelta(milliseconds=trip), timedelta(milliseconds=ahead)))

    assert services.drift() == timedelta(milliseconds=sure)


@pytest.mark.django_db
def test_one_slow_answer_is_asked_again(monkeypatch):
    readings = iter([(timedelta(seconds=2), timedelta(seconds=1.5)), (timedelta(milliseconds=1), timedelta(0))])
    monkeypatch.setattr(services, "_reading", lambda: next(readings))

    services.require_in_step()
