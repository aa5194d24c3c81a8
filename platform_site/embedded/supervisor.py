"""`make run`: one process that owns everything the portal needs on this machine, and leaves nothing behind.

Stop it with Ctrl-C. If it is killed instead, the next start stops what it left (known by a mark in its environment) and
takes over the servers that still run.
"""

import contextlib
import fcntl
import os
import shutil
import signal
import socket
import subprocess
import threading
import time
import urllib.error
import urllib.request
from pathlib import Path

from platform_site import env
from platform_site.embedded import borrowing, greeting, preparing, province
from platform_site.embedded.places import Places, places
from platform_site.embedded.portal_processes import Spec, specs, trustees
from platform_site.embedded.processes import MARK, Known, marked, read_known, spawn, stop_groups, write_known
from platform_site.embedded.trouble import Trouble, told_plainly
from platform_site.faces import facing

ROOM_NEEDED_BYTES = 300 * 1024 * 1024
FIRST_PAGE_SECONDS = 60
LONGEST_PAUSE_SECONDS = 30


class Supervisor:
    """The portal's processes, started in order, restarted when they die, stopped together."""

    def __init__(self, local: Path, host: str, port: int) -> None:
        self.local, self.host, self.port = local, host, port
        self.origin = f"http://{'127.0.0.1' if host == '0.0.0.0' else host}:{port}"
        self.children: dict[str, tuple[Spec, subprocess.Popen, Known]] = {}
        self.deaths: dict[str, int] = {}
        self.due: dict[str, tuple[float, Spec]] = {}
        self.stopping = threading.Event()
        self.environment: dict[str, str] = {}
        self.wanted: list[Spec] = []
        self.where: Places | None = None

    @property
    def state(self) -> Path:
        return self.local / "supervisor.json"

    def run(self) -> None:
        """Serve until Ctrl-C. Raises Trouble for what the person at the terminal can mend."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, lambda *_: self.stopping.set())
        with contextlib.ExitStack() as stack:
            self._alone(stack)
            self._stop_leftovers()
            self._check_room()
            self._check_port()
            servers = self._servers(stack)
            if self.stopping.is_set():
                return
            stack.callback(self._stop_all)
            self._start_all(servers)
            self._watch()

    def _alone(self, stack: contextlib.ExitStack) -> None:
        """We are the only supervisor over this folder; the kernel gives the lock back if we are killed."""
        for name in ("", "tmp", "log", "files", "ledger", "mail", "keys", "static"):
            (self.local / name).mkdir(mode=0o700, parents=True, exist_ok=True)
        handle = os.open(self.local / "supervisor.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        stack.callback(os.close, handle)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            _, more = read_known(self.state)
            raise Trouble(f"already running at {more.get('origin', 'another port')} from this folder") from None

    def _stop_leftovers(self) -> None:
        """What a killed supervisor left behind is stopped; its database and Redis are kept and taken over."""
        stop_groups(marked(self.local))
        self.state.unlink(missing_ok=True)

    def _check_room(self) -> None:
        free = shutil.disk_usage(self.local).free
        if free < ROOM_NEEDED_BYTES:
            raise Trouble(f"the disk is full: {free // 2**20} MB free under {self.local}, 300 MB are needed")

    def _check_port(self) -> None:
        with socket.socket(socket.AF_INET6 if ":" in self.host else socket.AF_INET, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((self.host, self.port))
            except OSError as error:
                raise Trouble(
                    f"port {self.port} on {self.host} cannot be used ({error.strerror}); "
                    f"choose another: make run PORT={self.port + 1}"
                ) from None

    def _servers(self, stack: contextlib.ExitStack) -> dict[str, str]:
        """Given servers are used as they are; else the embedded ones run and the schema stands."""
        log = self.local / "log" / "prepare.log"
        if env.text("DATABASE_URL"):
            if not env.text("REDIS_URL"):
                raise Trouble("DATABASE_URL is set but REDIS_URL is not; set both or neither")
            servers = {name: env.text(name) for name in ("DATABASE_URL", "REDIS_URL")}
            if owner := env.text("DATABASE_OWNER_URL"):
                given = preparing.environment(self.local, self.origin, {**servers, "DATABASE_OWNER_URL": owner})
                preparing.manage(["migrate", "--noinput", "--skip-checks", "--verbosity=0"], given, log)
            return servers
        self.where = stack.enter_context(borrowing.servers(self.local))
        servers = borrowing.addresses(self.where)
        preparing.schema(self.where, preparing.environment(self.local, self.origin, servers), log, say)
        return servers

    def _start_all(self, servers: dict[str, str]) -> None:
        """The first page is served, then the rest runs too."""
        self.environment = preparing.environment(self.local, self.origin, servers)
        self.environment.pop("DATABASE_OWNER_URL", None)
        run = places(self.local).run
        for name in ("web.sock", "stream.sock"):
            (run / name).unlink(missing_ok=True)
        self.wanted = [
            spec
            for spec in specs(run=run, host=self.host, port=self.port, local=self.local)
            if not spec.needs or (env.BASE_DIR / spec.needs).exists()
        ]
        for spec in self.wanted:
            if spec.first:
                self._start(spec)
        self._first_page()
        self._start_rest()
        if not self.stopping.is_set():
            self._greet()

    def _start_rest(self) -> None:
        """Every process that is not running and not about to be started again runs."""
        agents = trustees(origin=self.origin, local=self.local) if env.text("PORTAL_MODE", "demo") == "demo" else []
        for spec in [*self.wanted, *agents]:
            if spec.name not in self.children and spec.name not in self.due and not self.stopping.is_set():
                self._start(spec)

    def _reset(self) -> None:
        """The demo province is new again. The front stays and asks visitors to wait."""
        if self.where is None or env.text("PORTAL_MODE", "demo") == "production":
            return
        say("putting the new province in place …")
        stopped = [name for name in self.children if name != "front"]
        self._stop(stopped)
        province.put_back(self.where, self.local)
        servers = borrowing.addresses(self.where)
        log = self.local / "log" / "prepare.log"
        preparing.schema(self.where, preparing.environment(self.local, self.origin, servers), log, say)
        self._start_rest()
        say("the province is new")

    def _start(self, spec: Spec) -> None:
        log = self.local / "log" / f"{spec.name}.log"
        given = {**self.environment, **spec.environment, MARK: str(self.local)}
        child = spawn(spec.command, log=log, cwd=env.BASE_DIR, env=given)
        self.children[spec.name] = (spec, child, Known.of(child.pid, spec.name))
        self._write_state()

    def _write_state(self) -> None:
        write_known(self.state, [known for _, _, known in self.children.values()], origin=self.origin, pid=os.getpid())

    def _first_page(self) -> None:
        """The front answers with a page. Raises Trouble with the log's last line where it cannot."""
        deadline = time.monotonic() + FIRST_PAGE_SECONDS
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        while not self.stopping.is_set():
            for name, (_, child, _) in self.children.items():
                if child.poll() is not None:
                    raise Trouble(f"the {name} process does not start: {self._last_words(name)}")
            with contextlib.suppress(OSError):
                try:
                    opener.open(f"{self.origin}/", timeout=10).read()
                    return
                except urllib.error.HTTPError as error:
                    if error.code not in {502, 503}:
                        say(f"note: the first page answers {error.code}; see {self.local / 'log' / 'web.log'}")
                        return
            if time.monotonic() > deadline:
                raise Trouble(f"no page after {FIRST_PAGE_SECONDS} s: {self._last_words('web')}")
            self.stopping.wait(0.1)

    def _last_words(self, name: str) -> str:
        log = self.local / "log" / f"{name}.log"
        lines = [line for line in log.read_text(errors="replace").splitlines() if line.strip() and "Error" in line]
        return f"{' '.join(lines[-1:])} (all of it in {log})"

    def _greet(self) -> None:
        demo = env.text("PORTAL_MODE", "demo") == "demo"
        for line in greeting.lines(self.origin, self.local, demo=demo):
            say(line)

    def _watch(self) -> None:
        """Restart what dies, later each time, until told to stop."""
        while not self.stopping.wait(0.5):
            if province.asked(self.local):
                self._reset()
            for name, (spec, child, _) in list(self.children.items()):
                if child.poll() is not None:
                    del self.children[name]
                    self.deaths[name] = self.deaths.get(name, 0) + 1
                    pause = min(2 ** (self.deaths[name] - 1), LONGEST_PAUSE_SECONDS)
                    last = self._last_words(name)
                    say(f"{name} ended with {child.returncode}; starting it again in {pause} s: {last}")
                    self.due[name] = (time.monotonic() + pause, spec)
            for name, (moment, spec) in list(self.due.items()):
                if time.monotonic() >= moment:
                    del self.due[name]
                    self._start(spec)

    def _stop_all(self) -> None:
        """No process of the portal lives; the servers follow when their last holder leaves."""
        say("stopping …")
        self._stop(list(self.children))
        stop_groups(marked(self.local))
        self.state.unlink(missing_ok=True)

    def _stop(self, names: list[str]) -> None:
        """None of these processes lives, nor is any due to be started again."""
        self.due.clear()
        stop_groups([self.children[name][2] for name in names])
        for name in names:
            self.children.pop(name)[1].wait()


def say(text: str) -> None:
    """One line on the terminal, at once."""
    print(f"portal: {text}", flush=True)


def main() -> None:
    """Run the portal on this machine."""
    with told_plainly():
        try:
            port = env.number("PORT", 8000)
        except ValueError as error:
            raise Trouble(str(error)) from None
        if not 1 <= port <= 65535:
            raise Trouble(f"PORT must be between 1 and 65535, not {port}")
        if said := facing.trouble(env.text("PORTAL_FACE", facing.ALL), env.text("PORTAL_MODE", "demo")):
            raise Trouble(said)
        Supervisor(env.LOCAL_DIR.absolute(), env.text("PORTAL_BIND", "127.0.0.1"), port).run()


if __name__ == "__main__":
    main()
