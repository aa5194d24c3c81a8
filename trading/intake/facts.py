"""What a notice says, as data: each value with the very words it was read from.

A fact is *stated* (the words name it) or *derived* (we concluded it, and the note says how). What the words do not
say is `Missing`; what they say twice differently or illegibly is a `Doubt`; what breaks a rule is a `Breach`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Generic, Literal, TypeVar

T = TypeVar("T")

Confidence = Literal["stated", "derived"]
Moment = date | datetime  # a datetime (aware, Asia/Shanghai) where the hour is stated, a date where it is not


@dataclass(frozen=True, slots=True)
class Fact(Generic[T]):
    """One value and its source.

    Attributes:
        value: the value as the draft uses it.
        source_text: the words it was read from, verbatim; "" where nothing was quoted.
        start, end: where `source_text` stands in the record's field named `field`; end is exclusive.
        confidence: stated | derived.
        note: in Chinese, how a derived value was reached or what the reader must know.
        field: the record's field the offsets count in.
    """

    value: T
    source_text: str
    start: int
    end: int
    confidence: Confidence = "stated"
    note: str = ""
    field: str = "content_text"


@dataclass(frozen=True, slots=True)
class Period:
    """A duration in the notice's own unit: 日历天 | 工作日 | 天 | 周 | 个月 | 年. Never converted."""

    amount: Decimal
    unit: str


@dataclass(frozen=True, slots=True)
class Approval:
    """Who approved or recorded the project, in which paper, under which number. "" where not stated."""

    authority: str
    paper: str
    number: str


@dataclass(frozen=True, slots=True)
class Contact:
    """Somebody to ask. `role`: initiator | agency | centre | authority. Phones may arrive masked."""

    role: str
    organisation: str
    person: str
    phone: str
    address: str


@dataclass(frozen=True, slots=True)
class LotDraft:
    """One lot (标段). Facts are None where the notice does not give them for this lot.

    Attributes:
        number: 1, 2 … as the notice counts.
    """

    number: int
    title: Fact[str]
    scope: Fact[str] | None = None
    ceiling_cny: Fact[Decimal] | None = None
    estimate_cny: Fact[Decimal] | None = None
    period: Fact[Period] | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Change:
    """What a change notice (变更公告) says it changes. `old` and `new` are "" where it only points to a file."""

    what: str
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class Missing:
    """A fact the law or the form wants and the notice does not state.

    Attributes:
        fact: name of the draft's field.
        rule_id: the rule that wants it (`ENG-14`).
        article: its citation, as printed.
        why: one Chinese sentence for the officer who must fill it in.
    """

    fact: str
    rule_id: str
    article: str
    why: str


@dataclass(frozen=True, slots=True)
class Breach:
    """A rule that the notice's own words or timetable break.

    Attributes:
        effect: block (no such notice may be published) | warn (supervision looks at it).
        sentence: Chinese, with the numbers.
        quote: the offending words, verbatim; "" where the breach is arithmetic.
    """

    rule_id: str
    article: str
    effect: str
    sentence: str
    quote: str = ""


@dataclass(frozen=True, slots=True)
class Doubt:
    """A fact that stands there but cannot be taken as it stands: contradictory, unreadable or impossible."""

    fact: str
    why: str
    quote: str = ""


class NoticeRefused(Exception):
    """The record yields no draft. `reasons` are plain Chinese sentences, all of them."""

    def __init__(self, reasons: Sequence[str]) -> None:
        self.reasons = tuple(reasons)
        super().__init__("；".join(self.reasons))


@dataclass(frozen=True, slots=True)
class NoticeDraft:
    """A tender notice as structured data, ready to be checked by a person and then registered.

    Money is Decimal yuan with fen. A `Moment` is an aware datetime where the hour is stated, else a date.
    Any fact is None where the notice does not state it; `missing` then says which rule wants it.

    Attributes:
        record_id: the id of the record at its source.
        url: where the notice was published; "" if unknown.
        title: of the tender, without the site's decorations.
        project_name: 工程名称 / 项目名称 as the body gives it.
        region_code: as the source site codes it (may be the site's own, not GB/T 2260).
        project_region_code: the region inside the investment project code (GB/T 2260).
        ceiling_cny: 最高投标限价 / 招标控制价 only; never an estimate.
        estimate_cny: what this tender is expected to cost (本工程投资, 建安费, 设计费约 …).
        investment_cny: the whole project's 总投资.
        period: 工期 / 服务期 / 设计周期 / 交货期 in the notice's unit; `period_days` only where that unit is days.
        kind: works | survey | design | survey_design | supervision | goods | services | epc.
        industry: trade category code A01 … A99.
        nature: normal | change | reissue.
        changes: what a change notice says it changes.
    """

    record_id: str
    url: str
    title: Fact[str]
    is_change_notice: bool
    nature: Fact[str]
    lots: tuple[LotDraft, ...]
    project_name: Fact[str] | None = None
    notice_number: Fact[str] | None = None
    initiator: Fact[str] | None = None
    agency: Fact[str] | None = None
    region_code: Fact[str] | None = None
    region_name: Fact[str] | None = None
    project_region_code: Fact[str] | None = None
    place: Fact[str] | None = None
    ceiling_cny: Fact[Decimal] | None = None
    estimate_cny: Fact[Decimal] | None = None
    investment_cny: Fact[Decimal] | None = None
    period: Fact[Period] | None = None
    period_days: Fact[int] | None = None
    documents_from: Fact[Moment] | None = None
    documents_until: Fact[Moment] | None = None
    bid_deadline: Fact[Moment] | None = None
    opening_at: Fact[Moment] | None = None
    application_deadline: Fact[Moment] | None = None
    published_on: Fact[date] | None = None
    bid_validity_days: Fact[int] | None = None
    scope: Fact[str] | None = None
    qualification: Fact[str] | None = None
    investment_code: Fact[str] | None = None
    kind: Fact[str] | None = None
    industry: Fact[str] | None = None
    evaluation_method: Fact[str] | None = None
    qualification_review: Fact[str] | None = None
    consortium_allowed: Fact[bool] | None = None
    bond_cny: Fact[Decimal] | None = None
    bond_forms: Fact[tuple[str, ...]] | None = None
    approval: Fact[Approval] | None = None
    funding: Fact[str] | None = None
    funds_secured: Fact[str] | None = None
    supervising_authority: Fact[str] | None = None
    contacts: tuple[Fact[Contact], ...] = ()
    changes: tuple[Fact[Change], ...] = ()
    attachments: tuple[str, ...] = ()
    missing: tuple[Missing, ...] = ()
    breaches: tuple[Breach, ...] = ()
    doubts: tuple[Doubt, ...] = ()
