"""What is tendered, where, under which codes, on whose approval and with what money."""

import re

from trading.intake.facts import Approval, Doubt, Fact
from trading.intake.labels import LABEL_CELL, cell_or_line, section
from trading.intake.page import Page

_CODE = re.compile(r"(?<![0-9\-])[0-9]{4}-[0-9]{6}-[0-9]{2}-[0-9]{2}-[0-9]{6}(?![0-9\-])")
_NUMBER = re.compile(
    r"(?:招标编号|招标项目编号|项目编号) {0,3}:? {0,4}(?P<value>[^\s|。;,()]{1,40}(?:\([0-9]{4}\)[^\s|。;,()]{0,30})?)"
    r"|\n {0,6}(?P<bare>[一-鿿]{2,12}字?\[?20[0-9]{2}\]?(?:年)?第 ?[0-9]{1,4} ?号) *\n"
)


def investment_code(page: Page, doubts: list[Doubt]) -> Fact[str] | None:
    """投资项目统一代码: 24 characters, YYMM-region-industry-type-serial."""
    codes = page_codes(page)
    if not codes:
        return None
    distinct = {match.group() for match in codes}
    if len(distinct) > 1:
        doubts.append(Doubt("investment_code", "公告中有不同的投资项目代码：" + "、".join(sorted(distinct)), ""))
    return page.fact(codes[0].group(), *codes[0].span())


def page_codes(page: Page) -> list[re.Match[str]]:
    """Every investment project code on the page, the site's heading included."""
    return list(_CODE.finditer(page.text, 0, page.end))


def notice_number(page: Page) -> Fact[str] | None:
    """招标编号."""
    match = page.find(_NUMBER)
    if not match:
        return None
    name = "value" if match["value"] else "bare"
    return page.fact(page.raw[match.start(name) : match.end(name)], *match.span(name))


_AUTHORITY_CELL = re.compile(r"项目审批、?核准或备案机关|项目审批.{0,12}机关(?:名称)?|批准机关|审批机关")
_PAPER_CELL = re.compile(r"立项批文号|批文号|批文名称及(?:编|文)号|立项批复文号")
_DOC = r"(?:[一-鿿]{1,14}[\[(]20[0-9]{2}[\])]第?[0-9]{1,5}号|[0-9]{4}-[0-9]{6}-[0-9]{2}-[0-9]{2}-[0-9]{6})"
_BASED = re.compile(
    r"已 {0,2}(?:经|由) {0,3}(?P<who>[一-鿿()、]{2,40}?(?:局|委员会|发改委|厅|政府|办公室|管委会)"
    r" {0,3}(?:\([^()\n]{0,20}名称[^()\n]{0,6}\))?)? {0,3}以?"
    rf"(?P<paper>[^。;\n|]{{0,120}}?)[\[( ]{{0,3}}(?P<number>{_DOC}(?:[、,和及] {{0,2}}{_DOC}){{0,4}})"
    rf"[\]) ]{{0,3}}[^。;,\n|]{{0,12}}(?:批准|核准|备案|批复|立项|同意)"
)


def approval(page: Page) -> Fact[Approval] | None:
    """Who approved the project and by which paper: the form's two cells, or the sentence 已由……批准建设."""
    authority, paper = page.cell_after(_AUTHORITY_CELL, LABEL_CELL), page.cell_after(_PAPER_CELL, LABEL_CELL)
    spans = [(cell.start, cell.end) for cell in (authority, paper) if cell]
    if spans:
        name, number = _paper(page, *spans[-1]) if paper else ("", "")
        who = page.raw[authority.start : authority.end].strip() if authority else ""
        return page.fact(Approval(who, name, number), spans[0][0], spans[-1][1])
    if match := page.find(_BASED):
        who = re.sub(r"\(.*$", "", match["who"] or "").strip()
        title = page.raw[match.start("paper") : match.end("paper")].strip(' ，,：:“”"（(以《》的')
        title = "" if re.search(r"代码$", title) or not who else title
        return page.fact(Approval(who, title, page.raw[match.start("number") : match.end("number")]), *match.span())
    return None


def _paper(page: Page, start: int, end: int) -> tuple[str, str]:
    """The cell `title : number`; either half may be empty."""
    at = page.text.rfind(":", start, end)
    name, number = (page.raw[start:at], page.raw[at + 1 : end]) if at >= 0 else ("", page.raw[start:end])
    return re.sub(r"[ :：]*项目(?:统一)?代码 {0,2}$", "", name).strip(), number.strip()


