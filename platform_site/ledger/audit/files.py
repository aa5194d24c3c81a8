"""Published files against the rows."""

from collections.abc import Iterator
from pathlib import Path

from platform_site.ledger import layout, notes, publishing
from platform_site.ledger.audit.report import CHUNK
from platform_site.ledger.merkle import TILE_WIDTH
from platform_site.ledger.models import Batch, Checkpoint
from platform_site.ledger.registers import Finding


def published_checkpoint() -> str | None:
    """The checkpoint the public sees; None where nothing was published."""
    path = publishing.folder() / layout.CHECKPOINT
    return path.read_text(errors="replace") if path.exists() else None


def differing(shown: str | None) -> Iterator[Finding]:
    """Files of the checkpoint shown that are missing or say something else than the rows."""
    if shown is None:
        return
    try:
        head = notes.Checkpoint.parse(notes.parse(shown).text)
    except notes.BadNote as error:
        yield Finding("file", f"{layout.CHECKPOINT}: {error}")
        return
    known = Checkpoint.objects.filter(size=head.size).first()
    if known is None or not _is_note_of(known, shown):
        yield Finding("file", f"the published checkpoint of {head.size} leaves is not one of the record's")
        return
    try:
        yield from _tiles(head)
    except KeyError as error:
        yield Finding("tree", f"tile {error} is missing")
    for batch in Batch.objects.filter(position__lte=head.size).order_by("number").iterator(CHUNK):
        yield from _same(layout.sealed(batch.number), b"".join(publishing.batch_places(batch)))


def _is_note_of(known: Checkpoint, shown: str) -> bool:
    """The log's own note, with any of the witnesses' lines that came in by then."""
    lines = set(known.cosignatures.values_list("line", flat=True))
    more = shown.removeprefix(known.note).splitlines(keepends=True)
    return shown.startswith(known.note) and lines.issuperset(more)


def _tiles(head: notes.Checkpoint) -> Iterator[Finding]:
    for level, index, width in layout.tiles_between(0, head.size):
        yield from _compare(level, index, width, publishing.tile(level, index, head.size))
        if level == 0:
            yield from _compare(layout.ENTRIES, index, width, publishing.bundle(index, width))


def _compare(level: int | str, index: int, width: int, expected: bytes) -> Iterator[Finding]:
    whole = publishing.folder() / layout.tile(level, index)
    if width < TILE_WIDTH and whole.exists():  # completed since, and the partial tile forgotten
        if not whole.read_bytes().startswith(expected):
            yield Finding("file", f"{layout.tile(level, index)} is not what the record says")
        return
    yield from _same(layout.tile(level, index, width), expected)


def _same(name: str, expected: bytes) -> Iterator[Finding]:
    path: Path = publishing.folder() / name
    if not path.exists():
        yield Finding("file", f"{name} is missing")
    elif path.read_bytes() != expected:
        yield Finding("file", f"{name} is not what the record says")
