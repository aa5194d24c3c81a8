"""`make run` on somebody's machine: it starts again, it stops clean, it survives being killed, it speaks plainly."""

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from platform_site.embedded.places import places
from platform_site.embedded.processes import read_known
from platform_site.faces import facing
from tests.browser import free_port
from tests.databases import BASE

pytestmark = pytest.mark.chaos
PATIENCE = 90


class Machine:
    """A machine with nothing but a checkout on it: one local folder, one port."""

    def __init__(self, local: Path) -> None:
        self.local, self.port = local, free_port()
        self.log = local.parent / "terminal.log"

    def environment(self, **more: str) -> dict[str, str]:
        ours = {"DATABASE_URL", "DATABASE_OWNER_URL", "REDIS_URL", "DJANGO_SETTINGS_MODULE", "PORTAL_SECRET_KEY"}
        kept = {name: value for name, value in os.environ.items() if name not in ours}
        return {**kept, "PORTAL_LOCAL_DIR": str(self.local), "PORT": str(self.port), "PORTAL_SEED": "0", **more}

    def start(self, **more: str) -> subprocess.Popen:
        with self.log.open("wb") as out:
            return subprocess.Popen(
                [sys.executable, "-m", "platform_site.embedded.supervisor"],
                cwd=BASE, env=self.environment(**more), stdout=out, stderr=out, start_new_session=True,
            )  # fmt: skip

    def manage(self, *arguments: str) -> subprocess.CompletedProcess:
        return subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=BASE, env=self.environment(), capture_output=True, text=True, check=False, timeout=PATIENCE,
        )  # fmt: skip

    def until_served(self, supervisor: subprocess.Popen) -> float:
        """Seconds until the portal said where it is."""
        begun = time.monotonic()
        while f"http://127.0.0.1:{self.port}/ " not in self.said():
            assert supervisor.poll() is None, self.said()
            assert time.monotonic() - begun < PATIENCE, self.said()
            time.sleep(0.05)
        return time.monotonic() - begun

    def said(self) -> str:
        return self.log.read_text(errors="replace")

    def answers(self) -> bool:
        """Whether something answers at the port, whatever the page says."""
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        try:
            opener.open(f"http://127.0.0.1:{self.port}/static/css/tokens.css", timeout=10).read()
        except urllib.error.HTTPError as error:
            return error.code < 500
        except OSError:
            return False
        return True

    def processes(self) -> list[str]:
        """Every living process that belongs to this machine."""
        run, found = str(places(self.local).run), []
        for process in psutil.process_iter():
            with contextlib.suppress(psutil.Error):
                words = " ".join(process.cmdline())
                ours = process.environ().get("PORTAL_LOCAL_DIR") == str(self.local) or run in words
                if ours and process.status() != psutil.STATUS_ZOMBIE:
                    found.append(words)
        return found


@pytest.fixture
def machine(tmp_path: Path) -> Iterator[Machine]:
    found = Machine(tmp_path / "local")
    found.local.mkdir()
    yield found
    home = places(found.local).home
    if home.parent != found.local:
        shutil.rmtree(home)


def test_a_portal_stops_clean_starts_again_soon_and_survives_a_kill(machine: Machine):
    first = machine.start()
    machine.until_served(first)
    assert machine.answers()
    running = " ".join(machine.processes())
    for part in ("gunicorn", "uvicorn", "embedded.front", "worker", "beat", "postgres", "redis-server"):
        assert part in running

    os.killpg(first.pid, signal.SIGINT)
    assert first.wait(40) == 0
    assert machine.processes() == []

    second = machine.start()
    assert machine.until_served(second) <= 15, "the first page of a second start"

    second.kill()
    second.wait()
    (machine.local / "supervisor.json").unlink()  # killed before it wrote down what it had started
    third = machine.start()
    machine.until_served(third)
    assert machine.answers()

    third.send_signal(signal.SIGTERM)
    assert third.wait(40) == 0
    assert machine.processes() == []


def test_a_process_that_dies_is_started_again(machine: Machine):
    supervisor = machine.start()
    machine.until_served(supervisor)
    known, _ = read_known(machine.local / "supervisor.json")
    (front,) = (one for one in known if one.name == "front")

    os.kill(front.pid, signal.SIGKILL)
    begun = time.monotonic()
    while time.monotonic() - begun < 20 and not machine.answers():
        time.sleep(0.1)

    assert machine.answers()
    assert "front ended with -9" in machine.said()
    supervisor.send_signal(signal.SIGTERM)
    assert supervisor.wait(40) == 0
    assert machine.processes() == []


