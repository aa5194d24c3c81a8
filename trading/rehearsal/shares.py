"""A long rehearsal in shares, side by side: each in a process, a scratch database and a record of its own."""

import contextlib
import multiprocessing
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from platform_site import env
from platform_site.embedded.scratch import scratch_database
from platform_site.embedded.trouble import Trouble

if TYPE_CHECKING:
    from trading.rehearsal.stage import Played


@dataclass(frozen=True, slots=True)
class Share:
    """What a process may play in a record of its own: (procedure, variant), and the draft of a real notice, if any.

    Attributes:
        plays: all there are; which of them it plays is `dealt`.
        file, record: the notice's file and which record of it.
    """

    plays: tuple[tuple[str, str], ...]
    file: str = ""
    record: str = ""


def played(plays: Sequence[tuple[str, str]], *, file: str = "", record: str = "", jobs: int = 1) -> list["Played"]:
    """Every (procedure, variant) was played, `jobs` at a time; in the order asked for.

    Args:
        file, record: a file of real notices and which record of it is the draft; "" plays the scripts' own examples.

    Raises:
        Trouble: no scratch database can be had.
    """
    jobs, share = max(1, min(jobs, len(plays))), Share(tuple(plays), file, record)
    if jobs == 1:
        return played_share(share)
    # Spawned, not forked: a child shares neither a connection to the database nor a lock with its parent.
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(jobs, mp_context=context, initializer=_ready, initargs=(context.Value("i", 0),)) as pool:
        found = {(one.procedure, one.variant): one for some in pool.map(played_share, [share] * jobs) for one in some}
    return [found[play] for play in plays]


# How many plays were dealt so far, shared with the other processes; empty where one process plays them all.
_dealt: list[Any] = []


def dealt(plays: Sequence[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """The plays that fall to this process: whoever is free takes the next, so none plays on alone for long."""
    if not _dealt:
        yield from plays
        return
    while True:
        with _dealt[0].get_lock():
            number = _dealt[0].value
            _dealt[0].value += 1
        if number >= len(plays):
            return
        yield plays[number]


def played_share(share: Share) -> list["Played"]:
    """What fell to this process was played in a scratch portal, and its record verified once at the end.

    Raises:
        Trouble: no scratch database can be had.
    """
    from trading.rehearsal import repertoire

    draft, names = None, None
    if share.file:
        from trading.rehearsal.from_notice import drafted

        draft, names = drafted(Path(share.file), share.record)
    with scratch_portal():
        cast = repertoire.cast_for(names, plays=len(share.plays))
        return repertoire.verified([repertoire.rehearse(*play, cast, draft=draft) for play in dealt(share.plays)])


def _ready(counter: Any) -> None:
    import django

    django.setup()
    _dealt.append(counter)


@contextlib.contextmanager
def scratch_portal() -> Iterator[None]:
    """Within, database, files, keys and record are scratch ones; nothing of the installation is touched.

    Raises:
        Trouble: outside servers without a scratch server; a schema that cannot be made.
    """
    from django.conf import settings
    from django.db import connections

    from platform_site.celery import app as celery_app

    default = connections.settings["default"]
    before = dict(default)
    with tempfile.TemporaryDirectory(prefix="rehearsal-", dir=_tmp()) as folder, scratch_database(_migrate) as url:
        paths = {name: getattr(settings, name) for name in ("MEDIA_ROOT", "LEDGER_DIR", "KEYS_DIR")}
        settings.MEDIA_ROOT, settings.LEDGER_DIR = Path(folder) / "files", Path(folder) / "ledger"
        settings.KEYS_DIR = Path(folder) / "keys"
        celery_app.conf.broker_url = "memory://"
        connections["default"].close()
        default.update(env.database(url), CONN_MAX_AGE=0)
        connections["default"].settings_dict.update(default)
        try:
            yield
        finally:
            connections["default"].close()
            default.update(before)
            connections["default"].settings_dict.update(before)
            for name, value in paths.items():
                setattr(settings, name, value)


def _migrate(owner_url: str) -> None:
    done = subprocess.run(
        [sys.executable, "manage.py", "migrate", "--noinput", "--verbosity=0", "--skip-checks"],
        cwd=env.BASE_DIR,
        env={**os.environ, "DATABASE_URL": owner_url, "DATABASE_OWNER_URL": owner_url},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise Trouble(f"the scratch schema could not be made: {done.stderr[-2000:]}")


def _tmp() -> Path:
    folder = env.LOCAL_DIR / "tmp"
    folder.mkdir(parents=True, exist_ok=True)
    return folder
