"""Full texts of ggzy.jiangxi.gov.cn (engineering), JSON lines; tender notices are read by trading's own intake.

What a language model extracted (`extracted_by_third_party`) is kept with the row and never believed.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise
from typing import Any

from disclosure.imports import common, divisions, kinds, money, parties, reading
from disclosure.imports.rows import Party, RawRow, Reading
from trading.intake import amounts
from trading.intake import parties as intake
from trading.intake.draft import draft_from_record
from trading.intake.facts import Fact, NoticeRefused
from trading.intake.page import Page, level
from trading.intake.record import bare_title

NAME = "jiangxi-engineering"
TITLE = "full texts of ggzy.jiangxi.gov.cn (JSON lines: id, title, content_text, region_code, info_type, …)"
PLATFORM = "江西省公共资源交易平台"
_CANDIDATE = re.compile(r"(?:中标候选人[0-9]|第[一二三]中标(?:排序|候选人))单位名称")
_OFFER = re.compile(r"投标报价(?:\([^)]*\))?")
_CEILING = re.compile(r"最高投标限价|招标控制价|最高限价")
_MONEY_COLUMN = re.compile(r"(?:投资额|总投资|估算|合同估算价|项目总投资金额|总投资额)")
_COLUMN = re.compile(
    r"项目(?:类型|概况)|建设概况|建设单位(?:\(.*\))?|招标人|标段划分|工程规模|招标(?:组织形式|方式)|资金来源|拟交易场所"
    r"|预计.{0,8}时间|招标公告预计发布时间|(?:项目)?总?投资.{0,20}|.{0,12}估算价.{0,6}"
)
_BUYER_COLUMN = re.compile(r"建设单位|招标人")
_SUM = re.compile(
    r"(?:估算|总投资|投资额|投资|约)*(?P<number>[0-9][0-9,]*(?:\.[0-9]+)?)(?P<unit>万元|元|亿元)?(?:\([^)]*\))?"
)


def fits(head: str) -> bool:
    """Whether a file that begins so is one of these."""
    return head.lstrip().startswith("{") and all(
        f'"{key}"' in head for key in ("bid_type", "region_code", "publish_time")
    )


def rows(file: reading.Opened, progress: reading.Progress | None = None) -> Iterator[RawRow]:
    """The file's rows."""
    return reading.json_lines(file, progress)


def read(data: dict[str, Any]) -> Reading:
    """The row read.

    Raises:
        RowRejected: no id, title or date, or a text that is none.
    """
    record, shelf = common.record_id(data, "id"), common.text_of(data, "info_type")
    whole = common.text_of(data, "title")
    common.title_of(whole)
    start, end = bare_title(whole)
    found = common.begin(
        record=record,
        origin=f"jiangxi:{record}",
        title=whole[start:end].strip() or whole,
        kind=kinds.kind_of(shelf, whole),
        category="engineering",
        when=data.get("publish_time"),
        when_field="publish_time",
    )
    found.say("category", "platform", PLATFORM, note="该栏目只发布工程建设交易")
    found.platform = PLATFORM
    common.body_into(found, common.text_of(data, "content_text", lines=True))
    page = Page(found.body)
    if shelf == "招标公告":
        _tender(found, data, page)
    elif shelf == "招标计划":
        _plan(found, page)
    else:
        _candidates(found, page)
    code, name = common.text_of(data, "region_code"), common.text_of(data, "region")
    division, flag = divisions.resolve(code, name)
    common.region_into(found, division, "region_code", f"{code} {name}", "derived" if flag else "stated")
    if flag:
        found.flag(flag)
        if division is None:
            found.region_code, found.region_name = code[:6], name
    common.address_into(found, common.text_of(data, "url"))
    found.richness = 2
    found.raw = common.without_text(data, "content_text")
    return found


def _tender(found: Reading, data: dict[str, Any], page: Page) -> None:
    """Parties and money as trading's intake reads them; a notice it refuses is read by its parts."""
    try:
        draft = draft_from_record({**data, "content_text": found.body})
        buyer, agency = draft.initiator, draft.agency
        prices = (("最高投标限价", draft.ceiling_cny), ("本次招标估算", draft.estimate_cny))
        found.reference = draft.notice_number.value[:120] if draft.notice_number else ""
    except NoticeRefused:
        title = Fact(found.title, "", 0, len(found.title), field="title")
        buyer, agency = intake.initiator(page), intake.agency(page, title)
        known = amounts.amounts(page)
        prices = (("最高投标限价", known.ceiling), ("本次招标估算", known.estimate))
    for role, fact in (("buyer", buyer), ("agency", agency)):
        _party(found, role, fact)
    for word, price in prices:
        if price:
            money.settle(found, "budget_cny", price.value, "content", price.source_text, price.confidence)
            if "budget_cny" in found.fields and not found.fields["budget_cny"].note:
                found.fields["budget_cny"].note = price.note or word
            return


