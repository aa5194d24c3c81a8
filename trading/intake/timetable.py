"""When documents are issued, bids are due and opened. What is only concluded says so."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from itertools import pairwise

from trading.intake.facts import Doubt, Fact, Moment
from trading.intake.moments import Read, chinese, day_of, hour_stated, illegible_in, moments_in, range_after
from trading.intake.page import Page

_BETWEEN = (
    r"(?:\s|[:|\"]|\([^()\n]{0,40}\)|及|和|与|、|即|为|是|定于|时间|日期|开标|截止|北京时间|同|下|更正|"
    r"变更|修改|调整|延期|顺延|推迟|后|至|到|均)"
)
_DEADLINE = re.compile(
    rf"(?:(?:电子)?投标(?:文件)?(?:的)?(?:递交|提交|上传)?(?:的)?截止|(?:递交|提交|上传|送达)(?:电子)?"
    rf"投标文件(?:的)?截止|截标|投标(?:\([^()\n]{{0,8}}\))?截止|截止投标|(?<!申请文件)(?<!资审文件)"
    rf"(?<!预审文件)(?<!申请)(?:递交|提交)(?:的)?截止)(?:时间|日期)"
    rf"{_BETWEEN}{{0,14}}"
)
_OPENING = re.compile(rf"(?:开标|开启)(?:的)?(?:时间|日期){_BETWEEN}{{0,14}}")
_APPLICATION = re.compile(
    rf"(?:(?:递交|提交|上传)(?:资审|资格预审(?:申请)?|资格审查(?:申请)?)文件(?:的)?截止|"
    rf"资格预审申请(?:文件)?(?:的)?(?:递交|提交)?(?:的)?截止)(?:时间|日期)"
    rf"{_BETWEEN}{{0,14}}"
)
_BEFORE_FILING = re.compile(
    r" {0,3}(?:\((?:投标截止时间|北京时间|投标截止)[^()]{0,20}\) {0,3})?(?:前|之前)[^。;\n|"
    r"]{0,40}?(?:递交|提交|上传|送达)[^。;\n|]{0,12}投标文件"
)
_CHANGED = re.compile(
    r"(?:变更|更改|修改|调整|延期|延长|顺延|推迟|更正|改)(?:为|至|到)|现(?:变更|更改|修改|调整|延期|改)?为"
)

_DOCUMENTS_CELL = re.compile(r"获取招标文件时间|招标文件(?:获取|发售|下载|领取)(?:时间|期限)")
_ISSUE = re.compile(r"(?:获取|下载|领取|购买|发售|报名|发布)")
_ISSUE_LABEL = re.compile(r"(?:获取|下载|发售|领取|购买|报名)(?:文件)?(?:的)?(?:时间|期限|日期) {0,3}[:为]")
_PAPERS = re.compile(r"招标文件|资审文件|资格预审文件|标书|招标资料")
_NOT_ISSUE = re.compile(r"投标截止|截止时间及开标|开标时间|递交|业绩|信用报告|合同签订")
_FROM_NOW = re.compile(r"(?:即日|公告(?:发布)?之日|本公告发布之日|发布公告之日|公告发布)(?:起|开始)")
_TO_DEADLINE = re.compile(
    r"(?:即日|之日)起[^。;\n|]{0,10}至 {0,3}投标(?:文件)?(?:递交)?截止|(?:招标文件)?(?:的)?(?:下载|"
    r"获取)[^。;\n|,]{0,8}截止时间[^。;\n|]{0,4}(?:延迟|延长|延期|顺延)(?:到|至)"
    r"(?:投标保证金(?:的)?(?:提交|递交|缴纳)?|投标)(?:的)?截止"
)


@dataclass(frozen=True, slots=True)
class Timetable:
    """The notice's moments; each None where nothing was found."""

    published: Fact[date] | None
    documents_from: Fact[Moment] | None
    documents_until: Fact[Moment] | None
    deadline: Fact[Moment] | None
    opening: Fact[Moment] | None
    application_deadline: Fact[Moment] | None
    doubts: tuple[Doubt, ...]


