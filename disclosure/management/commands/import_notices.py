"""`manage.py import_notices FILE… [--json]`: published notices of other systems become searchable history."""

import json
import sys
import time
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from disclosure.imports.landing import Counts, Listener, import_file
from disclosure.imports.reading import FileRefused

EVERY = 0.2  # seconds between two strokes of the bar
WIDTH = 30


class Command(BaseCommand):
    """Takes files in one after the other; a file that is refused does not stop the others."""

    help = "Take in published notices of other systems as history; the format is told by the file's beginning."

    def add_arguments(self, parser: CommandParser) -> None:
        """The files and how to print the counts."""
        parser.add_argument("files", nargs="+", type=Path, metavar="FILE")
        parser.add_argument("--json", action="store_true", help="print a list of {file, rows, accepted, …}")

    def handle(self, *args: Any, files: list[Path], **options: Any) -> None:
        """The counts of every file that could be read stand on the terminal.

        Raises:
            CommandError: at least one file was refused; the message names each with its reason.
        """
        done: list[Counts] = []
        refused: list[str] = []
        for path in files:
            bar = _Bar(path.name, sys.stderr)
            try:
                counts = import_file(path, Listener(bar.show, bar.waiting))
            except FileRefused as problem:
                refused.append(f"{path}: {problem}")
                continue
            finally:
                bar.clear()
            done.append(counts)
            if not options["json"]:
                self._line(counts)
        if options["json"]:
            self.stdout.write(json.dumps([counts.data() for counts in done], ensure_ascii=False, indent=2))
        if refused:
            raise CommandError("\n".join(refused))

    def _line(self, counts: Counts) -> None:
        self.stdout.write(
            f"{counts.file}: {counts.rows} rows, {counts.accepted} accepted, "
            f"{counts.rejected} rejected, {counts.unchanged} unchanged"
        )


class _Bar:
    """A progress bar on a terminal, nothing anywhere else."""

    def __init__(self, name: str, stream: Any) -> None:
        self.name, self.stream = name, stream
        self.on = bool(getattr(stream, "isatty", bool)())
        self.drawn, self.since = 0.0, time.monotonic()

    def show(self, counts: Counts, done: int, size: int) -> None:
        """How far the file is read, and how fast."""
        moment = time.monotonic()
        if not self.on or moment - self.drawn < EVERY:
            return
        self.drawn = moment
        part = done / size if size else 1.0
        full = round(part * WIDTH)
        rate = counts.rows / max(moment - self.since, 0.001)
        bar = "█" * full + "░" * (WIDTH - full)
        self.stream.write(f"\r\x1b[K{self.name} {bar} {part:4.0%} {counts.rows} rows, {rate:.0f}/s")
        self.stream.flush()

    def waiting(self) -> None:
        """Another import holds the lock: said also where no terminal is, or nobody would know why it stands."""
        self.stream.write(f"{self.name}: another import is running, waiting for it\n")
        self.stream.flush()

    def clear(self) -> None:
        """The line is free again."""
        if self.on:
            self.stream.write("\r\x1b[K")
            self.stream.flush()
