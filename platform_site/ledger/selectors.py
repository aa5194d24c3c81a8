"""What the record says. Readers follow positions, never ids or times: nothing can appear behind a position."""

from uuid import UUID

from platform_site.ledger.models import Checkpoint, Entry, EntryQuerySet, Position, Revealed


def has_event(subject_ref: str, event: str, *, include_sealed: bool = False) -> bool:
    """Whether `event` happened to the subject, numbered or not, this transaction's own entries included. One query.

    Sealed entries count only where asked for: their existence is a secret.
    """
    found = Entry.objects.about(subject_ref).filter(event=event)
    return (found if include_sealed else found.public()).exists()


def entries_for(subject_ref: str, *, after_position: int = 0) -> EntryQuerySet:
    """The subject's numbered public entries behind a position, in order. One query."""
    return Entry.objects.about(subject_ref).numbered().filter(place__position__gt=after_position)


def positioned_after(position: int, limit: int = 500) -> list[Entry]:
    """The next entries behind a cursor, in order, at most `limit`. One query."""
    return list(Entry.objects.numbered().filter(place__position__gt=position)[:limit])


def position_of(entry: Entry) -> int | None:
    """The entry's position; None while unnumbered, and always for sealed entries. One query."""
    return Position.objects.filter(entry_id=entry.pk).values_list("position", flat=True).first()


def last_position() -> int:
    """The highest position; 0 in an empty record. One query."""
    return Position.objects.order_by("-position").values_list("position", flat=True).first() or 0


def newest_checkpoint() -> Checkpoint | None:
    """The newest tree head; None before the first. One query."""
    return Checkpoint.objects.order_by("-size").first()


def checkpoint_line() -> str:
    """Origin, size and root in one line, for the foot of papers and mails: any old paper is a witness. One query."""
    newest = newest_checkpoint()
    return " ".join(newest.note.split("\n")[:3]) if newest else ""


def public_entry(entry_id: UUID) -> Entry | None:
    """The entry, where the public may see it: never sealed, or revealed since. Two queries at most.

    A sealed entry and one that never was are the same None.
    """
    entry = Entry.objects.select_related("place").filter(pk=entry_id).first()
    if entry is None or (entry.sealed and not Revealed.objects.filter(entry=entry).exists()):
        return None
    return entry
