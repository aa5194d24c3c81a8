"""Change notices (变更公告): that it is one, which number, and what it says it changes."""

import re

from trading.intake.facts import Change, Fact
from trading.intake.page import Page, level

_TITLE = re.compile(r"\[变更公告[^\]]{0,20}\]|变更公告|更正公告|补充公告|延期公告|修改公告")
_HEADING = re.compile(r"\n *(?:[^\n|]{0,30})?(?:变更|更正|补充|延期)公告 *\n")
_REISSUE = re.compile(r"\[重发公告[^\]]{0,20}\]|重新招标|\(?第[二三四五六2-9]次(?:招标)?\)?|二次招标")

_FROM_TO = re.compile(
    r"(?P<what>[^。;\n|,:]{0,40}?)(?:原|由|从)(?:为|定于|定)?[: ]{0,3}(?P<old>[^。;\n|]{1,120}?)"
    r"[,; ]{0,2}(?:现)?(?:变更|更改|修改|调整|更正|延期|顺延|推迟|延长)(?:为|至|到)"
    r"[: ]{0,3}(?P<new>[^。;\n|]{1,160})"
)
_NOW = re.compile(
    r"(?P<what>[^。;\n|,:]{2,40}?)(?:变更|更改|修改|调整|更正|延期|顺延|推迟|延长)(?:为|至|到)"
    r"[: ]{0,3}(?P<new>[^。;\n|]{1,160})"
)
_POINTER = re.compile(r"[^。;\n|]{0,40}(?:补充通知|补遗|澄清文件|变更内容|修改内容|答疑文件|变更文件)[^。;\n|]{0,60}")
_NOT_A_CHANGE = re.compile(
    r"证书|单位变更|工作单位|注册|项目经理进行更改|时间变动|中标后|范围调整|系统|可对|更改后|登记|社保"
)


def nature(page: Page, title: str) -> Fact[str]:
    """normal | change | reissue, by the title's own marks or the form's heading."""
    plain = level(title)
    if match := _TITLE.search(plain):
        return Fact("change", title[match.start() : match.end()], match.start(), match.end(), "stated", "", "title")
    if match := page.find(_HEADING):
        return page.fact("change", *match.span())
    if match := _REISSUE.search(plain):
        return Fact("reissue", title[match.start() : match.end()], match.start(), match.end(), "stated", "", "title")
    return Fact("normal", "", 0, 0, "derived", "标题和正文都没有变更、重新招标的字样", "title")


def changes(page: Page) -> tuple[Fact[Change], ...]:
    """What the body says it changes; where it only points to a file, that sentence with `old` and `new` empty."""
    found: dict[int, Fact[Change]] = {}
    for pattern in (_FROM_TO, _NOW):
        for match in page.all(pattern):
            if _NOT_A_CHANGE.search(match.group()) or any(
                f.start <= match.start() < f.end or match.start() <= f.start < match.end() for f in found.values()
            ):
                continue
            part = match.groupdict()
            what = re.sub(r"^[\s0-9一二三四五六七八九十、.()]+", "", part["what"]).strip(" 的将把于")
            found[match.start()] = page.fact(
                Change(what, (part.get("old") or "").strip(), part["new"].strip()), *match.span()
            )
    if not found:
        for match in page.all(_POINTER):
            words = re.sub(r"^[\s0-9一二三四五六七八九十、.()]+", "", match.group()).strip()
            found[match.start()] = page.fact(Change(words, "", ""), *match.span())
    return tuple(found[at] for at in sorted(found))
