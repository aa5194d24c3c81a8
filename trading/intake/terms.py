"""The conditions of the tender: duration, kind, trade, evaluation, review, consortium, validity."""

import re
from decimal import Decimal

from trading.intake.facts import Doubt, Fact, Period
from trading.intake.labels import LABEL_CELL
from trading.intake.numerals import NUMERAL, integer
from trading.intake.page import Page

_UNITS = {
    "日历天": "日历天",
    "日历日": "日历天",
    "工作日": "工作日",
    "天": "天",
    "日": "天",
    "周": "周",
    "个月": "个月",
    "月": "个月",
    "年": "年",
}
_PERIOD = re.compile(
    r"(?:总工期|计划工期|合同工期|施工工期|设计工期|勘察工期|工期要求|工期|监理服务期限?|服务期限?|"
    r"监理期限?|设计周期|勘察周期|设计服务期|供货期限?|供货周期|交货期限?|合同履行期限)"
    r"(?:\s|[:|为是约共计\"(]|总工期|要求|供货期|自合同签订(?:之日)?(?:起|后)|合同签订后|"
    r"(?:自|在)?(?:接到|收到)[^。;,\n|0-9]{0,16}(?:通知|指令)(?:书)?(?:之日)?(?:起|后)?|总日历天数|日历天数|天数){0,8}"
    rf"(?P<n>[0-9]{{1,4}}(?:\.5)?|[{NUMERAL}]{{1,4}}) {{0,3}}(?:\((?P<n2>[0-9]{{1,4}})\) {{0,2}})?"
    rf"(?P<unit>日历天|日历日|工作日|个月|[天日周月年])(?![0-9])"
)
_PERIOD_BARE = re.compile(  # 计划工期（日历天） | 365
    r"(?:总工期|计划工期|合同工期|施工工期|工期|服务期限?|设计周期|交货期)"
    r" {0,2}\( {0,2}(?P<unit>日历天|天|个月|月) {0,2}\)[\s:|]{1,8}"
    r"(?P<n>[0-9]{1,4})(?![0-9.,%年])"
)


def period(page: Page) -> Fact[Period] | None:
    """工期、服务期、设计周期、交货期 in the notice's own unit; the first one named."""
    for match in (*page.all(_PERIOD), *page.all(_PERIOD_BARE)):
        if found := _period(page, match):
            return found
    return None


def period_in(page: Page, start: int, end: int) -> Fact[Period] | None:
    """The duration named inside [start, end), for one lot."""
    match = _PERIOD.search(page.text, start, end)
    return _period(page, match) if match else None


def _period(page: Page, match: re.Match[str]) -> Fact[Period] | None:
    amount = Decimal(match["n"]) if match["n"].replace(".", "").isdigit() else Decimal(integer(match["n"]) or 0)
    return page.fact(Period(amount, _UNITS[match["unit"]]), *match.span()) if amount > 0 else None


def days(period: Fact[Period] | None) -> Fact[int] | None:
    """The duration in days where the notice itself counts in days; months and years are never converted."""
    if period is None or period.value.unit not in {"日历天", "天"} or period.value.amount != int(period.value.amount):
        return None
    note = "" if period.value.unit == "日历天" else "原文写「天」，未说明是否日历天"
    return Fact(
        int(period.value.amount), period.source_text, period.start, period.end, period.confidence, note, period.field
    )


