"""Is everything alive: the status page, the operator's, health and metrics. None of them counts what anybody filed."""

from datetime import timedelta

import pytest
from django.db import DatabaseError
from django.test import Client

from disclosure import vitals
from platform_site import clock, ledger
from platform_site.accounts.actors import CONSOLE
from platform_site.celery import app
from platform_site.ledger.models import Entry
from platform_site.web import heartbeats, readiness
from platform_site.web.models import Heartbeat

pytestmark = pytest.mark.django_db
SECOND = timedelta(seconds=1)


@pytest.fixture(autouse=True)
def own_record(settings, tmp_path):
    settings.LEDGER_DIR, settings.KEYS_DIR = tmp_path / "ledger", tmp_path / "keys"
    heartbeats.forget_written()


@pytest.fixture
def later(monkeypatch):
    """later(seconds): the wall clock goes on."""
    now = clock.machine()

    def move(seconds):
        monkeypatch.setattr(clock, "machine", lambda: now + seconds * SECOND)
        heartbeats.forget_written()

    move(0)
    return move


def job(name="lots-due"):
    return next(one for one in heartbeats.jobs() if one.name == name)


def test_every_job_of_the_schedule_has_a_name_people_understand():
    assert set(heartbeats.TITLES) == set(app.conf.beat_schedule)


@pytest.mark.parametrize(("seconds", "state"), [(0, "running"), (29, "running"), (31, "late"), (121, "stopped")])
def test_a_job_that_was_not_heard_of_is_late_and_then_stopped(later, seconds, state):
    heartbeats.beat("lots-due")

    later(seconds)

    assert job().state == state


def test_since_when_it_runs_is_kept_through_short_pauses_and_not_through_a_gap(later):
    heartbeats.beat("lots-due")
    began = job().since
    later(60)
    heartbeats.beat("lots-due")
    assert job().since == began

    later(60 + 600)
    heartbeats.beat("lots-due")

    assert job().since == began + 660 * SECOND


def test_a_job_that_runs_every_second_writes_once_in_five(django_assert_num_queries):
    with django_assert_num_queries(1):
        for _ in range(20):
            heartbeats.beat("lots-due")


def test_a_task_that_ended_well_is_heard_of_and_one_that_failed_is_not(monkeypatch):
    from trading import tasks

    monkeypatch.setattr("trading.services.ticks.disclose_ready", lambda: 1 / 0)

    tasks.tick.apply()
    tasks.disclose_ready.apply()

    assert set(Heartbeat.objects.values_list("name", flat=True)) == {"lots-due"}


def test_the_page_says_what_runs_and_what_does_not(client, later):
    ledger.sequence_once()
    heartbeats.beat("lots-due")
    heartbeats.beat("papers-due")
    later(40)
    heartbeats.beat("papers-due")

    page = client.get("/status/").content.decode()

    assert "有延迟" in page
    assert "40 秒前" in page
    assert vitals.vitals().sequencer == "late"


def test_when_all_runs_it_says_so(client):
    ledger.sequence_once()
    for name in app.conf.beat_schedule:
        heartbeats.beat(name)

    assert "全部正常" in client.get("/status/").content.decode()


def test_an_empty_platform_is_not_well(client):
    answer = client.get("/status/")

    assert answer.status_code == 200
    assert "有延迟" in answer.content.decode()


def test_declared_outages_stand_on_the_page_as_the_record_tells_them(client):
    from django.db import transaction

    began = clock.machine()
    with transaction.atomic():
        for number, until in ((1, began + SECOND), (2, None)):
            facts = {"from": began, "until": until, "failed": f"机房断电 {number}", "evidence": "", "state": "over"}
            ledger.append("outage.declared", subject=f"outage:{number}", actor=CONSOLE, facts=facts)
        ledger.append("outage.ended", subject="outage:2", actor=CONSOLE, facts={"until": began + SECOND})
    ledger.sequence_once()

    assert [one["failed"] for one in vitals.outages()] == ["机房断电 2", "机房断电 1"]
    assert "尚未恢复" not in client.get("/status/").content.decode()


# -- metrics ----------------------------------------------------------------------------------------------------------


def test_metrics_are_for_the_operators_network_alone(client, settings):
    assert client.get("/metrics").status_code == 200
    assert client.get("/metrics", REMOTE_ADDR="192.0.2.7").status_code == 404
    assert client.get("/metrics", REMOTE_ADDR="127.0.0.1", HTTP_X_FORWARDED_FOR="192.0.2.7").status_code == 404
    settings.METRICS_FROM = ["192.0.2.0/24"]
    assert client.get("/metrics", REMOTE_ADDR="192.0.2.7").status_code == 200


def test_a_sealed_entry_changes_no_number_of_the_metrics(client, later):
    """What a filing leaves behind before the opening; tests/security/test_two_worlds.py does it with a whole rival."""
    from django.db import transaction

    later(0)
    ledger.sequence_once()
    before = client.get("/metrics").content.decode()

    with transaction.atomic():
        ledger.append("drill.filed", subject="drill:1", actor=CONSOLE, facts={}, sealed=True)

    assert client.get("/metrics").content.decode() == before
    assert Entry.objects.filter(sealed=True).count() == 1


def test_metrics_are_in_prometheus_own_form(client):
    heartbeats.beat("lots-due")

    lines = client.get("/metrics").content.decode().splitlines()

    assert 'portal_job_up{job="lots-due"} 1' in lines
    assert all(line.startswith("#") or len(line.rsplit(" ", 1)) == 2 for line in lines)
    assert "lot:" not in "".join(lines)


# -- health -----------------------------------------------------------------------------------------------------------


def test_a_process_whose_database_is_away_is_live_and_not_ready(client, monkeypatch):
    def away():
        raise DatabaseError("gone")

    monkeypatch.setattr(readiness, "_skew_ms", away)

    assert client.get("/healthz").content == b"ok\n"
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()["database"]) == (503, False)


def test_code_that_is_ahead_of_its_schema_is_not_ready(client, monkeypatch):
    monkeypatch.setattr(readiness, "known", lambda: frozenset({("trading", "9999_from_the_future")}))

    answer = client.get("/readyz")

    assert (answer.status_code, answer.json()["migrations"]) == (503, False)


def test_a_clock_that_differs_by_more_than_a_tenth_of_a_second_is_not_ready(client, later):
    later(60)

    assert client.get("/readyz").status_code == 503


def test_redis_may_be_away(client, settings):
    settings.REDIS_URL = "redis://127.0.0.1:9/0"

    answer = client.get("/readyz")

    assert (answer.status_code, answer.json()["redis"]) == (200, False)


def test_a_person_without_the_duty_finds_no_page_of_the_operators():
    assert Client().get("/status/operations/").status_code == 302
