"""A report in rows a page can show, read from its canonical content alone: what is shown is what was signed.

`full` is the committee's and supervision's view. Without it no individual mark, no label beside a reason, is even in
the rows (design §7): the template has nothing to hide.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from trading.evaluationroom import Pricing, pricing_of
from trading.kernel import scoring
from trading.models import CommitteeMember, Report


@dataclass(frozen=True, slots=True)
class Ranked:
    """One row of the ranking: points by part in the document's order, the candidate's rank or None."""

    place: int
    bid: str
    name: str
    price: Decimal
    parts: tuple[Decimal | None, ...]
    total: Decimal | None
    candidate: int | None
    low: bool


@dataclass(frozen=True, slots=True)
class Rejected:
    """A bid that is out: its grounds in the law's words, and what was found."""

    name: str
    texts: tuple[str, ...]
    reasons: tuple[str, ...]
    computed: bool


@dataclass(frozen=True, slots=True)
class ItemRow:
    """One scoring item over all ranked bids: means, or one member's points each."""

    title: str
    most: Decimal
    values: tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class MarksOf:
    """Every member's points for one bid: labels as heads, an item a row, the mean last."""

    name: str
    labels: tuple[str, ...]
    rows: tuple[ItemRow, ...]


@dataclass(frozen=True, slots=True)
class Vote:
    """One review item of one bid: how many passed it, and (full view) who did not and why."""

    name: str
    item: str
    passed: int
    members: int
    against: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Adjusted:
    """One bid's way from the price offered to the evaluated price: (title, count, yuan) of every adjustment."""

    name: str
    price: Decimal
    steps: tuple[tuple[str, int, Decimal], ...]
    evaluated: Decimal


@dataclass(frozen=True)
class Reading:
    """The report as a page shows it."""

    contest: str
    parts: tuple[tuple[str, Decimal], ...]
    ranking: tuple[Ranked, ...]
    rejected: tuple[Rejected, ...]
    means: tuple[ItemRow, ...]
    pricing: Pricing | None
    names: Mapping[str, str]
    marks: tuple[MarksOf, ...]
    votes: tuple[Vote, ...]
    questions: tuple[Mapping[str, Any], ...]
    members: tuple[Mapping[str, Any], ...]
    trim: bool
    valid: int
    adjusted: tuple[Adjusted, ...] = ()

    @property
    def scored(self) -> bool:
        """Whether members gave points."""
        return self.contest != "sealed_lowest"

    @property
    def candidates(self) -> tuple[Ranked, ...]:
        """The candidates in order."""
        return tuple(sorted((r for r in self.ranking if r.candidate), key=lambda r: r.candidate or 0))


def reading_of(content: Mapping[str, Any], terms: Mapping[str, Any], *, full: bool) -> Reading:
    """The rows of a report's content. No query.

    Args:
        terms: the lot's, for the titles of review items; every figure comes from `content`.
    """
    scored = content["contest"] != "sealed_lowest"
    names = {row["bid"]: row["name"] for row in content["bids"]}
    labels = [member["label"] for member in content["members"]]
    criteria = content["criteria"] if scored else []
    items = scoring.scoring_items(content) if scored else {}
    # Points are of the price a bid is compared by; without a preference that is the price offered.
    prices = {row["bid"]: Decimal(row.get("evaluated_cny") or row["price_cny"]) for row in content["ranking"]}
    return Reading(
        contest=content["contest"],
        parts=tuple((part["title"], Decimal(str(part["points"]))) for part in criteria),
        ranking=tuple(_ranked(content, row, [part["key"] for part in criteria]) for row in content["ranking"]),
        rejected=tuple(_rejected(row, labels, full=full) for row in content["rejected"]),
        means=tuple(
            ItemRow(item.title, item.points, tuple(Decimal(content["means"][bid][key]) for bid in prices))
            for key, item in items.items()
        ),
        pricing=pricing_of(content, prices) if scored and prices else None,
        names=names,
        marks=_marks(content, items, list(prices), names) if full and scored else (),
        votes=_votes(content, terms, names, full=full),
        questions=tuple({**row, "name": names[row["bid"]]} for row in content["questions"]),
        members=tuple(content["members"]),
        trim=bool(content["trim"]),
        valid=len(content["bids"]) - len(content["rejected"]),
        adjusted=_adjusted(content),
    )


