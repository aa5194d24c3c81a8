"""`manage.py bonds_reconcile [--json]`: the bonds' books balance to the fen, or a non-zero exit and an alert."""

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from trading.digests import plain
from trading.services import bond_books


class Command(BaseCommand):
    help = "Compare what institutions confirmed with what is held, refunded and forfeited, per lot and in whole."

    def add_arguments(self, parser: CommandParser) -> None:
        """Form of the output."""
        parser.add_argument("--json", action="store_true", help="machine-readable")

    def handle(self, *args: Any, **options: Any) -> None:
        """Sums of opened lots; of the others, only whether they balance.

        Raises:
            CommandError: something does not balance, or an institution owes an answer.
        """
        books = bond_books.bonds_reconciled()
        rows = {**books.lots, "": books.whole}
        if options["json"]:
            said = {ref: {**vars(s), "balanced": s.balanced} for ref, s in rows.items()}
            whole = {"lots": said, "sealed_balanced": books.sealed_balanced, "overdue": books.overdue}
            self.stdout.write(json.dumps(plain(whole), ensure_ascii=False, indent=1))
        else:
            for ref, s in rows.items():
                self.stdout.write(
                    f"{ref or 'whole':<32} received {s.received:>16} held {s.held:>16} refunded {s.refunded:>16} "
                    f"forfeited {s.forfeited:>14} interest {s.interest:>12} {'ok' if s.balanced else 'WRONG'}"
                )
            self.stdout.write(f"{'not opened':<32} {'ok' if books.sealed_balanced else 'WRONG'}")
        if not books.balanced or books.overdue:
            bond_books.alert(books)
            raise CommandError("the bonds' books do not balance, or an institution owes an answer")
