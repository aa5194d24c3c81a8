"""Statistics as a page and as files show them. What they are is statistics.py's."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.urls import reverse

from disclosure.statistics import Asked, Line, Statistics, months_said, total
from disclosure.tables import Table
from platform_site import clock
from platform_site.web import amounts

HALVES = (("上半年", 1, 6), ("下半年", 7, 12), ("全年", 1, 12))
HEAD = {
    "group": "分组",
    "name": "名称",
    "count": "宗数",
    "count_growth": "宗数同比",
    "amount": "成交额（元）",
    "amount_growth": "成交额同比",
    "saved": "节约资金（元）",
    "saved_share": "节约率",
    "gained": "增值额（元）",
    "gained_share": "增值率",
    "rows": "明细",
}


def period(asked: Asked) -> str:
    """2026年1月至11月."""
    first, last = asked.months
    return f"{asked.year}年{first}月" if first == last else f"{asked.year}年{first}月至{last}月"


def of_authority(*, code: str) -> dict[str, Any]:
    """The year's deals of the trades an authority supervises, as tiles: what the public page says, from the same sums.

    Two queries.
    """
    year = clock.china(clock.now()).year
    asked = Asked(year, months_said(year), authority=code)
    return {
        "period": period(asked),
        "tiles": tiles(total(asked)),
        "url": f"{reverse('disclosure:statistics')}?{urlencode({'authority': code})}",
    }


def tiles(total: Line) -> list[dict[str, str]]:
    """Number, amount, saved, added."""
    return [
        _tile("成交", f"{total.sums['count']:,}", "宗", _grown(total.count_growth), total.url),
        _tile("成交额", *_sum(total.sums["amount_cny"]), _grown(total.amount_growth), total.url),
        _tile("节约资金", *_sum(total.sums["saved_cny"]), _rate("节约率", total.saved_share), total.url),
        _tile("增值额", *_sum(total.sums["gained_cny"]), _rate("增值率", total.gained_share), total.url),
    ]


def _tile(label: str, number: str, unit: str, note: str, url: str) -> dict[str, str]:
    return {"label": label, "number": number, "unit": unit, "note": note, "url": url}


def _sum(amount: Decimal) -> tuple[str, str]:
    unit = "亿元" if amount >= amounts.SCALES["亿元"] else "万元"
    return "".join(amounts.split(amount, unit)), unit


def _grown(share: Decimal | None) -> str:
    if share is None:
        return "上年同期没有成交"
    word = "增加" if share >= 0 else "减少"
    return f"同比{word} {abs(share) * 100:.1f}%"


def _rate(name: str, share: Decimal | None) -> str:
    return f"{name} {share * 100:.1f}%" if share is not None else "这一时期没有"


def sections(found: Statistics) -> list[dict[str, Any]]:
    """The page's tables: (id, title, head of the first column, lines); one without lines is left out."""
    listed = (
        ("by-category", "按类别", "类别", found.categories),
        ("by-region", "按地区", "地区", found.regions),
        ("by-centre", "按交易中心", "交易中心", found.centres),
        ("by-month", "按月份", "月份", found.months),
    )
    return [{"id": key, "title": title, "head": head, "lines": lines} for key, title, head, lines in listed if lines]


def _row(group: str, line: Line) -> dict[str, Any]:
    sums = line.sums
    return {
        "group": group,
        "name": line.name,
        "count": sums["count"],
        "count_growth": line.count_growth,
        "amount": sums["amount_cny"],
        "amount_growth": line.amount_growth,
        "saved": sums["saved_cny"],
        "saved_share": line.saved_share,
        "gained": sums["gained_cny"],
        "gained_share": line.gained_share,
        "rows": f"{settings.ORIGIN}{line.url}",
    }


def table(found: Statistics) -> Table:
    """Every line of the page."""
    rows = [_row("合计", found.total)]
    for one in sections(found):
        rows += [_row(one["title"], line) for line in one["lines"]]
    return Table(f"{period(found.asked)}交易统计", HEAD, rows, _about(found), clock.now())


SHEET = {
    "name": "交易类别",
    "count": "交易项目（宗）",
    "amount": "交易额（{unit}）",
    "amount_growth": "交易额同比",
    "saved": "节约资金（{unit}）",
    "saved_share": "节约率",
    "gained": "增值额（{unit}）",
    "gained_share": "增值率",
}


def unit_of(found: Statistics) -> str:
    """亿元 as reports print it, 万元 where the whole is so little that lines would read nought."""
    return "亿元" if found.total.sums["amount_cny"] >= 100 * amounts.SCALES["亿元"] else "万元"


def sheet(found: Statistics) -> Table:
    """The report's table: every category and the total, amounts in the report's unit down to the fen."""
    unit = unit_of(found)
    rows = [_scaled(_row("", line), amounts.SCALES[unit]) for line in (*found.categories, found.total)]
    head = {name: title.format(unit=unit) for name, title in SHEET.items()}
    return Table(f"{period(found.asked)}公共资源交易情况统计表", head, rows, _about(found), clock.now())


def _scaled(row: dict[str, Any], scale: Decimal | int) -> dict[str, Any]:
    return row | {name: row[name] / scale for name in ("amount", "saved", "gained")}


def _about(found: Statistics) -> Iterable[tuple[str, str]]:
    return [
        ("平台", settings.SITE_NAME),
        ("时期", period(found.asked)),
        ("口径", "本平台成交的标段，按成交之日计；节约为最高限价或者预算减成交价，增值为成交价减起始价"),
        ("同比", "与上年相同月份比较；上年没有成交的不列"),
        ("明细", f"{settings.ORIGIN}{found.total.url}"),
    ]
