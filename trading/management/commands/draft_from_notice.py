"""`manage.py draft_from_notice FILE --record N|ID [--json]`: a real tender notice as a draft, or why it yields none."""

import json
from datetime import date
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError

from platform_site import clock
from trading.intake.draft import draft_from_record
from trading.intake.export import to_data, to_lines
from trading.intake.facts import NoticeRefused
from trading.intake.record import from_file


class Command(BaseCommand):
    """Reads one record of a file of notices and shows the draft it yields."""

    requires_system_checks: list[str] = []
    help = "Turn a tender notice (招标公告) into a structured draft; every value with the words it was read from."

    def add_arguments(self, parser: CommandParser) -> None:
        """The file, which of its records, and how to show the draft."""
        parser.add_argument("file", type=Path, help="JSON lines, a JSON array, or one JSON object")
        parser.add_argument("--record", metavar="N|ID", help="the record's number from 1, or its id")
        parser.add_argument("--json", action="store_true", help="print the whole draft as JSON")
        parser.add_argument("--register-by", metavar="USER", help="register it as a draft project of USER's subject")

    def handle(self, *args: Any, **options: Any) -> None:
        """The draft stands on the terminal.

        Raises:
            CommandError: no such file or record, or the notice was refused; the message says why.
        """
        try:
            record = from_file(options["file"], options["record"])
        except ValueError as problem:
            raise CommandError(str(problem)) from None
        try:
            draft = draft_from_record(record, today=_today())
        except NoticeRefused as refusal:
            raise CommandError("no draft: " + "；".join(refusal.reasons)) from None
        if options["register_by"]:
            tender = _register(draft, options["register_by"])
            self.stderr.write(f"registered as {tender.reference} with {tender.lots.count()} lot(s)")
        if options["json"]:
            self.stdout.write(json.dumps(to_data(draft), ensure_ascii=False, indent=2))
        else:
            for line in to_lines(draft):
                self.stdout.write(line)


def _today() -> date:
    """The legal day in China; the machine's where no database of the portal is at hand, for reading needs none."""
    try:
        return clock.china(clock.now()).date()
    except DatabaseError:
        return clock.china(clock.machine()).date()


def _register(draft: Any, username: str) -> Any:
    """The draft is a registered project of the person's subject, waiting in the wizard with every source word.

    Raises:
        CommandError: no such person, or one who acts for no subject; the registration's own refusal.
    """
    from credit.models import Subject
    from credit.selectors import memberships_of
    from platform_site.accounts.models import User
    from platform_site.accounts.refusals import Refused
    from platform_site.accounts.selectors import actor_for
    from trading.intake.registration import registration
    from trading.services.tenders import tender_register

    user = User.objects.filter(username=username).first()
    held = memberships_of(user) if user else []
    centre = Subject.objects.filter(kinds__contains=["centre"]).order_by("pk").first()
    if not held or centre is None:
        raise CommandError(f"{username} acts for no subject here, or no trading centre is registered")
    subject, given = held[0].subject, registration(draft)
    try:
        return tender_register(
            procedure="engineering.open",
            initiator=subject,
            centre=centre,
            lots=given["lots"],
            source=given["source"],
            actor=actor_for(user, subject_code=subject.code),
            **given["tender"],
        )
    except Refused as refused:
        raise CommandError(str(refused)) from None
