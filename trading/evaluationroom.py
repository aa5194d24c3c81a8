"""What the evaluation's pages show: one member's own sheets, everybody's progress as done or not, prices worked out.

A member sees the own marks only, until there is a report. Price points exist here only once nobody owes a mark: whoever
knew them would score towards a result (招标投标法 第四十条).
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Decimal
from functools import cached_property
from typing import Any
from uuid import UUID

from platform_site.accounts.actors import Actor
from trading.kernel import scoring
from trading.kernel.contests import HUNDRED, PriceFormula, benchmark, price_points
from trading.kernel.factors import factors_of
from trading.models import Bid, CommitteeMember, Lot, ReviewMark, ScoreMark
from trading.paperwords import Said as Said
from trading.paperwords import said_of as said_of
from trading.services.report_texts import low_shares
from trading.services.tallies import GROUNDS, Marks

NUMERALS = "一二三四五六七"


@dataclass(frozen=True, slots=True)
class Ground:
    """One of the seven grounds of rejection."""

    number: int
    words: str

    @property
    def label(self) -> str:
        """（三） as the law counts."""
        return f"（{NUMERALS[self.number - 1]}）"


GROUND_LIST = tuple(Ground(number, words) for number, words in GROUNDS.items())


@dataclass
class ReviewLine:
    """One review item of one bid with the member's own answer.

    Attributes:
        id: stable within the sheet, names the form fields.
        ground: the one the document gives the item.
        typed: what was posted and not saved, by field.
    """

    id: str
    key: str
    title: str
    ground: int
    mark: ReviewMark | None = None
    typed: Mapping[str, str] | None = None
    violations: tuple[Any, ...] = ()

    @property
    def waiting(self) -> bool:
        """The answer only waits for its reason."""
        return [violation.code for violation in self.violations] == ["review.reason"]

    @property
    def was(self) -> str:
        """The stored answer as the page remembers it, to notice another window."""
        if self.mark is None:
            return ""
        return "yes" if self.mark.passed else f"no{self.mark.ground}"

    @property
    def answer(self) -> str:
        """yes, no or "": what the form shows."""
        if self.typed is not None:
            return self.typed.get("answer", "")
        return "" if self.mark is None else "yes" if self.mark.passed else "no"

    @property
    def chosen(self) -> int:
        """The ground the form shows."""
        typed = (self.typed or {}).get("ground", "")
        if typed.isdecimal() and len(typed) == 1:
            return int(typed)
        return self.mark.ground if self.mark and self.mark.ground else self.ground

    @property
    def reason(self) -> str:
        """The reason the form shows."""
        return self.typed.get("reason", "") if self.typed is not None else self.mark.reason if self.mark else ""


@dataclass
class ScoreLine:
    """One scoring item of one bid with the member's own points."""

    id: str
    key: str
    title: str
    part: str
    most: Decimal
    mark: ScoreMark | None = None
    typed: Mapping[str, str] | None = None
    violations: tuple[Any, ...] = ()

    @property
    def was(self) -> str:
        """The stored points as the page remembers them, to notice another window."""
        return "" if self.mark is None else str(self.mark.points)

    @property
    def points(self) -> str:
        """What the form shows: as typed where it was not saved."""
        return self.typed.get("points", "") if self.typed is not None else self.was

    @property
    def reason(self) -> str:
        """The reason the form shows."""
        return self.typed.get("reason", "") if self.typed is not None else self.mark.reason if self.mark else ""


@dataclass
class Sheet:
    """One bid before one member.

    Attributes:
        out: why the bid is out, as a sentence; "" while it is not. A vote shows only once every member has voted.
        low: the price has to be explained before the report (GP-25, ENG-34).
    """

    number: int
    bid: Bid
    price: Decimal | None
    reviews: list[ReviewLine]
    scores: list[ScoreLine]
    out: tuple[str, ...] = ()
    computed: bool = False
    low: bool = False

    @property
    def key(self) -> str:
        """The bid's id as text."""
        return str(self.bid.pk)

    @property
    def name(self) -> str:
        """The bidder."""
        return self.bid.subject.name

    @property
    def lines(self) -> list["ReviewLine | ScoreLine"]:
        """Every line, reviews first."""
        return [*self.reviews, *self.scores]

    @property
    def total(self) -> Decimal:
        """The member's own points so far."""
        return sum((line.mark.points for line in self.scores if line.mark), Decimal(0))

    @property
    def started(self) -> bool:
        """The member has given points here."""
        return any(line.mark is not None for line in self.scores)

    @property
    def given(self) -> int:
        """Marks given, reviews and scores."""
        return sum(line.mark is not None for line in self.lines)

    @property
    def asked(self) -> int:
        """Marks asked for."""
        if self.computed:
            return 0
        return len(self.reviews) + (0 if self.out else len(self.scores))

    @property
    def reviewed(self) -> bool:
        """Every review item is answered; a bid that arithmetic has out needs no answer."""
        return self.computed or all(line.mark is not None for line in self.reviews)

    @property
    def scored(self) -> bool:
        """Every scoring item has points; a rejected bid needs none."""
        return bool(self.out) or all(line.mark is not None for line in self.scores)

    @property
    def done(self) -> bool:
        """Nothing is owed on this bid."""
        return self.reviewed and self.scored

    @property
    def failed(self) -> list[ReviewLine]:
        """Review items the member failed."""
        return [line for line in self.reviews if line.mark and not line.mark.passed]