def _ranked(content: Mapping[str, Any], row: Mapping[str, Any], keys: list[str]) -> Ranked:
    listed = content["candidates"]
    return Ranked(
        row["place"],
        row["bid"],
        row["name"],
        Decimal(row["price_cny"]),
        tuple(Decimal(row["parts"][key]) if key in row["parts"] else None for key in keys),
        None if row["total"] is None else Decimal(row["total"]),
        listed.index(row["bid"]) + 1 if row["bid"] in listed else None,
        row["bid"] in content["low_prices"],
    )


def _adjusted(content: Mapping[str, Any]) -> tuple[Adjusted, ...]:
    ways = {row["bid"]: row["steps"] for row in content.get("adjusted") or ()}
    return tuple(
        Adjusted(
            row["name"],
            Decimal(row["price_cny"]),
            tuple((step["title"], step["count"], Decimal(step["amount"])) for step in ways[row["bid"]]),
            Decimal(row["evaluated_cny"]),
        )
        for row in content["ranking"]
        if row["bid"] in ways
    )


def _rejected(row: Mapping[str, Any], labels: list[str], *, full: bool) -> Rejected:
    # A voted reason stands as "评委甲：…"; whose it was stays with committee and supervision.
    by_label = {label: n for n, label in enumerate(labels)}
    told = sorted(row["reasons"], key=lambda reason: by_label.get(reason.partition("：")[0], -1))
    said = told if full else [_bare(reason) for reason in told]
    return Rejected(row["name"], tuple(row["texts"]), tuple(dict.fromkeys(said)), row["computed"])


def _bare(reason: str) -> str:
    label, mark, rest = reason.partition("：")
    return rest if mark and label.startswith("评委") else reason


def _marks(
    content: Mapping[str, Any], items: Mapping[str, scoring.Item], bids: list[str], names: Mapping[str, str]
) -> tuple[MarksOf, ...]:
    labels = tuple(member["label"] for member in content["members"])
    given = {(row["bid"], row["item"], row["member"]): Decimal(row["points"]) for row in content["scores"]}
    return tuple(
        MarksOf(
            names[bid],
            labels,
            tuple(
                ItemRow(
                    item.title,
                    item.points,
                    (*(given[bid, key, label] for label in labels), Decimal(content["means"][bid][key])),
                )
                for key, item in items.items()
            ),
        )
        for bid in bids
    )


def _votes(
    content: Mapping[str, Any], terms: Mapping[str, Any], names: Mapping[str, str], *, full: bool
) -> tuple[Vote, ...]:
    """Review items somebody failed; those everybody passed are said in one sentence."""
    titles = {row["key"]: row["title"] for row in terms.get("reviews") or ()}
    order = [member["label"] for member in content["members"]]
    by: dict[tuple[str, str], list[Mapping[str, Any]]] = {}
    for row in content["reviews"]:
        by.setdefault((row["bid"], row["item"]), []).append(row)
    found = []
    for (bid, item), rows in by.items():
        against = sorted((row for row in rows if not row["passed"]), key=lambda row: order.index(row["member"]))
        if against:
            words = tuple(f"{row['member']}：{row['reason']}" for row in against) if full else ()
            found.append(Vote(names[bid], titles.get(item, item), len(rows) - len(against), len(rows), words))
    return tuple(found)


@dataclass(frozen=True, slots=True)
class Signed:
    """One member and the signature: state is signed, dissent, old (under an earlier text) or none."""

    label: str
    expert: bool
    state: str
    at: Any = None
    dissent: str = ""


def signatures_of(report: Report, members: list[CommitteeMember]) -> list[Signed]:
    """Every sitting member with the signature, in the order of the labels. One query."""
    found = {row.member_id: row for row in report.signatures.all()}
    rows = []
    for member in members:
        row = found.get(member.pk)
        if row is None:
            rows.append(Signed(member.label, member.is_expert, "none"))
        elif row.digest != report.digest:
            rows.append(Signed(member.label, member.is_expert, "old", row.at))
        else:
            state = "dissent" if row.dissent else "signed"
            rows.append(Signed(member.label, member.is_expert, state, row.at, row.dissent))
    return rows