def timetable(page: Page, published: date | None, published_text: str) -> Timetable:
    """The timetable.

    Args:
        published: the day in the record's metadata, None if illegible; the body's own date is preferred.
        published_text: that day as the record writes it.
    """
    doubts: list[Doubt] = []
    issued = _published(page, published, published_text, doubts)
    year = issued.value.year if issued else None
    deadline = _one(page, "bid_deadline", _labelled(page, _DEADLINE, year) or _filing_sentences(page, year), doubts)
    opening = _one(page, "opening_at", _labelled(page, _OPENING, year), doubts)
    application = _one(page, "application_deadline", _labelled(page, _APPLICATION, year), doubts)
    start, until = _documents(page, issued, deadline, year)
    deadline, opening = _same_moment(deadline, opening)
    for name, label in (("bid_deadline", _DEADLINE), ("opening_at", _OPENING)):
        for match in page.all(label):
            doubts += [
                Doubt(name, "日期不存在，未采用", words)
                for words in illegible_in(page.text, match.end(), min(match.end() + 30, page.end))
            ]
    return Timetable(issued, start, until, deadline, opening, application, tuple(doubts))


def _published(page: Page, day: date | None, text: str, doubts: list[Doubt]) -> Fact[date] | None:
    """信息时间 in the page's head, else the record's own publish time."""
    head = moments_in(page.text, *page.dated) if page.dated else []
    if head:
        stated = day_of(head[0].value)
        if day and day != stated:
            doubts.append(
                Doubt(
                    "published_on", f"正文信息时间{chinese(stated)}与记录的发布时间{chinese(day)}不一致，取正文", text
                )
            )
        return page.fact(stated, head[0].start, head[0].end)
    return Fact(day, text, 0, len(text), "stated", "取自记录的发布时间", "publish_time") if day else None


def _labelled(page: Page, label: re.Pattern[str], year: int | None) -> list[Read]:
    """The moment directly behind each occurrence of the label. In 由甲变更为乙 the moment is 乙."""
    found = []
    for match in page.all(label):
        reads = [
            r
            for r in moments_in(page.text, match.end(), min(match.end() + 120, page.end), year=year)
            if r.start >= match.end()
        ]
        if not reads or page.text[match.end() : reads[0].start].strip(' :|"()原由从自'):
            continue
        chosen = reads[0]
        for earlier, later in pairwise(reads):
            if _CHANGED.search(page.text, earlier.end, later.start) and not re.search(
                r"[。;]", page.text[earlier.end : later.start]
            ):
                chosen = replace(later, note=_join(later.note, f"原为{chinese(earlier.value)}，已变更"))
        found.append(chosen)
    return found


def _filing_sentences(page: Page, year: int | None) -> list[Read]:
    """于……前递交投标文件."""
    return [r for r in moments_in(page.text, page.start, page.end, year=year) if _BEFORE_FILING.match(page.text, r.end)]


def _one(page: Page, name: str, reads: Iterable[Read], doubts: list[Doubt]) -> Fact[Moment] | None:
    """One moment out of all that bear the label: the most precise of those that agree; disagreement is a doubt."""
    reads = list(reads)
    if not reads:
        return None
    changed = [r for r in reads if "已变更" in r.note]
    chosen = next((r for r in changed or reads if hour_stated(r.value)), (changed or reads)[0])
    others = {
        chinese(r.value)
        for r in reads
        if day_of(r.value) != day_of(chosen.value)
        or (hour_stated(r.value) and hour_stated(chosen.value) and r.value != chosen.value)
    }
    if others and not changed:
        chosen = (changed or reads)[0]
        others = {chinese(r.value) for r in reads if day_of(r.value) != day_of(chosen.value)} or others
        doubts.append(
            Doubt(
                name,
                f"正文另写{'、'.join(sorted(others))}，与{chinese(chosen.value)}不一致",
                page.raw[chosen.start : chosen.end],
            )
        )
        return page.fact(
            chosen.value, chosen.start, chosen.end, "derived", _join(chosen.note, "正文有不同的时间，取最先出现的")
        )
    return page.fact(chosen.value, chosen.start, chosen.end, "derived" if chosen.derived else "stated", chosen.note)


