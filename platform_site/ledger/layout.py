"""Where the record's public files lie, the same in the folder and under /ledger/ (C2SP tlog-tiles, and ours)."""

from platform_site.ledger.merkle import TILE_HEIGHT, TILE_WIDTH

CHECKPOINT = "checkpoint"
ENTRIES = "entries"


def numbered(index: int) -> str:
    """1234067 is x001/x234/067."""
    text = f"{index % 1000:03d}"
    while index >= 1000:
        index //= 1000
        text = f"x{index % 1000:03d}/{text}"
    return text


def tile(level: int | str, index: int, width: int = TILE_WIDTH) -> str:
    """The path of a tile, or of an entry bundle (level "entries"); partial where narrower than 256."""
    partial = f".p/{width}" if width < TILE_WIDTH else ""
    return f"tile/{level}/{numbered(index)}{partial}"


def sealed(batch: int) -> str:
    """The path of a batch's places."""
    return f"sealed/{numbered(batch)}"


def facts(digest: str) -> str:
    """The path of facts too long for a leaf, by their SHA-256."""
    return f"facts/{digest[:2]}/{digest}"


def tiles_between(old: int, new: int) -> list[tuple[int, int, int]]:
    """Tiles (level, index, width) a tree of `new` leaves has and one of `old` has not, the complete ones first."""
    found = []
    level = 0
    while new >> (TILE_HEIGHT * level):
        before, now = old >> (TILE_HEIGHT * level), new >> (TILE_HEIGHT * level)
        found += [(level, index, TILE_WIDTH) for index in range(before // TILE_WIDTH, now // TILE_WIDTH)]
        if now % TILE_WIDTH and now != before:
            found.append((level, now // TILE_WIDTH, now % TILE_WIDTH))
        level += 1
    return found
