"""A saved page of www.ggzy.gov.cn: the detail itself (a) or the frame around it (b).

The variables in a page's scripts (mysid, myareaId) are left over from other pages and tell nothing.
"""

import hashlib
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any

from disclosure.imports import common, divisions, kinds, notice_text, reading
from disclosure.imports.rows import RawRow, Reading, RowRejected
from disclosure.imports.sheet import Sheet

NAME = "ggzy-page"
TITLE = "a saved detail page of www.ggzy.gov.cn (HTML)"
SITE = "https://www.ggzy.gov.cn"
_OWN = re.compile(
    r"firstLastUrl\s*=\s*['\"](?P<url>/information/deal/html/[ab]/\d+/(?P<shelf>\d{4})/(?P<day>\d{8})/(?P<id>\w+)\.html)"
)
_SHELVES = {
    "0101": "招标/资审公告",
    "0104": "交易结果公示",
    "0105": "招标/资审文件澄清",
    "0201": "采购/资审公告",
    "0202": "中标公告",
    "0203": "采购合同",
    "0204": "更正事项",
    "9001": "交易公告",
    "9002": "成交公示",
}
_BUSINESS = {"01": "工程建设", "02": "政府采购", "03": "土地使用权", "04": "矿业权", "05": "国有产权"}


def fits(head: str) -> bool:
    """Whether a file that begins so is one of these."""
    return (
        "<html" in head.lower()
        and "h4_o" in head
        and ("全国公共资源交易平台" in head or "国家公共资源交易平台" in head)
    )


def rows(file: reading.Opened, progress: reading.Progress | None = None) -> Iterator[RawRow]:
    """The page is one row."""
    text = reading.document(file)
    problem = RowRejected("row.nul") if "\0" in text else None
    yield RawRow(1, text, None if problem else {"html": text}, problem)
    if progress:
        progress(file.size)


class _Words(HTMLParser):
    """The words of the page's own content, a line each; scripts, styles and links left out."""

    def __init__(self) -> None:
        super().__init__()
        self.title: list[str] = []
        self.lines: list[str] = []
        self._open: list[str] = []
        self._in_title = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Remember what is open."""
        if tag in {"script", "style", "ul", "head"}:
            self._open.append(tag)
        if tag == "h4" and ("class", "h4_o") in attrs:
            self._in_title = True

    def handle_endtag(self, tag: str) -> None:
        """Forget what is closed."""
        if self._open and self._open[-1] == tag:
            self._open.pop()
        if tag == "h4":
            self._in_title = False

    def handle_data(self, data: str) -> None:
        """A piece of text."""
        if self._open or not data.strip():
            return
        (self.title if self._in_title else self.lines).append(data.strip())


def read(data: dict[str, Any]) -> Reading:
    """The page read.

    Raises:
        RowRejected: no title or date.
    """
    html = data["html"]
    words = _Words()
    words.feed(html)
    title, text = " ".join(words.title), "\n".join(words.lines)
    own = _OWN.search(html)
    sheet = Sheet(text)
    signed = sheet.after("合同签署时间|签署时间|发布时间")
    when = own["day"] if own else signed.value if signed else ""
    record = own["id"] if own else hashlib.sha256(f"{title}\n{when}".encode()).hexdigest()[:32]
    shelf = _SHELVES.get(own["shelf"], "") if own else "采购合同" if sheet.where("合同金额") >= 0 else ""
    business = _BUSINESS.get(own["shelf"][:2], "其他") if own else "政府采购" if sheet.where("^采购人") >= 0 else "其他"
    found = common.begin(
        record=record,
        origin=f"ggzy:{record}" if own else f"ggzy-page:{record}",
        title=title,
        kind=kinds.kind_of(shelf, title),
        category=kinds.category_of(business),
        when=_spaced(when),
        when_field="page",
    )
    found.say("category", "page", business, "stated" if own else "derived")
    common.body_into(found, text, "取自网页")
    found.platform = _platform(html)
    if number := re.search(r"采购项目编号：(?P<number>[\w\-/]{4,100})", html):
        found.reference = number["number"]
    notice_text.buyer_and_agency(found, sheet, text, {})
    notice_text.outcome(found, sheet)
    buyer = next((party.name for party in found.named("buyer")), "")
    common.region_into(found, divisions.spotted(buyer) or divisions.spotted(found.title), "title", "", "derived")
    if own:
        common.address_into(found, own["url"], SITE)
    found.richness = 1
    found.raw = {"html": html}
    return found


def _spaced(when: str) -> str:
    """2026-03-1700:32:09 with its blank again: the sheet takes blanks out of lines."""
    return re.sub(r"^(\d{4}-\d{1,2}-\d{2})(\d{1,2}:)", r"\1 \2", when)


def _platform(html: str) -> str:
    match = re.search(r'id="platformName">\s*([^<]{2,80}?)\s*<', html)
    return match[1] if match else "全国公共资源交易平台"
