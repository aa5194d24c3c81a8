"""Load a State Council holiday notice: calendar_load 2027.json. Every process counts by it from the next moment on."""

import hashlib
import os
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from platform_site import ledger
from platform_site.accounts.actors import CONSOLE
from platform_site.workdays import calendars


class Command(BaseCommand):
    help = 'load a year\'s calendar: {"year": 2027, "notice": "国办发明电…", "rest": ["2027-01-01"], "work": []}'

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The JSON file."""
        parser.add_argument("file", type=Path)

    def handle(self, *args: Any, file: Path, **options: Any) -> None:
        """The calendar is judged, recorded and put in place, in this order."""
        try:
            raw = file.read_bytes()
            calendar = calendars.parse(raw.decode("utf-8"))
        except (OSError, ValueError) as error:
            raise CommandError(f"{file}: {error}") from None
        with transaction.atomic():
            ledger.append(
                "calendar.loaded",
                subject=f"calendar:{calendar.year}",
                actor=CONSOLE,
                facts={
                    "notice": calendar.source,
                    "sha256": hashlib.sha256(raw).hexdigest(),
                    "rest": sorted(calendar.rest),
                    "work": sorted(calendar.work),
                },
            )
            # Inside the transaction: a calendar that cannot be put in place leaves no entry saying it was.
            calendars.CALENDARS_DIR.mkdir(parents=True, exist_ok=True)
            draft = calendars.CALENDARS_DIR / f".{calendar.year}.json.draft"
            draft.write_bytes(raw)
            os.replace(draft, calendars.CALENDARS_DIR / f"{calendar.year}.json")
        self.stdout.write(f"{calendar.year}: {len(calendar.rest)} rest days, {len(calendar.work)} make-up workdays")
