"""The notice's text with its punctuation levelled, one character for one, so that offsets stay those of the original.

The source site flattens tables into lines: cells are parted by `|`, a label cell stands before its value cell.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import TypeVar

from trading.intake.facts import Confidence, Fact

T = TypeVar("T")

_LEVEL = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}  # full-width forms of ASCII
for _forms, _plain in (
    ("〔【〖「『", "["),
    ("〕】〗」』", "]"),
    ("“”„‟", '"'),
    ("﹕∶︰", ":"),
    ("﹣–—―−", "-"),
    ("〜", "~"),
    ("﹐", ","),
    ("﹔", ";"),
):
    _LEVEL |= {ord(c): ord(_plain) for c in _forms}
_BLANKS = (
    *range(0x00, 0x0A),
    *range(0x0B, 0x20),
    0x7F,
    0x85,
    0xA0,
    0x2002,
    0x2003,
    0x2009,
    0x200B,
    0x200C,
    0x200D,
    0x2028,
    0x2029,
    0x3000,
    0xFEFF,
)
_LEVEL |= dict.fromkeys(_BLANKS, 0x20)

_FAR = 2_000  # no clause is longer
_BLOT = "\ue000"  # a private character: no pattern, no label and no number contains it

_HEAD = re.compile(r"\[信息时间: *[^\]\n]{0,40}\]")
_TAIL = re.compile(r"\n *查看操作说明 *\n")


def level(text: str) -> str:
    """`text` with full-width digits, letters and punctuation made half-width and odd spaces plain. Same length."""
    return text.translate(_LEVEL)


def spaced(label: str) -> str:
    """A pattern for `label` that tolerates the blanks typists put between its characters (招 标 人)."""
    return " {0,4}".join(re.escape(c) for c in label)


@dataclass(frozen=True, slots=True)
class Cell:
    """One table cell: where its trimmed text stands, and that text without any blanks."""

    start: int
    end: int
    compact: str
    last_line: str  # section headings run into the label below them; the label is the last line


class Page:
    """A notice's body, original and levelled, with its cells."""

    def __init__(self, raw: str) -> None:
        self.raw = raw
        self.text = level(raw)
        head = _HEAD.search(self.text)
        self.start = head.end() if head else 0
        tail = _TAIL.search(self.text, self.start)
        self.end = tail.start() if tail else len(raw)
        self.has_head = head is not None
        self.dated = head.span() if head else None

    def without(self, spans: Iterable[tuple[int, int]]) -> "Page":
        """The same page with `spans` made illegible, so that nothing is read from them; offsets stay."""
        other = Page(self.raw)
        for start, end in spans:
            other.text = other.text[:start] + re.sub(r"[^\n]", _BLOT, other.text[start:end]) + other.text[end:]
        return other

    @property
    def body(self) -> str:
        """The levelled text without the site's navigation; offsets then need `start` added."""
        return self.text[self.start : self.end]

    @cached_property
    def cells(self) -> tuple[Cell, ...]:
        """The cells in reading order; a text without tables is one cell."""
        found = []
        at = self.start
        for piece in self.text[self.start : self.end].split("|"):
            start, end = self.trim(at, at + len(piece))
            last = piece.strip().rsplit("\n", 1)[-1]
            found.append(Cell(start, end, _compact(piece), _compact(last)))
            at += len(piece) + 1
        return tuple(found)

    def trim(self, start: int, end: int) -> tuple[int, int]:
        """The span without blanks at its ends."""
        while start < end and self.text[start].isspace():
            start += 1
        while end > start and self.text[end - 1].isspace():
            end -= 1
        return start, end

    def fact(self, value: T, start: int, end: int, confidence: Confidence = "stated", note: str = "") -> Fact[T]:
        """A fact read from [start, end) of the body."""
        start, end = self.trim(start, end)
        return Fact(value, self.raw[start:end], start, end, confidence, note)

    def cell_after(self, label: re.Pattern[str], labels: re.Pattern[str]) -> Cell | None:
        """The first non-empty cell that stands right after a cell reading `label`.

        Args:
            labels: what any label looks like; two labels in a row mean the first was only a heading.
        """
        for cell, following in zip(self.cells, self.cells[1:], strict=False):
            if not (label.fullmatch(cell.compact) or label.fullmatch(cell.last_line)):
                continue
            if following.compact and not labels.fullmatch(following.compact):
                return following
        return None

    def clause(self, start: int, end: int) -> tuple[int, int]:
        """The clause around [start, end): up to the next 。；| or line end on either side."""
        floor, ceiling = max(self.start, start - _FAR), min(self.end, end + _FAR)
        left = max(self.text.rfind(mark, floor, start) for mark in "。;|\n") + 1
        stops = [at for mark in "。;|\n" if (at := self.text.find(mark, end, ceiling)) >= 0]
        return max(left, floor), min(stops, default=ceiling)

    def find(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        """The first match inside the body, with offsets of the whole text."""
        return pattern.search(self.text, self.start, self.end)

    def all(self, pattern: re.Pattern[str]) -> list[re.Match[str]]:
        """Every match inside the body, with offsets of the whole text."""
        return list(pattern.finditer(self.text, self.start, self.end))


def _compact(text: str) -> str:
    return re.sub(r"[\s:]+", "", text)
