"""A Redis of one test's own: others may be using the run's."""

import contextlib
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis

from platform_site.embedded import redis_server
from platform_site.embedded.places import Places


@pytest.fixture
def store() -> Iterator[redis.Redis]:
    """The server runs while the test does."""
    run = Path(tempfile.mkdtemp(prefix="ggzy-redis-", dir="/tmp"))  # short enough for a socket's path
    where = Places(run, run, None)
    redis_server.start(where)
    with contextlib.closing(redis.Redis.from_url(redis_server.url(where))) as client:
        yield client
    redis_server.stop(where)
    shutil.rmtree(run)


def url_of(store: redis.Redis) -> str:
    """Its address."""
    return f"unix://{store.connection_pool.connection_kwargs['path']}"
