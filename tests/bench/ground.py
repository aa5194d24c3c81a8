"""Where it is measured: a durable PostgreSQL of the bench's own, a fresh clone for every row, and the machine."""

import contextlib
import os
import platform
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

from platform_site import clock
from platform_site.embedded import borrowing, postgres
from tests import databases

HOME = databases.BASE / ".local" / "bench"


@dataclass
class Ground:
    """What a row measures on.

    Attributes:
        cluster: the bench's own server, with fsync, as a production server has it.
    """

    cluster: databases.Cluster
    template: str
    options: Any

    @contextlib.contextmanager
    def scratch(self) -> Iterator[str]:
        """Within, `default` is a new clone of the template, and files, keys and record are new too. Its name."""
        from django.conf import settings

        name = databases.clone(self.cluster, self.template)
        before = {key: getattr(settings, key) for key in ("MEDIA_ROOT", "LEDGER_DIR", "KEYS_DIR", "REDIS_URL")}
        with tempfile.TemporaryDirectory(prefix="bench-", dir=HOME) as folder:
            for key in ("MEDIA_ROOT", "LEDGER_DIR", "KEYS_DIR"):
                setattr(settings, key, Path(folder) / key.split("_")[0].lower())
            settings.REDIS_URL = self.cluster.redis_url
            try:
                with databases.behind_default(self.cluster, name):
                    yield name
            finally:
                for key, value in before.items():
                    setattr(settings, key, value)
                databases.drop(self.cluster, name)


@contextlib.contextmanager
def ground(options: Any) -> Iterator[Ground]:
    """The bench's server runs, its template is migrated."""
    HOME.mkdir(parents=True, exist_ok=True)
    databases.TEST_HOME.mkdir(parents=True, exist_ok=True)
    with borrowing.servers(HOME) as where:
        server = databases.Cluster(
            {"host": str(where.run), "user": postgres.SUPERUSER}, borrowing.addresses(where)["REDIS_URL"]
        )
        databases.sweep(server)
        yield Ground(server, databases.template(server), options)


def machine() -> dict[str, Any]:
    """What the figures were taken on, and how busy it was at the time."""
    cpu = next(
        (line.split(":")[1].strip() for line in _read("/proc/cpuinfo").splitlines() if line.startswith("model name")),
        "",
    )
    return {
        "cores": os.cpu_count(),
        "cpu": cpu or platform.processor(),
        "memory_gb": round(psutil.virtual_memory().total / 2**30, 1),
        "system": f"{platform.system()} {platform.release()}",
        "python": platform.python_version(),
        "disk_free_gb": round(shutil.disk_usage(databases.BASE).free / 2**30, 1),
        "load_average": [round(one, 2) for one in os.getloadavg()],
        "at": clock.machine().isoformat(timespec="seconds"),
    }


def postgres_facts(cluster: databases.Cluster) -> dict[str, str]:
    """The server's version and what makes it durable or fast."""
    with contextlib.closing(cluster.connect()) as connection, connection.cursor() as cursor:
        names = ("server_version", "fsync", "synchronous_commit", "shared_buffers")
        found = {}
        for name in names:
            cursor.execute(f"SHOW {name}")
            found[name] = cursor.fetchone()[0]
        return found


def _read(path: str) -> str:
    try:
        return Path(path).read_text()
    except OSError:
        return ""


def timed(work: Callable[[], Any]) -> float:
    """Seconds `work` takes."""
    began = time.perf_counter()
    work()
    return time.perf_counter() - began