@dataclass(frozen=True, slots=True)
class Progress:
    """One seat: has its member done everything? Never how much, never what."""

    label: str
    expert: bool
    mine: bool
    done: bool


@dataclass
class Room:
    """Everything one member's pages show. Seven queries, however many bids, items and members."""

    lot: Lot
    seat: CommitteeMember
    marks: Marks
    sheets: list[Sheet]
    progress: list[Progress]

    @property
    def heads(self) -> "Sheet | None":
        """A sheet whose lines are the columns of the overview."""
        return self.sheets[0] if self.sheets else None

    def sheet(self, bid_id: UUID) -> Sheet | None:
        """The sheet of one bid."""
        return next((sheet for sheet in self.sheets if sheet.bid.pk == bid_id), None)

    def beside(self, sheet: Sheet) -> tuple[Sheet | None, Sheet | None]:
        """The sheets before and after."""
        at = self.sheets.index(sheet)
        return (self.sheets[at - 1] if at else None, self.sheets[at + 1] if at + 1 < len(self.sheets) else None)

    def seats_again(self) -> None:
        """The own seat counts a mark made since the room was read. No query.

        The others' seats stay as they were; a vote that this very mark decided shows on the next page.
        """
        out = {row["bid"] for row in self.marks.rejected()}
        done = all(sheet.reviewed and (sheet.key in out or sheet.scored) for sheet in self.sheets)
        self.progress = [replace(seat, done=done) if seat.mine else seat for seat in self.progress]

    @property
    def ready(self) -> bool:
        """Nobody owes a mark: the report can be made, price points may be seen."""
        return all(seat.done for seat in self.progress)

    @property
    def done(self) -> int:
        """How many members are done."""
        return sum(seat.done for seat in self.progress)

    @property
    def most(self) -> Decimal:
        """The most a member can give one bid."""
        return sum((item.points for item in self.marks.items.values()), Decimal(0)) if self.marks.scored else Decimal(0)

    @cached_property
    def pricing(self) -> "Pricing | None":
        """The price part worked out, once nobody owes a mark; None before, and where price is not scored."""
        if not self.ready or not self.marks.pointed:
            return None
        out = {row["bid"] for row in self.marks.rejected()}
        prices = {b.bid: b.price for b in self.marks.bids if b.bid not in out and b.price is not None}
        return pricing_of(self.lot.scored_terms, self.marks.compared(prices)) if prices else None


@dataclass(frozen=True, slots=True)
class SeatRow:
    """One lot on a member's list."""

    lot: Lot
    label: str
    state: str
    open: bool


def seats_of(actor: Actor) -> list[SeatRow]:
    """The committees the person sits in, lots under evaluation first, then the newest. One query."""
    if actor.user_id is None:
        return []
    seats = CommitteeMember.objects.filter(user__public_id=actor.user_id, left_at__isnull=True)
    seats = seats.select_related("committee__lot__tender__initiator").order_by("-committee__formed_at")
    rows = [
        SeatRow(lot, seat.label, lot.procedure.states[lot.state], lot.state == "evaluating")
        for seat in seats
        for lot in (seat.committee.lot,)
    ]
    return sorted(rows, key=lambda row: not row.open)


def holds_seat(actor: Actor) -> bool:
    """Whether the person sits in any committee. One query."""
    if actor.user_id is None:
        return False
    return CommitteeMember.objects.filter(user__public_id=actor.user_id, left_at__isnull=True).exists()


