"""The formats that can be taken in, told apart by how a file begins, never by its name."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from disclosure.imports import (
    ccgp_titles,
    ggzy_fulltext,
    ggzy_list,
    ggzy_page,
    jiangxi,
    land_results,
    procurement_index,
    reading,
)
from disclosure.imports.rows import RawRow, Reading


@dataclass(frozen=True, slots=True)
class Format:
    """One format.

    Attributes:
        name: the `source` of its notices.
        title: what it is, for messages.
        id_field: the row's id, named even where the row is rejected.
    """

    name: str
    title: str
    id_field: str
    fits: Callable[[str], bool]
    rows: Callable[[reading.Opened, reading.Progress | None], Iterator[RawRow]]
    read: Callable[[dict[str, Any]], Reading]


def _format(module: Any, id_field: str) -> Format:
    return Format(module.NAME, module.TITLE, id_field, module.fits, module.rows, module.read)


# The stricter signatures first: the index has fields that full texts have as well.
FORMATS = (
    _format(ccgp_titles, "ref"),
    _format(land_results, "电子监管号"),
    _format(ggzy_list, "id"),
    _format(ggzy_page, ""),
    _format(jiangxi, "id"),
    _format(ggzy_fulltext, "record_id"),
    _format(procurement_index, "id"),
)


def format_of(file: reading.Opened) -> Format:
    """The file's format.

    Raises:
        reading.FileRefused: none of ours; the words name those that are.
    """
    for known in FORMATS:
        if known.fits(file.head):
            return known
    names = "".join(f"\n  {known.name}: {known.title}" for known in FORMATS)
    raise reading.FileRefused(f"this is none of the known formats:{names}")
