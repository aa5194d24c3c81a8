"""A row of the budget: what was measured, what beside, and whether that is good enough."""

import statistics
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass
class Part:
    """One measurement.

    Attributes:
        what: of what, in words.
        figure: what was measured, in `unit`; None where it could not be.
        against: what it is measured against, in the same unit: `beside` says whether that is another measurement of
            this run or the limit itself.
        at_least, at_most: the target of figure / against; exactly one is given.
        samples: raw, in the order they were taken.
    """

    what: str
    figure: float | None
    unit: str
    against: float | None
    beside: str
    at_least: float | None = None
    at_most: float | None = None
    samples: list[Any] = field(default_factory=list)
    note: str = ""

    @property
    def ratio(self) -> float | None:
        """The figure in terms of what it is measured against."""
        return None if self.figure is None or not self.against else self.figure / self.against

    @property
    def met(self) -> bool:
        """The target is reached. What was not measured is not."""
        if self.ratio is None:
            return False
        return self.ratio >= self.at_least if self.at_least is not None else self.ratio <= self.at_most

    @property
    def target(self) -> str:
        """The target in words."""
        return (
            f"≥ {self.at_least:g} × {self.beside}"
            if self.at_least is not None
            else f"≤ {self.at_most:g} × {self.beside}"
        )

    @property
    def distance(self) -> float:
        """How far from the target: above 1 is missed."""
        if self.ratio is None:
            return float("inf")
        return self.at_least / max(self.ratio, 1e-9) if self.at_least is not None else self.ratio / self.at_most

    def as_json(self) -> dict[str, Any]:
        """Every field, and what follows from them."""
        shown = asdict(self) | {"ratio": _short(self.ratio), "target": self.target, "met": self.met}
        return shown | {"figure": _short(self.figure), "against": _short(self.against)}


@dataclass
class Row:
    """A row of the budget: its parts, and as its own figures those of the part furthest from its target.

    Attributes:
        size: notices, or leaves, it was measured with; None where that changes nothing.
    """

    name: str
    parts: list[Part]
    facts: dict[str, Any] = field(default_factory=dict)
    size: int | None = None

    def as_json(self) -> dict[str, Any]:
        """name, figure, unit, against, ratio, target, met, samples; the parts; what else is worth knowing."""
        worst = max(self.parts, key=lambda part: part.distance)
        head = {"name": self.name, "size": self.size, **worst.as_json(), "met": all(part.met for part in self.parts)}
        return {**head, "facts": self.facts, "parts": [part.as_json() for part in self.parts]}


def _short(number: float | None) -> float | None:
    return None if number is None else float(f"{number:.6g}")


def p95(samples: Sequence[float]) -> float:
    """The 95th percentile."""
    return sorted(samples)[max(0, -(-len(samples) * 95 // 100) - 1)]


def median(samples: Sequence[float]) -> float:
    """The median."""
    return statistics.median(samples)


def table(rows: list[Row]) -> str:
    """The rows as text, one line a part."""
    lines = [("row", "size", "what", "figure", "beside", "ratio", "target", "")]
    for row in rows:
        for part in row.parts:
            figure = "–" if part.figure is None else f"{part.figure:,.4g} {part.unit}"
            beside = "–" if part.against is None else f"{part.against:,.4g} {part.unit}"
            ratio = "–" if part.ratio is None else f"{part.ratio:.3g}"
            limit = f"≥ {part.at_least:g}" if part.at_least is not None else f"≤ {part.at_most:g}"
            size = f"{row.size:,}" if row.size else ""
            lines.append((row.name, size, part.what, figure, beside, ratio, limit, "met" if part.met else "MISSED"))
    widths = [max(len(line[n]) for line in lines) for n in range(8)]
    text = ["  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip() for line in lines]
    notes = [f"{row.name}, {part.what}: {part.note}" for row in rows for part in row.parts if part.note]
    return "\n".join([text[0], "-" * len(text[0]), *text[1:], "", *notes])
