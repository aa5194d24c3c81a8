"""The register of all guards: which rule is enforced or watched by which function."""

from collections.abc import Callable

from trading.kernel.procedure import Guard

# rule id -> [(guard name, effect)], filled by the decorator; `manage.py rules` reads it.
REGISTRY: dict[str, list[tuple[str, str]]] = {}


def guard(rule: str, *, effect: str = "block") -> Callable[[Callable], Guard]:
    """Mark a function as the guard of `rule`. Effect block refuses the act; warn lets it pass and tells supervision."""
    if effect not in {"block", "warn"}:
        raise ValueError(f"a guard blocks or warns, not {effect!r}")

    def mark(function: Callable) -> Guard:
        function.rule, function.effect = rule, effect
        REGISTRY.setdefault(rule, []).append((function.__name__, effect))
        return function

    return mark
