"""What a verify found."""

from dataclasses import asdict, dataclass, field
from typing import Any

from platform_site.ledger.registers import Finding

CHUNK = 2000  # rows in memory at once


@dataclass
class Report:
    """What was looked at and what was wrong."""

    entries: int = 0
    tree_size: int = 0
    checkpoint: str | None = None
    bad: list[Finding] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        """Nothing is wrong."""
        return not self.bad

    def as_json(self) -> dict[str, Any]:
        """Exactly the keys entries, tree_size, checkpoint, ok, bad."""
        return {
            "entries": self.entries,
            "tree_size": self.tree_size,
            "checkpoint": self.checkpoint,
            "ok": self.ok,
            "bad": [
                {name: value for name, value in asdict(one).items() if value not in ("", None)} for one in self.bad
            ],
        }
