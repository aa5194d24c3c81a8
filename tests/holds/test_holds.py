"""A hold stops a lot; the same source stops it once; the intervals stay for ever."""

from datetime import UTC, datetime, timedelta
from threading import Barrier, Thread

import pytest
from django.db import connection

from platform_site.accounts.actors import CLOCK
from platform_site.accounts.refusals import Refused
from platform_site.holds import selectors, services
from platform_site.ledger.models import Entry

NOON = datetime(2026, 11, 23, 4, tzinfo=UTC)
LOT = "lot:T-2026-0007/1"


def place(source: str = "challenge:1", **fields):
    values = {"kind": "objection", "reason": "异议答复期间暂停", "article": "招标投标法实施条例 第五十四条", **fields}
    return services.place(ref=LOT, source_ref=source, actor=CLOCK, **values)


@pytest.mark.django_db
def test_a_placed_hold_stands_from_legal_now_and_is_on_the_record(at):
    at(NOON)

    place()

    assert [(h.kind, h.started_at) for h in selectors.standing(LOT)] == [("objection", NOON)]
    assert Entry.objects.filter(subject=LOT, event="hold.placed").count() == 1


@pytest.mark.django_db
def test_a_released_hold_leaves_its_interval(at):
    at(NOON)
    place()

    at(NOON + timedelta(days=2))
    services.release(ref=LOT, source_ref="challenge:1", actor=CLOCK)

    assert selectors.standing(LOT) == []
    assert [(i.start, i.end) for i in selectors.intervals(LOT)] == [(NOON, NOON + timedelta(days=2))]
    assert [h.kind for h in selectors.standing(LOT, on=NOON + timedelta(days=1))] == ["objection"]


@pytest.mark.django_db
def test_two_sources_hold_independently():
    place("challenge:1")
    place("order:9", kind="order")

    services.release(ref=LOT, source_ref="challenge:1", actor=CLOCK)

    assert [h.source_ref for h in selectors.standing(LOT)] == ["order:9"]


@pytest.mark.django_db
def test_one_source_cannot_hold_twice():
    place()

    with pytest.raises(Refused, match=r"hold\.doubled"):
        place()

    assert len(selectors.intervals(LOT)) == 1


@pytest.mark.django_db
def test_a_source_may_hold_again_after_release():
    place()
    services.release(ref=LOT, source_ref="challenge:1", actor=CLOCK)

    place()

    assert len(selectors.intervals(LOT)) == 2


@pytest.mark.django_db
def test_releasing_what_does_not_stand_is_refused_and_leaves_no_entry():
    with pytest.raises(Refused, match=r"hold\.none"):
        services.release(ref=LOT, source_ref="challenge:1", actor=CLOCK)

    assert not Entry.objects.filter(subject=LOT).exists()


@pytest.mark.django_db
@pytest.mark.parametrize("flaw", [{"kind": "mood"}, {"reason": ""}])
def test_nothing_is_stopped_without_a_known_kind_and_a_reason(flaw):
    with pytest.raises(ValueError, match=r"hold"):
        place(**flaw)


@pytest.mark.django_db
def test_listeners_hear_of_both_ends(monkeypatch):
    heard = []
    monkeypatch.setattr(services, "_listeners", [heard.append])

    place()
    services.release(ref=LOT, source_ref="challenge:1", actor=CLOCK)

    assert heard == [LOT, LOT]


def test_two_parallel_placements_of_one_source_leave_one_hold(fresh_db):
    outcomes, start = [], Barrier(2)

    def attempt():
        start.wait()
        try:
            place()
            outcomes.append("placed")
        except Refused:
            outcomes.append("refused")
        finally:
            connection.close()

    threads = [Thread(target=attempt) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(outcomes) == ["placed", "refused"]
    assert len(selectors.standing(LOT)) == 1
