"""Two operators at the same moment, on connections of their own: one of them is told no, and nothing is doubled."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from threading import Barrier, Thread

import pytest
from django.db import connection

from platform_site import clock
from platform_site.accounts.refusals import Refused
from tests.trading.stage import START, assembled, drafted
from trading.models import VenueSession
from trading.services import outages, sessions, tenders, ticks, venues

HOUR = timedelta(hours=1)


@pytest.fixture
def cast(fresh_db, settings, tmp_path):
    settings.MEDIA_ROOT = settings.LEDGER_DIR = settings.KEYS_DIR = tmp_path
    with clock.at(START):
        return assembled()


def at_once(*acts: Callable[[], object]) -> list[str]:
    """Every act in a thread of its own, started together: "done", or the code of its refusal."""
    outcomes, start = [], Barrier(len(acts))

    def attempt(act):
        start.wait()
        try:
            with clock.at(START + 26 * HOUR):
                act()
            outcomes.append("done")
        except Refused as no:
            outcomes.append(no.violations[0].code)
        finally:
            connection.close()

    threads = [Thread(target=attempt, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(outcomes)


def test_two_declarations_of_one_outage_leave_one(cast):
    def declare():
        outages.outage_declare(
            starts_at=START, ends_at=START + HOUR, failed="断电", evidence="记录", actor=cast["operator"].actor
        )

    assert at_once(declare, declare) == ["done", "outage.overlap"]


def test_a_room_that_many_want_at_the_same_moment_is_taken_by_one(cast):
    lots = [announced(cast) for _ in range(4)]
    with clock.at(START):
        room = venues.venue_open(name="开标室", kind="opening", place="二楼", seats=9, actor=cast["operator"].actor)

    def book(lot):
        sessions.session_book(
            lot_id=lot.pk, venue_id=room.pk, kind="opening", starts_at=None, length=HOUR, actor=cast["operator"].actor
        )

    assert at_once(*(partial(book, lot) for lot in lots)) == ["done", *["venue.taken"] * 3]
    assert VenueSession.objects.filter(state="booked").count() == 1


def announced(cast):
    """A lot whose notice is out; all of them close their bids at the same minute."""
    lot = drafted(cast).lot
    with clock.at(START):
        tenders.notice_schedule(lot_id=lot.pk, actor=cast["agency"].actor)
    ticks.tick(until=lot.recorded["notice_at"])
    return lot
