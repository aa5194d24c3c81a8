"""What the committee has put down, as the pure computation wants it: marks, and what speaks against a bid by itself."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from functools import cached_property
from typing import Any

from trading.kernel import adjusting, consortium, scoring
from trading.models import Bid, Committee, CommitteeMember, Lot, ReviewMark, ScoreMark
from trading.rulebooks.guards.preference import least_shares
from trading.services.committees import members_of
from trading.services.evaluations import bids_of
from trading.services.partners import consortium_faults

GROUNDS = {
    1: "投标文件未经投标单位盖章和单位负责人签字",
    2: "投标联合体没有提交共同投标协议",
    3: "投标人不符合国家或者招标文件规定的资格条件",
    4: "同一投标人提交两个以上不同的投标文件或者投标报价",
    5: "投标报价低于成本或者高于招标文件设定的最高投标限价",
    6: "投标文件没有对招标文件的实质性要求和条件作出响应",
    7: "投标人有串通投标、弄虚作假、行贿等违法行为",
}


class Marks:
    """Everything the committee has put down, as the pure computation wants it. Five queries, one for the faults."""

    def __init__(self, lot: Lot) -> None:
        self.lot = lot
        self.committee: Committee = lot.committee
        self.members: list[CommitteeMember] = members_of(self.committee)
        self.labels = [m.label for m in self.members]
        self.rows: dict[str, Bid] = {str(b.id): b for b in bids_of(lot)}
        self.bids = [scoring.Tendered(key, scoring.price_of(bid.offer)) for key, bid in self.rows.items()]
        sitting = {m.pk: m.label for m in self.members}
        # A member who was replaced takes his opinions with him (招标投标法实施条例 第四十八条).
        reviews = ReviewMark.objects.filter(member__in=self.members, bid__lot=lot).order_by("pk")
        scores = ScoreMark.objects.filter(member__in=self.members, bid__lot=lot).order_by("pk")
        self.reviews = [
            scoring.Review(sitting[m.member_id], str(m.bid_id), m.item, m.passed, m.ground, m.reason) for m in reviews
        ]
        self.scores = [scoring.Score(sitting[m.member_id], str(m.bid_id), m.item, m.points) for m in scores]
        self.items = scoring.scoring_items(lot.terms)
        self.contest = scoring.contest_of(lot.procedure.contest, lot.terms)

    @property
    def scored(self) -> bool:
        """Whether members put down figures in this contest: points, or counts of deviations."""
        return self.contest != "sealed_lowest" or bool(self.items)

    @property
    def pointed(self) -> bool:
        """Whether those figures are points."""
        return self.contest != "sealed_lowest"

    @cached_property
    def adjustments(self) -> list[adjusting.Adjustment]:
        """The document's adjustments that count in this contest."""
        rules = adjusting.adjustments_of(self.lot.terms, self.lot.period_days, least_shares(self.lot.book))
        return [one for one in rules if one.kind == adjusting.PREFERENCE] if self.pointed else rules

    def adjusted(self, prices: Mapping[str, Decimal]) -> dict[str, list[adjusting.Step]]:
        """The adjustments of these bids' prices by the document; {} where it adjusts nothing.

        Where members give points, deviations are scored and not priced: what the bid declares alone counts.
        """
        rules = self.adjustments
        if not rules:
            return {}
        given: dict[tuple[str, str], list[int]] = {}
        for score in self.scores:
            given.setdefault((score.bid, score.item), []).append(int(score.points))
        return {
            bid: adjusting.steps_of(
                rules,
                price,
                period_of(self.rows[bid]),
                {} if self.pointed else {key: adjusting.middle(given[bid, key]) for key in self.items},
                adjusting.declared_of(self.rows[bid].offer),
            )
            for bid, price in prices.items()
        }

    def compared(self, prices: Mapping[str, Decimal]) -> Mapping[str, Decimal]:
        """What these bids' prices are compared by: as offered, where the document adjusts nothing."""
        return {
            bid: adjusting.evaluated(prices[bid], of_bid) for bid, of_bid in self.adjusted(prices).items()
        } or prices

    @cached_property
    def computed(self) -> dict[str, list[consortium.Fault]]:
        """Faults by bid that need nobody's opinion: arithmetic, and what a consortium's papers say by themselves."""
        found = {
            key: [consortium.Fault(ground, self._why(self.rows[key], ground))]
            for key, ground in scoring.computed_rejections(self.bids, self.lot.ceiling_cny).items()
        }
        for key, faults in consortium_faults(self.lot, self.rows).items():
            found.setdefault(key, []).extend(faults)
        return found

    def rejected(self) -> list[dict[str, Any]]:
        """Rejected bids with grounds and reasons, those computed and those the members voted."""
        computed = self.computed
        voted = scoring.voted_rejections(self.labels, self.reviews)
        found = []
        for key, bid in self.rows.items():
            if key not in computed and key not in voted:
                continue
            grounds = {fault.ground for fault in computed.get(key, ())}
            reasons = [fault.reason for fault in computed.get(key, ())]
            for mark in voted.get(key, ()):
                grounds.add(mark.ground or scoring.NOT_RESPONSIVE)
                reasons.append(f"{mark.member}：{mark.reason}")
            found.append(
                {
                    "bid": key,
                    "name": bid.subject.name,
                    "subject": bid.subject.code,
                    "grounds": sorted(grounds),
                    "texts": [GROUNDS[g] for g in sorted(grounds)],
                    "reasons": reasons,
                    "computed": key in computed,
                }
            )
        return found

    def _why(self, bid: Bid, ground: int) -> str:
        if ground == scoring.OVER_CEILING:
            return f"报价 {scoring.price_of(bid.offer)} 元高于最高投标限价 {self.lot.ceiling_cny} 元"
        return "报价缺失或者无法识别"

    def owed(self, valid: Sequence[str]) -> dict[str, list[tuple[str, int]]]:
        """What members still owe before a report can be made."""
        keys = [row["key"] for row in self.lot.terms.get("reviews") or ()]
        computed = self.computed
        reviewed = [key for key in self.rows if key not in computed]
        return {
            "reviews": scoring.missing(self.labels, reviewed, keys, self.reviews),
            "scores": scoring.missing(self.labels, valid, self.items, self.scores) if self.scored else [],
        }


def period_of(bid: Bid) -> int | None:
    """The days a bidder offered; None where the offer states none that can be read."""
    said = (bid.offer or {}).get("period_days")
    return said if isinstance(said, int) and not isinstance(said, bool) and 0 < said < 100_000 else None
