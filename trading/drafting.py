"""What a draft on the screen says about itself: checks with numbers, hints under fields, steps with marks."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.utils.safestring import mark_safe

from platform_site import workdays
from platform_site.accounts.refusals import Violation
from platform_site.web import amounts, law, refusals, words
from platform_site.web import moments as say
from trading.draftforms import Layout, draft_of
from trading.kernel.drafts import Span
from trading.kernel.procedure import Facts
from trading.kernel.time import DAY, same_hour
from trading.models import Lot
from trading.services import tenders

ORDER = ("no", "hm", "wait", "ok")


@dataclass(frozen=True, slots=True)
class Check:
    """One line of the live checks.

    Attributes:
        state: no (refused), hm (passes, supervision is told), wait (not filled in yet), ok.
        field: the field it stands at, "" where none.
        step: that field's step.
    """

    state: str
    title: str
    text: str
    article: str
    rule: str
    violation: Violation | None = None
    field: str = ""
    step: str = ""

    @property
    def short(self) -> str:
        """The first article only; the rule's page names them all."""
        return self.article.split("；")[0]


def checks_of(lot: Lot, now: datetime) -> list[Check]:
    """Every rule of the notice against the draft, worst first. Up to three queries (holds, key set)."""
    layout = draft_of(lot)
    found = [_check(lot, layout, *asked) for asked in tenders.draft_checks(lot, now)]
    found += _own(lot, now)
    # One rule may be asked by several guards: say it once where all agree.
    worse = {c.rule for c in found if c.state != "ok"}
    seen: set[str] = set()
    rows = []
    for check in found:
        if check.state == "ok" and (check.rule in worse or check.rule in seen):
            continue
        seen.add(check.rule)
        rows.append(check)
    return sorted(rows, key=lambda c: ORDER.index(c.state))


def _check(lot: Lot, layout: Layout, rule: str, state: str, violation: Violation | None) -> Check:
    known = law.find(rule)
    title = known.title if known else rule
    article = lot.book.article(rule) if rule else ""
    if violation is None:
        return Check("ok", title, "", article, rule)
    where = field_of(layout, violation)
    violation = named(layout, violation)
    if violation.code == "fact.missing":
        fact = violation.facts["fact"]
        return Check(
            "wait",
            title,
            f"尚未填写{violation.facts.get('called') or words.FACTS.get(fact, fact)}",
            article,
            rule,
            violation,
            where,
            layout.step_of.get(where, ""),
        )
    return Check(
        state,
        title,
        brief(violation),
        violation.article or article,
        rule,
        violation,
        where,
        layout.step_of.get(where, ""),
    )


def _own(lot: Lot, now: datetime) -> list[Check]:
    """What no guard of the notice asks but a later act will: a time in the past, a committee that cannot sit."""
    found = []
    at = lot.recorded.get("notice_at")
    if at and at < now:
        past = Violation("notice.past", facts={"at": at, "now": now})
        found.append(
            Check("no", "公告发布时间应当在将来", f"定在 {say.moment(at)}", "", "", past, "notice_at", "times")
        )
    composed = draft_of(lot).draft.composed
    if composed and (seats := lot.terms.get("committee")):
        members, experts = seats.get("members") or 0, seats.get("experts") or 0
        asked = {"members": members, "experts": experts, "budget_cny": lot.ceiling_cny, "kind": lot.tender.kind}
        facts, known = Facts(lot.state, now, values=asked), law.find(composed.rule)
        title = known.title if known else composed.rule
        if members and (violation := composed(facts, lot.book)):
            found.append(
                Check(
                    "hm",
                    title,
                    f"现为 {members} 人，其中专家 {experts} 名",
                    violation.article,
                    composed.rule,
                    violation,
                    "members",
                    "method",
                )
            )
        elif members:
            found.append(Check("ok", title, "", lot.book.article(composed.rule), composed.rule))
    return found


def field_of(layout: Layout, violation: Violation) -> str:
    """The field a violation stands at: its remedy's, its missing fact's, its code's or its rule's; "" where none."""
    said = (violation.code, violation.remedy.get("field"), violation.facts.get("fact"), violation.rule)
    return layout.place(*(str(name) for name in said if name))


def named(layout: Layout, violation: Violation) -> Violation:
    """The violation, which says of its field what this draft calls it: 竞买保证金, not 投标保证金."""
    name = str(violation.remedy.get("field") or violation.facts.get("fact") or "")
    called = layout.called(name)
    return replace(violation, facts={**violation.facts, "called": called}) if called else violation


