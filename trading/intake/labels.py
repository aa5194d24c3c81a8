"""The labels notices use, and how a value is found behind one: in the next table cell, on the line, in the sentence."""

import re
from collections.abc import Iterable

from trading.intake.facts import Fact
from trading.intake.page import Page, spaced

# What a label cell reads like. Two labels in a row mean the first was a heading or its value is empty.
LABEL_CELL = re.compile(
    r"(?:招标人|招标单位|建设单位|采购人|招标代理|招标机构|代理机构)(?:\(或招标人\)|名称|机构|单位|公司)?"
    r"|(?:工程|项目|标段|货物|招标项目|设备)名称|(?:工程|项目|建设)(?:地点|地址)|地址|联系人|(?:联系)?"
    r"电话|联系方式|电子邮[件箱]|邮编"
    r"|项目审批.*机关|立项批文号|批文号|项目编码|(?:建设|工程|项目)规模|建筑规模|项目总投资|总投资|"
    r"本工程投资|资格审查方式|资金已落实|资金来源"
    r"|工程类别|招标范围|招标内容|招标范围及内容|投标人营业执照|投标人资质类别和等级|"
    r"企业资质类别及等级|投标人业绩|项目负责人|项目技术负责人"
    r"|施工现场管理人员|总监理工程师(?:专业类别)?|其他监理人员|标段选择要求|是否联合体投标|"
    r"采用联合体投标.*|类似工程业绩指标.*|其他要求"
    r"|获取(?:招标|资审)文件时间|获取方式|提交(?:投标|资审)文件截止时间|提交方式|开标时间|开标地点|"
    r"资审时间|资审地点|公告发布时间"
    r"|工期(?:要求)?|计划工期|服务期|监理服务期|设计周期|交货期|交货地点|质量(?:标准|要求)|评标办法|"
    r"投标保证金|最高投标限价|招标控制价"
    r"|.{0,30}联系(?:人及)?(?:电话|方式)|.{0,12}负责人及电话|投标\(申请\)人应具备的资格条件|工程概况|"
    r"标段(?:号|编号|划分)|数量|技术规格|单位|备注|序号"
)

_NUMBERING = (
    r"(?:[一二三四五六七八九十]{1,3} ?[、.]|\(?[0-9一二三四五六七八九十]{1,3}\) ?[、.]?|"
    r"[0-9]{1,2}(?:\.[0-9]{1,2}){0,3} ?[、.]?|[①-⑳])"
)
_LINE_HEAD = rf"(?:^|(?<=[|。;,\n])) {{0,12}}(?:{_NUMBERING} {{0,4}})?"


def label_pattern(labels: Iterable[str]) -> str:
    """A pattern for any of `labels` (plain words), blanks between characters tolerated, longest first."""
    return "(?:" + "|".join(spaced(label) for label in sorted(labels, key=len, reverse=True)) + ")"


def on_line(labels: Iterable[str], value: str = r"(?P<value>[^|\n。;]{1,300})") -> re.Pattern[str]:
    """`label：value` where the label begins a line, a cell, a sentence or an item of a list."""
    return re.compile(
        rf"(?:{_LINE_HEAD}|(?<=[。;,.、:*)\]0-9]) {{0,3}}(?:{_NUMBERING} {{0,2}})?|\n {{0,12}}|(?<=  ))"
        rf"(?:本项目|本工程|本次招标|本标段)?"
        rf"{label_pattern(labels)} {{0,4}}(?:\([^()\n]{{0,20}}\))? {{0,4}}: {{0,4}}{value}",
        re.MULTILINE,
    )


def cell_or_line(page: Page, labels: Iterable[str], *, cell: re.Pattern[str] | None = None) -> Fact[str] | None:
    """The words behind the first of `labels` that has any: the next cell of a table, else the rest of its line."""
    labels = tuple(labels)
    pattern = cell or re.compile(label_pattern(labels))
    if found := page.cell_after(pattern, LABEL_CELL):
        return page.fact(page.raw[found.start : found.end], found.start, found.end)
    for match in page.all(on_line(labels)):
        start, end = page.trim(*match.span("value"))
        if end > start and not re.fullmatch(r"[\\/无\-. ]+", page.text[start:end]):
            return page.fact(page.raw[start:end], start, end)
    return None


# A section heading on a line of its own: 二、招标范围 · 3.投标人资格要求 · 投标人资格要求
_HEADING_WORDS = (
    r"项目概况|工程概况|招标条件|招标范围|招标内容|投标人资[格质]|投标申请人资格|资格要求|资格标准|"
    r"资格条件|招标文件(?:的)?获取|获取招标文件|投标文件(?:的)?递交"
    r"|招标时间|资格审查|评标办法|其他(?:说明|要求|事项)|发布公告的媒介|联系方式|公告媒介|监督|投标保证金|设计成果|报名"
)
_HEADING = re.compile(
    r"^ {0,12}(?:(?P<han>[一二三四五六七八九十]{1,3} ?[、.]) {0,4}(?P<any>[^\n|。;,:]{2,24})"
    rf"|(?:(?P<num>[0-9]{{1,2}} ?[、.]?(?![0-9.])))? {{0,4}}(?P<known>[^\n|。"
    rf";,:]{{0,20}}(?:{_HEADING_WORDS})[^\n|。;,:]{{0,20}}))"
    r":? {0,12}$",
    re.MULTILINE,
)


def section(page: Page, words: str) -> Fact[str] | None:
    """The text under the first heading whose title matches `words`, up to the next heading."""
    headings = page.all(_HEADING)
    for heading, following in zip(headings, [*headings[1:], None], strict=False):
        if not re.search(words, heading["any"] or heading["known"]):
            continue
        stop = following.start() if following else page.end
        bar = page.text.find("|", heading.end(), stop)
        start, end = page.trim(heading.end(), bar if bar >= 0 else stop)
        if end > start:
            return page.fact(page.raw[start:end], start, end)
    return None
