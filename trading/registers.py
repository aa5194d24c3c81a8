"""What trading tells the bedrock: which rows the record must explain, and whom a hold wakes."""

import hashlib
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from django.conf import settings

from platform_site.ledger.registers import Finding
from platform_site.ledger.values import plain
from trading.digests import digest_of
from trading.digests import plain as texts
from trading.models import Instrument, Letter, Notice, PlanNotice, StoredFile


def published_files_unchanged() -> Iterator[Finding]:
    """Every stored file whose bytes no longer match the digest it was recorded under."""
    for file in StoredFile.objects.iterator():
        path = Path(settings.MEDIA_ROOT) / file.path
        if not path.is_file():
            yield Finding("file", f"{file.name} is missing", subject=f"file:{file.sha256}")
            continue
        with path.open("rb") as stored:
            found = hashlib.file_digest(stored, "sha256").hexdigest()
        if found != file.sha256:
            yield Finding("file", f"{file.name} has other bytes than recorded", subject=f"file:{file.sha256}")


def notices_unchanged() -> Iterator[Finding]:
    """Every notice whose content no longer matches its digest, or whose digest the record never held."""
    from platform_site.ledger.models import Entry

    said = {}
    for facts in Entry.objects.filter(sealed=False, facts__has_key="notice").values_list("facts", flat=True):
        said[facts["notice"]] = facts["digest"]
    for notice in Notice.objects.filter(state="published").iterator():
        if digest_of(notice.content) != notice.digest or said.get(str(notice.id)) != notice.digest:
            yield Finding("file", f"notice {notice.title} differs from the record", subject=notice.ledger_ref)


def plans_unchanged() -> Iterator[Finding]:
    """Every text of a plan that is not the one its entry names, every entry whose text is gone, every plan that says
    another day than its first text."""
    from platform_site.ledger.models import Entry

    said = {e.facts["plan_text"]: e for e in Entry.objects.filter(subject__startswith="plan:", sealed=False)}
    for text in PlanNotice.objects.select_related("plan__initiator").order_by("plan", "number").iterator():
        entry, plan = said.pop(str(text.id), None), text.plan
        held = entry and (entry.subject, entry.facts["kind"], entry.facts["digest"], entry.facts["published_at"])
        told = (plan.ledger_ref, text.kind, text.digest, plain(text.published_at))
        if digest_of(text.content) != text.digest or held != told or text.content["number"] != text.number:
            yield Finding("file", f"plan text {text.title} differs from the record", subject=plan.ledger_ref)
        elif text.number == 1 and (plan.published_at, plan.initiator.code) != (
            text.published_at,
            text.content["initiator"]["code"],
        ):
            yield Finding("state", "a plan is not its first text's", subject=plan.ledger_ref)
    for entry in said.values():
        yield Finding("file", "a recorded text of a plan is gone", entry=str(entry.pk), subject=entry.subject)


def letters_unchanged() -> Iterator[Finding]:
    """Every letter of an award whose content no longer matches its digest, or whose digest the record never held."""
    from platform_site.ledger.models import Entry

    said: set[str] = set()
    for digests in Entry.objects.filter(sealed=False, facts__has_key="letters").values_list(
        "facts__letters", flat=True
    ):
        said.update(digests)
    for letter in Letter.objects.iterator():
        if digest_of(letter.content) != letter.digest or letter.digest not in said:
            yield Finding("file", "a letter of an award differs from the record", subject=letter.ledger_ref)


def instruments_unchanged() -> Iterator[Finding]:
    """Every report and cover for the file that is not the one its act's entry names, and every one that is gone."""
    from platform_site.ledger.models import Entry

    named = Entry.objects.filter(sealed=False, facts__has_key="instrument")
    said = dict(named.values_list("facts__instrument", "subject"))
    for instrument in Instrument.objects.iterator():
        content = instrument.content
        own = (instrument.kind, texts(instrument.issued_at)) == (content.get("kind"), content.get("issued_at"))
        known = said.pop(instrument.digest, None) is not None
        if not known or not own or digest_of(content) != instrument.digest:
            yield Finding("file", "an instrument of a lot differs from the record", subject=instrument.ledger_ref)
    for subject in said.values():
        yield Finding("file", "an instrument the record names is gone", subject=subject)


def papers_recorded() -> Iterator[Finding]:
    """Every paper whose bytes are not those its own entry names. The files themselves are looked at elsewhere."""
    from platform_site.ledger.models import Entry

    events = [f"{model.__name__.lower()}.paper_rendered" for model in (Notice, Letter, Instrument)]
    said = dict(Entry.objects.filter(event__in=events).values_list("subject", "facts__sha256"))
    for model in (Notice, Letter, Instrument):
        for row in model.objects.filter(paper__isnull=False).select_related("paper").iterator():
            if said.get(row.ledger_ref) != row.paper.sha256:
                yield Finding("file", "a paper is not the one the record names", subject=row.ledger_ref)


class LotsDue:
    """The moving clock's view of the lots: every due moment on the way happens at its own moment."""

    def next_due(self, *, after: datetime | None, until: datetime) -> datetime | None:
        """The earliest `next_check` in (after, until]. One query."""
        from trading.models import Lot

        rows = Lot.objects.filter(next_check__lte=until).order_by("next_check")
        return (rows.filter(next_check__gt=after) if after else rows).values_list("next_check", flat=True).first()

    def run_due(self, moment: datetime) -> None:
        """What the clock has to do by `moment` is done."""
        from trading.services import ticks

        ticks.tick(until=moment)


def wake_held_lot(ref: str) -> None:
    """A hold was placed on or released from a lot: its next moment is counted anew, and its sessions move
    with it. Runs in that transaction.

    Where supervision's own process places it, whose login writes no lot, the database wakes the lot instead
    (migration 0011) and the next tick counts.
    """
    if not ref.startswith("lot:") or settings.FACE == "supervision":
        return
    from trading.locks import lock_lot
    from trading.services import sessions
    from trading.services.acts import next_check
    from trading.services.openings import lot_by_ref

    lot = lock_lot(lot_by_ref(ref).pk)
    lot.next_check = next_check(lot)
    lot.save(update_fields=["next_check"])
    sessions.follow(lot)
