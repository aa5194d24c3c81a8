"""Where it is measured: a durable PostgreSQL of the bench's own, a fresh clone for every row, and the machine."""

import contextlib
import os
import platform
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil

from platform_site import clock
from platform_site.embedded import borrowing, postgres
from platform_site.embedded import databases as embedded
from tests import databases
from tests.bench.filled import fill

HOME = databases.BASE / ".local" / "bench"


@dataclass
class Ground:
    """What a row measures on.

    Attributes:
        cluster: the bench's own server, with fsync, as a production server has it.
        options: what was asked for; `notices` is the size the row is measured at.
        filling: how long it took to make that many notices; empty where they stood already.
    """

    cluster: databases.Cluster
    template: str
    options: Any
    filling: dict[str, float] = field(default_factory=dict)

    def filled(self) -> str:
        """The name of a template with as many listed notices as this run asks for; made once, kept for other runs."""
        name = f"filled_{self.template.removeprefix('tpl_')}_{self.options.notices}"
        with contextlib.closing(self.cluster.connect()) as connection:
            if embedded.exists(connection, name):
                return name
            for old in self._filled_otherwise(connection):
                embedded.drop(connection, old)
            draft = databases.clone(self.cluster, self.template)
            try:
                with contextlib.closing(self.cluster.connect(draft)) as superuser:
                    self.filling = fill(superuser, self.options.notices, clock.machine())
                embedded.rename(connection, draft, name)
            except BaseException:
                embedded.drop(connection, draft)
                raise
        return name

    def _filled_otherwise(self, connection: Any) -> list[str]:
        """Filled templates of another schema."""
        with connection.cursor() as cursor:
            cursor.execute("SELECT datname FROM pg_database WHERE datname LIKE 'filled\\_%'")
            mine = f"filled_{self.template.removeprefix('tpl_')}_"
            return [name for (name,) in cursor.fetchall() if not name.startswith(mine)]

    @contextlib.contextmanager
    def scratch(self, *, filled: bool = False) -> Iterator[str]:
        """Within, `default` is a new clone of the template, and files, keys and record are new too. Its name.

        Args:
            filled: with the notices of this run's size.
        """
        from django.conf import settings

        name = databases.clone(self.cluster, self.filled() if filled else self.template)
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
