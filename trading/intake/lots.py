"""The lots (标段) of a notice: how many, which numbers, and what is said about each."""

import re
from collections.abc import Iterator

from trading.intake.amounts import CEILING, ESTIMATE, Named, named
from trading.intake.amounts import fact as money_fact
from trading.intake.facts import Doubt, Fact, LotDraft
from trading.intake.money import amount_after
from trading.intake.numerals import integer
from trading.intake.page import Page, level
from trading.intake.terms import period_in

MOST_LOTS = 60  # more than this is a slip of the parser or of the notice

_N = r"[一二三四五六七八九十]{1,3}|[0-9]{1,2}|[ⅠⅡⅢⅣⅤⅥⅦⅧⅨⅩ]|[A-H](?![A-Za-z])"
_MARK = re.compile(
    rf"(?<![A-Za-z0-9一二三四五六七八九十])第? {{0,2}}(?P<a>{_N}) {{0,2}}[#号]? {{0,2}}标(?:段|包)|"
    rf"标(?:段|包) {{0,2}}(?P<b>{_N})(?![0-9]{{0,2}}(?:个|项|条|年|月))|第 {{0,2}}(?P<c>{_N})"
    rf" {{0,2}}包"
)
_DECLARED = re.compile(
    rf"(?:标段(?:划分)?[:|\s]{{0,6}}|划分(?:为|成)?|分(?:为|成)|共(?:计|有|分)?) {{0,3}}(?:共|划分|分|"
    rf"为|有)? {{0,3}}(?P<n>{_N}|两) {{0,3}}个 {{0,3}}(?:标段|标包|包)|(?:^|[^0-9])(?P<m>一|1)"
    rf" {{0,2}}个标段"
)
_THIS = re.compile(
    rf"本(?:次|批次)?(?:招标|公告|标段)(?:的)?(?:为|是|招标为)? {{0,3}}第? {{0,2}}(?P<n>{_N}) {{0,3}}标段"
)
_SPAN = re.compile(
    rf"第? {{0,2}}(?P<a>{_N}) {{0,2}}(?:标段)? {{0,2}}(?P<to>[至到~-]|[、,和及])"
    rf" {{0,2}}第? {{0,2}}(?P<b>{_N}) {{0,2}}标段"
)
_DEFINES = re.compile(r"^ {0,3}(?:\([^()\n]{0,30}\) {0,2})?(?:为|是|:|包括|招标范围|招标内容|建设内容|\()")
_SCOPE = re.compile(r"^[\s:为是(]*(?P<value>[^;。\n|)]{2,300})")


def lots(page: Page, title: Fact[str], doubts: list[Doubt]) -> tuple[LotDraft, ...]:
    """The lots this notice tenders, lowest number first; one lot where the notice does not divide."""
    numbers, note = _numbers(page, title, doubts)
    if not numbers:
        return (LotDraft(1, title, note=note or "公告未划分标段"),)
    if len(numbers) == 1:
        found = _lot(page, numbers[0], title, doubts)
        return (LotDraft(numbers[0], title, found.scope, found.ceiling_cny, found.estimate_cny, found.period, note),)
    return tuple(_lot(page, number, title, doubts) for number in numbers)


def _numbers(page: Page, title: Fact[str], doubts: list[Doubt]) -> tuple[list[int], str]:
    """The numbers of the lots tendered here, and how they were found."""
    in_title = _expand(level(title.value))
    if in_title:
        return in_title, "标段号取自标题"
    if match := page.find(_THIS):
        return [integer(match["n"]) or 1], "标段号取自「本次招标」"
    declared = None
    if match := page.find(_DECLARED):
        declared = integer(match["n"] or match["m"])
    defined = sorted({number for number, _, _ in _definitions(page)} | set(_table(page)))
    if declared == 1:
        return [1], "公告写明一个标段"
    if declared and 1 < declared <= MOST_LOTS:
        if defined and defined != list(range(1, declared + 1)):
            doubts.append(
                Doubt("lots", f"公告写明划分{declared}个标段，正文只逐一说明了{'、'.join(map(str, defined))}标段")
            )
        return sorted(set(range(1, declared + 1)) | {n for n in defined if n <= MOST_LOTS}), ""
    if declared:
        doubts.append(Doubt("lots", f"公告写明划分{declared}个标段，数目异常"))
    return (defined, "") if len(defined) > 1 else ([], "")


def _expand(text: str) -> list[int]:
    """Every lot number named in a short text, 一至三标段 and 一、二标段 spelled out."""
    found = {n for match in _MARK.finditer(text) if (n := _number(match))}
    for match in _SPAN.finditer(text):
        first, last = _integer(match["a"]), _integer(match["b"])
        if first and last and first < last <= MOST_LOTS:
            found |= set(range(first, last + 1)) if match["to"] in "至到~-" else {first, last}
    return sorted(found)


def _number(match: re.Match[str]) -> int | None:
    number = _integer(match["a"] or match["b"] or match["c"])
    return number if number and number <= MOST_LOTS else None


def _integer(text: str) -> int | None:
    return ord(text) - ord("A") + 1 if "A" <= text <= "H" else integer(text)