_KINDS = (  # the first that matches the title wins: an EPC title also names design and works
    (
        "epc",
        re.compile(
            r"EPC|(?<!施工)(?<!施工\))总承包|设计[、,和及 ]{0,2}采购[、,和及 ]{0,2}施工|设计[、"
            r",和及]{0,1}施工(?:一体化|总承包|项目)",
            re.IGNORECASE,
        ),
    ),
    ("supervision", re.compile(r"监理")),
    (
        "survey_design",
        re.compile(r"勘察[、,和及]{0,1}设计|勘测[、,和及]{0,1}设计|(?:普查|勘察|测绘)[^。]{0,8}设计|设计[、,]勘察"),
    ),
    ("survey", re.compile(r"勘察|勘测|测绘|物探")),
    ("design", re.compile(r"设计(?!院|大道|路)")),
    (
        "goods",
        re.compile(
            r"(?:货物|材料|设备|物资|管材|电梯)[^。]{0,10}(?:采购|招标|供应)|采购(?:项目|及安装|招标)?"
            r"$|材料采购|设备采购"
        ),
    ),
    ("works", re.compile(r"施工(?!图|许可|监理)")),
    ("services", re.compile(r"咨询|检测|监测|造价|代建|审计|评估|项目管理|运营|运维|可行性研究")),
)
_FORM = re.compile(
    r"\n {0,12}(?:[^\s|]{0,30}工程 {0,4}\n?)? {0,12}(?P<word>施工|监理|设计|勘察设计|勘察|货物|材料采购|"
    r"设备采购)(?:招标|变更|资格预审)公告 *\n"
)
_FORM_KINDS = {
    "施工": "works",
    "监理": "supervision",
    "设计": "design",
    "勘察": "survey",
    "勘察设计": "survey_design",
    "货物": "goods",
    "材料采购": "goods",
    "设备采购": "goods",
}
_SCOPE_KINDS = (
    ("epc", re.compile(r"工程总承包|设计、采购、施工")),
    ("supervision", re.compile(r"监理(?:服务|工作)|全过程监理")),
    ("works", re.compile(r"施工图纸|施工(?:总承包|内容|任务)|修复治理|(?:^|[^设])施工")),
    ("goods", re.compile(r"设备、?材料的采购|货物|供货")),
    ("design", re.compile(r"设计")),
)


def kind(page: Page, title: Fact[str], scope: Fact[str] | None) -> Fact[str] | None:
    """works | survey | design | survey_design | supervision | goods | services | epc: by title, form, scope."""
    plain = re.sub(r"(?:招标|变更|资格预审)公告$", "", title.value.translate({0xFF08: "(", 0xFF09: ")"}))
    for name, pattern in _KINDS:
        if match := pattern.search(plain):
            at = title.start + match.start()
            words = title.value[match.start() : match.end()]
            return Fact(name, words, at, at + len(words), "stated", "按标题", "title")
    if match := page.find(_FORM):
        return page.fact(_FORM_KINDS[match["word"]], *match.span(), "stated", "按公告格式的名称")
    for name, pattern in _SCOPE_KINDS:
        if scope and (match := pattern.search(page.text, scope.start, scope.end)):
            return page.fact(name, *match.span(), "derived", "标题未写招标类别，按招标范围判断")
    return None


_TRADES = (
    ("A01", r"房屋建筑"),
    ("A02", r"市政"),
    ("A03", r"公路"),
    ("A04", r"铁路"),
    ("A05", r"民航|机场"),
    ("A06", r"水运|港口|航道"),
    ("A07", r"水利"),
    ("A08", r"电力|能源"),
    ("A09", r"通信"),
    ("A10", r"桥梁"),
    ("A11", r"轨道交通"),
    ("A12", r"矿山|冶金"),
    ("A13", r"信息(?:化|网络)"),
)
_CLASS_CELL = re.compile(r"工程类别")
_QUALIFIED = (  # the licence asked for names the trade: 施工总承包·市政公用工程, 工程设计市政行业
    ("A02", re.compile(r"市政公用工程|市政行业|市政工程监理")),
    (
        "A01",
        re.compile(
            r"建筑工程施工总承包|施工总承包·建筑工程|建筑行业|房屋建筑工程监理|房屋建筑工程·|"
            r"建筑装修装饰|建筑装饰|古建筑工程"
        ),
    ),
    ("A03", re.compile(r"公路工程施工总承包|施工总承包·公路工程|公路行业")),
    ("A07", re.compile(r"水利水电工程施工总承包|施工总承包·水利水电|水利行业")),
    ("A08", re.compile(r"电力工程施工总承包|施工总承包·电力工程|电力行业")),
    ("A13", re.compile(r"电子与智能化工程")),
)


