"""`manage.py rules`: every rule of the register with what enforces, watches and tests it."""

import json

from django.core.management.base import BaseCommand, CommandError, CommandParser

from trading.coverage import CoverageError, Covered, coverage
from trading.rulebooks.register import ALL


class Command(BaseCommand):
    help = "List every rule with what enforces, monitors and tests it."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        """Output form and the check that fails the build."""
        parser.add_argument("--json", action="store_true", help="machine-readable list")
        parser.add_argument("--check", action="store_true", help="fail where an enforced number has no test")
        parser.add_argument("--only", nargs="*", metavar="ID", help="these rules only")

    def handle(self, *args, **options) -> None:
        """The rows stand on stdout; with --check a bare number is an error."""
        try:
            rows = coverage()
        except CoverageError as wrong:
            raise CommandError(str(wrong)) from wrong
        if options["only"] and (unknown := set(options["only"]) - set(rows)):
            raise CommandError(f"no such rule: {', '.join(sorted(unknown))}")
        shown = [row for row in rows.values() if not options["only"] or row.id in options["only"]]
        if options["json"]:
            self.stdout.write(json.dumps([row.as_json() for row in shown], ensure_ascii=False, indent=1))
        else:
            self._table(shown)
        if options["check"] and (bare := [row.id for row in shown if row.bare]):
            raise CommandError(f"enforced numbers without a test: {', '.join(bare)}")

    def _table(self, rows: list[Covered]) -> None:
        for row in rows:
            rule = ALL[row.id]
            numbers = ", ".join(f"{n} {v.sense} {v.amount} {v.unit}" for n, v in rule.values.items())
            self.stdout.write(f"{row.id:7} {rule.effect:6} {rule.status:12} {rule.title}")
            for word, lines in (
                ("values", [numbers] if numbers else []),
                ("enforced", row.enforced),
                ("monitored", row.monitored),
                ("tested", row.tested),
                ("remark", row.remarks),
            ):
                for line in lines:
                    self.stdout.write(f"        {word:9} {line}")
        count = {word: sum(bool(getattr(row, word)) for row in rows) for word in ("enforced", "monitored", "tested")}
        held = sum(bool(row.enforced or row.monitored) for row in rows)
        self.stdout.write(
            f"{len(rows)} rules: {held} enforced or monitored ({count['enforced']} enforced, "
            f"{count['monitored']} monitored), {count['tested']} tested, {sum(row.bare for row in rows)} bare"
        )
