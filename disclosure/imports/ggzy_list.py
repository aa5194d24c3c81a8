"""The national platform's own list API reply: one JSON document with `data.records`."""

import re
from collections.abc import Iterator
from typing import Any

from disclosure.imports import common, divisions, kinds, reading
from disclosure.imports.rows import RawRow, Reading

NAME = "ggzy-list"
TITLE = "the list API reply of www.ggzy.gov.cn (JSON: data.records)"
SITE = "https://www.ggzy.gov.cn"


def fits(head: str) -> bool:
    """Whether a file that begins so is one of these."""
    return bool(re.search(r'"records"\s*:\s*\[', head)) and '"informationTypeText"' in head


def rows(file: reading.Opened, progress: reading.Progress | None = None) -> Iterator[RawRow]:
    """The file's rows."""
    return reading.json_records(file, progress)


def read(data: dict[str, Any]) -> Reading:
    """The row read: a line of a list, without text, parties or money.

    Raises:
        RowRejected: no id, title or date.
    """
    record, title = common.record_id(data, "id"), common.text_of(data, "title")
    business = common.text_of(data, "businessTypeText")
    found = common.begin(
        record=record,
        origin=f"ggzy:{record}",
        title=title,
        kind=kinds.kind_of(common.text_of(data, "informationTypeText"), title),
        category=kinds.category_of(business),
        when=data.get("publishTime"),
        when_field="publishTime",
    )
    found.say("category", "businessTypeText", business)
    found.platform = common.text_of(data, "transactionSourcesPlatformText")[:120] or "全国公共资源交易平台"
    found.reference = common.text_of(data, "tenderProjectCode")[:120]
    common.refined_region(found, common.text_of(data, "provinceText"), found.title)
    _code(found, common.text_of(data, "province"))
    common.address_into(found, common.text_of(data, "url"), SITE)
    found.raw = common.without_text(data)
    return found


def _code(found: Reading, code: str) -> None:
    """A region code no standard knows is kept where the name told nothing."""
    if code and code not in divisions.by_code() and not found.region_code:
        found.region_code = code[:6]
        found.flag("region.unknown_code")
