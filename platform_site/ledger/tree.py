"""The tree as the database holds it: complete tiles for ever, the rest from positions."""

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any

from django.db import connection

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


def root(size: int) -> bytes:
    """RFC 9162 root of the first `size` leaves. One query."""
    return _resolve(root_plan(size), size)[0]


def inclusion(index: int, size: int) -> list[bytes]:
    """The audit path of leaf `index` (position - 1) in the tree of `size` leaves."""
    return _resolve(inclusion_plan(index, size), size)


def inclusions(indexes: Sequence[int], size: int) -> list[list[bytes]]:
    """The audit path of every one of these leaves in the tree of `size` leaves. One query for all of them."""
    plans = [inclusion_plan(index, size) for index in indexes]
    known = _nodes({node for plan in plans for group in plan for node in group}, size)
    return [resolve(plan, known.__getitem__) for plan in plans]


def consistency(old: int, new: int) -> list[bytes]:
    """The proof that the tree of `new` leaves begins with the tree of `old`."""
    return _resolve(consistency_plan(old, new), new)


def _resolve(plan: list[list[Node]], size: int) -> list[bytes]:
    wanted = {node for group in plan for node in group}
    known = _nodes(wanted, size)
    return resolve(plan, known.__getitem__)


def _nodes(wanted: Iterable[Node], size: int) -> dict[Node, bytes]:
    """Hashes of the nodes. One query, and a tile is hashed once."""
    by_tile: dict[tuple[int, int], list[Node]] = {}
    for height, index in wanted:
        level, inside = divmod(height, TILE_HEIGHT)
        by_tile.setdefault((level, index >> (TILE_HEIGHT - inside)), []).append((height, index))
    tiles = tile_hashes(by_tile, size)
    found: dict[Node, bytes] = {}
    for (level, tile), nodes in by_tile.items():
        levels = _layers(tiles[level, tile])
        for height, index in nodes:
            inside = height - level * TILE_HEIGHT
            found[height, index] = levels[inside][index - (tile << (TILE_HEIGHT - inside))]
    return found


@lru_cache(maxsize=256)
def _layers(hashes: bytes) -> list[list[bytes]]:
    """Every level of a tile. Proofs share the tiles of the upper levels; the key is the content, so nothing ages."""
    return layers(chunks(hashes))


def tile_hashes(wanted: Iterable[tuple[int, int]], size: int) -> dict[tuple[int, int], bytes]:
    """The hashes of tiles (level, index) as a tree of `size` leaves shows them; the rightmost may be partial. One
    query. A tile whose rows are missing is missing in the answer.
    """
    complete: list[tuple[int, int]] = []
    parts: list[str] = []
    values: list[Any] = []
    for level, index in wanted:
        begin = index * TILE_WIDTH
        end = min(begin + TILE_WIDTH, size >> (TILE_HEIGHT * level))
        if end == begin + TILE_WIDTH:
            complete.append((level, index))
        elif level == 0:
            parts.append(PARTIAL_LEAVES)
            values += [index, begin, end]
        else:
            parts.append(PARTIAL)
            values += [level, index, level - 1, begin, end]
    if complete:
        parts.append(COMPLETE)
        values += [[level for level, _ in complete], [index for _, index in complete]]
    if not parts:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(parts), values)
        return {(level, index): bytes(hashes) for level, index, hashes in cursor.fetchall() if hashes}


COMPLETE = """SELECT level::int, index, hashes FROM ledger_tile
              WHERE (level, index) IN (SELECT * FROM unnest(%s::smallint[], %s::bigint[]))"""
PARTIAL = """SELECT %s::int, %s::bigint, string_agg(root, ''::bytea ORDER BY index) FROM ledger_tile
             WHERE level = %s AND index >= %s AND index < %s"""
PARTIAL_LEAVES = """SELECT 0, %s::bigint, string_agg(leaf_hash, ''::bytea ORDER BY position) FROM ledger_position
                    WHERE position > %s AND position <= %s"""
