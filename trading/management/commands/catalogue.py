"""`manage.py catalogue FILE`: publish the batches of a trade catalogue."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from platform_site.accounts.refusals import Refused


class Command(BaseCommand):
    help = "Publish the batches of a trade catalogue (trading/catalogues/yunze.json shows the form)."

    def add_arguments(self, parser: CommandParser) -> None:
        """Which file."""
        parser.add_argument("file", type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        """All batches or none; a row that cannot be read is named."""
        from trading import catalogues

        try:
            with transaction.atomic():
                made = catalogues.load(catalogues.read(options["file"].read_text(encoding="utf-8")))
        except OSError as error:
            raise CommandError(str(error)) from None
        except Refused as refused:
            raise CommandError("; ".join(f"{v.code} {dict(v.facts)}" for v in refused.violations)) from None
        for row in made:
            self.stdout.write(f"{row.reference}  {row.code:3}  {row.key:12}  {row.name}")
