"""The record as static files: tiles, entry bundles, sealed places, long facts, and last of all the checkpoint.

Everything is computed from the database, so whatever a crash left behind is written again by the next run: the
checkpoint file says up to where the files were complete.
"""

import fcntl
import hashlib
import os
import secrets
import shutil
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings

from platform_site.failpoints import failpoint
from platform_site.ledger import batches, layout, notes, tree
from platform_site.ledger.leaves import FACTS_IN_LEAF
from platform_site.ledger.merkle import TILE_WIDTH, chunks
from platform_site.ledger.models import Batch, Checkpoint, Cosignature, Entry, SealedPlace
from platform_site.ledger.values import canonical


class PublishedDiffers(RuntimeError):
    """What was published is not what the database says. In production nobody but a human may go on from here."""


def folder() -> Path:
    """Where the files lie."""
    return Path(settings.LEDGER_DIR)


def publish() -> int:
    """The files show the newest checkpoint; returns its size, 0 in an empty record.

    Raises:
        PublishedDiffers: production, and the published checkpoint is not one of the database's.
    """
    newest = Checkpoint.objects.order_by("-size").first()
    if newest is None:
        return 0
    root = folder()
    with _alone(root):
        old = _published_size(root)
        if old == newest.size and (root / layout.CHECKPOINT).read_text() == signed_note(newest):
            return old
        _write_tiles(root, old, newest.size)
        failpoint("ledger.publish.after_tiles")
        _write_bundles(root, old, newest.size)
        _write_batches(root, old, newest.size)
        failpoint("ledger.publish.before_checkpoint")
        write(root / layout.CHECKPOINT, signed_note(newest).encode())
        failpoint("ledger.publish.after_checkpoint")
        _forget_partials(root, old, newest.size)
    return newest.size


def rebuild() -> int:
    """Every file is written anew; returns the size published."""
    root = folder()
    with _alone(root):
        _clear(root)
    return publish()


def signed_note(checkpoint: Checkpoint) -> str:
    """The checkpoint's note with the witnesses' lines."""
    lines = Cosignature.objects.filter(checkpoint=checkpoint).order_by("id").values_list("line", flat=True)
    return checkpoint.note + "".join(lines)


def _published_size(root: Path) -> int:
    """Up to where the files are complete; they are cleared where they tell of another record (a demo was reset)."""
    path = root / layout.CHECKPOINT
    if not path.exists():
        return 0
    try:
        found = notes.Checkpoint.parse(notes.parse(path.read_text()).text)
    except (ValueError, UnicodeDecodeError):
        found = None  # a torn write
    if found:
        known = Checkpoint.objects.filter(size=found.size).first()
        if known and bytes(known.root) == found.root and found.origin == settings.LEDGER_ORIGIN:
            return found.size
        if settings.MODE == "production":
            raise PublishedDiffers(f"{path} shows {found.size} leaves with a root the database does not know")
    _clear(root)
    return 0


def _clear(root: Path) -> None:
    for name in ("tile", "sealed", "facts"):
        shutil.rmtree(root / name, ignore_errors=True)
    (root / layout.CHECKPOINT).unlink(missing_ok=True)


def _write_tiles(root: Path, old: int, new: int) -> None:
    for level, index, width in layout.tiles_between(old, new):
        write(root / layout.tile(level, index, width), tile(level, index, new))


def tile(level: int, index: int, size: int) -> bytes:
    """The hashes of one tile of a tree of `size` leaves."""
    return tree.tile_hashes([(level, index)], size)[level, index]


def _write_bundles(root: Path, old: int, new: int) -> None:
    for level, index, width in layout.tiles_between(old, new):
        if level == 0:
            write(root / layout.tile(layout.ENTRIES, index, width), bundle(index, width, root))


def bundle(index: int, width: int, root: Path | None = None) -> bytes:
    """Leaves [256·index, + width), each after its length in two bytes. Long facts go to files of `root`."""
    begin = index * TILE_WIDTH
    wanted = Entry.objects.numbered().filter(place__position__gt=begin, place__position__lte=begin + width)
    parts = []
    for entry in wanted:
        leaf = entry.leaf
        parts.append(struct.pack(">H", len(leaf)) + leaf)
        if root and len(written := canonical(entry.facts)) > FACTS_IN_LEAF:
            write(root / layout.facts(hashlib.sha256(written).hexdigest()), written)
    return b"".join(parts)


def _write_batches(root: Path, old: int, new: int) -> None:
    for batch in Batch.objects.filter(position__gt=old, position__lte=new).order_by("number"):
        write(root / layout.sealed(batch.number), b"".join(batch_places(batch)))


def batch_places(batch: Batch) -> list[bytes]:
    """All places of a batch. One query."""
    rows = SealedPlace.objects.filter(batch=batch).values_list("slot", "entry__leaf_hash")
    return batches.places(bytes(batch.seed), {slot: bytes(leaf) for slot, leaf in rows})


def published_places(number: int) -> list[bytes] | None:
    """All places of a batch, as anybody reads them; None while the file is not out."""
    try:
        data = (folder() / layout.sealed(number)).read_bytes()
    except OSError:
        return None
    return chunks(data)


def _forget_partials(root: Path, old: int, new: int) -> None:
    """Partial tiles whose complete tile stands are gone, as tlog-tiles allows."""
    for level, index, width in layout.tiles_between(old, new):
        if width == TILE_WIDTH:
            for kind in (level, layout.ENTRIES) if level == 0 else (level,):
                shutil.rmtree(root / f"{layout.tile(kind, index)}.p", ignore_errors=True)


def write(path: Path, data: bytes) -> None:
    """The file holds `data`, whole or not at all, and survives a power cut."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    with draft.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
    handle = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def _alone(root: Path) -> Iterator[None]:
    """Within, no other process writes the files."""
    root.mkdir(parents=True, exist_ok=True)
    with (root / ".lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
