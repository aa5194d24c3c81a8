"""What one room on top lets another read without either knowing the other: a source is announced and asked by a name.

Disclosure announces its figures when it is loaded; supervision's board asks for them. Both know this place alone.
"""

from collections.abc import Callable
from typing import Any

_sources: dict[str, Callable[..., Any]] = {}


def announce(name: str, source: Callable[..., Any]) -> None:
    """The source answers under this name from now on. Call it from AppConfig.ready()."""
    _sources[name] = source


def ask(name: str, **given: Any) -> Any:
    """What the source answers.

    Raises:
        LookupError: no room announced it.
    """
    if name not in _sources:
        raise LookupError(f"no source is called {name}")
    return _sources[name](**given)
