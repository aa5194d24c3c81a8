"""`manage.py import_qualifications FILE… --publisher NAME [--json]`: an authority's list of qualifications."""

import csv
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from credit.services.published import Listed, qualifications_publish, unknown_columns
from disclosure.imports.reading import FileRefused, Opened, json_lines, opened, table
from platform_site.accounts.actors import CONSOLE


class Command(BaseCommand):
    """Takes lists in one after the other; a file that is refused does not stop the others."""

    help = "Take in an authority's published list of qualifications: CSV or TSV under a header, or JSON lines."

    def add_arguments(self, parser: CommandParser) -> None:
        """The files, whose list it is, and how to print the counts."""
        parser.add_argument("files", nargs="+", type=Path, metavar="FILE")
        parser.add_argument("--publisher", required=True, help="the authority that published the list")
        parser.add_argument("--json", action="store_true", help="print a list of {file, rows, accepted, …}")

    def handle(self, *args: Any, files: list[Path], publisher: str, **options: Any) -> None:
        """The counts of every file that could be read stand on the terminal.

        Raises:
            CommandError: at least one file was refused; the message names each with its reason.
        """
        publisher = " ".join(publisher.split())
        if not 0 < len(publisher) <= 120:
            raise CommandError("--publisher: a name of 1 to 120 characters")
        done: list[dict[str, Any]] = []
        refused: list[str] = []
        for path in files:
            try:
                file = opened(path)
                listed = rows_of(file)
            except FileRefused as problem:
                refused.append(f"{path}: {problem}")
                continue
            tally = qualifications_publish(
                listed, publisher=publisher, file=path.name, sha256=file.sha256, actor=CONSOLE
            )
            done.append({"file": path.name, **{name: getattr(tally, name) for name in type(tally).__slots__}})
            if not options["json"]:
                counts = ", ".join(f"{done[-1][name]} {name}" for name in type(tally).__slots__)
                self.stdout.write(f"{path.name}: {counts}")
        if options["json"]:
            self.stdout.write(json.dumps(done, ensure_ascii=False, indent=2))
        if refused:
            raise CommandError("\n".join(refused))


def rows_of(file: Opened) -> Iterator[Listed]:
    """The file's rows.

    Raises:
        FileRefused: a table whose header lacks a column that is needed.
    """
    head = file.head.lstrip()
    if head.startswith("{"):
        rows = json_lines(file)
    else:
        first = head.splitlines()[0]
        delimiter = "\t" if "\t" in first else ","
        header = [cell.strip() for cell in next(csv.reader([first], delimiter=delimiter))]
        if missing := unknown_columns(header):
            raise FileRefused(f"no column for {'、'.join(missing)} in the header {first[:200]!r}")
        rows = table(file, delimiter)
    return (
        Listed(
            raw.number,
            raw.text,
            {str(name).strip(): value for name, value in raw.data.items()} if raw.data is not None else None,
            raw.problem.why if raw.problem else "",
        )
        for raw in rows
    )
