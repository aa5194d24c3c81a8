"""The stream process: server-sent events under /stream/ and nothing else. No ORM, no session, no page.

One Redis subscription serves every listener. A listener too slow to take its news is let go; its browser comes back
and asks the page's replay address for what it missed.
"""

import asyncio
import contextlib
import json
import logging
import os
from collections import defaultdict
from typing import Any
from urllib.parse import parse_qs

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "platform_site.settings")

import redis.asyncio as redis
from django.conf import settings
from django.core import signing

from platform_site.web import streams

logger = logging.getLogger(__name__)
HEARTBEAT_SECONDS = 15
PENDING_MOST = 256


class Hub:
    """Who listens to which topic, fed by one subscription that reconnects by itself."""

    def __init__(self) -> None:
        self.listeners: dict[str, set[asyncio.Queue[bytes | None]]] = defaultdict(set)
        self.reader: asyncio.Task[None] | None = None
        self.subscribed = asyncio.Event()

    @contextlib.contextmanager
    def listening(self, topics: list[str]):
        """Within, the queue receives the frames of `topics`; None means: too slow, go."""
        queue: asyncio.Queue[bytes | None] = asyncio.Queue(PENDING_MOST + 1)
        if self.reader is None or self.reader.done():
            self.reader = asyncio.create_task(self._read())
        for topic in topics:
            self.listeners[topic].add(queue)
        try:
            yield queue
        finally:
            for topic in topics:
                self.listeners[topic].discard(queue)
                if not self.listeners[topic]:
                    del self.listeners[topic]

    async def _read(self) -> None:
        """Forward for ever. A lost Redis costs a second's pause; on return everybody is told to look again."""
        lost = False
        while True:
            try:
                async with redis.Redis.from_url(settings.REDIS_URL) as client, client.pubsub() as subscription:
                    await subscription.psubscribe(streams.CHANNEL + "*")
                    async for message in subscription.listen():
                        if message["type"] == "psubscribe":
                            self.subscribed.set()
                            if lost:
                                self._tell(list(self.listeners), frame("resume", {}))
                        elif message["type"] == "pmessage":
                            topic = message["channel"].decode().removeprefix(streams.CHANNEL)
                            news = json.loads(message["data"])
                            self._tell([topic], frame(news["event"], news["data"], topic))
            except (redis.RedisError, OSError, ValueError) as error:
                logger.warning("the stream lost Redis: %s", error)
                lost = True
                self.subscribed.clear()
                await asyncio.sleep(1)

    def _tell(self, topics: list[str], line: bytes) -> None:
        for topic in topics:
            for queue in tuple(self.listeners.get(topic, ())):
                if queue.qsize() < PENDING_MOST:
                    queue.put_nowait(line)
                elif not queue.full():
                    queue.put_nowait(None)


def frame(event: str, data: Any, topic: str = "") -> bytes:
    """One server-sent event. Its data is one line of JSON."""
    name = "".join(letter for letter in event if letter.isalnum() or letter in "._-:")
    body = json.dumps({"topic": topic, **data} if topic else data, ensure_ascii=False)
    return f"event: {name}\ndata: {body}\n\n".encode()


hub = Hub()


async def application(scope: dict[str, Any], receive: Any, send: Any) -> None:
    """ASGI: a stream for a good ticket, 403 for a bad one, 404 for anything else."""
    if scope["type"] == "lifespan":
        await _lifespan(receive, send)
        return
    if scope["type"] != "http" or scope["method"] != "GET":
        await _refuse(send, 404)
        return
    if scope["path"] == "/stream/health":
        await _refuse(send, 204)
        return
    if scope["path"] != "/stream/":
        await _refuse(send, 404)
        return
    given = parse_qs(scope["query_string"].decode("latin-1")).get("ticket", [""])[0]
    try:
        topics = streams.topics_of(given)
    except signing.BadSignature:
        await _refuse(send, 403)
        return
    await _stream(topics, receive, send)


async def _stream(topics: list[str], receive: Any, send: Any) -> None:
    headers = [
        (b"content-type", b"text/event-stream; charset=utf-8"),
        (b"cache-control", b"no-store"),
        (b"x-accel-buffering", b"no"),
    ]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    with hub.listening(topics) as queue:
        # The browser hears "ready" only after Redis has us subscribed: what it then replays leaves no gap. Without
        # Redis it is let in all the same and hears "resume" later.
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(hub.subscribed.wait(), 3)
        await send({"type": "http.response.body", "body": b"retry: 1000\n" + frame("ready", {}), "more_body": True})
        gone = asyncio.create_task(_until_gone(receive))
        try:
            while not gone.done():
                taking = asyncio.create_task(queue.get())
                await asyncio.wait({gone, taking}, timeout=HEARTBEAT_SECONDS, return_when=asyncio.FIRST_COMPLETED)
                if taking.done():
                    line = taking.result()
                    if line is None:
                        break
                else:
                    taking.cancel()
                    line = b": still here\n\n"
                if not gone.done():
                    await send({"type": "http.response.body", "body": line, "more_body": True})
        finally:
            gone.cancel()
    with contextlib.suppress(Exception):
        await send({"type": "http.response.body", "body": b"", "more_body": False})


async def _until_gone(receive: Any) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def _refuse(send: Any, status: int) -> None:
    await send({"type": "http.response.start", "status": status, "headers": [(b"cache-control", b"no-store")]})
    await send({"type": "http.response.body", "body": b""})


async def _lifespan(receive: Any, send: Any) -> None:
    while True:
        message = await receive()
        await send({"type": f"{message['type']}.complete"})
        if message["type"] == "lifespan.shutdown":
            return