def brief(violation: Violation) -> str:
    """The violation in half a line: the number as it is, the number as it should be."""
    facts = violation.facts
    if "need" in facts and "have" in facts:
        unit = words.UNITS.get(str(facts.get("unit", "")), "")
        return f"现为 {facts['have']} {unit}，应有 {facts['need']} {unit}"
    if "low" in facts and "high" in facts:
        span = "至".join(dict.fromkeys(_number(facts[end]) for end in ("low", "high")))
        return f"现为 {_number(facts['share'])}，应为 {span}"
    if "cap" in facts:
        now, cap = facts.get("amount", facts.get("share")), facts["cap"]
        return f"现为 {_number(now)}，上限 {_number(cap)}"
    if "total" in facts:
        return f"现合计 {facts['total']} 分"
    if hits := facts.get("hits"):
        return "“" + "”“".join(hits) + "”"
    if roles := facts.get("roles"):
        return f"尚待提交承诺：{'、'.join(roles)}"
    if waiting := facts.get("waiting"):
        return f"尚未会签：{'、'.join(waiting)}"
    if "estimate" in facts:
        return f"估算价 {_number(facts['estimate'])}，达到 {_number(facts['limit'])}"
    if lots := facts.get("lots"):
        return "、".join(lots) + "合计达到规模标准"
    return ""


def _number(value: Any) -> str:
    if value is None:
        return "未填"
    amount = Decimal(value)
    if 0 < amount < 1:
        return f"{amount * 100:.2f}".rstrip("0").rstrip(".") + "%"
    return "".join(amounts.split(amount)) + " 元"


def counted(checks: Iterable[Check]) -> str:
    """`1 处不符，1 条提示，3 项未填`."""
    counts = dict.fromkeys(ORDER, 0)
    for check in checks:
        counts[check.state] += 1
    said = [
        f"{counts['no']} 处不符" if counts["no"] else "",
        f"{counts['hm']} 条提示" if counts["hm"] else "",
        f"{counts['wait']} 项未填" if counts["wait"] else "",
    ]
    return "，".join(word for word in said if word) or "全部符合"


@dataclass(frozen=True, slots=True)
class StepMark:
    """One step of the list on the left: what is wrong or missing in it."""

    slug: str
    name: str
    note: str
    state: str


def step_marks(layout: Layout, checks: Sequence[Check], here: str) -> list[StepMark]:
    """The steps; one without anything wrong or missing is done."""
    rows = []
    for step in layout.steps:
        mine = [c for c in checks if c.step == step.slug]
        bad, missing = [c for c in mine if c.state == "no"], [c for c in mine if c.state == "wait"]
        hints = [c for c in mine if c.state == "hm"]
        note = (
            f"{len(bad)} 处不符合规定"
            if bad
            else f"{len(missing)} 项未填"
            if missing
            else f"{len(hints)} 条提示"
            if hints
            else ""
        )
        state = "now" if step.slug == here else "" if bad or missing or step.slug == "review" else "done"
        rows.append(StepMark(step.slug, step.name, note, state))
    return rows


# -- hints under fields ----------------------------------------------------------------------------------------------


# Facts a notice reader calls otherwise than the field.
READ_AS = {
    "authority": "supervising_authority",
    "approval_number": "approval",
    "validity_days": "bid_validity_days",
    "period_text": "period",
}
QUOTE = 60


def read_from(lot: Lot, name: str) -> str:
    """The words of the notice this field was read out of; "" where the draft was typed."""
    said = (lot.tender.source.get("draft") or {}).get(READ_AS.get(name, name))
    words_read = " ".join(str(said.get("source_text") or "").split()) if isinstance(said, dict) else ""
    return words_read if len(words_read) <= QUOTE else words_read[:QUOTE] + "…"


def hints_of(lot: Lot, name: str, now: datetime) -> list[str]:
    """What stands under a field whose value is readable: its weekday, its share, its days, where it was read."""
    found = _own_hints(lot, name, now)
    if quoted := read_from(lot, name):
        found.append(f"读自公告“{quoted}”")
    return found