def room_of(lot: Lot, seat: CommitteeMember) -> Room:
    """The room as the member of `seat` may see it. Seven queries."""
    marks = Marks(lot)
    own_reviews = {(m.bid_id, m.item): m for m in ReviewMark.objects.filter(member=seat)}
    own_scores = {(m.bid_id, m.item): m for m in ScoreMark.objects.filter(member=seat)}
    listed = lot.terms.get("reviews") or []
    items = marks.items if marks.scored else {}
    titles = {part["key"]: part["title"] for part in lot.terms.get("criteria") or ()}
    decided = _decided(marks, [row["key"] for row in listed])
    prices = {b.bid: b.price for b in marks.bids}
    sheets = []
    for number, (key, bid) in enumerate(marks.rows.items(), 1):
        reviews = [
            ReviewLine(f"r{n}", row["key"], row["title"], row.get("ground") or 6, own_reviews.get((bid.pk, row["key"])))
            for n, row in enumerate(listed, 1)
        ]
        scores = [
            ScoreLine(f"s{n}", i.key, i.title, titles.get(i.part, ""), i.points, own_scores.get((bid.pk, i.key)))
            for n, i in enumerate(items.values(), 1)
        ]
        texts, computed = decided.get(key, ((), False))
        sheets.append(Sheet(number, bid, prices[key], reviews, scores, texts, computed))
    valid = {s.bid.pk: s.price for s in sheets if not s.out and s.price is not None}
    low = set(scoring.low_prices({str(pk): price for pk, price in valid.items()}, lot.ceiling_cny, low_shares(lot)))
    for sheet in sheets:
        sheet.low = sheet.key in low
    return Room(lot, seat, marks, sheets, progress_of(marks, seat.label))


def _decided(marks: Marks, keys: list[str]) -> dict[str, tuple[tuple[str, ...], bool]]:
    """Why bids are out: by arithmetic at once, by vote only once every member has answered every item of the bid."""
    given: dict[str, set[tuple[str, str]]] = {}
    for mark in marks.reviews:
        given.setdefault(mark.bid, set()).add((mark.member, mark.item))
    all_of_them = {(label, key) for label in marks.labels for key in keys}
    found: dict[str, tuple[tuple[str, ...], bool]] = {}
    for row in marks.rejected():
        if row["computed"]:
            found[row["bid"]] = ((row["reasons"][0],), True)
        elif given.get(row["bid"], set()) >= all_of_them:
            found[row["bid"]] = (tuple(row["texts"]), False)
    return found


def progress_of(marks: Marks, mine: str = "") -> list[Progress]:
    """Every seat with whether it is done, in the order of the labels. No query."""
    out = {row["bid"] for row in marks.rejected()}
    owed = marks.owed([b.bid for b in marks.bids if b.bid not in out])
    owing = {label for rows in owed.values() for label, _ in rows}
    return [Progress(m.label, m.is_expert, m.label == mine, m.label not in owing) for m in marks.members]


# -- price points, step by step ----------------------------------------------------------------------------------------

FOUR = Decimal("0.0001")


@dataclass(frozen=True, slots=True)
class PriceStep:
    """One bid's way from price to points: deviation in per cent, points lost per per cent, points."""

    bid: str
    price: Decimal
    deviation: Decimal
    each: Decimal
    points: Decimal

    @property
    def distance(self) -> Decimal:
        """The deviation without its sign."""
        return abs(self.deviation)


@dataclass(frozen=True, slots=True)
class Pricing:
    """The price part: the formula, the mean where there is one, the benchmark, each bid's steps."""

    formula: PriceFormula
    mean: Decimal | None
    base: Decimal
    steps: tuple[PriceStep, ...]

    @property
    def by_bid(self) -> dict[str, Decimal]:
        """Points by bid."""
        return {step.bid: step.points for step in self.steps}


def pricing_of(terms: Mapping[str, Any], prices: Mapping[str, Decimal]) -> Pricing:
    """The published formula over these prices (yuan by bid), each step as anybody can repeat it."""
    formula = scoring.formula_of(terms)
    base, found = benchmark(formula, prices.values()), price_points(formula, prices)
    mean = None
    if formula.kind == "mean_deviation":
        mean = (sum(prices.values(), Decimal(0)) / len(prices)).quantize(Decimal("0.01"), rounding=ROUND_HALF_UP)
    steps = []
    for bid, price in prices.items():
        deviation = (price - base) / base * HUNDRED
        each = formula.above if deviation > 0 else formula.below
        steps.append(PriceStep(bid, price, deviation.quantize(FOUR, rounding=ROUND_HALF_UP), each, found[bid]))
    return Pricing(formula, mean, base, tuple(steps))


# Prices nobody has offered: the walk-through shows the arithmetic, not a result.
SAMPLE = {"甲": Decimal("1000000.00"), "乙": Decimal("970000.00"), "丙": Decimal("1060000.00")}


def sample_pricing(lot: Lot) -> Pricing | None:
    """The formula walked through with round made-up prices; None where price is not scored by a formula, or its factor
    is still to be drawn."""
    waits = factors_of(lot.terms) and not lot.drawn_factor
    return pricing_of(lot.scored_terms, SAMPLE) if lot.terms.get("price_formula") and not waits else None
