"""What the public may know of a lot, as one value. What has no field here is not public (design §7).

The projection writes it (disclosure/projecting/facts.py), the trade page reads it; nothing in between asks the trade.
Lists are empty and values None until their event.
"""

from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from trading.booked import BookedLot
from trading.kernel.time import HeldFor

AFTER_AWARD = frozenset({"awarded", "vacated", "contracted", "settled", "archived"})
AFTER_CANDIDATES = AFTER_AWARD | {"publicity"}
METHODS = {"composite": "综合评估法", "scored": "综合评分法", "lowest": "经评审的最低投标价法"}


@dataclass(frozen=True, slots=True)
class Party:
    """A subject by code and name."""

    code: str
    name: str


@dataclass(frozen=True, slots=True)
class Tender:
    """The registered project as announced."""

    reference: str
    procedure: str
    book_edition: date
    initiator: Party
    agency: Party | None
    centre: Party | None
    authority: Party | None
    region_code: str
    region_name: str
    investment_code: str
    funding: str
    approval: str
    plan: str  # the tender plan's reference, "" without one
    mandate: str = ""  # the agency's: scope, and until when or since when no more
    shared_document: bool = False  # its lots stand in one document and one notice
    catalogue: dict[str, Any] = field(default_factory=dict)  # the row of the trade catalogue it was registered under


@dataclass(frozen=True, slots=True)
class Lot(BookedLot):
    """The lot as announced, its public state and moments.

    Attributes:
        terms: method, criteria, start_price_cny, increment_cny, consortium_allowed, bond_cny, bond_forms; no others.
        bond_share: the bond's share of what it is measured by, /1.
        moments: name -> recorded moment.
    """

    tender: Tender
    number: int
    title: str
    state: str
    scope: str
    qualification: str
    period_text: str
    ceiling_cny: Decimal | None
    terms: dict[str, Any]
    bond_share: Decimal | None
    moments: dict[str, str]


@dataclass(frozen=True, slots=True)
class File:
    """An issued file; `path` is below MEDIA_ROOT."""

    id: str
    name: str
    sha256: str
    size: int
    path: str


@dataclass(frozen=True, slots=True)
class Version:
    """One issued version of the tender document."""

    number: int
    issued_at: datetime
    files: list[File]


@dataclass(frozen=True, slots=True)
class OpenedBid:
    """One line of the opening.

    Attributes:
        members: names of the consortium's members besides the bidder.
        outcome: "" while keys are awaited, else opened | revoked | withdrawn.
        opened_by: bidder | trustees.
        offer: the offer as opened, {} before.
        rejection: {"ground", "reason"} once the committee rejected it and the candidates are public.
    """

    code: str
    name: str
    arrived_at: datetime
    digest: str
    members: tuple[str, ...] = ()
    outcome: str = ""
    opened_by: str = ""
    offer: dict[str, Any] = field(default_factory=dict)
    rejection: dict[str, Any] = field(default_factory=dict)

    @property
    def price(self) -> Decimal | None:
        """Yuan; None where nothing was opened."""
        said = self.offer.get("price_cny")
        return Decimal(said) if said else None


@dataclass(frozen=True, slots=True)
class Remark:
    """An objection made at the opening, and its answer."""

    text: str
    answer: str


@dataclass(frozen=True, slots=True)
class Candidate:
    """A candidate with rank and points by part as published."""

    rank: int
    subject: Party
    price_cny: Decimal
    points: dict[str, str]


@dataclass(frozen=True, slots=True)
class Seat:
    """Who sat in the committee."""

    label: str
    name: str
    expert: bool
    chair: bool


@dataclass(frozen=True, slots=True)
class Award:
    """The award that stands, or one that ended: then with its end in words."""

    subject: Party
    amount_cny: Decimal
    at: datetime
    state: str = ""
    ended_at: datetime | None = None
    ended_reason: str = ""


@dataclass(frozen=True, slots=True)
class Contract:
    """The contract's published particulars."""

    amount_cny: Decimal
    signed_at: datetime
    digest: str
    period_days: int | None
    quality: str


@dataclass(frozen=True, slots=True)
class Change:
    """One change of the contract."""

    number: int
    at: datetime
    kind: str
    reason: str
    amount_cny: Decimal
    period_days: int | None


@dataclass(frozen=True, slots=True)
class Payment:
    """What was paid for a milestone."""

    paid_on: date
    amount_cny: Decimal
    late_days: int
    interest_paid_cny: Decimal


@dataclass(frozen=True, slots=True)
class Milestone:
    """One milestone of the contract; `state` in words."""

    title: str
    amount_cny: Decimal
    state: str
    pay_by: datetime | None
    payments: list[Payment]


@dataclass(frozen=True, slots=True)
class Challenged:
    """An objection without its filer; what it says is public with its answer."""

    number: str
    about: str
    title: str
    received_at: datetime
    reply_by: datetime | None
    replied_at: datetime | None
    reply: str
    upheld: bool | None


@dataclass(frozen=True, slots=True)
class Posted:
    """A notice at a designated medium: handed over, due, published there."""

    outlet: str
    kind: str
    url: str
    state: str
    sent_at: datetime
    due_at: datetime
    posted_at: datetime | None
    overdue: bool


@dataclass(frozen=True, slots=True)
class Factor:
    """A benchmark factor that is drawn at the opening.

    Attributes:
        factors: what it is drawn from, as the document publishes them.
        drawn, at, certificate: the factor, when, and from what anybody draws it again; "", None and {} before.
    """

    factors: list[str]
    drawn: str
    at: datetime | None
    certificate: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Named:
    """Another lot, by name."""

    reference: str
    title: str


@dataclass(frozen=True, slots=True)
class PublicLot:
    """A lot as the public knows it."""

    lot: Lot
    held: tuple[HeldFor, ...]
    documents: list[Version]
    opening_started: datetime | None
    disclosed_at: datetime | None
    bids: list[OpenedBid]
    remarks: list[Remark]
    candidates: list[Candidate]
    committee: list[Seat]
    award: Award | None
    awards_ended: list[Award]
    contract: Contract | None
    changes: list[Change]
    milestones: list[Milestone]
    challenges: list[Challenged]
    former: Named | None
    posts: list[Posted] = field(default_factory=list)
    factor: Factor | None = None