def _own_hints(lot: Lot, name: str, now: datetime) -> list[str]:
    at = lot.recorded.get(name)
    if name in tenders.SET_BY_HAND:
        return [*_day_hints(at, now), *_span_hints(lot, name)] if at is not None else _ahead(lot, name)
    amount = _amount(lot, name)
    if not amount:
        return []
    found = [f"合 {''.join(amounts.split(amount, '万元'))} 万元"] if amount >= 10_000 else []
    for share in draft_of(lot).draft.shares:
        base = _amount(lot, share.base) if share.field == name else None
        if base:
            part = (amount / base * 100).quantize(Decimal("0.01"))
            limit = lot.book.rule(share.rule)[share.value].amount * 100
            said = f"{share.base_words} {''.join(amounts.split(base, '万元'))} 万元的 {part}%，{share.limit} {limit:f}%"
            found.append(said.replace(".00%", "%"))
    return found


def _amount(lot: Lot, name: str) -> Decimal | None:
    """The amount the draft holds under that name; the estimate falls back on the maximum price."""
    if name in {"estimate_cny", "ceiling_cny"}:
        return lot.ceiling_cny if name == "ceiling_cny" else lot.estimate_cny or lot.ceiling_cny
    return Decimal(lot.terms[name]) if name.endswith("_cny") and lot.terms.get(name) else None


def _day_hints(at: datetime, now: datetime) -> list[str]:
    day = workdays.day_of(at)
    found = [say.weekday(at)]
    if not workdays.is_workday(day):
        found.append("这一天不是工作日")
    if workdays.provisional(day):
        found.append(f"{day.year} 年放假安排尚未公布，按法定节日暂计，公布后请再核对")
    if at < now:
        found.append("已经过去")
    return found


def _spans(lot: Lot, name: str) -> list[tuple[Span, datetime, int, str]]:
    """The counted periods that end at this moment and have begun: what begins, the least number, its unit."""
    found = []
    for span in draft_of(lot).draft.spans:
        start = lot.recorded.get(span.start)
        if span.end == name and start is not None:
            number = lot.book.rule(span.rule)[span.value]
            found.append((span, start, int(number.amount), number.unit))
    return found


def _span_hints(lot: Lot, name: str) -> list[str]:
    """The counted period that ends at this moment, where it is long enough."""
    found, end = [], lot.recorded[name]
    for span, start, need, unit in _spans(lot, name):
        if end > start:
            days = max(0, workdays.days_between(start, end, unit)) + span.last_day_counts
            found += [f"{span.words} {days} {words.UNITS[unit]}"] if days >= need else []
    return found


def _ahead(lot: Lot, name: str) -> list[str]:
    """The earliest lawful moment of one that is still to be set."""
    found = []
    for span, start, need, unit in _spans(lot, name):
        earliest = workdays.earliest_after(start, need, unit) - DAY * span.last_day_counts
        found.append(
            f"最早可以定在 {say.moment(same_hour(earliest, start))}，{span.words}不少于 {need} {words.UNITS[unit]}"
        )
    return found


@dataclass(slots=True)
class Block:
    """One field on the screen: the bound field, what stands under it, where it posts.

    Attributes:
        kind: line, area, tick, boxes, select, criteria, reviews.
        rows: of a table editor.
    """

    name: str
    bound: Any
    kind: str
    url: str
    suffix: str = ""
    half: bool = False
    hints: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    refusals: list[tuple[Violation, bool, "Fix | None"]] = field(default_factory=list)
    rows: list[Any] = field(default_factory=list)
    total: str = ""
    oob: bool = False

    @property
    def bad(self) -> bool:
        """Whether something blocks here."""
        return bool(self.errors) or any(not warn for _, warn, _ in self.refusals)

    @property
    def input(self) -> str:
        """The input itself, marked where something blocks."""
        worn = self.bound.field.widget.attrs.get("class", "")
        attrs = {"aria-describedby": f"v-{self.name}"}
        if self.bad:
            attrs |= {"aria-invalid": "true", "class": f"{worn} is-bad"}
        return self.bound.as_widget(attrs=attrs)

    @property
    def refused(self) -> list[str]:
        """Each refusal in its words, as markup."""
        return [
            mark_safe(refusals.rendered(violation, fill=fix or False, warn=warn))
            for violation, warn, fix in self.refusals
        ]


@dataclass(frozen=True, slots=True)
class Fix:
    """The one-click way out of a refusal: what is posted where, and which block is replaced."""

    url: str
    value: str
    target: str

    def __bool__(self) -> bool:
        return True


def beside(block: Block) -> Block:
    """The same block as it is sent beside an answer: only what stands under its input."""
    return replace(block, oob=True)
