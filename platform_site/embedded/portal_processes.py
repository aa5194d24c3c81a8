"""The processes the portal is made of; docker-compose.yml names the same ones."""

import json
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True)
class Spec:
    """One process: its name, its command, and what the environment adds for it alone.

    Attributes:
        needs: a file below the checkout without which it is not started.
        first: it serves the first page, so it starts before the others.
    """

    name: str
    command: list[str]
    environment: Mapping[str, str] = field(default_factory=dict)
    needs: str = ""
    first: bool = False


def specs(*, run: Path, host: str, port: int, local: Path, web_workers: int = 2) -> list[Spec]:
    """Every process of the portal on one machine, behind `http://host:port`; sockets lie in `run`."""
    python = sys.executable
    web, stream = run / "web.sock", run / "stream.sock"
    celery = [python, "-m", "celery", "-A", "platform_site.celery"]
    return [
        Spec(
            "web",
            [
                python, "-m", "gunicorn", "platform_site.wsgi:application", "--bind", f"unix:{web}",
                "--worker-class", "gthread", "--workers", str(web_workers), "--threads", "8", "--preload",
                "--timeout", "60", "--graceful-timeout", "5", "--no-control-socket",
                "--worker-tmp-dir", str(local / "tmp"),
            ],
            {"PORTAL_BEHIND_FRONT": "1"},
            first=True,
        ),
        Spec(
            "stream",
            [
                python, "-m", "uvicorn", "platform_site.asgi:application", "--uds", str(stream), "--no-access-log",
                "--timeout-graceful-shutdown", "1", "--log-level", "warning",
            ],
            first=True,
        ),
        Spec(
            "front",
            [
                python, "-m", "platform_site.embedded.front", "--host", host, "--port", str(port),
                "--web", str(web), "--stream", str(stream),
            ],
            first=True,
        ),
        Spec(
            "sequencer",
            [python, "manage.py", "sequencer"],
            needs="platform_site/ledger/management/commands/sequencer.py",
        ),
        Spec(
            "worker",
            [
                *celery, "worker", "--concurrency", "2", "--loglevel", "warning",
                "--without-gossip", "--without-mingle", "--without-heartbeat",
            ],
        ),
        Spec("beat", [*celery, "beat", "--schedule", str(local / "beat"), "--pidfile=", "--loglevel", "warning"]),
    ]  # fmt: skip


def trustees(*, origin: str, local: Path) -> list[Spec]:
    """The trustees' agents of a demo province, played on this machine; real trustees run theirs at home.

    Seeding writes `agents.json` into the local folder: a list of {"name": …, "arguments": [--key, FILE, …]}.
    """
    listed = local / "agents.json"
    if not listed.exists():
        return []
    agent = [sys.executable, "-m", "platform_site.sealing.agent", "--portal", origin]
    return [Spec(f"trustee-{one['name']}", [*agent, *one["arguments"]]) for one in json.loads(listed.read_text())]
