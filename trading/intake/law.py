"""What the notice leaves out that the law wants, and where its timetable or its sums break a rule.

Numbers and articles come from the rulebook; days are counted by `platform_site.workdays`, as everywhere else.
"""

from collections.abc import Callable, Iterator
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, Protocol

from platform_site.rules import Rule
from trading.intake.facts import Breach, Fact, Missing, Moment, NoticeDraft
from trading.intake.moments import at, chinese, day_of, hour_stated
from trading.intake.money import FEN, yuan_words

RuleOf = Callable[[str], Rule]


class Calendar(Protocol):
    """How days are counted. `platform_site.workdays` fits."""

    def earliest_after(self, start: datetime, n: int, unit: Any) -> datetime:
        """The first moment a minimum period of `n` days is over."""

    def is_workday(self, day: date) -> bool:
        """Whether `day` is a working day."""


# (field, rule, why) for facts whose absence anybody can see by looking at the draft.
_WANTED = (
    ("initiator", "ENG-06", "公告应当载明招标人的名称"),
    ("place", "ENG-06", "公告应当载明实施地点"),
    ("period", "ENG-06", "公告应当载明实施时间，本公告没有工期或者服务期"),
    ("qualification", "ENG-06", "公告没有投标人资格要求"),
    ("investment_code", "ENG-03", "公告没有投资项目统一代码，须对照审批文件填写"),
    ("approval", "ENG-03", "公告没有写明审批、核准或者备案的机关和文号，须先履行审批手续"),
    ("bid_validity_days", "ENG-14", "公告没有投标有效期，须由招标人在招标文件中载明"),
    ("evaluation_method", "ENG-31", "公告没有写明评标办法，须由招标人在招标文件中公布标准和方法"),
    ("qualification_review", "ENG-06", "公告没有写明资格预审还是资格后审"),
    ("consortium_allowed", "ENG-25", "公告没有写明是否接受联合体投标"),
    ("bond_cny", "ENG-15", "公告没有写明投标保证金的数额，也没有写明不收取"),
    ("supervising_authority", "PLT-11", "公告没有写明行政监督部门的名称，投诉无从提起"),
    ("kind", "ENG-01", "公告没有写明招标的类别（施工、货物、服务）"),
    ("industry", "ENG-01", "公告没有写明行业，交易分类须由人确定"),
    ("published_on", "ENG-06", "没有发布日期"),
)


def missing(draft: NoticeDraft, rule: RuleOf, *, mentions_agency: bool) -> tuple[Missing, ...]:
    """Every fact the law or the registration form wants and the notice does not give."""
    gaps = [
        Missing(name, rule_id, rule(rule_id).article, why)
        for name, rule_id, why in _WANTED
        if getattr(draft, name) is None
    ]
    gaps += [
        Missing(name, rule_id, rule(rule_id).article, why)
        for name, rule_id, why in _conditional(draft, mentions_agency)
    ]
    return tuple(gaps)


