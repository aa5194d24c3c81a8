"""Processes, known by pid and start time: a pid alone may be somebody else's by now."""

import contextlib
import json
import os
import signal
import subprocess
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import psutil

LARGEST_LOG_BYTES = 20 * 1024 * 1024
MARK = "PORTAL_SUPERVISED_FROM"


@dataclass(frozen=True)
class Known:
    """One process, surely: `started` is its creation time in seconds since the epoch."""

    pid: int
    started: float
    name: str = ""

    @classmethod
    def of(cls, pid: int, name: str = "") -> "Known":
        """The process with this pid as it is now.

        Raises:
            psutil.NoSuchProcess: it is gone.
        """
        return cls(pid, psutil.Process(pid).create_time(), name)

    def process(self) -> psutil.Process | None:
        """The living process, or None where it ended or its pid went to another."""
        with contextlib.suppress(psutil.Error):
            process = psutil.Process(self.pid)
            # The kernel counts in hundredths since boot; a stepped wall clock moves the sum a little.
            if abs(process.create_time() - self.started) < 2 and process.status() != psutil.STATUS_ZOMBIE:
                return process
        return None

    def alive(self) -> bool:
        return self.process() is not None


def write_known(path: Path, known: list[Known], **more: Any) -> None:
    """`path` lists the processes; replaced as a whole so that a reader never sees half a list."""
    draft = path.with_suffix(".draft")
    draft.write_text(json.dumps({**more, "processes": [asdict(one) for one in known]}))
    draft.replace(path)


def read_known(path: Path) -> tuple[list[Known], dict[str, Any]]:
    """What `write_known` wrote; empty where the file is missing or broken off."""
    try:
        content = json.loads(path.read_text())
        return [Known(**one) for one in content.pop("processes")], content
    except (OSError, ValueError, KeyError, TypeError):
        return [], {}


def marked(folder: Path) -> list[Known]:
    """The living processes whose environment names `folder` under MARK, whether or not a list of them was written.

    A supervisor killed between the start of a process and the line about it leaves one that no list knows.
    """
    found = []
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error):
            if process.environ().get(MARK) == str(folder):
                found.append(Known(process.pid, process.create_time(), process.name()))
    return found


def stop_groups(known: list[Known], *, patience: float = 10) -> None:
    """None of the processes nor of their groups' members lives. TERM first, KILL after `patience` seconds."""
    living = [process for one in known if (process := one.process())]
    families = list(living)
    for process in living:
        with contextlib.suppress(psutil.Error):
            families += process.children(recursive=True)
    for process in living:
        _signal(process, signal.SIGTERM)
    _, stubborn = psutil.wait_procs(families, timeout=patience)
    for process in stubborn:
        _signal(process, signal.SIGKILL)
    psutil.wait_procs(stubborn, timeout=5)


def _signal(process: psutil.Process, number: signal.Signals) -> None:
    """The process, and its whole group where it leads one, got the signal."""
    with contextlib.suppress(psutil.Error, ProcessLookupError, PermissionError):
        if os.getpgid(process.pid) == process.pid:
            os.killpg(process.pid, number)
        else:
            process.send_signal(number)


def spawn_server(command: list[str], *, name: str, log: Path, **options: Any) -> Known:
    """A server runs that may outlive us; whoever leaves last stops it."""
    child = spawn(command, log=log, **options)
    found = Known.of(child.pid, name)
    child.returncode = 0  # not ours to wait for: silences Popen's complaint when we go first
    return found


def spawn(command: list[str], *, log: Path, **options: Any) -> subprocess.Popen:
    """The command runs in a session of its own (Ctrl-C reaches only the supervisor), its output appended to `log`."""
    if log.exists() and log.stat().st_size > LARGEST_LOG_BYTES:
        log.replace(log.with_suffix(".old.log"))
    with log.open("ab") as out:
        return subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=out, stderr=out, start_new_session=True, **options
        )
