"""Titles of ccgp.gov.cn notices: ref, title, category (the buyer's 品目 path), notice_type, date, url, by tabs."""

from collections.abc import Iterator
from typing import Any

from disclosure.imports import common, divisions, kinds, reading
from disclosure.imports.rows import RawRow, Reading

NAME = "ccgp-titles"
TITLE = "titles of ccgp.gov.cn (tabs: ref, title, category, notice_type, date, url)"
PLATFORM = "中国政府采购网"


def fits(head: str) -> bool:
    """Whether a file that begins so is one of these."""
    return head.startswith("ref\ttitle\tcategory\tnotice_type\tdate\turl")


def rows(file: reading.Opened, progress: reading.Progress | None = None) -> Iterator[RawRow]:
    """The file's rows."""
    return reading.table(file, "\t", progress)


def read(data: dict[str, Any]) -> Reading:
    """The row read: every notice of that site is government procurement, its 品目 a works path too.

    Raises:
        RowRejected: no id, title or date.
    """
    ref = common.record_id(data, "ref")
    shelf, title = common.text_of(data, "notice_type"), common.text_of(data, "title", lines=True)
    found = common.begin(
        record=ref,
        origin=f"ccgp:{ref}",
        title=title,
        kind=kinds.kind_of(shelf, title),
        category="procurement",
        when=data.get("date"),
        when_field="date",
    )
    found.platform, found.reference = PLATFORM, ref
    found.say("category", "platform", PLATFORM, "derived", "该网只发布政府采购公告")
    if catalogue := common.text_of(data, "category"):
        found.say("catalogue", "category", catalogue)
    common.region_into(found, divisions.spotted(found.title), "title", "", "derived")
    common.address_into(found, common.text_of(data, "url"))
    found.raw = common.without_text(data)
    return found