def _party(found: Reading, role: str, fact: Fact[str] | None) -> None:
    if fact and (name := parties.clean(fact.value)):
        found.parties.append(Party(role, name))
        found.say(role, "content", fact.source_text, fact.confidence, fact.note)


def _candidates(found: Reading, page: Page) -> None:
    """招标人, the maximum price, and the candidates in their order with their offers: none of them has won yet."""
    _party(found, "buyer", intake.initiator(page))
    _party(found, "agency", intake.agency(page, Fact("", "", 0, 0, field="title")))
    cells = page.cells
    current: Party | None = None
    for cell, following in pairwise(cells):
        label, value = level(cell.last_line), page.raw[following.start : following.end]
        if _CANDIDATE.fullmatch(label):
            name = parties.clean(value)
            # An empty cell is followed by the next label; so a candidate that does not exist has a label for a name.
            current = Party("candidate", name) if name and parties.is_organisation(name) else None
            if current:
                found.parties.append(current)
        elif _OFFER.fullmatch(label) and current and current.amount_cny is None:
            current.amount_cny = money.from_words(value, money.unit_of(label))
        elif _CEILING.fullmatch(label) and found.budget_cny is None:
            money.settle(found, "budget_cny", money.from_words(value), "content", f"{label} {value.strip()}", "stated")
    if named := found.named("candidate"):
        found.say("candidate", "content", "、".join(party.name for party in named))


@dataclass(frozen=True, slots=True)
class _Plan:
    headers: list[str]
    cells: list[str]


def _plan(found: Reading, page: Page) -> None:
    """A plan's table: who builds and what it should cost; several lots are summed."""
    table = _table(page)
    if table is None:
        ceiling = amounts.amounts(page).ceiling
        if ceiling:
            money.settle(found, "budget_cny", ceiling.value, "content", ceiling.source_text, ceiling.confidence)
        _party(found, "buyer", intake.initiator(page))
        return
    width = len(table.headers)
    first = table.cells[:width]
    column = next((i for i, h in enumerate(table.headers) if _BUYER_COLUMN.search(h)), -1)
    near = first[column : column + 2] if column >= 0 else []
    if name := next((n for cell in near if parties.is_organisation(n := parties.clean(cell))), ""):
        found.parties.append(Party("buyer", name))
        found.say("buyer", "content", name)
    _plan_money(found, table)


def _plan_money(found: Reading, table: _Plan) -> None:
    at = next((i for i, h in enumerate(table.headers) if _MONEY_COLUMN.search(h)), -1)
    if at < 0:
        return
    label = table.headers[at]
    unit = money.unit_of(label)
    chosen = []
    for i, cell in enumerate(table.cells):
        match = _SUM.fullmatch(cell)
        # A number without a unit is money only in the money column; with one it is, wherever merged cells put it.
        if match and (match["unit"] or (unit and i % len(table.headers) == at)):
            amount = money.from_words(cell, unit)
            chosen += [(cell, amount)] if amount is not None else []
    if not chosen:
        return
    total = sum((amount for _, amount in chosen), Decimal(0))
    words = f"{label}：" + "、".join(cell for cell, _ in chosen)
    money.settle(found, "budget_cny", total, "content", words, "derived")
    if found.budget_cny:
        several = f"，{len(chosen)}个标段之和" if len(chosen) > 1 else ""
        found.fields["budget_cny"].note = f"计划阶段的投资额或者估算价{several}"


def _table(page: Page) -> _Plan | None:
    """The plan's table as headers and the cells behind them; None where the text has none."""
    words = [re.sub(r"\s+", "", page.text[cell.start : cell.end]) for cell in page.cells]
    name = next((i for i, word in enumerate(words) if re.search(r"(?:项目|工程)名称$", word)), -1)
    if name < 0:
        return None
    # The title runs into the first label (…招标计划公告序号); what stands before 项目名称 is 序号 or nothing.
    start = name - 1 if name and words[name - 1].endswith("序号") else name
    headers = words[start : name + 1]
    for word in words[name + 1 :]:
        if not _COLUMN.fullmatch(word):
            break
        headers.append(word)
    if len(headers) < 4:
        return None
    cells = words[start + len(headers) :]
    while cells and not cells[0]:
        cells = cells[1:]
    return _Plan(headers, cells) if cells else None
