"""What a report says: every figure as text, so that anybody who holds it computes the same ranking."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from decimal import Decimal
from typing import Any

from platform_site.accounts.refusals import Refused, Violation
from trading.digests import plain
from trading.kernel import adjusting, scoring
from trading.models import BidQuestion, Lot
from trading.services.partners import consortia_said, partners
from trading.services.tallies import Marks, period_of


def report_content(lot: Lot) -> dict[str, Any]:
    """What the report says: every figure as text, so that anybody who holds it computes the same ranking to the fen.

    Raises:
        Refused: `marks.missing`, with who owes how many.
    """
    marks, terms = Marks(lot), lot.scored_terms
    rejected = marks.rejected()
    out = {row["bid"] for row in rejected}
    prices = {b.bid: b.price for b in marks.bids if b.bid not in out and b.price is not None}
    owed = marks.owed(list(prices))
    if any(owed.values()):
        rule = lot.procedure.transitions["submit_report"].rules[0]
        raise Refused([Violation("marks.missing", rule, lot.book.article(rule), owed)])
    means: Mapping[str, Mapping[str, Decimal]] = {}
    if marks.pointed:
        trim = bool(lot.terms.get("trim"))
        means = scoring.item_means(marks.labels, prices, marks.items, marks.scores, trim=trim)
    parts = scoring.parts_of(means, marks.items) if marks.pointed else {}
    steps = marks.adjusted(prices)
    compared = marks.compared(prices)
    ranking = scoring.ranked(marks.contest, terms, compared, parts, prices) if prices else []
    allowed = int(lot.terms.get("candidates") or 3)
    content = {
        "lot": lot.reference,
        "title": lot.title,
        "procedure": lot.procedure.id,
        "contest": marks.contest,
        "criteria": lot.terms.get("criteria") or [],
        "price_formula": terms.get("price_formula"),
        "trim": bool(lot.terms.get("trim")),
        "ceiling_cny": lot.ceiling_cny,
        "members": [{"label": m.label, "expert": m.is_expert} for m in marks.members],
        "draw": marks.committee.draw.certificate_digest if marks.committee.draw else "",
        "bids": [
            {
                "bid": b.bid,
                "name": marks.rows[b.bid].subject.name,
                "subject": marks.rows[b.bid].subject.code,
                "price_cny": b.price,
            }
            for b in marks.bids
        ],
        "rejected": rejected,
        **consortia_said(marks.rows),
        "benchmark_cny": scoring.benchmark_of(marks.contest, terms, compared),
        "means": means,
        **adjusted_said(marks, steps),
        "ranking": [_row(marks, row, prices[row.bid], evaluated=bool(steps)) for row in ranking],
        "candidates": [row.bid for row in ranking[:allowed]],
        "low_prices": scoring.low_prices(prices, lot.ceiling_cny, low_shares(lot)),
        "reviews": [
            {
                "member": m.member,
                "bid": m.bid,
                "item": m.item,
                "passed": m.passed,
                "ground": m.ground,
                "reason": m.reason,
            }
            for m in marks.reviews
        ],
        "scores": [{"member": s.member, "bid": s.bid, "item": s.item, "points": s.points} for s in marks.scores],
        "questions": [
            {
                "bid": str(q.bid_id),
                "text": q.text,
                "asked_at": q.asked_at,
                "answer": q.answer,
                "answered_at": q.answered_at,
            }
            for q in questions_of(lot, list(marks.rows))
        ],
    }
    return plain(content)


def questions_of(lot: Lot, bids: Sequence[str]) -> list[BidQuestion]:
    """What the committee asked these bidders, in the bids' order, then by time. One query."""
    place = {key: n for n, key in enumerate(bids)}
    found = BidQuestion.objects.filter(bid__lot=lot).order_by("asked_at")
    return sorted((q for q in found if str(q.bid_id) in place), key=lambda q: place[str(q.bid_id)])


def adjusted_said(marks: Marks, steps: Mapping[str, Sequence[adjusting.Step]]) -> dict[str, Any]:
    """What a report says of adjusted prices: the document's adjustments, what was offered and declared, each bid's
    steps."""
    if not steps:
        return {}
    named = ("key", "title", "kind", "value", "most", "base", "least")
    return {
        "adjustments": [{name: getattr(one, name) for name in named} for one in marks.adjustments],
        "adjusted": [
            {
                "bid": bid,
                "period_days": period_of(marks.rows[bid]),
                "declared": asdict(adjusting.declared_of(marks.rows[bid].offer)),
                "steps": [{name: getattr(s, name) for name in ("key", "title", "count", "amount")} for s in of_bid],
            }
            for bid, of_bid in steps.items()
        ],
    }


def _row(marks: Marks, row: Any, price: Decimal, *, evaluated: bool) -> dict[str, Any]:
    bid = marks.rows[row.bid]
    offer = bid.offer or {}
    return {
        "place": row.place,
        "bid": row.bid,
        "name": bid.subject.name,
        "subject": bid.subject.code,
        "price_cny": price,
        **({"evaluated_cny": row.price} if evaluated else {}),
        "parts": dict(row.parts),
        "total": row.total if marks.pointed else None,
        **{name: offer.get(name) for name in ("period_days", "quality", "manager")},
        **({"members": partners(offer, bid.subject.code)} if bid.member_codes else {}),
    }


def low_shares(lot: Lot) -> scoring.LowPrice:
    """Below which shares a price has to be explained: the document's own where it gives some, else those of GP-25.

    Engineering law names no number (ENG-34); there these are a screen for the committee and supervision, no judgement.
    """
    rule, own = lot.book.rule("GP-25"), lot.terms.get("low_price") or {}
    return scoring.LowPrice(
        **{name: Decimal(str(own.get(name, rule[name].amount))) for name in ("average", "next_lowest", "ceiling")}
    )
