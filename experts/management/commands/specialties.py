"""`manage.py specialties FILE --source DOCUMENT`: load the national classification of expert specialties."""

import csv
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from platform_site.accounts.actors import CONSOLE
from platform_site.accounts.refusals import Refused


class Command(BaseCommand):
    help = "Load the classification of expert specialties from a CSV file with the columns code and name."

    def add_arguments(self, parser: CommandParser) -> None:
        """Which file, and which document it was taken from."""
        parser.add_argument("file", type=Path)
        parser.add_argument("--source", required=True, help="e.g. 发改法规〔2018〕316号 附件")

    def handle(self, *args: Any, file: Path, source: str, **options: Any) -> None:
        """All lines or none; every line that is wrong is named."""
        from experts import services

        try:
            with file.open(encoding="utf-8-sig", newline="") as opened:
                rows = [(row["code"] or "", row["name"] or "") for row in csv.DictReader(opened)]
        except (OSError, UnicodeDecodeError, csv.Error) as error:
            raise CommandError(f"{file}: {error}") from None
        except KeyError as error:
            raise CommandError(f"{file}: no column {error}") from None
        try:
            new, ended = services.specialties_load(rows, source=source, actor=CONSOLE)
        except Refused as refused:
            lines = [f"line {n}: {why}" for v in refused.violations for n, why in v.facts.get("lines", [])]
            raise CommandError("\n".join(lines)) from None
        self.stdout.write(f"{len(rows)} codes, {new} new or renamed, {ended} ended")
