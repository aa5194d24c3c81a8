"""A table with a column 标段, flattened into cells: its rows by lot number, and where it stands."""

import re
from dataclasses import dataclass, field

from trading.intake.facts import Fact, LotDraft
from trading.intake.money import amount_after
from trading.intake.numerals import integer
from trading.intake.page import Page

MOST_LOTS = 60  # more than this is a slip of the parser or of the notice

N = r"[一二三四五六七八九十]{1,3}|[0-9]{1,2}|[ⅠⅡⅢⅣⅤⅥⅦⅧⅨⅩ]|[A-H](?![A-Za-z])"
MARK = re.compile(
    rf"(?<![A-Za-z0-9一二三四五六七八九十])第? {{0,2}}(?P<a>{N}) {{0,2}}[#号]? {{0,2}}标(?:段|包)"
    rf"|标(?:段|包) {{0,2}}(?P<b>{N})(?![0-9]{{0,2}}(?:个|项|条|年|月))|第 {{0,2}}(?P<c>{N}) {{0,2}}包"
)
_HEAD = re.compile(
    r"序号|标段.{0,6}|标包.{0,4}|包号|(?:项目|工程|货物|设备)名称|(?:建设|工程|项目)(?:地点|内容|规模|概况)"
    r"|招标(?:范围|内容).{0,6}|数量|单位|技术规格|规格型号|.{0,10}(?:限价|控制价|估算价|投资额?|金额|预算).{0,10}"
    r"|.{0,6}(?:工期|服务期|交货期|周期).{0,8}|备注|.{0,8}资质.{0,8}|.{0,6}保证金.{0,8}"
)
_LOT_HEAD = re.compile(r"标段(?:号|编号|名称|\(包\))?|标包(?:号)?|包号")
_SCOPE_HEAD = re.compile(
    r"(?:货物|工程|项目|设备)名称|招标(?:范围|内容).*|(?:建设|工程|项目)(?:内容|规模|概况)|标段名称"
)
_MONEY_HEAD = (
    ("ceiling", re.compile(r".*(?:限价|控制价).*")),
    ("estimate", re.compile(r".*(?:估算价|投资|预算|金额).*")),
)


@dataclass(frozen=True, slots=True)
class LotTable:
    """The rows by lot number, and the span the table takes in the text; empty where there is none."""

    rows: dict[int, LotDraft] = field(default_factory=dict)
    start: int = 0
    end: int = 0


def lot_number(match: re.Match[str]) -> int | None:
    """The number a mark names; None beyond any sensible count."""
    number = lot_integer(match["a"] or match["b"] or match["c"])
    return number if number and number <= MOST_LOTS else None


def lot_integer(text: str) -> int | None:
    """二 · 2 · Ⅱ · B as a number."""
    return ord(text) - ord("A") + 1 if "A" <= text <= "H" else integer(text)


def lot_table(page: Page) -> LotTable:
    """The first table whose rows name lots."""
    cells = page.cells
    for at, cell in enumerate(cells):
        if not _LOT_HEAD.fullmatch(cell.last_line):
            continue
        left, right = at, at + 1
        while left > 0 and _HEAD.fullmatch(cells[left - 1].last_line) and cells[left].compact == cells[left].last_line:
            left -= 1
        while right < len(cells) and cells[right].compact and _HEAD.fullmatch(cells[right].compact):
            right += 1
        heads = [c.last_line for c in cells[left:right]]
        if len(heads) < 2:
            continue
        rows: dict[int, LotDraft] = {}
        end = cells[right - 1].end
        for start in range(right, len(cells) - len(heads) + 1, len(heads)):
            row = cells[start : start + len(heads)]
            words = row[at - left].compact
            match = MARK.search(words)
            number = lot_number(match) if match else lot_integer(words) if words else None
            if not number or number > MOST_LOTS or number in rows:
                break
            rows[number] = _row(page, number, heads, [(c.start, c.end) for c in row])
            end = row[-1].end
        if rows:
            head = cells[left]
            return LotTable(rows, page.text.rfind("\n", head.start, head.end) + 1 or head.start, end)
    return LotTable()


def _row(page: Page, number: int, heads: list[str], row: list[tuple[int, int]]) -> LotDraft:
    """One row as a lot. An amount needs its unit in the cell or in the heading."""
    scope: Fact[str] | None = None
    ceiling = estimate = None
    for head, (start, end) in zip(heads, row, strict=True):
        if _SCOPE_HEAD.fullmatch(head) and end > start and (scope is None or not _LOT_HEAD.fullmatch(head)):
            scope = page.fact(page.raw[start:end], start, end)
        kind = next((name for name, pattern in _MONEY_HEAD if pattern.fullmatch(head)), None)
        amount = amount_after(page.text, start, end)
        if kind and amount and amount.yuan is None:
            unit = next((u for u in ("亿元", "万元", "元") if u in head), "")
            amount = amount_after(page.text[:end] + unit, start, end + len(unit)) if unit else None
        if kind and amount and amount.yuan is not None and amount.yuan > 0:
            found = page.fact(amount.yuan, start, end)
            ceiling, estimate = (found, estimate) if kind == "ceiling" else (ceiling, found)
    return LotDraft(number, page.fact(f"{number}标段", *row[0]), scope, ceiling, estimate)
