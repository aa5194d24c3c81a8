"""Whether this process can serve, and the same for a monitoring system. No counts of anything anybody filed."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import redis
from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

from platform_site import clock

DRIFT_MS = 100  # design §3: beyond it this node refuses filings
REDIS_SECONDS = 1


@dataclass(frozen=True, slots=True)
class Readiness:
    """What was found.

    Attributes:
        database: it answers.
        migrations: it has every migration of this code.
        skew_ms: how far the clocks differ, without a sign; None where the database is away.
        redis: it answers. Losing it loses nothing, so it does not count.
    """

    database: bool
    migrations: bool
    skew_ms: float | None
    redis: bool

    @property
    def ready(self) -> bool:
        """This process may be given requests."""
        return self.database and self.migrations and self.skew_ms is not None and self.skew_ms <= DRIFT_MS

    def as_json(self) -> dict[str, Any]:
        """For /readyz."""
        return {
            "ready": self.ready,
            "face": settings.FACE,
            "mode": settings.MODE,
            "database": self.database,
            "migrations": self.migrations,
            "redis": self.redis,
            "clock_skew_ms": self.skew_ms,
        }


def look() -> Readiness:
    """How this process stands. Two queries and a PING."""
    try:
        skew = _skew_ms()
        applied = MigrationRecorder(connection).applied_migrations()
    except DatabaseError:
        return Readiness(False, False, None, _redis())
    return Readiness(True, known() <= set(applied), skew, _redis())


@lru_cache(maxsize=1)
def known() -> frozenset[tuple[str, str]]:
    """Every migration of this code, (label, name)."""
    return frozenset(MigrationLoader(None, ignore_no_migrations=True).disk_migrations)


def _skew_ms() -> float:
    """Measured around one query, so half the round trip is allowed for."""
    before = clock.machine()
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        told = cursor.fetchone()[0]
    after = clock.machine()
    return round(abs((told - (before + (after - before) / 2)).total_seconds()) * 1000, 1)


def _redis() -> bool:
    try:
        with redis.Redis.from_url(
            settings.REDIS_URL, socket_timeout=REDIS_SECONDS, socket_connect_timeout=REDIS_SECONDS
        ) as client:
            return bool(client.ping())
    except (redis.RedisError, OSError):
        return False
