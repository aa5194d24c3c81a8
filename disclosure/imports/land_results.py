"""Results of land supply (供地结果) of landchina.com, comma separated; money in 万元, area in hectares."""

import re
from collections.abc import Iterator
from typing import Any

from disclosure.imports import common, divisions, money, parties, reading
from disclosure.imports.rows import Party, RawRow, Reading

NAME = "land-results"
TITLE = "landchina.com land supply results (commas: 电子监管号, 所在地, …, 成交价格(万元), …)"
PLATFORM = "中国土地市场网"
_COLUMNS = ("电子监管号", "所在地", "项目名称", "供地方式", "成交价格(万元)", "合同签订日期")
# Use that costs nothing: no price is no gap.
_FREE = "划拨"
_MASKED = re.compile(r"^[一-鿿]\*+|等\d+人$")


def fits(head: str) -> bool:
    """Whether a file that begins so is one of these."""
    first = head.split("\n", 1)[0]
    return all(column in first for column in _COLUMNS)


def rows(file: reading.Opened, progress: reading.Progress | None = None) -> Iterator[RawRow]:
    """The file's rows."""
    return reading.table(file, ",", progress)


def read(data: dict[str, Any]) -> Reading:
    """The row read. A plot's region is the one its 电子监管号 begins with, in the codes of its year.

    Raises:
        RowRejected: no id or date, or money that is none.
    """
    number = common.record_id(data, "电子监管号")
    place, name, way = (common.text_of(data, key) for key in ("所在地", "项目名称", "供地方式"))
    site = common.text_of(data, "项目位置")
    found = common.begin(
        record=number,
        origin=f"land:{number}",
        title=f"{name or site}（{common.text_of(data, '土地用途')}，{way}）供地结果",
        kind=("award", "stated"),
        category="land",
        when=data.get("合同签订日期"),
        when_field="合同签订日期",
    )
    found.fields["published_at"].confidence = "derived"
    found.fields["published_at"].note = "原表没有发布日期，取合同签订日期"
    found.platform, found.reference = PLATFORM, number
    found.say("category", "供地方式", way)
    _region(found, number[:6], place)
    _price(found, common.text_of(data, "成交价格(万元)"), way)
    holder = parties.clean(common.text_of(data, "土地使用权人"))
    if holder:
        found.parties.append(Party("winner", holder, amount_cny=found.amount_cny))
        found.say("winner", "土地使用权人", holder, note="自然人姓名已隐去" if _MASKED.search(holder) else "")
    if office := parties.clean(common.text_of(data, "批准单位")):
        # Who approved is often a mere place; only an authority's own name says who granted.
        found.say("approved_by", "批准单位", office)
        if parties.is_organisation(office):
            found.parties.append(Party("buyer", office))
            found.say("buyer", "批准单位", office, "derived", "取批准单位")
    words = "；".join(f"{key}：{value.strip()}" for key, value in data.items() if value.strip())
    common.body_into(found, words, "由表中各列拼成")
    found.raw = common.without_text(data)
    return found


def _region(found: Reading, code: str, place: str) -> None:
    """The six digits the 电子监管号 begins with: kept also where today's standard has no such code any more."""
    name = re.sub(r"本级$", "", place)
    named = "" if name.isdigit() else name
    standard, differs = divisions.resolve(code, named)
    if standard and not differs:
        common.region_into(found, standard, "电子监管号", code, "stated")
        return
    found.region_code, found.region_name = code, named
    found.say("region", "电子监管号", code, "stated", "按签订合同时的区划代码，与现行国家标准不同")
    found.flag("region.unknown_code")


def _price(found: Reading, words: str, way: str) -> None:
    amount = money.from_number(words, "万元")
    if amount == 0 and way == _FREE:
        found.amount_cny = amount
        found.say("amount_cny", "成交价格(万元)", words, "stated", "划拨，没有价款")
        return
    money.settle(found, "amount_cny", amount, "成交价格(万元)", words, "stated")