_FUNDING_LINE = ("资金来源", "建设资金来源", "项目资金来源", "资金来源及落实情况")
_FUNDING = re.compile(
    r"(?:建设)?资金(?:的)?来源 {0,2}(?:为|:|是) {0,3}(?P<a>[^。;,\n|]{2,60})|(?:建设|项目)资金(?:来自|"
    r"为) {0,3}(?P<b>[^。;,\n|]{2,60})"
)
_SECURED = re.compile(r"资金已落实|资金落实情况")


def funding(page: Page) -> Fact[str] | None:
    """资金来源."""
    for match in page.all(_FUNDING):
        start, end = page.trim(*match.span("a" if match["a"] else "b"))
        hint = page.text.find("(", start, end)  # the standard form's own words: 财政资金(资金来源)
        if hint > start and page.text[hint:end].startswith("(资金来源"):
            end = page.trim(start, hint)[1]
        if page.text[start:end] and not page.text.startswith(("详见", "/"), start):
            return page.fact(page.raw[start:end], start, end)
    return cell_or_line(page, _FUNDING_LINE)


def funds_secured(page: Page) -> Fact[str] | None:
    """How far the money is there (资金已落实 100%)."""
    cell = page.cell_after(_SECURED, LABEL_CELL)
    if cell:
        return page.fact(page.raw[cell.start : cell.end], cell.start, cell.end)
    match = page.find(re.compile(r"资金(?:已经|已)(?:全部)?落实"))
    return page.fact("已落实", *match.span()) if match else None


_SCOPE_LINE = (
    "招标范围",
    "招标内容",
    "招标范围及内容",
    "招标内容及范围",
    "招标内容及规模",
    "招标范围和内容",
    "采购内容及规模",
    "承包范围",
    "监理范围",
    "设计范围",
    "采购范围",
    "采购内容",
)
_SCOPE_CELL = re.compile(r"招标(?:范围|内容)(?:及(?:内容|范围|规模))?")


def scope(page: Page) -> Fact[str] | None:
    """招标范围, whole: the cell, the line with the list under it, or the section."""
    if cell := page.cell_after(_SCOPE_CELL, LABEL_CELL):
        return page.fact(page.raw[cell.start : cell.end], cell.start, cell.end)
    if line := cell_or_line(page, _SCOPE_LINE):
        stop = _next_item(page, line.start, line.end)
        return page.fact(page.raw[line.start : stop].strip(), line.start, stop)
    return section(page, r"^招标(?:范围|内容)|招标范围及")


def qualification(page: Page) -> Fact[str] | None:
    """投标人资格要求, whole: the section, or the rows of the form from the licence to the staff."""
    rows = [
        page.cell_after(re.compile(words), LABEL_CELL)
        for words in (
            "投标人资质类别和等级|企业资质类别及等级",
            "施工现场管理人员|其他监理人员",
            "项目负责人|总监理工程师(?:专业类别)?",
        )
    ]
    if first := rows[0]:
        end = max(row.end for row in rows if row)
        return page.fact(page.raw[first.start : end], first.start, end)
    return section(page, r"资格|资质")


def place(page: Page) -> Fact[str] | None:
    """工程地点."""
    return cell_or_line(
        page,
        (
            "工程地点",
            "建设地点",
            "项目建设地点",
            "项目地点",
            "项目地址",
            "工程建设地点",
            "建设地址",
            "交货地点",
            "工程地址",
        ),
    )


_NAMED = re.compile(r"本(?:招标)?项目 {0,3}(?P<value>[^\s(),。;|]{4,120}) {0,3}\((?:招标)?项目名称\)")


def project_name(page: Page) -> Fact[str] | None:
    """工程名称 / 项目名称 as the body gives it."""
    if match := page.find(_NAMED):
        return page.fact(page.raw[match.start("value") : match.end("value")], *match.span("value"))
    found = cell_or_line(page, ("工程名称", "项目名称", "招标项目名称", "招标项目", "标段名称"))
    return found if found and len(found.value) <= 200 and "\n" not in found.value else None


_ITEM = re.compile(
    r"\n *(?:[0-9]{1,2}\.[0-9]{1,2}(?![0-9])|[0-9]{1,2} ?[、.](?![0-9])|[一二三四五六七八九十]{1,3} ?[、.])"
)


def _next_item(page: Page, start: int, end: int) -> int:
    """Where the list item that holds [start, end) stops: before the next numbered line, the next cell, or the end."""
    item = _ITEM.search(page.text, end, page.end)
    bar = page.text.find("|", end, page.end)
    stops = [item.start() if item else page.end, bar if bar >= 0 else page.end]
    heading = re.compile(r"\n[^\n|:。;,]{2,20}(?:要求|条件|获取|方式)\n").search(page.text, end, page.end)
    return page.trim(start, min([*stops, heading.start() if heading else page.end]))[1]