def _conditional(draft: NoticeDraft, mentions_agency: bool) -> Iterator[tuple[str, str, str]]:
    if draft.ceiling_cny is None and not all(lot.ceiling_cny for lot in draft.lots):
        hint = f"；{yuan_words(draft.estimate_cny.value)}（{draft.estimate_cny.note}）" if draft.estimate_cny else ""
        yield "ceiling_cny", "ENG-17", f"公告没有最高投标限价，设有限价的应当在招标文件中明确{hint}"
    if draft.scope is None and not all(lot.scope for lot in draft.lots):
        yield "scope", "ENG-06", "公告应当载明招标项目的性质、数量，本公告没有招标范围"
    if draft.estimate_cny is None and draft.ceiling_cny is None:
        yield "estimate_cny", "ENG-15", "公告没有招标项目估算价，投标保证金上限无从计算"
    if draft.funding is None and draft.funds_secured is None:
        yield "funding", "ENG-03", "公告没有写明资金来源，也没有写明资金已经落实"
    elif draft.funding is None:
        yield "funding", "ENG-03", "公告只写资金落实比例，没有写明资金来源"
    elif draft.funds_secured is None:
        yield "funds_secured", "ENG-03", "公告没有写明资金已经落实"
    if draft.documents_from is None or draft.documents_from.confidence == "derived":
        yield "documents_from", "ENG-07", "公告没有写明招标文件开始发出的时间"
    if draft.documents_until is None:
        yield "documents_until", "ENG-07", "公告没有写明招标文件获取的截止时间，发售期无从计算"
    if draft.is_change_notice:
        yield "first_issued", "ENG-10", "变更公告不写招标文件首次发出之日，等标期须对照原公告计算"
    if draft.is_change_notice and not any(change.value.new for change in draft.changes):
        yield "changes", "ENG-11", "变更公告正文没有写明变更了什么，只指向附件或者系统"
    if draft.bid_deadline is None:
        prequalified = draft.application_deadline is not None
        why = "资格预审公告不写投标截止时间，须在投标邀请书中写明" if prequalified else "公告没有投标截止时间"
        yield "bid_deadline", "ENG-10", why
    elif not hour_stated(draft.bid_deadline.value):
        yield "bid_deadline_hour", "ENG-27", "公告的投标截止时间只写到日，没有时刻"
    if draft.agency is None:
        why = (
            "公告提到招标代理机构但没有写明名称"
            if mentions_agency
            else "公告没有招标代理机构；自行招标的须有编制文件和组织评标的能力"
        )
        yield "agency", "ENG-49", why
    if draft.agency is not None or mentions_agency:
        yield "agency_mandate", "ENG-49", "公告不载委托代理合同，登记时须附"
    if draft.bond_forms is None and not (draft.bond_cny and draft.bond_cny.value == 0):
        yield "bond_forms", "ENG-16", "公告没有写明投标保证金可以采用的形式，须接受保函"


def breaches(draft: NoticeDraft, rule: RuleOf, calendar: Calendar, today: date | None) -> Iterator[Breach]:
    """What the timetable and the sums break. `today` may be None: then nothing is said about the past."""
    yield from _order(draft, rule, calendar, today)
    if not draft.is_change_notice:
        yield from _too_short(rule("ENG-10"), "days", "等标期", draft.documents_from, draft.bid_deadline, calendar)
    else:
        yield from _too_short(
            rule("ENG-11"), "days", "变更至投标截止", draft.published_on, draft.bid_deadline, calendar
        )
    yield from _too_short(
        rule("ENG-07"), "days", "招标文件发售期", draft.documents_from, draft.documents_until, calendar
    )
    yield from _too_short(
        rule("ENG-08"),
        "days",
        "资格预审申请文件提交时间",
        draft.documents_until if draft.application_deadline else None,
        draft.application_deadline,
        calendar,
    )
    yield from _bond(draft, rule("ENG-15"))


def _order(draft: NoticeDraft, rule: RuleOf, calendar: Calendar, today: date | None) -> Iterator[Breach]:
    """Moments in an impossible or unlawful order."""
    deadline, opening, published = draft.bid_deadline, draft.opening_at, draft.published_on
    if deadline and published and day_of(deadline.value) < published.value:
        sentence = f"投标截止时间{chinese(deadline.value)}早于公告发布日期{chinese(published.value)}"
        yield Breach("ENG-10", rule("ENG-10").article, "block", sentence)
    if deadline and today and day_of(deadline.value) < today:
        sentence = (
            f"投标截止时间{chinese(deadline.value)}已过（今天是{chinese(today)}），按此时间表不能发布，须重新安排"
        )
        yield Breach("ENG-10", rule("ENG-10").article, "warn", sentence)
    if deadline and not calendar.is_workday(day_of(deadline.value)):
        weekday = "一二三四五六日"[day_of(deadline.value).weekday()]
        sentence = f"投标截止日{chinese(day_of(deadline.value))}（星期{weekday}）是休息日，期间末日遇休息日顺延"
        yield Breach("GEN-02", rule("GEN-02").article, "warn", sentence)
    if deadline and opening and deadline.value != opening.value:
        if isinstance(deadline.value, datetime) and isinstance(opening.value, datetime):
            early = opening.value < deadline.value
        elif (day_of(opening.value)) != day_of(deadline.value):
            early = day_of(opening.value) < day_of(deadline.value)
        else:
            return
        sentence = (
            f"开标时间{chinese(opening.value)}{'早' if early else '晚'}于投标截止时间{chinese(deadline.value)}"
            f"，应当是同一时间"
        )
        yield Breach("ENG-27", rule("ENG-27").article, "block" if early else "warn", sentence)


