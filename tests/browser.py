"""A real browser before a real portal: web, stream, worker, beat and sequencer behind one origin.

`live_portal` runs on a clone of the empty template; it stands for the whole session in a folder of its own, and the
test's own ORM looks into the same database. Tests share what earlier ones left: make your own things. Whoever moves the
clock or wants a seeded province asks `running_portal` for a portal of his own.
"""

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from platform_site.embedded import preparing, redis_server, typefaces
from platform_site.embedded.databases import APP
from platform_site.embedded.places import places
from tests import databases

START_SECONDS = 90


@dataclass(frozen=True)
class Portal:
    """A running portal: its origin (no slash at the end), its database's name, its Redis, its folder.

    Attributes:
        environment: of the portal's own processes; a management command run with it is the portal's.
    """

    url: str
    database: str
    redis_url: str
    local: Path
    environment: dict[str, str] = field(repr=False)


def free_port() -> int:
    """A port nobody listens on just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextlib.contextmanager
def running_portal(
    cluster: databases.Cluster, template: str, *, seed: Sequence[str] = (), **settings_too: str
) -> Iterator[Portal]:
    """Within, a supervisor serves a clone of the template. It and all its processes are gone afterwards.

    Args:
        seed: what Python runs in the portal's environment before its processes start.
        settings_too: more of that environment.
    """
    from django.conf import settings

    # Two portals of one session each have their own files, keys and supervisor.
    local = Path(os.environ["PORTAL_LOCAL_DIR"]) / f"portal-{uuid.uuid4().hex[:8]}"
    local.mkdir()
    name = databases.clone(cluster, template)
    where = places(local)
    redis_server.start(where)
    port = free_port()
    servers = {
        "DATABASE_URL": cluster.url(user=APP, database=name),
        "REDIS_URL": redis_server.url(where),
        "PORTAL_SECRET_KEY": settings.SECRET_KEY,
        "PORT": str(port),
    }
    environment = {**preparing.environment(local, f"http://127.0.0.1:{port}", servers), **settings_too}
    log = local / "portal.log"
    try:
        (local / "tmp").mkdir(exist_ok=True)
        with log.open("ab") as out:
            # As under `make run`: the first page shows what was seeded, the worker goes on from there.
            for command in (seed, ["manage.py", "project"]) if seed else ():
                seeded = subprocess.run(
                    [sys.executable, *command], cwd=databases.BASE, env=environment, stdout=out, stderr=out, check=False
                )
                if seeded.returncode:
                    pytest.fail(f"the portal could not be seeded:\n{log.read_text(errors='replace')[-3000:]}")
            supervisor = subprocess.Popen(
                [sys.executable, "-m", "platform_site.embedded.supervisor"],
                cwd=databases.BASE, env=environment, stdout=out, stderr=out, start_new_session=True,
            )  # fmt: skip
        try:
            _wait(supervisor, port, log)
            yield Portal(f"http://127.0.0.1:{port}", name, servers["REDIS_URL"], local, environment)
        finally:
            supervisor.send_signal(signal.SIGTERM)
            supervisor.wait(40)
    finally:
        redis_server.stop(where)
        databases.drop(cluster, name)
        if where.home != local / "servers":
            shutil.rmtree(where.home, ignore_errors=True)


def _wait(supervisor: subprocess.Popen, port: int, log: Path) -> None:
    """The supervisor has greeted: every process was started."""
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if supervisor.poll() is not None or f"http://127.0.0.1:{port}/" in log.read_text(errors="replace"):
            break
        time.sleep(0.1)
    said = log.read_text(errors="replace")
    if supervisor.poll() is not None or f"http://127.0.0.1:{port}/" not in said:
        pytest.fail(f"the portal did not start:\n{said[-3000:]}")


@pytest.fixture(scope="session")
def _empty_portal(cluster, template_database) -> Iterator[Portal]:
    with running_portal(cluster, template_database) as portal:
        yield portal


@contextlib.contextmanager
def looking_into(portal: Portal, cluster, django_db_blocker, settings) -> Iterator[Portal]:
    """Within, the test's own ORM looks into the portal's database and commits, with the portal's files and keys."""
    settings.REDIS_URL, settings.LOCAL_DIR = portal.redis_url, portal.local
    for name, folder in (("MEDIA_ROOT", "files"), ("LEDGER_DIR", "ledger"), ("KEYS_DIR", "keys")):
        setattr(settings, name, portal.local / folder)
    with django_db_blocker.unblock(), databases.behind_default(cluster, portal.database):
        yield portal


@pytest.fixture
def live_portal(_empty_portal, cluster, django_db_setup, django_db_blocker, settings) -> Iterator[Portal]:
    """A running portal without data; the test's ORM looks into its database and commits."""
    with looking_into(_empty_portal, cluster, django_db_blocker, settings) as portal:
        yield portal


def chromium() -> str:
    """The path of a Chromium: the system's, else npm's.

    Raises:
        FileNotFoundError: neither is there.
    """
    for name in ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome"):
        if path := shutil.which(name):
            return path
    script = "import('@sparticuz/chromium').then(async (m) => console.log(await m.default.executablePath()))"
    node = shutil.which("node")
    if node and (databases.BASE / "node_modules" / "@sparticuz" / "chromium").is_dir():
        unpacked = databases.BASE / ".local" / "chromium"
        unpacked.mkdir(parents=True, exist_ok=True)
        found = subprocess.run(
            [node, "-e", script], cwd=databases.BASE, env={**os.environ, "TMPDIR": str(unpacked)},
            capture_output=True, text=True, check=True,
        )  # fmt: skip
        return found.stdout.strip().splitlines()[-1]
    raise FileNotFoundError("no Chromium: install one, or run make setup-tests for npm's")


def launching() -> dict[str, Any]:
    """How Playwright starts our Chromium, with Chinese fonts: its own way or with a kept profile."""
    local = Path(os.environ.get("PORTAL_LOCAL_DIR") or databases.BASE / ".local")
    local.mkdir(parents=True, exist_ok=True)
    environment: dict[str, str] = dict(os.environ)
    if "FONTCONFIG_FILE" not in environment and (fonts := typefaces.fonts(local)):
        environment["FONTCONFIG_FILE"] = str(fonts)
    path = chromium()
    arguments = ["--no-sandbox", "--no-zygote", "--disable-gpu", "--disable-background-networking"]
    if "sparticuz" in path or str(databases.BASE) in path:
        arguments.append("--headless=shell")
    return {"executable_path": path, "headless": True, "args": arguments, "env": environment}


@contextlib.contextmanager
def launched() -> Iterator[Any]:
    """A Chromium driven by Playwright, with Chinese fonts."""
    from playwright.sync_api import sync_playwright

    # Playwright's synchronous interface keeps an event loop in this thread; the ORM beside it is used synchronously.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    with sync_playwright() as playwright:
        found = playwright.chromium.launch(**launching())
        try:
            yield found
        finally:
            found.close()


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """A Chromium of this session."""
    with launched() as found:
        yield found


@pytest.fixture
def page(browser) -> Iterator[Any]:
    """A new window without cookies. A script error or a breach of the content policy fails the test."""
    context = browser.new_context(locale="zh-CN", timezone_id="Asia/Shanghai", viewport={"width": 1280, "height": 900})
    context.set_default_timeout(15_000)
    window = context.new_page()
    wrong: list[str] = []
    window.on("pageerror", lambda error: wrong.append(str(error)))
    window.on(
        "console",
        lambda message: wrong.append(message.text) if "Content Security Policy" in message.text else None,
    )
    yield window
    context.close()
    assert not wrong, f"the page complained: {wrong}"
