"""What an auditor does with the record."""

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from platform_site.ledger import audit, publishing, services
from platform_site.ledger.registers import Finding


class Command(BaseCommand):
    """manage.py ledger verify [--against FILE] [--json] | rebuild | cosign FILE"""

    help = "Verify the record, rebuild its public files, take in a witness's cosignature."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """One sub-command each."""
        verbs = parser.add_subparsers(dest="verb", required=True)
        verify = verbs.add_parser("verify", help="compute everything again from the rows")
        verify.add_argument("--against", type=Path, help="a checkpoint somebody kept")
        verify.add_argument("--json", action="store_true", help="print {entries, tree_size, checkpoint, ok, bad}")
        verbs.add_parser("rebuild", help="write every public file anew")
        cosign = verbs.add_parser("cosign", help="take in a checkpoint with a witness's line")
        cosign.add_argument("file", type=Path)

    def handle(self, *args: Any, verb: str, **options: Any) -> None:
        """Exit status 1 when anything is wrong."""
        getattr(self, f"_{verb}")(**options)

    def _verify(self, *, against: Path | None, json: bool, **_: Any) -> None:
        report = audit.verify(_read(against) if against else None)
        self.stdout.write(_dump(report.as_json()) if json else _words(report))
        if not report.ok:
            self.stdout.flush()
            sys.exit(1)

    def _rebuild(self, **_: Any) -> None:
        self.stdout.write(f"published up to {publishing.rebuild()} leaves")

    def _cosign(self, *, file: Path, **_: Any) -> None:
        try:
            count = services.cosign(_read(file))
        except ValueError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{count} cosignatures taken in")


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise CommandError(f"{path}: {error}") from error


def _dump(report: dict[str, Any]) -> str:
    return json.dumps(report, ensure_ascii=False, indent=2)


def _words(report: audit.Report) -> str:
    lines = [f"{report.entries} entries, {report.tree_size} leaves under the newest checkpoint"]
    lines += [_line(one) for one in report.bad]
    lines.append("ok" if report.ok else f"NOT OK: {len(report.bad)} findings")
    return "\n".join(lines)


def _line(one: Finding) -> str:
    where = " ".join(part for part in (f"#{one.position}" if one.position else "", one.entry, one.subject) if part)
    return f"BAD {one.what}: {one.why}" + (f" [{where}]" if where else "")
