"""RFC 9162 trees from complete subtrees: which nodes a root or a proof needs, and how to fold them.

A node (height, index) is the hash of leaves [index << height, (index + 1) << height), all of them present. Nothing
here reads storage: `Nodes` gives hashes, `needed` lists are known beforehand so that a reader can fetch them at once.
"""

import hashlib
from collections.abc import Callable, Iterable

Node = tuple[int, int]
Nodes = Callable[[Node], bytes]

TILE_HEIGHT = 8
TILE_WIDTH = 1 << TILE_HEIGHT
HASH_BYTES = 32
EMPTY_ROOT = hashlib.sha256(b"").digest()


def join(left: bytes, right: bytes) -> bytes:
    """SHA-256(0x01 || left || right)."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def complete_subtrees(begin: int, end: int) -> list[Node]:
    """The fewest complete subtrees that cover leaves [begin, end), from the left."""
    nodes = []
    while begin < end:
        height = (end - begin).bit_length() - 1
        if begin:
            height = min(height, (begin & -begin).bit_length() - 1)
        nodes.append((height, begin >> height))
        begin += 1 << height
    return nodes


def fold(hashes: Iterable[bytes]) -> bytes:
    """The hash over subtrees that `complete_subtrees` listed: the right edge is folded first."""
    stack = list(hashes)
    if not stack:
        return EMPTY_ROOT
    found = stack.pop()
    while stack:
        found = join(stack.pop(), found)
    return found


def root_plan(size: int) -> list[list[Node]]:
    """The one hash that is the root of a tree of `size` leaves, as subtrees to fold."""
    return [complete_subtrees(0, size)]


def inclusion_plan(index: int, size: int) -> list[list[Node]]:
    """The audit path of leaf `index`, from the leaf's sibling up; each element as subtrees to fold.

    Raises:
        ValueError: the leaf is not in a tree of that size.
    """
    if not 0 <= index < size:
        raise ValueError(f"no leaf {index} in a tree of {size}")
    begin, end, path = 0, size, []
    while end - begin > 1:
        middle = begin + _split(end - begin)
        if index < middle:
            path.append(complete_subtrees(middle, end))
            end = middle
        else:
            path.append(complete_subtrees(begin, middle))
            begin = middle
    return path[::-1]


def consistency_plan(old: int, new: int) -> list[list[Node]]:
    """The proof that the tree of `new` leaves begins with the tree of `old`; each element as subtrees to fold.

    Raises:
        ValueError: `old` is zero or beyond `new`.
    """
    if not 0 < old <= new:
        raise ValueError(f"no proof from {old} to {new}")
    begin, end, path, whole = 0, new, [], True
    while old != end:
        middle = begin + _split(end - begin)
        if old <= middle:
            path.append(complete_subtrees(middle, end))
            end = middle
        else:
            path.append(complete_subtrees(begin, middle))
            begin = middle
            whole = False
    if not whole:
        path.append(complete_subtrees(begin, end))
    return path[::-1]


def _split(width: int) -> int:
    """The largest power of two below `width`."""
    return 1 << ((width - 1).bit_length() - 1)


def resolve(plan: list[list[Node]], nodes: Nodes) -> list[bytes]:
    """The plan's hashes."""
    return [fold(nodes(node) for node in group) for group in plan]


def layers(leaves: list[bytes]) -> list[list[bytes]]:
    """Every complete level above the given hashes, the hashes first. A full tile gives nine levels."""
    levels = [leaves]
    while len(levels[-1]) > 1:
        below = levels[-1]
        levels.append([join(below[at], below[at + 1]) for at in range(0, len(below) - 1, 2)])
    return levels


def chunks(data: bytes) -> list[bytes]:
    """A tile's bytes as hashes."""
    return [data[at : at + HASH_BYTES] for at in range(0, len(data), HASH_BYTES)]


def hash_range_root(hashes: list[bytes]) -> bytes:
    """The root over leaf hashes held in memory."""
    levels = layers(hashes)
    return fold(levels[height][index] for height, index in complete_subtrees(0, len(hashes)))


def memory_nodes(hashes: list[bytes]) -> Nodes:
    """Nodes of a small tree held in memory."""
    levels = layers(hashes)
    return lambda node: levels[node[0]][node[1]]


class Frontier:
    """The right edge of a growing tree: at most one complete subtree of every height. Root of any size on the way."""

    def __init__(self) -> None:
        self.size = 0
        self._edge: list[bytes] = []  # from the left, heights falling

    def add(self, leaf: bytes) -> None:
        """The tree is one leaf larger."""
        found, size = leaf, self.size
        while size & 1:
            found = join(self._edge.pop(), found)
            size >>= 1
        self._edge.append(found)
        self.size += 1

    @property
    def root(self) -> bytes:
        """RFC 9162 root of the leaves added so far."""
        return fold(self._edge)
