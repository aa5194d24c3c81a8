"""One pass over the entries in order: leaves, private facts, positions, tiles, batches, checkpoints."""

from collections.abc import Callable, Iterator
from typing import Any

from django.conf import settings

from platform_site.ledger import batches, notes
from platform_site.ledger.audit.report import CHUNK, Report
from platform_site.ledger.leaves import leaf_hash
from platform_site.ledger.merkle import TILE_WIDTH, Frontier, chunks, hash_range_root
from platform_site.ledger.models import Batch, Checkpoint, Entry, Private, SealedPlace, Tile
from platform_site.ledger.registers import Finding
from platform_site.ledger.values import commitment


def entries_in_order(report: Report, key: notes.Verifier | None, old: notes.Checkpoint | None) -> None:
    """What does not fit is in the report. Memory stays flat but for 32 bytes per 256 entries."""
    frontier = Frontier()
    tile: list[bytes] = []
    checkpoints = _next(Checkpoint.objects.order_by("size").iterator(CHUNK))
    closing = _next(Batch.objects.order_by("position").iterator(CHUNK))
    tiles = _next(Tile.objects.filter(level=0).order_by("index").iterator(64))
    checkpoint, batch, held = checkpoints(), closing(), tiles()
    upper: list[list[bytes]] = []
    batch_leaves = 0
    for entry, private, position, numbered_hash in _entries():
        report.entries += 1
        at = position
        computed = _leaf(entry, position, report)
        _commitments(entry, private, position, report)
        if position is None:
            continue
        if position != frontier.size + 1:
            report.bad.append(Finding("order", f"position {frontier.size + 1} is missing", str(entry.pk), at))
            return  # without the order nothing further can be computed
        if entry.sealed:
            report.bad.append(Finding("order", "a sealed entry has a public position", str(entry.pk), at))
        if numbered_hash != computed:
            report.bad.append(Finding("order", "the numbered hash is not the leaf's", str(entry.pk), at))
        frontier.add(computed)
        tile.append(computed)
        if len(tile) == TILE_WIDTH:
            held = _tile(report, tile, position // TILE_WIDTH - 1, held, tiles, upper)
            tile = []
        batch_leaves += entry.event == batches.EVENT
        if batch and batch.position == position:
            _batch(report, batch, entry)
            batch = closing()
        elif entry.event == batches.EVENT:
            why = "the places of a sealed batch are not in the record"
            report.bad.append(Finding("batch", why, str(entry.pk), at))
        if checkpoint and checkpoint.size == position:
            if batch_leaves != 1:
                why = f"checkpoint {checkpoint.size} closes {batch_leaves} sealed batches, not one"
                report.bad.append(Finding("checkpoint", why, position=at))
            batch_leaves = 0
            _checkpoint(report, checkpoint, frontier.root, key)
            checkpoint = checkpoints()
        if old and old.size == position and frontier.root != old.root:
            why = f"the first {old.size} entries are not those of the given checkpoint: history was rewritten"
            report.bad.append(Finding("against", why, position=at))
    for what, left in (("checkpoint", checkpoint and checkpoint.size), ("batch", batch and batch.position)):
        if left:
            report.bad.append(Finding(what, f"the {what} at {left} leaves stands beyond the last entry"))
    if held is not None or len(tile) != frontier.size % TILE_WIDTH:
        report.bad.append(Finding("tree", f"tile {held.index} stands beyond the last entry"))
    _upper(report, upper, frontier.size)


def _next(rows: Iterator[Any]) -> Callable[[], Any]:
    return lambda: next(rows, None)


def _entries() -> Iterator[tuple[Entry, dict[str, Any] | None, int | None, bytes | None]]:
    """Every entry once, the numbered ones first and in order, with private facts. Streams; memory stays flat."""
    numbered = Entry.objects.filter(place__isnull=False).select_related("place").order_by("place__position")
    loose = Entry.objects.filter(place__isnull=True).order_by("pk")
    for source in (numbered, loose):
        for group in _groups(source.iterator(CHUNK)):
            held = dict(Private.objects.filter(pk__in=[one.pk for one in group]).values_list("pk", "openings"))
            for entry in group:
                place = entry.place if source is numbered else None
                yield (
                    entry,
                    held.get(entry.pk),
                    place.position if place else None,
                    bytes(place.leaf_hash) if place else None,
                )


def _groups(rows: Iterator[Any]) -> Iterator[list[Any]]:
    group: list[Any] = []
    for row in rows:
        group.append(row)
        if len(group) == CHUNK:
            yield group
            group = []
    if group:
        yield group


def _leaf(entry: Entry, position: int | None, report: Report) -> bytes:
    try:
        computed = leaf_hash(entry.leaf)
    except (ValueError, TypeError) as error:
        report.bad.append(Finding("leaf", f"the row cannot be read: {error}", str(entry.pk), position, entry.subject))
        return bytes(entry.leaf_hash)
    if computed != bytes(entry.leaf_hash):
        why = f"the row of {entry.event} is not the one that was hashed"
        report.bad.append(Finding("leaf", why, str(entry.pk), position, entry.subject))
    return computed


def _commitments(entry: Entry, openings: dict[str, Any] | None, position: int | None, report: Report) -> None:
    for name, opening in (openings or {}).items():
        try:
            fits = entry.private.get(name) == commitment(bytes.fromhex(opening["salt"]), opening["value"])
        except (ValueError, TypeError, KeyError):
            fits = False
        if not fits:
            why = f"the private fact {name!r} does not open its commitment"
            report.bad.append(Finding("private", why, str(entry.pk), position, entry.subject))


def _tile(report: Report, hashes: list[bytes], index: int, held: Any, tiles: Any, upper: list[list[bytes]]) -> Any:
    """Compares a complete tile with its row; returns the next row."""
    root = hash_range_root(hashes)
    if held is None or held.index != index:
        report.bad.append(Finding("tree", f"tile 0/{index} is missing"))
    else:
        if chunks(bytes(held.hashes)) != hashes or bytes(held.root) != root:
            wrong = [
                at for at, (one, two) in enumerate(zip(chunks(bytes(held.hashes)), hashes, strict=False)) if one != two
            ]
            position = index * TILE_WIDTH + wrong[0] + 1 if wrong else None
            report.bad.append(Finding("tree", f"tile 0/{index} does not hold its entries' hashes", position=position))
        held = tiles()
    if not upper:
        upper.append([])
    upper[0].append(root)
    return held


def _upper(report: Report, upper: list[list[bytes]], size: int) -> None:
    """Tiles of level 1 and above are the roots of the tiles below. Keeps 32 bytes for every 256 entries."""
    hashes, level = upper[0] if upper else [], 1
    while hashes:
        want = {at: hashes[at * TILE_WIDTH : (at + 1) * TILE_WIDTH] for at in range(len(hashes) // TILE_WIDTH)}
        roots = []
        held = {row.index: row for row in Tile.objects.filter(level=level)}
        for at, group in want.items():
            root = hash_range_root(group)
            roots.append(root)
            row = held.pop(at, None)
            if row is None or chunks(bytes(row.hashes)) != group or bytes(row.root) != root:
                report.bad.append(Finding("tree", f"tile {level}/{at} is not made of the tiles below it"))
        report.bad += [Finding("tree", f"tile {level}/{at} stands beyond the last entry") for at in held]
        hashes, level = roots, level + 1


def _batch(report: Report, batch: Batch, entry: Entry) -> None:
    rows = list(SealedPlace.objects.filter(batch=batch).values_list("slot", "entry_id", "entry__leaf_hash"))
    found = batches.places(bytes(batch.seed), {slot: bytes(leaf) for slot, _, leaf in rows})
    if entry.event != batches.EVENT or entry.facts != batches.facts(batch.number, found):
        why = f"sealed batch {batch.number} does not hold the places its leaf says"
        inside = " ".join(str(one) for _, one, _ in rows)
        report.bad.append(Finding("batch", f"{why}; in it: {inside}" if inside else why, str(entry.pk), batch.position))


def _checkpoint(report: Report, row: Checkpoint, root: bytes, key: notes.Verifier | None) -> None:
    expected = notes.Checkpoint(settings.LEDGER_ORIGIN, row.size, root)
    if bytes(row.root) != root:
        report.bad.append(Finding("checkpoint", f"the root at {row.size} leaves is another one", position=row.size))
    try:
        if notes.checkpoint_in(row.note, *[key] if key else []) != expected:
            raise notes.BadNote("it says another size or root than the entries give")
    except notes.BadNote as error:
        report.bad.append(Finding("checkpoint", f"checkpoint {row.size}: {error}", position=row.size))
