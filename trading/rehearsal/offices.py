"""Offices above this room that a rehearsal calls in: what they do is theirs, this room only knows where to ask.

Supervision announces its orders here when it is loaded; trading itself never names it.
"""

from collections.abc import Callable
from typing import Any

_offices: dict[str, Callable[..., Any]] = {}


def announce(name: str, act: Callable[..., Any]) -> None:
    """A room above offers an act under a name: order_issue, order_lift."""
    _offices[name] = act


def ask(name: str, **given: Any) -> Any:
    """The office's act, done as it does it.

    Raises:
        LookupError: no office offers it here.
    """
    if name not in _offices:
        raise LookupError(f"no office offers {name}")
    return _offices[name](**given)
