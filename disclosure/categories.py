"""What trades are listed, filtered and counted by: the categories of the law's books and every one the trade catalogue
has declared since. One place; nothing else lists categories.

A category whose row has ended stays: its trades are still read. What was read is kept for the rest of the request
(disclosure/apps.py), in a job for a few seconds: every request asks once, so that no answer hangs on who asked before.
"""

from collections.abc import Mapping
from threading import local
from time import monotonic
from typing import Any

from disclosure.listwords import BY_LAW, OTHER
from disclosure.models import PublicCatalogueRow

KEPT_SECONDS = 5.0
OTHER_NAME = "其他交易"


_kept = local()


def names() -> Mapping[str, str]:
    """Category -> name: those of law first, then the catalogue's in the order they were declared. One query at most."""
    found: Mapping[str, str] | None = getattr(_kept, "names", None)
    if found is None or monotonic() >= _kept.until:
        rows = PublicCatalogueRow.objects.order_by("batch", "number").values_list("key", "name")
        declared = {key: name for key, name in rows if key not in BY_LAW}
        found = {**BY_LAW, **declared}
        _kept.names, _kept.until = found, monotonic() + KEPT_SECONDS
    return found


def filters() -> Mapping[str, str]:
    """The same, and what history that names no category is filed under."""
    return {**names(), OTHER: OTHER_NAME}


def name_of(key: str) -> str:
    """The category's name; the key itself where nobody declared it."""
    return filters().get(key, key)


def declared_in(words: str) -> str:
    """The declared category whose name occurs in what a source calls the business; "" where none does."""
    return next((key for key, name in names().items() if key not in BY_LAW and name in words), "")


def forget(**_: Any) -> None:
    """The next reader of this thread reads anew."""
    _kept.names = None
