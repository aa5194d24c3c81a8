"""Words of a tender plan: the names of its facts and how their values read."""

from typing import Any

from trading.rulebooks import PROCEDURES
from trading.rulebooks.vocabulary import CATEGORIES, KINDS

NAMES = {
    "title": "项目名称",
    "trade_category": "行业",
    "kind": "招标内容",
    "procedure": "拟采用的招标方式",
    "scope": "项目概况和招标范围",
    "estimate_cny": "估算价",
    "notice_month": "预计发布招标公告",
    "region_code": "区划代码",
    "region_name": "项目所在地",
    "investment_code": "投资项目统一代码",
    "funding": "资金来源",
}


def month(text: str) -> str:
    """2026-05 as 2026年5月."""
    year, _, number = text.partition("-")
    return f"{year}年{int(number)}月" if year.isdecimal() and number.isdecimal() else text


def value_of(name: str, value: Any) -> str:
    """A fact's value as it reads."""
    if name == "notice_month":
        return month(str(value))
    if name == "procedure":
        return PROCEDURES[value].title if value in PROCEDURES else str(value)
    return {"trade_category": dict(CATEGORIES), "kind": KINDS}.get(name, {}).get(value, str(value))