def _too_short(
    rule: Rule, name: str, what: str, start: Fact[Any] | None, end: Fact[Moment] | None, calendar: Calendar
) -> Iterator[Breach]:
    """A minimum period not kept.

    Fewer calendar days than the rule's number is a breach whatever the reading. The platform itself wants the days
    full (GEN-01, GEN-04) and a rest day at the end rolled (GEN-02): what only this reading finds short is a warning.
    """
    if start is None or end is None:
        return
    number = rule[name]
    need = int(number.amount)
    first, last = day_of(start.value), day_of(end.value)
    if "原文为24时" in start.note:
        first -= timedelta(days=1)  # 24:00 of a day belongs to that day when days are counted
    have = (last - first).days
    begins = at(first, time())
    earliest = calendar.earliest_after(begins, need, number.unit)
    span = f"{chinese(start.value)}至{chinese(end.value)}"
    if start.confidence == "derived":
        span += f"（起点{start.note}）"
    if have < need:
        words = f"只有{have}日" if have >= 0 else "先后颠倒"
        sentence = f"{what}不得少于{need}日：{span}{words}，最早应至{chinese(earliest)}"
        yield Breach(rule.id, rule.article, rule.effect, sentence)
        return
    ends = end.value if isinstance(end.value, datetime) else at(last + timedelta(days=1), time())
    if ends < earliest:
        full = chinese(earliest - timedelta(days=1)).split("日")[0] + "日"
        sentence = (
            f"{what}不得少于{need}日：{span}，首日不计、末日遇休息日顺延，至{full}24时才满，"
            f"平台要求不早于{chinese(earliest)}"
        )
        yield Breach(rule.id, rule.article, "warn", sentence)
    elif not isinstance(end.value, datetime) and at(last, time()) < earliest:
        sentence = f"{what}不得少于{need}日：{span}，首日不计，当日24时才满，而公告没有写明时刻"
        yield Breach(rule.id, rule.article, "warn", sentence)


def _bond(draft: NoticeDraft, rule: Rule) -> Iterator[Breach]:
    """投标保证金 over the share of the estimate, or over the cap for this kind of work."""
    if draft.bond_cny is None or draft.bond_cny.value <= 0:
        return
    bond, base = draft.bond_cny.value, draft.estimate_cny or draft.ceiling_cny
    if base is not None:
        share = Decimal(str(rule["share"].amount))
        cap = (base.value * share).quantize(FEN)
        if bond > cap:
            basis = "估算价" if draft.estimate_cny else "最高投标限价（公告没有估算价）"
            sentence = (
                f"投标保证金{yuan_words(bond)}超过{basis}{yuan_words(base.value)}的{(share * 100).normalize():f}"
                f"%，即{yuan_words(cap)}"
            )
            yield Breach(rule.id, rule.article, rule.effect, sentence, draft.bond_cny.source_text)
    kind = draft.kind.value if draft.kind else "works"
    if kind == "supervision":
        return  # the orders with absolute caps speak of works, goods, survey and design
    cap = Decimal(str(rule["design_cap" if kind in {"survey", "design", "survey_design"} else "works_cap"].amount))
    if bond > cap:
        yield Breach(
            rule.id,
            rule.article,
            rule.effect,
            f"投标保证金{yuan_words(bond)}超过上限{yuan_words(cap)}",
            draft.bond_cny.source_text,
        )