def _definitions(page: Page) -> Iterator[tuple[int, int, int]]:
    """(number, end of the mark, end of its clause) wherever the text says what a lot is: 一标段：… or 一标段为…."""
    marks = page.all(_MARK)
    for mark, following in zip(marks, [*marks[1:], None], strict=False):
        number = _number(mark)
        if not number or not _DEFINES.match(page.text[mark.end() : mark.end() + 40]):
            continue
        stop = page.clause(mark.end(), mark.end())[1]
        yield number, mark.end(), min(stop, following.start() if following else stop)


def _lot(page: Page, number: int, title: Fact[str], doubts: list[Doubt]) -> LotDraft:
    """Lot `number` with whatever the text says behind its mark."""
    row = _table(page).get(number)
    scope, duration = (row.scope, row.period) if row else (None, None)
    prices: dict[str, Named] = {}
    marks = page.all(_MARK)
    for mark, following in zip(marks, [*marks[1:], None], strict=False):
        if _number(mark) != number:
            continue
        stop = page.clause(mark.end(), mark.end())[1]
        stop = min(stop, following.start()) if following else stop
        for name, label in (("ceiling", CEILING), ("estimate", ESTIMATE)):
            for item in named(page, label, mark.end(), stop):
                if item.amount.yuan is not None and item.amount.yuan > 0:
                    prices.setdefault(name, item)
        duration = duration or period_in(page, mark.end(), stop)
        defined = _DEFINES.match(page.text[mark.end() : mark.end() + 40])
        if scope is None and defined and (words := _SCOPE.match(page.text, mark.end(), stop)):
            scope = page.fact(page.raw[words.start("value") : words.end("value")].strip(), *words.span("value"))
    named_by_number = Fact(
        f"{title.value}（{number}标段）", title.source_text, title.start, title.end, "derived", "标题加标段号", "title"
    )
    ceiling = money_fact(page, prices["ceiling"]) if "ceiling" in prices else row.ceiling_cny if row else None
    estimate = money_fact(page, prices["estimate"]) if "estimate" in prices else row.estimate_cny if row else None
    return LotDraft(number, named_by_number, scope, ceiling, estimate, duration)


_HEAD = re.compile(
    r"序号|标段.{0,6}|标包.{0,4}|包号|(?:项目|工程|货物|设备)名称|(?:建设|工程|项目)(?:地点|内容|规模|"
    r"概况)|招标(?:范围|内容).{0,6}|数量|单位|技术规格|规格型号"
    r"|.{0,10}(?:限价|控制价|估算价|投资额?|金额|预算).{0,10}|.{0,6}(?:工期|服务期|交货期|周期).{0,8}|"
    r"备注|.{0,8}资质.{0,8}|.{0,6}保证金.{0,8}"
)
_LOT_HEAD = re.compile(r"标段(?:号|编号|名称|\(包\))?|标包(?:号)?|包号")
_SCOPE_HEAD = re.compile(
    r"(?:货物|工程|项目|设备)名称|招标(?:范围|内容).*|(?:建设|工程|项目)(?:内容|规模|概况)|标段名称"
)
_MONEY_HEAD = (
    ("ceiling", re.compile(r".*(?:限价|控制价).*")),
    ("estimate", re.compile(r".*(?:估算价|投资|预算|金额).*")),
)


def _table(page: Page) -> dict[int, LotDraft]:
    """The rows of a table that has a column 标段, by lot number."""
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
        first = right + (1 if right < len(cells) and not cells[right].compact else 0)
        for start in range(first, len(cells) - len(heads) + 1, len(heads)):
            row = cells[start : start + len(heads)]
            number = next(iter(_expand(row[at - left].compact)), None) or _integer(row[at - left].compact or "零")
            if not number or number > MOST_LOTS:
                break
            rows[number] = _row(page, number, heads, [(c.start, c.end) for c in row])
        if rows:
            return rows
    return {}


def _row(page: Page, number: int, heads: list[str], row: list[tuple[int, int]]) -> LotDraft:
    """One row as a lot. An amount needs its unit in the cell or in the heading."""
    scope = ceiling = estimate = None
    for head, (start, end) in zip(heads, row, strict=True):
        if _SCOPE_HEAD.fullmatch(head) and end > start and not _LOT_HEAD.fullmatch(head):
            scope = page.fact(page.raw[start:end], start, end)
        for name, pattern in _MONEY_HEAD:
            if not pattern.fullmatch(head):
                continue
            amount = amount_after(page.text, start, end)
            unit = next((u for u in ("亿元", "万元", "元") if u in head), "")
            if amount and amount.yuan is None and unit:
                amount = amount_after(page.text[:end] + unit, start, end + len(unit))
            if amount and amount.yuan is not None and amount.yuan > 0:
                found = page.fact(amount.yuan, start, end)
                ceiling, estimate = (found, estimate) if name == "ceiling" else (ceiling, found)
            break
    title = page.fact(f"{number}标段", *row[0])
    return LotDraft(number, title, scope, ceiling, estimate)
