"""`manage.py rehearse PROCEDURE|--all`: play procedures through the real services in a scratch database."""

import contextlib
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connections

from platform_site import env
from platform_site.celery import app as celery_app
from platform_site.embedded.scratch import scratch_database
from platform_site.embedded.trouble import Trouble
from trading.rehearsal.stage import Played


class Command(BaseCommand):
    requires_system_checks: list[str] = []
    help = "Play a procedure from registration to archive in a scratch database; prints act, actor, article, position."

    def add_arguments(self, parser: CommandParser) -> None:
        """What to play."""
        parser.add_argument("procedure", nargs="?", help="a procedure, say engineering.open")
        parser.add_argument("--all", action="store_true", help="every procedure and variant")
        parser.add_argument("--variant", default="", help="one variant; without it, all of the procedure")
        parser.add_argument("--from", dest="file", help="a file of real notices: play the draft read out of one")
        parser.add_argument("--record", help="which record of the file, from 1, or its id")
        parser.add_argument("--json", action="store_true", help="machine-readable list")

    def handle(self, *args: Any, **options: Any) -> None:
        """Every variant asked for was played and verified; non-zero where one did not go as its script says."""
        from trading.rehearsal.repertoire import SCRIPTS

        if bool(options["procedure"]) == options["all"]:
            raise CommandError("name one procedure, or --all")
        if options["procedure"] and options["procedure"] not in SCRIPTS:
            raise CommandError(f"no such procedure; there are {', '.join(SCRIPTS)}")
        if bool(options["file"]) != bool(options["record"]):
            raise CommandError("--from and --record belong together")
        wanted = [
            (name, variant)
            for name, module in SCRIPTS.items()
            if options["all"] or name == options["procedure"]
            for variant in module.VARIANTS
            if not options["variant"] or variant == options["variant"]
        ]
        if not wanted:
            raise CommandError(f"no such variant: {options['variant']}")
        try:
            with scratch_portal():
                played = self._play(wanted, options)
        except Trouble as trouble:
            raise CommandError(str(trouble)) from None
        if options["json"]:
            self.stdout.write(json.dumps([p.as_json() for p in played], ensure_ascii=False, indent=1))
        if not all(p.ok for p in played):
            raise CommandError("; ".join(f"{p.procedure} {p.variant}: {p.error}" for p in played if not p.ok))

    def _play(self, wanted: list[tuple[str, str]], options: dict[str, Any]) -> list[Played]:
        from trading.rehearsal import repertoire

        draft, names = None, None
        if options["file"]:
            from trading.rehearsal.from_notice import drafted

            draft, names = drafted(Path(options["file"]), options["record"])
            wanted = [(name, variant) for name, variant in wanted if variant == (options["variant"] or "happy")]
        cast = repertoire.cast_for(names, plays=len(wanted))
        done = []
        for name, variant in wanted:
            played = repertoire.verified(repertoire.rehearse(name, variant, cast, draft=draft))
            done.append(played)
            if not options["json"]:
                self._table(played)
        return done

    def _table(self, played: Played) -> None:
        self.stdout.write(
            f"\n{played.procedure} · {played.variant} · {'ok' if played.ok else 'FAILED'} · {played.seconds:.1f} s"
        )
        for act in played.acts:
            place = "密封" if act["entry"] and act["position"] is None else act["position"] or "—"
            self.stdout.write(f"  {place!s:>6}  {act['actor']:<10}  {act['act']}  {act['article']}")
        if played.error:
            self.stdout.write(f"  {played.error}")


@contextlib.contextmanager
def scratch_portal() -> Iterator[None]:
    """Within, database, files, keys and record are scratch ones; nothing of the installation is touched."""

    def migrate(owner_url: str) -> None:
        done = subprocess.run(
            [sys.executable, "manage.py", "migrate", "--noinput", "--verbosity=0", "--skip-checks"],
            cwd=settings.BASE_DIR,
            env={**os.environ, "DATABASE_URL": owner_url, "DATABASE_OWNER_URL": owner_url},
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise CommandError(f"the scratch schema could not be made: {done.stderr[-2000:]}")

    default = connections.settings["default"]
    before = dict(default)
    with tempfile.TemporaryDirectory(prefix="rehearsal-", dir=_tmp()) as folder, scratch_database(migrate) as url:
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


def _tmp() -> Path:
    folder = settings.LOCAL_DIR / "tmp"
    folder.mkdir(parents=True, exist_ok=True)
    return folder