def industry(page: Page, doubts: list[Doubt]) -> Fact[str] | None:
    """Trade category A01 … A13: the form's 工程类别 where it names one, else the licence the notice asks for."""
    if cell := page.cell_after(_CLASS_CELL, LABEL_CELL):
        for code, words in _TRADES:
            if re.match(words, cell.compact):
                return page.fact(code, cell.start, cell.end)
        if cell.compact.startswith("装饰"):
            return page.fact("A01", cell.start, cell.end, "derived", "装饰工程归入房屋建筑")
    found = [(match.start(), code, match) for code, pattern in _QUALIFIED if (match := page.find(pattern))]
    if not found:
        return None
    if len({code for _, code, _ in found}) > 1:
        words = "、".join(match.group() for *_, match in sorted(found, key=lambda item: item[0]))
        doubts.append(Doubt("industry", f"要求的资质分属不同行业（{words}），行业须由人确定"))
        return None
    _, code, match = found[0]
    return page.fact(code, *match.span(), "derived", "公告未写行业，按要求的资质判断")


_METHOD = re.compile(
    r"综合评估法|综合评分法|综合评标法|经评审的(?:合理)?最低(?:投标|评标)价(?:中标)?法|"
    r"合理低价 {0,2}\+ {0,2}资信法?|合理低价法|最低评标价法|最低投标价法|合理(?:最)?低价|"
    r"技术评分(?:最低标价|合理标价)法"
    r"|固定标价评分法|两阶段评标法|定性评审法|票决法|资信法|性价比法|综合诚信评估法|评定分离"
)
_METHOD_CELL = re.compile(r"评标办法|评标方法")


def evaluation_method(page: Page) -> Fact[str] | None:
    """评标办法 by the name the notice gives it."""
    match = page.find(_METHOD)
    return page.fact(page.raw[match.start() : match.end()], *match.span()) if match else None


_REVIEW = re.compile(r"资格(?P<when>后审|预审)(?!申请|文件|\) {0,2}时间|评审|结果)")


def qualification_review(page: Page) -> Fact[str] | None:
    """资格后审 or 资格预审."""
    match = page.find(_REVIEW)
    return page.fact(f"资格{match['when']}", *match.span()) if match else None


_NO_CONSORTIUM = re.compile(
    r"(?:不接受|不允许|不得|谢绝|拒绝|不采用|不组织)[^。;,\n|]{0,6}联合体(?!各方|成员|中)|"
    r"联合体(?:投标|报名)?:? {0,2}(?:不接受|不允许|否)"
)
_CONSORTIUM = re.compile(
    r"(?<!不)(?<!否)(?:接受|允许)[^。;,\n|]{0,8}联合体(?:投标|报名)?|(?:可|可以)组成[^。;,\n|"
    r"]{0,4}联合体|联合体(?:投标)?:? {0,2}(?:接受|允许)|联合体(?:投标)?: {0,2}是"
)
_CONSORTIUM_CELL = re.compile(r"是否(?:接受)?联合体(?:投标)?")


def consortium(page: Page, doubts: list[Doubt]) -> Fact[bool] | None:
    """Whether consortia may bid. The form's cell first; running text that says otherwise is a doubt."""
    cell = page.cell_after(_CONSORTIUM_CELL, LABEL_CELL)
    stated = page.fact(cell.compact == "是", cell.start, cell.end) if cell and cell.compact in {"是", "否"} else None
    no, yes = page.find(_NO_CONSORTIUM), page.find(_CONSORTIUM)
    if stated and (match := yes if not stated.value else no) and not (no and yes):
        doubts.append(
            Doubt("consortium_allowed", "表格与正文对联合体的说法不一致，取表格", page.raw[match.start() : match.end()])
        )
    if stated:
        return stated
    if no and yes:
        doubts.append(Doubt("consortium_allowed", "正文既说接受又说不接受联合体", page.raw[no.start() : no.end()]))
    match = no or yes
    return page.fact(match is yes, *match.span()) if match else None


_VALIDITY = re.compile(
    r"投标有效期(?:\s|[:|为是共计]|自|从|投标截止(?:时间|之日)?|提交投标文件(?:的)?截止之日|起|算|后|"
    r"不少于|[(][^()]{0,20}[)])*(?P<n>[0-9]{1,3}) {0,3}(?:日历)?[天日](?!前)"
)


def bid_validity(page: Page) -> Fact[int] | None:
    """投标有效期 in days."""
    match = page.find(_VALIDITY)
    return page.fact(int(match["n"]), *match.span()) if match and int(match["n"]) > 0 else None
