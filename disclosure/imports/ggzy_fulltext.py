"""Full texts of www.ggzy.gov.cn as a crawler saved them, JSON lines."""

from collections.abc import Iterator
from typing import Any

from disclosure.imports import common, kinds, money, notice_text, reading
from disclosure.imports.rows import RawRow, Reading
from disclosure.imports.sheet import Sheet

NAME = "ggzy-fulltext"
TITLE = "full texts of www.ggzy.gov.cn (JSON lines: record_id, title, content_text, business_type, …)"
_KEYS = ("record_id", "title", "content_text", "business_type", "info_type", "detail_url")
_NUMBER = r"(?:采购|招标)?项目(?:编号|号)(?:\(建议书编号\))?|招标编号|\(?招标项目编号"
_CLARIFICATION = r"修改、澄清|澄清\(答疑\)纪要|答疑纪要"


def fits(head: str) -> bool:
    """Whether a file that begins so is one of these. A very long first line may hide its last keys."""
    start = head.lstrip().startswith("{")
    return start and '"content_text"' in head and ('"record_id"' in head or '"business_type"' in head or _early(head))


def _early(head: str) -> bool:
    return '"publish_date"' in head and '"issuer"' in head


def rows(file: reading.Opened, progress: reading.Progress | None = None) -> Iterator[RawRow]:
    """The file's rows."""
    return reading.json_lines(file, progress)


def read(data: dict[str, Any]) -> Reading:
    """The row read.

    Raises:
        RowRejected: no id, title or date, or a text that is none.
    """
    record, title = common.record_id(data, "record_id"), common.text_of(data, "title")
    business, shelf = common.text_of(data, "business_type"), common.text_of(data, "info_type")
    text = common.body_of(common.text_of(data, "content_text", lines=True))
    sheet = Sheet(text)
    found = common.begin(
        record=record,
        origin=f"ggzy:{record}",
        title=title,
        kind=_kind(shelf, title, sheet),
        category=kinds.category_of(business),
        when=data.get("publish_date"),
        when_field="publish_date",
    )
    found.say("category", "business_type", business)
    found.platform = common.text_of(data, "source_platform")[:120]
    # The crawler's code is sometimes cut off; what the notice itself prints is what people search for.
    printed = sheet.after(_NUMBER)
    found.reference = (printed.value if printed else common.text_of(data, "project_code"))[:120].rstrip("。")
    common.body_into(found, text)
    crawled = {"buyer": common.text_of(data, "issuer"), "agency": common.text_of(data, "agency")}
    notice_text.buyer_and_agency(found, sheet, text, crawled)
    notice_text.budget(found, sheet)
    if found.kind in {"award", "candidates", "contract", "amendment"}:
        notice_text.outcome(found, sheet)
    if found.budget_cny is None and found.kind in {"tender", "plan"} and "budget.zero" not in found.flags:
        # The crawler's field holds the deal under a result notice; only under a tender it is a budget.
        words = common.text_of(data, "budget")
        money.settle(found, "budget_cny", money.from_words(words), "budget", words, "relayed")
    buyer = next((party.name for party in found.named("buyer")), "")
    common.refined_region(found, common.text_of(data, "region"), buyer, found.title)
    common.address_into(found, common.text_of(data, "detail_url"))
    found.richness = 2
    found.raw = common.without_text(data, "content_text")
    return found


def _kind(shelf: str, title: str, sheet: Sheet) -> tuple[str, str]:
    kind = kinds.kind_of(shelf, title)
    # A clarification shelved as the tender notice itself says what it is in its first lines.
    if kind[0] == "tender" and 0 <= sheet.where(_CLARIFICATION) < 4:
        return "clarification", "derived"
    return kind
