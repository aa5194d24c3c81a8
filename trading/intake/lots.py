"""The lots (标段) of a notice: how many, which numbers, and what is said about each."""

import re
from collections.abc import Iterator

from trading.intake.amounts import CEILING, ESTIMATE, Named, named
from trading.intake.amounts import fact as money_fact
from trading.intake.facts import Doubt, Fact, LotDraft
from trading.intake.lot_table import MARK, MOST_LOTS, LotTable, N, lot_integer, lot_number
from trading.intake.numerals import integer
from trading.intake.page import Page, level
from trading.intake.terms import period_in

_DECLARED = re.compile(
    rf"(?:标段(?:划分)?[:|\s]{{0,6}}|划分(?:为|成)?|分(?:为|成)|共(?:计|有|分)?) {{0,3}}(?:共|划分|分|"
    rf"为|有)? {{0,3}}(?P<n>{N}|两) {{0,3}}个 {{0,3}}(?:标段|标包|包)|(?:^|[^0-9])(?P<m>一|1)"
    rf" {{0,2}}个标段"
)
_THIS = re.compile(
    rf"本(?:次|批次)?(?:招标|公告|标段)(?:的)?(?:为|是|招标为)? {{0,3}}第? {{0,2}}(?P<n>{N}) {{0,3}}标段"
)
_SPAN = re.compile(
    rf"第? {{0,2}}(?P<a>{N}) {{0,2}}(?:标段)? {{0,2}}(?P<to>[至到~-]|[、,和及])"
    rf" {{0,2}}第? {{0,2}}(?P<b>{N}) {{0,2}}标段"
)
_DEFINES = re.compile(r"^ {0,3}(?:\([^()\n]{0,30}\) {0,2})?(?:为|是|:|包括|招标范围|招标内容|建设内容|\()")
_SCOPE = re.compile(r"[\s:为是(]*(?P<value>[^;。\n|)]{2,300})")


def lots(page: Page, table: LotTable, title: Fact[str], doubts: list[Doubt]) -> tuple[LotDraft, ...]:
    """The lots this notice tenders, lowest number first; one lot where the notice does not divide."""
    numbers, note = _numbers(page, table, title, doubts)
    if not numbers:
        return (LotDraft(1, title, note=note or "公告未划分标段"),)
    if len(numbers) == 1:
        found = _lot(page, table, numbers[0], title)
        return (LotDraft(numbers[0], title, found.scope, found.ceiling_cny, found.estimate_cny, found.period, note),)
    return tuple(_lot(page, table, number, title) for number in numbers)


def _numbers(page: Page, table: LotTable, title: Fact[str], doubts: list[Doubt]) -> tuple[list[int], str]:
    """The numbers of the lots tendered here, and how they were found."""
    in_title = _expand(level(title.value))
    if in_title:
        return in_title, "标段号取自标题"
    if match := page.find(_THIS):
        return [integer(match["n"]) or 1], "标段号取自「本次招标」"
    declared = None
    if match := page.find(_DECLARED):
        declared = integer(match["n"] or match["m"])
    defined = sorted({number for number, _, _ in _definitions(page)} | set(table.rows))
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
    found = {n for match in MARK.finditer(text) if (n := lot_number(match))}
    for match in _SPAN.finditer(text):
        first, last = lot_integer(match["a"]), lot_integer(match["b"])
        if first and last and first < last <= MOST_LOTS:
            found |= set(range(first, last + 1)) if match["to"] in "至到~-" else {first, last}
    return sorted(found)


def _definitions(page: Page) -> Iterator[tuple[int, int, int]]:
    """(number, end of the mark, end of its clause) wherever the text says what a lot is: 一标段：… or 一标段为…."""
    marks = page.all(MARK)
    for mark, following in zip(marks, [*marks[1:], None], strict=False):
        number = lot_number(mark)
        if not number or not _DEFINES.match(page.text[mark.end() : mark.end() + 40]):
            continue
        stop = page.clause(mark.end(), mark.end())[1]
        yield number, mark.end(), min(stop, following.start() if following else stop)


def _lot(page: Page, table: LotTable, number: int, title: Fact[str]) -> LotDraft:
    """Lot `number` with whatever the text says behind its mark."""
    row = table.rows.get(number)
    scope, duration = (row.scope, row.period) if row else (None, None)
    prices: dict[str, Named] = {}
    marks = page.all(MARK)
    for mark, following in zip(marks, [*marks[1:], None], strict=False):
        if lot_number(mark) != number:
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
