"""Parts of a subject's public page that belong to higher rooms.

What a subject traded is told by a room above this one, which lends its part at start-up, so that this room need not
name it (as `platform_site.web.law` borrows the rule pages).
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Section:
    """One part of the page: a template and what it shows, as `section.shown`."""

    template: str
    shown: dict[str, Any] = field(default_factory=dict)


_lent: list[Callable[[str], Section | None]] = []


def lend(section: Callable[[str], Section | None]) -> None:
    """From now on the page of a subject holds `section(code)`, unless that is None."""
    if section not in _lent:
        _lent.append(section)


def sections_of(code: str) -> list[Section]:
    """Every lent part for this subject, in the order they were lent."""
    return [found for section in _lent if (found := section(code)) is not None]
