"""`manage.py project [--rebuild]`: the read models follow the record, or are made again from its first entry."""

from typing import Any

from django.core.management.base import BaseCommand

from disclosure import projecting


class Command(BaseCommand):
    requires_system_checks: list[str] = []
    help = "Bring the public read models up to the end of the record; --rebuild makes them again from nothing."

    def add_arguments(self, parser: Any) -> None:
        """One switch."""
        parser.add_argument("--rebuild", action="store_true", help="empty them first; readers see the old ones so long")

    def handle(self, *args: Any, **options: Any) -> None:
        """Says how many entries and imported rows were read."""
        read = projecting.rebuild() if options["rebuild"] else projecting.catch_up()
        self.stdout.write(f"read {read} entries and imported rows")
