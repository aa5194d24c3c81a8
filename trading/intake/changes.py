"""Change notices (变更公告): that it is one, which number, and what it says it changes."""

import re
from dataclasses import dataclass

from trading.intake.facts import Change, Fact
from trading.intake.page import Page, level

_TITLE = re.compile(r"\[变更公告[^\]]{0,20}\]|变更公告|更正公告|补充公告|延期公告|修改公告")
_HEADING = re.compile(r"\n *(?:[^\n|]{0,30})?(?:变更|更正|补充|延期)公告 *\n")
_REISSUE = re.compile(r"\[重发公告[^\]]{0,20}\]|重新招标|\(?第[二三四五六2-9]次(?:招标)?\)?|二次招标")

_BECOMES = re.compile(r"(?:变更|更改|修改|调整|更正|延期|顺延|推迟|延长)(?:为|至|到)[: ]{0,3}")
_WAS = re.compile(r"(?:原|由|从)(?:为|定于|定)?[: ]{0,3}")
_QUOTED = re.compile(r"\"(?P<old>[^\"\n]{1,120})\" {0,2}$")
_LONGEST = 160  # characters before or after 变更为 that can belong to it
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


@dataclass(frozen=True, slots=True)
class _Swap:
    """One 变更为 with the spans of what changes, of the old and of the new."""

    start: int
    what_end: int
    old: tuple[int, int] | None
    new: tuple[int, int]


def changes(page: Page) -> tuple[Fact[Change], ...]:
    """What the body says it changes; where it only points to a file, that sentence with `old` and `new` empty."""
    found = [
        page.fact(
            Change(
                _tidy(page.raw[swap.start : swap.what_end]),
                page.raw[slice(*swap.old)].strip(' ，,；;“”"') if swap.old else "",
                page.raw[slice(*swap.new)].strip(),
            ),
            swap.start,
            swap.new[1],
        )
        for swap in _swaps(page)
    ]
    if not found:
        found = [page.fact(Change(_tidy(match.group()), "", ""), *match.span()) for match in page.all(_POINTER)]
    return tuple(found)


def superseded(page: Page) -> list[tuple[int, int]]:
    """Where the body quotes what no longer holds: the 甲 of 由甲变更为乙."""
    return [swap.old for swap in _swaps(page) if swap.old]


def _swaps(page: Page) -> list[_Swap]:
    """Every 由甲变更为乙, “甲”变更为“乙” and 变更为乙, in reading order."""
    found: list[_Swap] = []
    for verb in page.all(_BECOMES):
        left, right = page.clause(*verb.span())
        left = max(left, verb.start() - _LONGEST, found[-1].new[1] if found else 0)
        right = min(right, verb.end() + _LONGEST)
        if left > verb.start() or right <= verb.end() or _NOT_A_CHANGE.search(page.text, left, right):
            continue
        if was := _WAS.search(page.text, left, verb.start()):
            found.append(_Swap(left, was.start(), (was.end(), verb.start()), (verb.end(), right)))
        elif quoted := _QUOTED.search(page.text[left : verb.start()]):
            old = (left + quoted.start("old"), left + quoted.end("old"))
            found.append(_Swap(left, left + quoted.start(), old, (verb.end(), right)))
        else:
            found.append(_Swap(left, verb.start(), None, (verb.end(), right)))
    return found


def _tidy(words: str) -> str:
    """The words without the item's number before them and the particle behind them."""
    return re.sub(r"^[\s0-9一二三四五六七八九十、.．()（）]+", "", words).strip(" 的将把于，,现：:")
