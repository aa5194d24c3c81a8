"""The door: one record in, one draft out, or a refusal with its reasons."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from platform_site import workdays
from platform_site.rules import Rule
from trading.intake import bonds, changes, conditions, grounds, law, lots, parties, terms
from trading.intake.amounts import amounts
from trading.intake.facts import Doubt, Fact, LotDraft, Moment, NoticeDraft, NoticeRefused
from trading.intake.lot_table import lot_table
from trading.intake.moments import day_of
from trading.intake.money import yuan_words
from trading.intake.page import Page, level
from trading.intake.record import Record, bare_title, read
from trading.intake.timetable import timetable
from trading.rulebooks.register import rule as register_rule

ROUNDING = Decimal(100)  # totals are given to 0.01万元

_NOTICE_WORD = re.compile(r"(?:公开)?(?:招标|变更|更正|补充|延期|资格预审|重新招标|重招)*公告$")
_PUBLISHER = re.compile(r"^[^()（）\n]{4,40}?(?:公司|中心|局)关于(?=.{6,})")
_ATTACHED = re.compile(r"(?:内容|公告|全文|正文)?详?见附件")
_FILE = re.compile(r"\.(?:pdf|docx?|xlsx?|zip|rar|jpe?g|png|ofd|wps|7z|dwg|[a-z]{2}zf)$", re.IGNORECASE)


def draft_from_record(
    data: Any,
    *,
    today: date | None = None,
    calendar: law.Calendar = workdays,
    rule: Callable[[str], Rule] = register_rule,
) -> NoticeDraft:
    """The draft that the notice in `data` yields.

    Args:
        data: one crawled record: title, content_text, publish_time, region, region_code, info_type …
        today: to say that a deadline has passed; None says nothing about it.
        calendar: how days are counted.
        rule: where rules come from.

    Raises:
        NoticeRefused: `data` is no tender notice, or there is nothing in it to read.
    """
    record = read(data)
    whole = Page(record.content_text)
    nature = changes.nature(whole, record.title)
    table = lot_table(whole)
    # What is read from the table of lots, or is quoted only to be replaced, must not be read as the notice's own word.
    page = whole.without([(table.start, table.end), *(changes.superseded(whole) if nature.value == "change" else ())])
    doubts: list[Doubt] = []
    title = _title(record)
    times = timetable(whole, record.published, record.published_text)
    tenderer, scope = parties.initiator(page), grounds.scope(page)
    _refuse_without_facts(page, {"招标人": tenderer, "招标范围": scope, "投标截止时间": times.deadline})
    raw_title = Fact(record.title[title.start :], "", title.start, len(record.title), field="title")
    agent, watcher = parties.agency(page, raw_title), parties.authority(page)
    money = amounts(page)
    duration = terms.period(page)
    bond = bonds.bond(page, doubts)
    code = grounds.investment_code(page, doubts)
    divided = lots.lots(whole, table, title, doubts)
    draft = NoticeDraft(
        record_id=record.id,
        url=record.url,
        title=title,
        is_change_notice=nature.value == "change",
        nature=nature,
        lots=divided,
        project_name=grounds.project_name(page),
        notice_number=grounds.notice_number(page),
        initiator=tenderer,
        agency=agent,
        region_code=_region_code(record, code),
        region_name=_meta(record.region_name, "region"),
        project_region_code=_project_region(code),
        place=grounds.place(page),
        ceiling_cny=money.ceiling or _sum_of_lots(divided),
        estimate_cny=money.estimate,
        investment_cny=money.investment,
        period=duration,
        period_days=terms.days(duration),
        documents_from=_first_issue(times.documents_from, nature),
        documents_until=times.documents_until,
        bid_deadline=times.deadline,
        opening_at=times.opening,
        application_deadline=times.application_deadline,
        published_on=times.published,
        bid_validity_days=terms.bid_validity(page),
        scope=scope or _scope_of_lot(divided),
        qualification=grounds.qualification(page),
        investment_code=code,
        kind=terms.kind(page, title, scope),
        industry=terms.industry(page, doubts),
        evaluation_method=terms.evaluation_method(page),
        qualification_review=terms.qualification_review(page),
        consortium_allowed=terms.consortium(page, doubts),
        bond_cny=bond,
        bond_forms=bonds.bond_forms(page),
        approval=grounds.approval(page),
        funding=grounds.funding(page),
        funds_secured=grounds.funds_secured(page),
        supervising_authority=watcher,
        contacts=parties.contacts(page, tenderer, agent, watcher),
        changes=changes.changes(whole) if nature.value == "change" else (),
        attachments=_attachments(page),
    )
    draft = replace(draft, lots=_with_the_notices_facts(draft))
    doubts += [*money.doubts, *times.doubts, *_impossible(draft)]
    found = [
        *law.breaches(draft, rule, calendar, today),
        *conditions.breaches(page, rule, draft.ceiling_cny or draft.estimate_cny),
    ]
    gaps = law.missing(draft, rule, mentions_agency="代理" in page.body)
    return replace(draft, missing=gaps, breaches=tuple(found), doubts=tuple(dict.fromkeys(doubts)))


def _title(record: Record) -> Fact[str]:
    """The tender's title: the site's brackets, the publisher's 关于 and the word 招标公告 left out."""
    start, end = bare_title(record.title)
    plain = level(record.title)
    if (match := _PUBLISHER.match(plain[start:end])) and end - start - match.end() >= 6:
        start += match.end()
    if (match := _NOTICE_WORD.search(plain[start:end])) and match.start() >= 4:
        end = start + match.start()
    while start < end and plain[start].isspace():
        start += 1
    while end > start and plain[end - 1].isspace():
        end -= 1
    words = record.title[start:end]
    if not words:
        raise NoticeRefused(["标题去掉网站标记后为空"])
    return Fact(words, words, start, end, field="title")


