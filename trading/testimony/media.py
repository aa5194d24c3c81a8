"""Designated media against the record: which notice was handed to whom, until when, and what each said stands there."""

from collections.abc import Iterator
from typing import Any

from platform_site.ledger.models import Entry
from platform_site.ledger.registers import Finding
from trading.models import MediaOutlet, MediaPost
from trading.testimony.told import Said, Told, differing, missing, unspoken

EVENTS = ("notice.handed_over", "notice.acknowledged", "notice.not_acknowledged")


def posts(told: Told) -> Iterator[Finding]:
    """Every post as its entries left it; none without an entry, none gone."""
    found = MediaPost.objects.filter(notice__lot__in=told.lots).select_related("notice__lot__tender", "outlet")
    rows = {(str(row.notice_id), row.outlet.name): row for row in found}
    for lot in told.lots:
        ref = lot.ledger_ref
        by_post: dict[tuple[str, str], list[Said]] = {}
        for said in told.all(ref, *EVENTS):
            by_post.setdefault((said.facts["text"], said.facts["outlet"]), []).append(said)
        for key, entries in by_post.items():
            row = rows.pop(key, None)
            if row is None:
                yield missing("media post", ref, entries[0])
                continue
            yield from differing("media post", ref, entries[-1], _pairs(row, entries))
    for row in rows.values():
        yield unspoken("media post", row.notice.lot.ledger_ref)


def _pairs(row: MediaPost, entries: list[Said]) -> dict[str, tuple[Any, Any]]:
    """Every column the post's entries speak of. What an older entry does not say is not compared."""
    handed = entries[0].facts
    heard = [said.facts for said in entries if said.event == "notice.acknowledged"]
    late = [said.facts for said in entries if said.event == "notice.not_acknowledged"]
    last = heard[-1] if heard else {}
    state = "sent" if not heard else "posted" if last["same"] else "differs"
    pairs: dict[str, tuple[Any, Any]] = {
        "notice's digest": (row.notice.digest, handed["digest"]),
        "due_at": (row.due_at, handed["due"]),
        "state": (row.state, state),
        "said_digest": (row.said_digest, last.get("said", "")),
        "posted": (row.posted_at is not None, state == "posted"),
        "told overdue": (row.overdue_told_at is not None, bool(late)),
    }
    spoken = (
        ("sent_at", row.sent_at, handed, "at"),
        ("posted_at", row.posted_at, last if state == "posted" else {}, "at"),
        ("overdue_told_at", row.overdue_told_at, late[-1] if late else {}, "at"),
        ("url", row.url, last, "url"),
    )
    return pairs | {name: (value, facts[key]) for name, value, facts, key in spoken if key in facts}


def outlets_as_recorded() -> Iterator[Finding]:
    """Every medium under the name and key it was registered by; without its key nobody could speak for it."""
    entries = Entry.objects.filter(event="medium.registered", sealed=False)
    said = {entry.subject: entry for entry in entries.iterator()}
    for outlet in MediaOutlet.objects.iterator():
        entry = said.pop(outlet.ledger_ref, None)
        if entry is None:
            yield Finding("row", "medium: no entry ever said so", subject=outlet.ledger_ref)
            continue
        for name, value in (("name", outlet.name), ("key", outlet.public_key)):
            if value != entry.facts[name]:
                why = f"medium: {name} is not the one recorded"
                yield Finding("row", why, str(entry.pk), subject=outlet.ledger_ref)
    for ref, entry in said.items():
        yield Finding("row", "medium is gone, medium.registered speaks of it", str(entry.pk), subject=ref)
