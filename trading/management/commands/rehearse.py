"""`manage.py rehearse PROCEDURE|--all`: play procedures through the real services in a scratch database."""

import json
import os
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from platform_site.embedded.trouble import Trouble
from trading.rehearsal import shares
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
        parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="how many play side by side")
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
        if options["file"]:
            wanted = [(name, variant) for name, variant in wanted if variant == (options["variant"] or "happy")]
        try:
            played = shares.played(
                wanted, file=options["file"] or "", record=options["record"] or "", jobs=options["jobs"]
            )
        except Trouble as trouble:
            raise CommandError(str(trouble)) from None
        if options["json"]:
            self.stdout.write(json.dumps([p.as_json() for p in played], ensure_ascii=False, indent=1))
        else:
            for one in played:
                self._table(one)
        if not all(p.ok for p in played):
            raise CommandError("; ".join(f"{p.procedure} {p.variant}: {p.error}" for p in played if not p.ok))

    def _table(self, played: Played) -> None:
        self.stdout.write(
            f"\n{played.procedure} · {played.variant} · {'ok' if played.ok else 'FAILED'} · {played.seconds:.1f} s"
        )
        for act in played.acts:
            place = "密封" if act["entry"] and act["position"] is None else act["position"] or "—"
            self.stdout.write(f"  {place!s:>6}  {act['actor']:<10}  {act['act']}  {act['article']}")
        if played.error:
            self.stdout.write(f"  {played.error}")
