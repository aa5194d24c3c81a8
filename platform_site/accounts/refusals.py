"""Why not? One shape for every refusal, in page, API and task.

A `Violation` is data: a code, the rule and article behind it, the facts in numbers. Its words live in
templates/refusals/<code>.html. It is plain Python so that the kernel (which imports no Django) may return it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any


@dataclass(frozen=True, slots=True)
class Violation:
    """One reason an act may not happen.

    Attributes:
        code: dotted, stable, e.g. `bid.too_few`; names the template with the words.
        rule: id in the rulebook (`ENG-26`), or "" for gates that are not law (wrong state).
        article: the citation as printed, e.g. `招标投标法 第二十八条`.
        facts: numbers, dates and names for the words; never a secret.
        remedy: the nearest lawful value or act, where one can be computed (`{"deadline": …}`).
    """

    code: str
    rule: str = ""
    article: str = ""
    facts: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))
    remedy: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))


class Refused(Exception):
    """An act was judged and may not happen. Carries every reason. Becomes a 409 in the middleware."""

    status = 409

    def __init__(self, violations: Sequence[Violation]) -> None:
        self.violations = tuple(violations)
        super().__init__("; ".join(f"{v.code} {v.article}".strip() for v in self.violations))


class NoRoom(Refused):
    """The platform's own disk is full. Not the law's doing, and nothing of what was asked has happened: a 507."""

    status = 507

    def __init__(self) -> None:
        super().__init__([Violation("server.full")])
