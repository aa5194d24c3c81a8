"""Redis emptied while a real worker, beat and sequencer run: all that is due comes about from PostgreSQL, once."""

import os
import re
import subprocess
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import redis
from django.test import Client
from django.urls import reverse

from platform_site.celery import app
from platform_site.embedded import portal_processes
from platform_site.embedded.processes import Known, spawn, stop_groups
from platform_site.ledger import audit
from platform_site.ledger.models import Checkpoint, Entry, Position
from platform_site.messages.models import Message
from tests.browser import free_port
from tests.chaos.own_redis import url_of
from tests.databases import BASE
from tests.people import a_person
from trading.models import Letter, Lot, Notice
from trading.rehearsal.repertoire import cast_for

pytestmark = pytest.mark.chaos
PATIENCE, LOOK = 120, 0.2  # seconds


@pytest.fixture
def portal(fresh_db, cluster, store, files) -> Iterator[Callable[[], None]]:
    """Call it, and the portal's worker, beat and sequencer run over the test's database, folders and Redis."""
    started: list[Known] = []
    children: list[subprocess.Popen] = []

    def start() -> None:
        environment = {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "platform_site.settings",
            "PORTAL_LOCAL_DIR": str(files),
            "DATABASE_URL": cluster.url(user="portal_app", database=fresh_db),
            "REDIS_URL": url_of(store),
        }
        wanted = {"worker", "beat", "sequencer"}
        for spec in portal_processes.specs(run=files, host="127.0.0.1", port=free_port(), local=files):
            if spec.name in wanted:
                child = spawn(spec.command, log=files / f"{spec.name}.log", cwd=BASE, env=environment)
                children.append(child)
                started.append(Known.of(child.pid, spec.name))

    yield start
    stop_groups(started)
    for child in children:
        child.wait()


def until(reached: Callable[[], bool], store: redis.Redis, files: Path) -> int:
    """`reached` holds; Redis was emptied before every look. How often it was."""
    pause, emptied = threading.Event(), 0
    while not reached():
        assert emptied * LOOK < PATIENCE, "\n".join(path.read_text()[-1500:] for path in files.glob("*.log"))
        store.flushall()
        emptied += 1
        pause.wait(LOOK)
    return emptied


def mails(files: Path) -> Counter:
    """Mails that left, by their Message-ID."""
    texts = [path.read_text(errors="replace") for path in (files / "mail").glob("*")]
    return Counter(found for text in texts for found in re.findall(r"^Message-ID: (.*)$", text, re.MULTILINE))


def settled() -> bool:
    """Notice out, deadline kept, papers made, mails sent, everything under a checkpoint."""
    newest = Checkpoint.objects.order_by("-size").first()
    return (
        Lot.objects.get().state == "failed"
        and not Notice.objects.filter(paper__isnull=True).exists()
        and not Letter.objects.filter(paper__isnull=True).exists()
        and not Message.objects.filter(mail_state__in=("waiting", "sending", "handed")).exists()
        and newest is not None
        and newest.size >= Position.objects.filter(entry__event="notice.paper_rendered").count() + 2
        and not Entry.objects.filter(sealed=False, place__isnull=True).exists()
    )


def test_what_is_due_comes_about_though_redis_is_emptied_all_the_time(portal, play_until, store, files):
    """A notice waits for its minute, its bidding ends, texts and mails follow; legal time has passed them all."""
    play_until(cast_for(), "scheduled")
    assert Notice.objects.get().state == "scheduled"
    broker = url_of(store).replace("unix://", "redis+socket://", 1)
    with app.connection_for_write(broker) as link:
        for task in sorted({row["task"] for row in app.conf.beat_schedule.values()}):
            app.send_task(task, connection=link)
    assert store.dbsize() > 0

    store.flushall()
    assert store.dbsize() == 0
    portal()
    emptied = until(settled, store, files)

    assert emptied > 5
    assert Counter(Notice.objects.values_list("kind", "state")) == {
        ("tender", "published"): 1,
        ("failure", "published"): 1,
    }
    events = Counter(Entry.objects.values_list("event", flat=True))
    assert (events["lot.announced"], events["lot.bids_returned"], events["notice.paper_rendered"]) == (1, 1, 2)
    told = Message.objects.filter(mail_state="sent").count()
    sent = mails(files)
    assert told > 0
    assert (len(sent), set(sent.values())) == (told, {1})
    assert Message.objects.values("user", "dedupe").distinct().count() == Message.objects.count()
    assert (files / "ledger" / "checkpoint").exists()
    assert audit.verify().bad == []


def test_every_task_is_called_by_the_beat_and_carries_nothing():
    """So a wake-up call that is lost is made again, and none has to be remembered."""
    app.loader.import_default_modules()
    ours = {name for name in app.tasks if not name.startswith("celery.")}

    assert ours == {row["task"] for row in app.conf.beat_schedule.values()}
    assert all(not row.get("args") and not row.get("kwargs") for row in app.conf.beat_schedule.values())


def test_who_is_signed_in_and_who_is_locked_out_does_not_lie_in_redis(fresh_db, store, settings):
    settings.REDIS_URL = url_of(store)
    person, other = a_person(), a_person()
    for one in (person, other):
        one.set_password("江北水厂二期工程")
        one.save()
    signed_in, stranger = Client(), Client()
    signed_in.force_login(person)

    def attempt(password: str) -> int:
        return stranger.post(
            reverse("accounts:sign-in"), {"username": other.username, "password": password}
        ).status_code

    tries = [attempt("wrong") for _ in range(settings.AXES_FAILURE_LIMIT)]
    assert tries[-1] in (403, 429), tries

    assert store.dbsize() == 0
    store.flushall()

    assert signed_in.get("/messages/").status_code == 200
    assert attempt("江北水厂二期工程") in (403, 429)
