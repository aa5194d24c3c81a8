"""A member's marks on a bid: answers to the review items, points for the scoring items. A sheet is one act a kind."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, cast
from uuid import UUID

from platform_site import clock
from platform_site.accounts.actors import Actor
from platform_site.accounts.refusals import Refused, Violation
from trading.kernel import procedure as kernel
from trading.kernel.contests import CENT
from trading.kernel.scoring import scoring_items
from trading.models import Lot, ReviewMark, ScoreMark
from trading.services.acts import EMPTY, acting, admitted, facts_of
from trading.services.enquiries import text_of
from trading.services.evaluations import disclosed_bid, seat_of


@dataclass(frozen=True, slots=True)
class Answer:
    """One member's answer to one review item.

    Attributes:
        ground: 1…7 of 招标投标法实施条例 第五十一条 where not passed; None: the one the document gives the item.
        reason: why not passed; required there, dropped where passed.
    """

    passed: bool
    ground: int | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Points:
    """One member's points for one scoring item, two decimals at most; the reason is free."""

    points: Decimal
    reason: str = ""


def sheet_mark(
    *,
    lot_id: int,
    bid_id: UUID,
    actor: Actor,
    answers: Mapping[str, Answer] = EMPTY,
    points: Mapping[str, Points] = EMPTY,
) -> dict[str, ReviewMark | ScoreMark]:
    """The member's sheet on one bid stands, by item; where one line is refused, nothing of it.

    A later mark replaces an earlier one and both are on the record. What a line already says is not said again. The
    answers are one act with one entry, the points another, however many items they hold.

    Raises:
        PermissionDenied: no seat.
        Refused: an item the document does not list; a ground outside the law, a failing answer without a reason;
            points outside the item, more than two decimals.
    """
    lot = Lot.objects.select_related("tender").get(pk=lot_id)
    reviewed = {item: _answered(lot, item, answer) for item, answer in answers.items()}
    scored = {item: _pointed(given) for item, given in points.items()}
    outside = _out_of_the_document(lot, scored)
    if reviewed and scored:
        # What would be refused of the points is found before the answers stand.
        now = clock.now()
        facts = facts_of(lot, now, outside)
        admitted("score_bid", lot, actor, now, facts)
        if found_against := kernel.judge(lot.book, lot.procedure, "score_bid", facts):
            raise Refused(found_against)
    found: dict[str, ReviewMark | ScoreMark] = {}
    if reviewed:
        grounds = [said["ground"] or 0 for said in reviewed.values() if not said["passed"]]
        found |= _marked(lot, bid_id, actor, reviewed, ReviewMark, {"grounds": grounds})
    if scored:
        found |= _marked(lot, bid_id, actor, scored, ScoreMark, outside)
    return found


def bid_review(
    *, lot_id: int, bid_id: UUID, item: str, passed: bool, actor: Actor, ground: int | None = None, reason: str = ""
) -> ReviewMark:
    """`sheet_mark` of one answer."""
    answers = {item: Answer(passed, ground, reason)}
    return cast(ReviewMark, sheet_mark(lot_id=lot_id, bid_id=bid_id, actor=actor, answers=answers)[item])


def bid_score(*, lot_id: int, bid_id: UUID, item: str, points: Decimal, actor: Actor, reason: str = "") -> ScoreMark:
    """`sheet_mark` of one scoring item."""
    given = {item: Points(points, reason)}
    return cast(ScoreMark, sheet_mark(lot_id=lot_id, bid_id=bid_id, actor=actor, points=given)[item])


def _answered(lot: Lot, item: str, answer: Answer) -> dict[str, Any]:
    """The columns of one answer, or why it is none."""
    listed = {row["key"]: row for row in lot.terms.get("reviews") or ()}
    if item not in listed:
        moves = lot.procedure.transitions
        rule = moves.get("score_bid", moves["review_bid"]).rules[0]
        raise Refused([lot.book.violation("review.unlisted", rule, items=(item,))])
    if answer.passed:
        return {"passed": True, "ground": None, "reason": ""}
    if not answer.reason.strip():
        rule = lot.procedure.transitions["review_bid"].rules[0]
        raise Refused([lot.book.violation("fact.missing", rule, fact="reason")])
    ground = listed[item].get("ground") if answer.ground is None else answer.ground
    return {"passed": False, "ground": ground, "reason": text_of(answer.reason, field="reason", limit=1000)}


def _pointed(given: Points) -> dict[str, Any]:
    """The columns of one scoring item, or why it cannot be read."""
    points = given.points
    if not isinstance(points, Decimal) or not points.is_finite() or points != points.quantize(CENT):
        raise Refused([Violation("score.unreadable", facts={"points": str(points)[:20]})])
    reason = text_of(given.reason, field="reason", limit=1000) if given.reason.strip() else ""
    return {"points": points.quantize(CENT), "reason": reason}


def _out_of_the_document(lot: Lot, scored: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """What the guards of scoring ask: items the document does not list, points outside an item's."""
    items = scoring_items(lot.terms)
    unlisted = [item for item in scored if item not in items]
    outside = [
        item
        for item, said in scored.items()
        if item in items
        and (
            not 0 <= said["points"] <= items[item].points or (items[item].part == "adjustments" and said["points"] % 1)
        )
    ]
    return {name: found for name, found in (("unlisted", unlisted), ("out_of_range", outside)) if found}


VERBS: dict[type[ReviewMark | ScoreMark], tuple[str, str]] = {
    ReviewMark: ("review_bid", "bid.reviewed"),
    ScoreMark: ("score_bid", "bid.scored"),
}


def _marked(
    lot: Lot,
    bid_id: UUID,
    actor: Actor,
    said: Mapping[str, Mapping[str, Any]],
    model: type[ReviewMark | ScoreMark],
    values: Mapping[str, Any],
) -> dict[str, ReviewMark | ScoreMark]:
    """The member's marks of one kind on one bid, by item: one act and one entry for all that are new or changed."""
    verb, event = VERBS[model]
    mine = model.objects.filter(
        member__user__public_id=actor.user_id,
        member__left_at__isnull=True,
        member__committee__lot=lot,
        bid_id=bid_id,
        item__in=said,
    )
    stand = {mark.item: mark for mark in mine}
    same = {
        item: mark
        for item, mark in stand.items()
        if all(getattr(mark, name) == value for name, value in said[item].items())
    }
    # A second click is no second act, as long as a first one would still be possible.
    if len(same) == len(said) and not kernel.gate(lot.book, lot.procedure, verb, facts_of(lot, clock.now())):
        return same
    with acting(verb, lot_id=lot.pk, actor=actor, values=values) as act:
        bid, member = disclosed_bid(act, bid_id), seat_of(act.lot, actor)
        marks = [
            model(member=member, bid=bid, item=item, at=act.now, **columns)
            for item, columns in said.items()
            if item not in same
        ]
        model.objects.bulk_create(
            marks,
            update_conflicts=True,
            unique_fields=["member", "bid", "item"],
            update_fields=["at", *next(iter(said.values()))],
        )
        told = {mark.item: dict(said[mark.item]) for mark in marks}
        act.entry(event, {}, private={"member": member.label, "bid": str(bid.id), "marks": told})
    return same | {mark.item: mark for mark in marks}
