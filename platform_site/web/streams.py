"""Live pages: who may listen to what, and how news gets out.

A page renders `ticket([...])` into its stream address after asking the policy; the stream process (platform_site.asgi)
checks the signature and nothing else. News is a nudge, never the record: a browser that missed some asks the page's
own replay address. So losing Redis loses nothing, and `publish` never fails an act.
"""

import json
import logging
from collections.abc import Mapping, Sequence
from typing import Any

import redis
from django.conf import settings
from django.core import signing
from django.db import transaction

logger = logging.getLogger(__name__)
SALT = "portal.stream"
CHANNEL = "stream:"
TICKET_SECONDS = 8 * 3600


def ticket(topics: Sequence[str]) -> str:
    """A signed permission to listen to `topics`, good for eight hours. Ask the policy before making one."""
    return signing.dumps(list(topics), salt=SALT, compress=False)


def topics_of(ticket_text: str) -> list[str]:
    """The topics of a ticket made by `ticket`.

    Raises:
        signing.BadSignature: forged, or older than eight hours.
    """
    return signing.loads(ticket_text, salt=SALT, max_age=TICKET_SECONDS)


def address(topics: Sequence[str]) -> str:
    """The address of the event stream of `topics`, ticket included."""
    return f"/stream/?ticket={ticket(topics)}"


def publish(topic: str, event: str, data: Mapping[str, Any]) -> None:
    """Once the transaction has committed, listeners of `topic` are told. Nobody waits, nothing fails, without Redis."""
    line = json.dumps({"event": event, "data": data}, ensure_ascii=False, default=str)
    transaction.on_commit(lambda: _send(CHANNEL + topic, line), robust=True)


_clients: dict[str, redis.Redis] = {}


def _send(channel: str, line: str) -> None:
    url = settings.REDIS_URL
    try:
        if url not in _clients:
            _clients[url] = redis.Redis.from_url(url, socket_timeout=0.5, socket_connect_timeout=0.5)
        _clients[url].publish(channel, line)
    except redis.RedisError as error:
        logger.warning("no live news on %s: %s", channel, error)