def _first_issue(issued: Fact[Moment] | None, nature: Fact[str]) -> Fact[Moment] | None:
    """When documents are issued; a change notice's own date says nothing about that."""
    concluded = issued is not None and issued.confidence == "derived"
    return None if concluded and nature.value == "change" else issued


def _refuse_without_facts(page: Page, facts: dict[str, Fact[Any] | None]) -> None:
    """A body that names neither tenderer nor scope nor deadline is not a notice, whatever the site calls it."""
    absent = [name for name, fact in facts.items() if fact is None]
    if len(absent) == len(facts) or (
        len(absent) == len(facts) - 1 and _ATTACHED.search(page.body) and len(page.body) < 600
    ):
        reasons = [f"正文中没有{'、'.join(absent)}"]
        if _ATTACHED.search(page.body):
            reasons.append("正文只说详见附件，附件不在记录中")
        raise NoticeRefused(reasons)


def _meta(value: str, name: str) -> Fact[str] | None:
    """A fact from the record's own field rather than its text."""
    return Fact(value, value, 0, len(value), "stated", "取自记录，不在正文", name) if value.strip() else None


def _region_code(record: Record, code: Fact[str] | None) -> Fact[str] | None:
    """The site's region code; where it differs from the one in the project code, the note says so."""
    project = _project_region(code)
    if re.fullmatch(r"[0-9]{6}", record.region_code):
        note = "取自记录，不在正文"
        if project and project.value != record.region_code:
            note += f"；与投资项目代码中的{project.value}不同，可能是网站自用代码"
        return Fact(record.region_code, record.region_code, 0, 6, "stated", note, "region_code")
    return replace(project, note="记录没有区划代码，取自投资项目代码") if project else None


def _project_region(code: Fact[str] | None) -> Fact[str] | None:
    """The six digits of the region inside an investment project code."""
    if code is None:
        return None
    return Fact(
        code.value[5:11], code.source_text[5:11], code.start + 5, code.start + 11, "derived", "取自投资项目代码第二段"
    )


def _sum_of_lots(divided: tuple[LotDraft, ...]) -> Fact[Decimal] | None:
    """The sum of the lots' ceilings where every one of several lots has its own."""
    prices = [lot.ceiling_cny for lot in divided if lot.ceiling_cny]
    if len(prices) < 2 or len(prices) < len(divided):
        return None
    return replace(
        prices[0], value=sum((p.value for p in prices), Decimal(0)), confidence="derived", note="各标段最高投标限价之和"
    )


def _with_the_notices_facts(draft: NoticeDraft) -> tuple[LotDraft, ...]:
    """The lots, an only lot with the notice's own scope, money and duration where it has none."""
    if len(draft.lots) != 1:
        return draft.lots
    lot = draft.lots[0]
    return (
        replace(
            lot,
            scope=lot.scope or draft.scope,
            ceiling_cny=lot.ceiling_cny or draft.ceiling_cny,
            estimate_cny=lot.estimate_cny or draft.estimate_cny,
            period=lot.period or draft.period,
        ),
    )


def _scope_of_lot(divided: tuple[LotDraft, ...]) -> Fact[str] | None:
    """The only lot's scope, where the notice has none of its own."""
    if len(divided) != 1 or divided[0].scope is None:
        return None
    return replace(divided[0].scope, confidence="derived", note="取自标段说明")


def _impossible(draft: NoticeDraft) -> list[Doubt]:
    """Facts that contradict each other."""
    doubts = []
    for name, fact in (("ceiling_cny", draft.ceiling_cny), ("estimate_cny", draft.estimate_cny)):
        whole = draft.investment_cny
        if fact and whole and fact.value > whole.value + ROUNDING:
            doubts.append(Doubt(name, f"{yuan_words(fact.value)}大于总投资{yuan_words(whole.value)}", fact.source_text))
    start, until, deadline = draft.documents_from, draft.documents_until, draft.bid_deadline
    if start and deadline and day_of(start.value) > day_of(deadline.value):
        doubts.append(Doubt("documents_from", "招标文件开始发出的时间晚于投标截止时间", start.source_text))
    if until and deadline and day_of(until.value) > day_of(deadline.value):
        doubts.append(Doubt("documents_until", "招标文件获取的截止时间晚于投标截止时间", until.source_text))
    if start and draft.published_on and day_of(start.value) < draft.published_on.value:
        doubts.append(Doubt("documents_from", "招标文件开始发出的时间早于公告发布日期", start.source_text))
    return doubts


def _attachments(page: Page) -> tuple[str, ...]:
    """Names of the files listed under the notice."""
    names = (line.strip() for line in page.raw[page.end :].splitlines())
    return tuple(dict.fromkeys(name for name in names if _FILE.search(name)))
