"""The stream process: a ticket opens exactly its topics, news arrives, a forged ticket gets nothing."""

import asyncio
import json
import uuid

import pytest
import redis

from platform_site import asgi
from platform_site.web import streams


async def listen(query: str, *, until: str, after_ready=lambda: None) -> tuple[int, str]:
    """The status and what was streamed until `until` came; `after_ready` runs once the listener is subscribed."""
    received, sent, done = "", {}, asyncio.Event()

    async def receive():
        await done.wait()
        return {"type": "http.disconnect"}

    async def send(message):
        nonlocal received
        if message["type"] == "http.response.start":
            sent["status"] = message["status"]
        else:
            fresh = message["body"].decode()
            received += fresh
            if "event: ready" in fresh:
                await asyncio.to_thread(after_ready)
            if until in received or sent["status"] != 200:
                done.set()

    scope = {"type": "http", "method": "GET", "path": "/stream/", "query_string": query.encode()}
    await asyncio.wait_for(asgi.application(scope, receive, send), 20)
    return sent["status"], received


@pytest.fixture
def hub(monkeypatch, redis_server):
    """A hub of this test's own event loop."""
    monkeypatch.setattr(asgi, "hub", asgi.Hub())
    return redis_server


def tell(url: str, topic: str, event: str, data: dict) -> None:
    """The news was heard by somebody."""
    line = json.dumps({"event": event, "data": data})
    assert redis.Redis.from_url(url).publish(streams.CHANNEL + topic, line), "nobody listens"


def test_news_of_a_ticket_s_topic_arrives_and_other_news_does_not(hub):
    mine, other = f"lot-{uuid.uuid4()}", f"lot-{uuid.uuid4()}"

    def news():
        tell(hub, other, "offer", {"price": "1.00"})
        tell(hub, mine, "offer", {"price": "2.00"})

    status, received = asyncio.run(
        listen(f"ticket={streams.ticket([mine])}", until='"price": "2.00"', after_ready=news)
    )

    assert status == 200
    assert f'event: offer\ndata: {{"topic": "{mine}", "price": "2.00"}}\n\n' in received
    assert "1.00" not in received


@pytest.mark.parametrize("query", ["", "ticket=", "ticket=x:y:z", "ticket={real}x"])
def test_a_missing_or_forged_ticket_gets_nothing(hub, query):
    status, received = asyncio.run(listen(query.format(real=streams.ticket(["a"])), until="never"))

    assert (status, received) == (403, "")


def test_a_ticket_ends_with_the_working_day(hub, monkeypatch):
    old = streams.ticket(["a"])
    monkeypatch.setattr(streams, "TICKET_SECONDS", -1)

    status, _ = asyncio.run(listen(f"ticket={old}", until="never"))

    assert status == 403


def test_a_listener_too_slow_for_its_news_is_let_go():
    async def crowd() -> bytes | None:
        hub = asgi.Hub()
        hub.reader = asyncio.create_task(asyncio.sleep(60))
        with hub.listening(["a"]) as queue:
            for _ in range(asgi.PENDING_MOST + 50):
                hub._tell(["a"], b"x")
            taken = [queue.get_nowait() for _ in range(queue.qsize())]
        hub.reader.cancel()
        return taken[-1]

    assert asyncio.run(crowd()) is None


def test_an_act_does_not_fail_for_want_of_redis(settings, django_capture_on_commit_callbacks, db, caplog):
    settings.REDIS_URL = "unix:///nowhere/redis.sock"

    with django_capture_on_commit_callbacks(execute=True):
        streams.publish("a", "offer", {})

    assert "no live news on stream:a" in caplog.text


def test_news_of_a_rolled_back_act_is_never_told(redis_server, db):
    from django.db import transaction

    topic = f"lot-{uuid.uuid4()}"
    listener = redis.Redis.from_url(redis_server).pubsub()
    listener.subscribe(streams.CHANNEL + topic)
    assert listener.get_message(timeout=5)["type"] == "subscribe"

    with transaction.atomic():
        streams.publish(topic, "offer", {})
        transaction.set_rollback(True)

    assert listener.get_message(timeout=0.2) is None