def test_a_reset_asked_for_by_a_page_brings_back_the_new_province(machine: Machine):
    from platform_site.embedded import borrowing, databases, postgres, province

    supervisor = machine.start()
    machine.until_served(supervisor)
    supervisor.send_signal(signal.SIGINT)
    assert supervisor.wait(40) == 0
    with borrowing.servers(machine.local) as where:
        province.keep(where, machine.local)
        with contextlib.closing(postgres.connect(where, borrowing.DATABASE)) as connection:
            connection.cursor().execute("CREATE TABLE since (id int)")
    (machine.local / "files" / "since").write_text("x")
    supervisor = machine.start()
    machine.until_served(supervisor)

    province.ask_reset(machine.local)
    begun = time.monotonic()
    while "the province is new" not in machine.said() and time.monotonic() - begun < PATIENCE:
        time.sleep(0.1)
    while not machine.answers() and time.monotonic() - begun < PATIENCE:
        time.sleep(0.1)

    with contextlib.closing(postgres.connect(places(machine.local), borrowing.DATABASE)) as connection:
        cursor = connection.cursor()
        cursor.execute("SELECT to_regclass('since'), to_regclass('django_content_type')::text")
        assert cursor.fetchone() == (None, "django_content_type")
        assert databases.note(connection, borrowing.DATABASE) == databases.note(connection, province.KEPT) != ""
    assert not (machine.local / "files" / "since").exists()
    supervisor.send_signal(signal.SIGINT)
    assert supervisor.wait(40) == 0
    assert machine.processes() == []


def test_a_second_supervisor_over_the_same_folder_says_where_the_first_is(machine: Machine):
    first = machine.start()
    machine.until_served(first)

    second = subprocess.run(
        [sys.executable, "-m", "platform_site.embedded.supervisor"],
        cwd=BASE, env=machine.environment(PORT=str(free_port())), capture_output=True, text=True, check=False,
    )  # fmt: skip

    assert second.returncode == 1
    assert second.stderr == f"portal: already running at http://127.0.0.1:{machine.port} from this folder\n"
    first.send_signal(signal.SIGINT)
    assert first.wait(40) == 0


def test_a_taken_port_is_told_in_one_line_and_starts_nothing(machine: Machine):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", machine.port))
        taken.listen()

        supervisor = machine.start()

        assert supervisor.wait(30) == 1
    (line,) = machine.said().splitlines()
    assert line.startswith(f"portal: port {machine.port} on 127.0.0.1 cannot be used (Address already in use)")
    assert line.endswith(f"make run PORT={machine.port + 1}")
    assert machine.processes() == []


def test_a_full_disk_is_told_in_one_line_and_leaves_nothing_running(machine: Machine):
    # What the supervisor writes first about its children goes to a device that is always full.
    (machine.local / "supervisor.draft").symlink_to("/dev/full")

    supervisor = machine.start()

    assert supervisor.wait(PATIENCE) == 1
    assert "portal: the disk is full (while writing" in machine.said()
    assert "Traceback" not in machine.said()
    assert machine.processes() == []


@pytest.mark.parametrize(
    ("variables", "said"),
    [
        ({"PORT": "eighty"}, "portal: PORT must be a whole number, not 'eighty'"),
        ({"PORT": "70000"}, "portal: PORT must be between 1 and 65535, not 70000"),
        (
            {"DATABASE_URL": "postgresql://a@b/c"},
            "portal: DATABASE_URL is set but REDIS_URL is not; set both or neither",
        ),
        ({"PORTAL_MODE": "production"}, f"portal: {facing.trouble('all', 'production')}"),
    ],
)
def test_a_wrong_variable_is_told_in_one_line(machine: Machine, variables, said):
    supervisor = machine.start(**variables)

    assert supervisor.wait(30) == 1
    assert machine.said().strip() == said


LOOK = (
    "from django.db import connection as c; k = c.cursor(); "
    'k.execute("select current_user"); print(k.fetchone()[0]); '
    "import os; print('owner' if os.environ.get('DATABASE_OWNER_URL') else 'no owner')"
)


def test_a_command_borrows_servers_as_the_app_role_and_leaves_none(machine: Machine):
    done = machine.manage("shell", "--no-imports", "-c", LOOK)

    assert done.stdout.split("\n")[:2] == ["portal_app", "no owner"], done.stderr
    assert machine.processes() == []


def test_a_command_sets_papers_in_the_set_up_s_fonts(machine: Machine):
    look = "import os; print(os.environ['FONTCONFIG_FILE'])"

    named = machine.manage("shell", "--no-imports", "-c", look).stdout.strip()

    assert "Noto Serif SC" in Path(named).read_text()


def test_migrate_alone_is_the_owner(machine: Machine):
    done = machine.manage("migrate", "contenttypes", "--skip-checks", "--verbosity=0")
    assert done.returncode == 0, done.stderr

    look = LOOK.replace("select current_user", "select tableowner from pg_tables where tablename='django_migrations'")
    assert machine.manage("shell", "--no-imports", "-c", look).stdout.startswith("portal_owner")


def test_the_last_of_several_commands_stops_the_servers_though_another_was_killed(machine: Machine):
    def hold(marker: str) -> subprocess.Popen:
        waiting = f"import sys; print({marker!r}, flush=True); sys.stdin.read()"
        return subprocess.Popen(
            [sys.executable, "manage.py", "shell", "--no-imports", "-c", waiting],
            cwd=BASE, env=machine.environment(), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip

    killed, last = hold("one"), hold("two")
    assert (killed.stdout.readline(), last.stdout.readline()) == ("one\n", "two\n")
    killed.kill()
    killed.communicate()

    assert any("postgres" in words for words in machine.processes())
    last.communicate()

    assert machine.processes() == []
