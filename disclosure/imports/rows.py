"""What a row is on its way in: raw, read, or refused."""

import re
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

# Why a row is not taken in. The code is kept beside the words.
REASONS = {
    "row.broken": "行不完整，不能解析",
    "row.too_long": "行过长",
    "row.nul": "行中有空字符（NUL）",
    "row.unreadable": "读取程序不能处理这一行",
    "row.no_id": "没有编号，无法辨认是哪一条",
    "row.not_an_object": "不是一条记录",
    "id.twice_in_file": "同一文件中同一编号出现两次而内容不同",
    "title.missing": "没有标题",
    "title.too_long": "标题过长，不是标题",
    "title.markup": "标题含有网页标记",
    "date.missing": "没有发布日期",
    "date.illegible": "发布日期无法辨认",
    "date.future": "发布日期在将来",
    "money.illegible": "金额不是数字",
    "money.negative": "金额为负数",
    "money.absurd": "金额大得不可能",
    "body.too_long": "正文过长，不是一份公告",
}
# What is taken in nevertheless, but not without a word.
FLAGS = {
    "region.unknown_code": "区划代码不在国家标准内，照录",
    "region.site_code": "区划代码是来源网站自用的，已按名称换为国家标准代码",
    "region.unknown": "不能确定所在地区",
    "code.flawed": "统一社会信用代码校验不符，照录",
    "budget.zero": "预算写为0元，未采用",
    "amount.zero": "成交金额写为0元，未采用",
    "amount.rate": "成交价是单价、费率或者按年计，没有总金额",
    "budget.implausible": "预算小得不合常理，可能漏写单位，照录",
    "amount.implausible": "成交金额小得不合常理，可能漏写单位，照录",
    "body.attached": "正文只说详见附件",
    "date.ahead": "发布日期晚于导入之日，照录",
    "url.dropped": "原文地址不是网页地址，未采用",
}
TITLE_LIMIT = 200
BODY_LIMIT = 200_000


class RowRejected(Exception):
    """The row is not taken in. `reason` is a key of REASONS, `why` says it with the row's own values."""

    def __init__(self, reason: str, detail: str = "") -> None:
        self.reason = reason
        self.why = REASONS[reason] + (f"：{detail}" if detail else "")
        super().__init__(self.why)


@dataclass(frozen=True, slots=True)
class RawRow:
    """A row as it stands in the file.

    Attributes:
        number: 1 for the first row (a header is no row).
        text: the row's own characters, at most the reader's limit of them.
        data: what it says; None where `problem` says why that cannot be told.
        size, digest: bytes and SHA-256 of the whole row, where `text` is only its beginning; else 0 and "".
    """

    number: int
    text: str
    data: Any = None
    problem: RowRejected | None = None
    size: int = 0
    digest: str = ""


@dataclass(slots=True)
class Said:
    """Where a value comes from: the row's field, the words there, how far to rely on it, what to know."""

    source: str
    words: str = ""
    confidence: str = "stated"
    note: str = ""

    def data(self) -> dict[str, str]:
        """As stored; the words cut to what a page can show, and to what a database can hold."""
        words = re.sub("[\ud800-\udfff\0]", "�", self.words[:300])
        kept = {"from": self.source, "words": words, "confidence": self.confidence, "note": self.note}
        return {name: value for name, value in kept.items() if value}


@dataclass(slots=True)
class Party:
    """A party the notice names. `code` is its unified social credit code as printed."""

    role: str
    name: str
    code: str = ""
    amount_cny: Decimal | None = None


@dataclass(slots=True)
class Reading:
    """A row read: what `disclosure.models.ImportedNotice` wants to know."""

    record_id: str
    origin: str
    title: str
    kind: str
    category: str
    published_on: date
    published_at: datetime
    hour_stated: bool = False
    platform: str = ""
    region_code: str = ""
    region_name: str = ""
    parties: list[Party] = field(default_factory=list)
    budget_cny: Decimal | None = None
    amount_cny: Decimal | None = None
    reference: str = ""
    url: str = ""
    body: str = ""
    richness: int = 0
    fields: dict[str, Said] = field(default_factory=dict)
    flags: list[str] = field(default_factory=list)
    raw: dict[str, Any] = field(default_factory=dict)

    def say(self, name: str, source: str, words: str = "", confidence: str = "stated", note: str = "") -> None:
        """The named field came from there."""
        self.fields[name] = Said(source, words, confidence, note)

    def flag(self, code: str) -> None:
        """The reader must be told (a key of FLAGS)."""
        if code not in FLAGS:
            raise KeyError(code)
        if code not in self.flags:
            self.flags.append(code)

    def named(self, role: str) -> list[Party]:
        """The parties in that role, in the notice's order."""
        return [party for party in self.parties if party.role == role]
