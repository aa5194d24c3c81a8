"""Uploads nobody came back for go away, rows and bytes; what was filed, and what is young, stays."""

import threading
from datetime import timedelta

import pytest
from django.db import connection, connections, transaction

from platform_site import clock
from platform_site.accounts.refusals import Refused
from platform_site.celery import app
from platform_site.sealing import services, tasks
from platform_site.sealing.models import Envelope, Part, Upload
from platform_site.sealing.services import sweeping
from platform_site.sealing.storage import ciphertext_path
from tests.sealing.world import ALPHA

SECOND = timedelta(seconds=1)


@pytest.fixture(autouse=True)
def own_files(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "files"


@pytest.fixture
def aged(monkeypatch):
    """Call `aged(by)`: the machine's clock has gone on by that much since."""
    real = clock.machine

    def go(by):
        monkeypatch.setattr(clock, "machine", lambda: real() + by)

    return go


def stored(content=b"sealed bytes", **more):
    return services.upload_store(owner_ref=ALPHA, content=content, must_be_sealed=False, **more)


def begun(key="begun"):
    return services.upload_begin(owner_ref=ALPHA, key=key, size=5, sha256="00" * 32)


def filed(upload):
    """The upload is part of an envelope, by the rows a filing writes."""
    envelope = Envelope.objects.create(
        lot_ref="lot:T-2026-1/1", subject_code=ALPHA, purpose="bid", header={}, header_sha256=str(upload.pk),
        signature="", public_key="", wraps={}, recipient="", owner_recipient="", arrived_at=clock.now(),
    )  # fmt: skip
    Part.objects.create(envelope=envelope, number=0, upload=upload)


def gone(upload):
    return not Upload.objects.filter(pk=upload.pk).exists() and not ciphertext_path(upload.pk).exists()


@pytest.mark.django_db
def test_unfinished_and_unfiled_uploads_of_last_week_are_gone_with_their_bytes(aged):
    never_sent, never_filed = begun(), stored()
    aged(services.ABANDONED_AFTER + SECOND)

    tasks.abandoned_uploads()

    assert gone(never_sent)
    assert gone(never_filed)


@pytest.mark.django_db
def test_within_the_week_nothing_is_touched(aged):
    upload = stored()
    aged(services.ABANDONED_AFTER - SECOND * 10)

    assert services.uploads_sweep() == 0
    assert ciphertext_path(upload.pk).exists()


@pytest.mark.django_db
def test_what_an_envelope_refers_to_stays_however_old(aged):
    upload = stored()
    filed(upload)
    aged(timedelta(days=4000))

    assert services.uploads_sweep() == 0
    assert ciphertext_path(upload.pk).read_bytes() == b"sealed bytes"


@pytest.mark.django_db
def test_moving_the_provinces_clock_ages_no_upload(at):
    upload = stored()
    at(clock.now() + timedelta(days=400))

    assert services.uploads_sweep() == 0
    assert not gone(upload)


@pytest.mark.django_db
def test_more_than_one_batch_goes_in_one_round(aged, monkeypatch):
    monkeypatch.setattr(sweeping, "BATCH", 2)
    for number in range(5):
        begun(str(number))
    aged(services.ABANDONED_AFTER + SECOND)

    assert services.uploads_sweep() == 5


@pytest.mark.django_db
def test_broken_off_before_the_commit_the_next_round_finds_it_again(aged):
    upload = stored()
    aged(services.ABANDONED_AFTER + SECOND)
    with transaction.atomic():
        services.uploads_sweep()
        transaction.set_rollback(True)

    assert Upload.objects.filter(pk=upload.pk).exists()
    assert services.uploads_sweep() == 1
    assert gone(upload)


@pytest.mark.django_db
def test_a_filing_that_committed_between_look_and_lock_keeps_its_part(aged, monkeypatch):
    upload = stored()
    aged(services.ABANDONED_AFTER + SECOND)
    monkeypatch.setattr(sweeping, "failpoint", lambda _: filed(upload))

    assert services.uploads_sweep() == 0
    assert ciphertext_path(upload.pk).exists()


@pytest.mark.django_db
def test_who_comes_back_too_late_is_refused_and_leaves_no_bytes_behind(aged):
    upload = begun()
    token = services.upload_token(upload.pk)
    aged(services.ABANDONED_AFTER + SECOND)
    services.uploads_sweep()

    with pytest.raises(Refused, match=r"upload\.unknown"):
        services.upload_append(upload_id=upload.pk, token=token, offset=0, chunk=b"x", sha256="00" * 32)
    assert not ciphertext_path(upload.pk).exists()


def test_what_a_filing_holds_in_another_connection_is_passed_over(fresh_db, aged):
    held, free = stored(b"held"), stored(b"free")
    aged(services.ABANDONED_AFTER + SECOND)
    holding, swept = threading.Event(), threading.Event()

    def file():
        with transaction.atomic():
            upload = Upload.objects.select_for_update(no_key=True).get(pk=held.pk)
            holding.set()
            swept.wait(30)
            filed(upload)
        connections.close_all()

    filing = threading.Thread(target=file)
    filing.start()
    assert holding.wait(30)
    removed = services.uploads_sweep()
    swept.set()
    filing.join(30)

    assert removed == 1
    assert gone(free)
    assert Part.objects.filter(upload=held).exists()
    assert ciphertext_path(held.pk).read_bytes() == b"held"


def test_a_filing_that_comes_while_the_sweep_holds_the_row_finds_nothing_to_file(fresh_db, aged, monkeypatch):
    upload = stored()
    aged(services.ABANDONED_AFTER + SECOND)
    found = []

    def look():
        with transaction.atomic():
            found.extend(Upload.objects.select_for_update(no_key=True).filter(pk=upload.pk))
        connections.close_all()

    filing = threading.Thread(target=look)

    def start_and_wait_until_it_waits(_):
        filing.start()
        assert _waits_for_a_lock()

    monkeypatch.setattr(sweeping, "failpoint", start_and_wait_until_it_waits)

    removed = sweeping._sweep_batch()
    filing.join(30)

    assert removed == 1
    assert found == []
    assert gone(upload)


def _waits_for_a_lock() -> bool:
    """Whether another connection to this database soon waits for a lock of ours."""
    ours = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    for _ in range(2000):
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_stat_clear_snapshot()")
            cursor.execute(ours)
            if cursor.fetchone()[0]:
                return True
    return False


def test_the_beat_asks_for_it():
    assert tasks.abandoned_uploads.name in {row["task"] for row in app.conf.beat_schedule.values()}
