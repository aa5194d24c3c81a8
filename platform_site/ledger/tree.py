"""The tree as the database holds it: complete tiles for ever, the rest from positions."""

from collections.abc import Iterable

from platform_site.ledger.merkle import (
    TILE_HEIGHT,
    TILE_WIDTH,
    Node,
    chunks,
    consistency_plan,
    inclusion_plan,
    layers,
    resolve,
    root_plan,
)
from platform_site.ledger.models import Position, Tile


def root(size: int) -> bytes:
    """RFC 9162 root of the first `size` leaves. At most two queries a tile level."""
    return _resolve(root_plan(size), size)[0]


def inclusion(index: int, size: int) -> list[bytes]:
    """The audit path of leaf `index` (position - 1) in the tree of `size` leaves."""
    return _resolve(inclusion_plan(index, size), size)


def consistency(old: int, new: int) -> list[bytes]:
    """The proof that the tree of `new` leaves begins with the tree of `old`."""
    return _resolve(consistency_plan(old, new), new)


def _resolve(plan: list[list[Node]], size: int) -> list[bytes]:
    wanted = {node for group in plan for node in group}
    known = _nodes(wanted, size)
    return resolve(plan, known.__getitem__)


def _nodes(wanted: Iterable[Node], size: int) -> dict[Node, bytes]:
    """Hashes of the nodes, tile by tile: a tile is read once and hashed once."""
    by_tile: dict[tuple[int, int], list[Node]] = {}
    for height, index in wanted:
        level, inside = divmod(height, TILE_HEIGHT)
        by_tile.setdefault((level, index >> (TILE_HEIGHT - inside)), []).append((height, index))
    tiles = tile_hashes(by_tile, size)
    found: dict[Node, bytes] = {}
    for (level, tile), nodes in by_tile.items():
        levels = layers(chunks(tiles[level, tile]))
        for height, index in nodes:
            inside = height - level * TILE_HEIGHT
            found[height, index] = levels[inside][index - (tile << (TILE_HEIGHT - inside))]
    return found


def tile_hashes(wanted: Iterable[tuple[int, int]], size: int) -> dict[tuple[int, int], bytes]:
    """The hashes of tiles (level, index) as a tree of `size` leaves shows them; the rightmost may be partial."""
    found: dict[tuple[int, int], bytes] = {}
    complete: dict[int, list[int]] = {}
    for level, index in wanted:
        if (index + 1) << (TILE_HEIGHT * (level + 1)) <= size:
            complete.setdefault(level, []).append(index)
        else:
            found[level, index] = _partial(level, index, size)
    for level, indices in complete.items():
        rows = Tile.objects.filter(level=level, index__in=indices).values_list("index", "hashes")
        found |= {(level, index): bytes(hashes) for index, hashes in rows}
    return found


def _partial(level: int, index: int, size: int) -> bytes:
    begin = index * TILE_WIDTH
    end = min(begin + TILE_WIDTH, size >> (TILE_HEIGHT * level))
    if level == 0:
        rows = Position.objects.filter(position__gt=begin, position__lte=end).order_by("position")
        return b"".join(bytes(one) for one in rows.values_list("leaf_hash", flat=True))
    below = Tile.objects.filter(level=level - 1, index__gte=begin, index__lt=end).order_by("index")
    return b"".join(bytes(one) for one in below.values_list("root", flat=True))
