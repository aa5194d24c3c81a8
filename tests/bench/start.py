"""Row `start`: `make run` a second time, from the command to the first page."""

import contextlib
import os
import shutil
import signal
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

from platform_site import clock
from platform_site.embedded import borrowing, postgres
from platform_site.embedded.borrowing import DATABASE as PORTAL
from platform_site.embedded.places import places
from tests.bench.filled import fill
from tests.bench.ground import HOME, Ground
from tests.bench.rows import Part, Row, median
from tests.databases import BASE
from tests.frame.test_portal import Machine

LIMIT, STARTS, PATIENCE = 15.0, 2, 180


def run(ground: Ground) -> Row:
    """The first start makes the database; the next ones are measured. The demo province is not seeded."""
    with tempfile.TemporaryDirectory(prefix="start-", dir=HOME) as folder:
        machine = Machine(Path(folder) / "local")
        machine.local.mkdir()
        try:
            first = _start_and_stop(machine)
            _filled(machine, ground.options.notices)
            seconds = [_start_and_stop(machine) for _ in range(STARTS)]
        finally:
            home = places(machine.local).home
            if home.parent != machine.local:
                shutil.rmtree(home, ignore_errors=True)
    return Row(
        "start",
        [
            Part(
                what="second `make run` to the first page", figure=median(seconds), unit="s", against=LIMIT,
                beside="the limit of 15 s", at_most=1, samples=seconds,
                note=f"set-up's own check included; the first start took {first:.1f} s; no province was seeded",
            )
        ],
    )  # fmt: skip


def _filled(machine: Machine, count: int) -> None:
    """So many notices stand in the stopped portal's database."""
    with borrowing.servers(machine.local) as where, contextlib.closing(postgres.connect(where, PORTAL)) as superuser:
        superuser.autocommit = True
        fill(superuser, count, clock.machine())


def _start_and_stop(machine: Machine) -> float:
    """Seconds from the command until the front page answered 200."""
    with machine.log.open("wb") as out:
        began = time.perf_counter()
        running = subprocess.Popen(
            ["make", "run", f"PORT={machine.port}"],
            cwd=BASE, env=_environment(machine), stdout=out, stderr=out, start_new_session=True,
        )  # fmt: skip
    try:
        while not _answers(machine.port):
            if running.poll() is not None or time.perf_counter() - began > PATIENCE:
                raise AssertionError(f"the portal did not start:\n{machine.said()[-2000:]}")
            time.sleep(0.05)
        return time.perf_counter() - began
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(running.pid, signal.SIGINT)
        running.wait(60)


def _environment(machine: Machine) -> dict[str, str]:
    made_by_make = {"MAKEFLAGS", "MAKELEVEL", "MFLAGS", "MAKEOVERRIDES"}
    return {name: value for name, value in machine.environment().items() if name not in made_by_make}


def _answers(port: int) -> bool:
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        return opener.open(f"http://127.0.0.1:{port}/", timeout=5).status == 200
    except (urllib.error.URLError, OSError):
        return False
