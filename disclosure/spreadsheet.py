"""A list query as a spreadsheet. Rows go to a file as they are read; the same rows give the same bytes."""

import shutil
import tempfile
import zipfile
from datetime import UTC
from decimal import Decimal
from typing import IO, Any

from django.conf import settings
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.xml.functions import tostring

from disclosure import categories, tradelist
from disclosure.feeds import EPOCH, clean
from disclosure.listwords import MOMENTS, PERIODS, SOURCES, STAGE_NAMES
from disclosure.models import ListedNotice
from platform_site import clock

ROWS = 5_000
IN_MEMORY = 2 * 1024 * 1024
CONTENT_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
HEAD = (
    "发布时间", "标题", "类别", "公告类型", "编号", "交易方式", "地区", "招标人、采购人、出让人", "代理机构",
    "中标人、候选人", "金额（元）", "金额含义", "截止事项", "截止时间", "来源", "网址",
)  # fmt: skip
WIDTHS = (17, 60, 12, 16, 26, 12, 14, 32, 32, 32, 18, 10, 12, 17, 16, 50)
MONEY, MOMENT = "#,##0.00", "yyyy-mm-dd hh:mm"
CORE = "docProps/core.xml"
_STILL = (1980, 1, 1, 0, 0, 0)


def workbook(query: tradelist.Query, path: str) -> IO[bytes]:
    """A file, at its beginning: the newest ROWS notices that fit, and a sheet that says what was asked and the limit.

    Args:
        path: where the list stands.

    Raises:
        finding.TookTooLong: the search met its time limit.
    """
    found = tradelist.newest(query, ROWS + 1)
    book = Workbook(write_only=True)
    book.properties.creator = settings.SITE_NAME
    # Made when its newest row was published: the same rows are the same file, whenever they are asked for.
    newest = max((row.published_at for row in found), default=EPOCH)
    book.properties.created = newest.astimezone(UTC).replace(tzinfo=None, microsecond=0)
    sheet = book.create_sheet("公告")
    sheet.freeze_panes = "A2"
    for n, width in enumerate(WIDTHS):
        sheet.column_dimensions["ABCDEFGHIJKLMNOP"[n]].width = width
    sheet.append([cell(sheet, word) for word in HEAD])
    for row in found[:ROWS]:
        sheet.append([cell(sheet, value) for value in _values(row)])
    _said(book.create_sheet("说明"), query, path, len(found))
    return still(book)


def _values(row: ListedNotice) -> list[Any]:
    return [
        row.published_at,
        row.title,
        categories.name_of(row.category),
        STAGE_NAMES.get(row.stage, row.stage),
        row.reference,
        row.method,
        row.region_name or row.region_code,
        row.buyer_name,
        row.agency_name,
        row.winner_names,
        row.amount_cny,
        row.amount_label,
        MOMENTS.get(row.closes_what, ""),
        row.closes_at,
        row.source or settings.SITE_NAME,
        f"{settings.ORIGIN}{row.path}",
    ]


def cell(sheet: Any, value: Any, form: str = "") -> Any:
    """A cell in which text stays text, whatever it begins with: no title becomes a formula."""
    if hasattr(value, "tzinfo"):
        made = WriteOnlyCell(sheet, value=clock.china(value).replace(tzinfo=None, microsecond=0))
        made.number_format = MOMENT
    elif isinstance(value, str):
        made = WriteOnlyCell(sheet, value=clean(value)[:32_000])
        made.data_type = "s"
    else:
        made = WriteOnlyCell(sheet, value=value)
        made.number_format = form or (MONEY if isinstance(value, Decimal) else "General")
    return made


def _said(sheet: Any, query: tradelist.Query, path: str, found: int) -> None:
    """What this file is, for whoever finds it in a year."""
    sheet.column_dimensions["A"].width, sheet.column_dimensions["B"].width = 16, 90
    address = query.address()
    limit = f"只含最新的 {ROWS:,} 则，更早的没有列入；缩小条件再导出" if found > ROWS else f"共 {found:,} 则，全部列入"
    for name, value in (
        ("平台", settings.SITE_NAME),
        ("条件", query.text or "不限词语"),
        ("发布时间", PERIODS[query.period]),
        ("来源", SOURCES.get(query.source, "本平台和导入的历史公告")),
        ("网址", f"{settings.ORIGIN}{path}" + (f"?{address}" if address else "")),
        ("行数", limit),
        ("上限", f"每次最多 {ROWS:,} 则"),
    ):
        sheet.append([cell(sheet, name), cell(sheet, value)])


def still(book: Workbook) -> IO[bytes]:
    """The saved workbook without the moments of its making in the archive's directory."""
    kept = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115  the answer closes it
    with tempfile.SpooledTemporaryFile(max_size=IN_MEMORY) as draft:
        book.save(draft)
        draft.seek(0)
        with zipfile.ZipFile(draft) as given, zipfile.ZipFile(kept, "w", zipfile.ZIP_DEFLATED) as archive:
            for one in given.infolist():
                part = zipfile.ZipInfo(one.filename, _STILL)
                part.compress_type = zipfile.ZIP_DEFLATED
                if one.filename == CORE:  # openpyxl writes the machine's time of saving into it
                    book.properties.modified = book.properties.created
                    archive.writestr(part, tostring(book.properties.to_tree()))
                    continue
                with given.open(one) as source, archive.open(part, "w") as target:
                    shutil.copyfileobj(source, target)
    kept.seek(0)
    return kept
