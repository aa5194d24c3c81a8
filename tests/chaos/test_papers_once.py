"""Papers under kills, two workers and a Redis that forgot everything: each is made once, with one entry."""

import hashlib
import os
from pathlib import Path
from threading import Barrier, Thread

import pytest
from django.conf import settings
from django.db import connection

from platform_site import ledger
from platform_site.failpoints import KILLED
from platform_site.ledger.models import Entry
from tests.ledger import children
from tests.trading import papers_world as w
from trading.models import Letter, Notice, StoredFile
from trading.services import papers

pytestmark = pytest.mark.chaos

KILLS = ("paper.after_moment", "paper.before_write", "file_store.before_rename", "paper.after_write",
         "paper.before_commit", "paper.after_commit")  # fmt: skip


@pytest.fixture
def life(fresh_db, files):
    papers._later.clear()
    return w.lived("bidding", "happy")


def entries(row) -> list[Entry]:
    """The entries of this row's paper."""
    return list(Entry.objects.about(row.ledger_ref).filter(event__endswith=".paper_rendered"))


def whole(row) -> None:
    """One paper, one entry, one stored row, and the file is what the entry says."""
    row.refresh_from_db()
    (entry,) = entries(row)
    content = (Path(settings.MEDIA_ROOT) / row.paper.path).read_bytes()
    assert hashlib.sha256(content).hexdigest() == row.paper.sha256 == entry.facts["sha256"]
    assert StoredFile.objects.filter(content_type="application/pdf").count() == 1
    # Made again after a kill it has the same bytes: nothing lies on disk that no row names.
    folder = Path(settings.MEDIA_ROOT) / "documents"
    kept = {path.name for path in folder.rglob("*") if path.is_file() and not path.name.startswith(".")}
    assert kept == set(StoredFile.objects.values_list("sha256", flat=True))
    assert Entry.objects.filter(event=papers.NAMED).count() == 1


@pytest.mark.parametrize("place", KILLS)
def test_a_kill_at_any_step_leaves_one_paper_and_one_entry(life, place):
    notice = life.notice("tender")

    def killed() -> None:
        os.environ["PORTAL_FAILPOINT"] = place
        papers.paper_make(Notice, notice.pk)

    assert children.wait(children.start(killed)) == KILLED
    assert len(entries(notice)) == (1 if place == "paper.after_commit" else 0)

    papers.make_due()
    papers.make_due()

    whole(notice)


def test_two_workers_make_each_paper_once(life, settings):
    settings.PAPERS_AT_ONCE = 2
    notice, start, made = life.notice("tender"), Barrier(2), []

    def work() -> None:
        start.wait()
        try:
            made.append(papers.make_due())
        finally:
            connection.close()

    threads = [Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(made) == [0, 1]
    whole(notice)


def test_two_that_both_set_the_page_still_write_it_once(life, monkeypatch):
    """Without the claim (a server between us and the database may lend sessions around) the row lock still holds."""
    import contextlib

    notice, start, made = life.notice("tender"), Barrier(2), []

    @contextlib.contextmanager
    def everybody(name):
        yield True

    monkeypatch.setattr(papers, "claimed", everybody)
    setting = papers.render

    def render(sheet):
        document = setting(sheet)
        start.wait()
        return document

    monkeypatch.setattr(papers, "render", render)

    def work() -> None:
        try:
            made.append(papers.paper_make(Notice, notice.pk))
        finally:
            connection.close()

    threads = [Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sum(one is not None for one in made) == 1
    whole(notice)


def test_the_beat_finds_what_an_emptied_redis_forgot(life, redis_server):
    """The wake-up call lay in Redis and is gone; the task that the beat sends carries nothing and finds the row."""
    import redis

    from platform_site.celery import app
    from trading import tasks

    store = redis.Redis.from_url(redis_server)
    broker = redis_server.replace("unix://", "redis+socket://", 1)
    queue = f"papers-test-{os.getpid()}"
    with app.connection_for_write(broker) as link:
        app.send_task("trading.tasks.papers_due", connection=link, queue=queue)
        assert store.llen(queue) == 1
        store.delete(queue)
        assert store.llen(queue) == 0

    (due,) = [row for row in app.conf.beat_schedule.values() if row["task"] == "trading.tasks.papers_due"]
    assert due["schedule"] <= 5
    tasks.papers_due()

    whole(life.notice("tender"))


def test_nothing_is_made_before_the_record_covers_the_act(fresh_db, files):
    life = w.lived("bidding", "happy", sealed=False)
    papers._later.clear()

    assert papers.make_due() == 0

    papers._later.clear()
    ledger.sequence_once()
    assert papers.make_due() == 1
    whole(life.notice("tender"))
    assert not Letter.objects.exists()