def _same_moment(
    deadline: Fact[Moment] | None, opening: Fact[Moment] | None
) -> tuple[Fact[Moment] | None, Fact[Moment] | None]:
    """Opening is at the deadline (ENG-27): where one lacks its hour, or is absent, the other gives it."""
    if deadline and opening and day_of(deadline.value) == day_of(opening.value):
        if hour_stated(opening.value) and not hour_stated(deadline.value):
            note = "公告只写到日；时刻取自开标时间（开标在投标截止的同一时间）"
            return replace(
                deadline, value=opening.value, confidence="derived", note=_join(deadline.note, note)
            ), opening
        if hour_stated(deadline.value) and not hour_stated(opening.value):
            note = "公告只写到日；时刻取自投标截止时间（开标在投标截止的同一时间）"
            return deadline, replace(
                opening, value=deadline.value, confidence="derived", note=_join(opening.note, note)
            )
    if deadline and not opening:
        note = "公告未写开标时间；依法与投标截止同一时间"
        return deadline, replace(deadline, confidence="derived", note=_join(deadline.note, note))
    return deadline, opening


def _documents(
    page: Page, issued: Fact[date] | None, deadline: Fact[Moment] | None, year: int | None
) -> tuple[Fact[Moment] | None, Fact[Moment] | None]:
    """From when until when the documents can be had."""
    start = until = None
    for left, right in _issue_spans(page):
        reads = moments_in(page.text, left, right, year=year)
        if not reads:
            continue
        first = reads[0]
        last = range_after(page.text, first, right)
        tail = page.text[first.end : min(first.end + 12, right)]
        if last:
            start = start or _fact(page, first)
            until = until or _fact(page, last)
        elif re.match(r" {0,3}(?:\([^()]{0,10}\))? {0,3}(?:前|之前|止|截止)", tail):
            until = until or _fact(page, first, "原文写「前」" if "前" in tail[:6] else "")
        else:
            start = start or _fact(page, first)
        if start and until:
            break
    if until is None and deadline and (match := page.find(_TO_DEADLINE)):
        note = "原文写获取招标文件至投标截止（或投标保证金提交截止），取投标截止时间"
        until = page.fact(deadline.value, match.start(), match.end(), "derived", note)
    if start is None and issued:
        words = page.find(_FROM_NOW)
        note = "原文写自公告之日起，取发布日期" if words else "公告未写开始时间，取发布日期"
        span = (
            words.span()
            if words and _ISSUE.search(page.text, words.start(), min(words.end() + 120, page.end))
            else None
        )
        start = (
            page.fact(issued.value, *span, "derived", note)
            if span
            else replace(issued, confidence="derived", note=note)
        )
    return start, until


def _issue_spans(page: Page) -> list[tuple[int, int]]:
    """Where the text speaks of getting the documents: the table's cell first, then clauses that name both."""
    spans = []
    for cell, value in zip(page.cells, page.cells[1:], strict=False):
        if _DOCUMENTS_CELL.fullmatch(cell.last_line) and value.compact:
            spans.append((value.start, value.end))
    at = page.start
    while at < page.end:
        stop = min((i for mark in "。\n|" if (i := page.text.find(mark, at, page.end)) >= 0), default=page.end)
        words = page.text[at:stop]
        if _ISSUE_LABEL.search(words) or (_ISSUE.search(words) and _PAPERS.search(words)):
            left = at
            for clause in re.split(r"(?<=;)", words):  # a filing deadline in the same sentence is none of ours
                aside = _NOT_ISSUE.search(re.sub(r"\([^()]{0,60}\)", lambda m: "_" * len(m.group()), clause))
                ours = clause[: aside.start()] if aside else clause
                if _ISSUE.search(ours):
                    spans.append((left, left + len(ours)))
                left += len(clause)
        at = stop + 1
    return spans


def _fact(page: Page, read: Read, note: str = "") -> Fact[Moment]:
    return page.fact(read.value, read.start, read.end, "derived" if read.derived else "stated", _join(read.note, note))


def _join(*notes: str) -> str:
    return "；".join(note for note in notes if note)


def is_datetime(moment: Moment) -> bool:
    """Whether the hour is known."""
    return isinstance(moment, datetime)
