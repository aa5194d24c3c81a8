"""What trades are listed, filtered and counted by: the categories of the law's books and every one the trade catalogue
has declared since. One place; nothing else lists categories.

A category whose row has ended stays: its trades are still read. Each process keeps what it read for a few seconds, and
reads anew at once where it projected a batch itself.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from time import monotonic

from disclosure.listwords import BY_LAW, OTHER
from disclosure.models import PublicCatalogueRow

KEPT_SECONDS = 5.0
OTHER_NAME = "其他交易"


@dataclass(slots=True)
class _Kept:
    names: Mapping[str, str] | None = None
    until: float = 0.0


_kept = _Kept()


def names() -> Mapping[str, str]:
    """Category -> name: those of law first, then the catalogue's in the order they were declared. One query at most."""
    if _kept.names is None or monotonic() >= _kept.until:
        rows = PublicCatalogueRow.objects.order_by("batch", "number").values_list("key", "name")
        declared = {key: name for key, name in rows if key not in BY_LAW}
        _kept.names, _kept.until = {**BY_LAW, **declared}, monotonic() + KEPT_SECONDS
    return _kept.names


def filters() -> Mapping[str, str]:
    """The same, and what history that names no category is filed under."""
    return {**names(), OTHER: OTHER_NAME}


def name_of(key: str) -> str:
    """The category's name; the key itself where nobody declared it."""
    return filters().get(key, key)


def declared_in(words: str) -> str:
    """The declared category whose name occurs in what a source calls the business; "" where none does."""
    return next((key for key, name in names().items() if key not in BY_LAW and name in words), "")


def forget() -> None:
    """The next reader reads anew."""
    _kept.names = None
