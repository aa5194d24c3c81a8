"""The report: computed from the marks, signed by every member over one digest, then handed to the initiator."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from functools import cached_property
from typing import Any

from credit.models import Subject
from platform_site.accounts.actors import Actor
from platform_site.accounts.refusals import Refused, Violation
from platform_site.sealing.models import PlainFile
from trading import addresses
from trading.digests import digest_of, plain
from trading.kernel import adjusting, consortium, scoring
from trading.models import Bid, BidQuestion, Committee, CommitteeMember, Lot, Report, ReviewMark, ScoreMark, Signature
from trading.services.acts import acting
from trading.services.alerts import tell_initiator, tell_subjects
from trading.services.committees import members_of
from trading.services.enquiries import text_of
from trading.services.evaluations import bids_of, seat_of
from trading.services.instruments import report_written
from trading.services.notices import notice_write, noticed

GROUNDS = {
    1: "投标文件未经投标单位盖章和单位负责人签字",
    2: "投标联合体没有提交共同投标协议",
    3: "投标人不符合国家或者招标文件规定的资格条件",
    4: "同一投标人提交两个以上不同的投标文件或者投标报价",
    5: "投标报价低于成本或者高于招标文件设定的最高投标限价",
    6: "投标文件没有对招标文件的实质性要求和条件作出响应",
    7: "投标人有串通投标、弄虚作假、行贿等违法行为",
}

ENFORCES = {"ELE-08": "trading.services.reports.report_sign"}


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

    def adjusted(self, prices: Mapping[str, Decimal]) -> dict[str, list[adjusting.Step]]:
        """The adjustments of these bids' prices by the document; {} where it adjusts nothing."""
        rules = adjusting.adjustments_of(self.lot.terms, self.lot.period_days)
        if self.pointed or not rules:
            return {}
        given: dict[tuple[str, str], list[int]] = {}
        for score in self.scores:
            given.setdefault((score.bid, score.item), []).append(int(score.points))
        return {
            bid: adjusting.steps_of(
                rules,
                price,
                period_of(self.rows[bid]),
                {key: adjusting.middle(given[bid, key]) for key in self.items},
            )
            for bid, price in prices.items()
        }

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
    compared = {bid: adjusting.evaluated(price, steps[bid]) for bid, price in prices.items()} if steps else prices
    ranking = scoring.ranked(marks.contest, terms, compared, parts) if prices else []
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
        "benchmark_cny": scoring.benchmark_of(marks.contest, terms, prices),
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


def consortium_faults(lot: Lot, rows: Mapping[str, Bid]) -> dict[str, list[consortium.Fault]]:
    """What speaks by itself against bids of consortia, and against every bid that shares a party. Two queries, none
    where nobody bids in a consortium."""
    everybody = {str(b.pk): b.party_codes for b in lot.bids.standing().select_related("subject", "envelope")}
    if all(len(codes) == 1 for codes in everybody.values()):
        return {}
    twice, found = consortium.parties_twice(everybody), {}
    names = dict(Subject.objects.filter(code__in={c for s in twice.values() for c in s}).values_list("code", "name"))
    for key, bid in rows.items():
        faults = consortium.faults(
            bid.envelope.header,
            bid.offer or {},
            {file.sha256 for file in PlainFile.objects.filter(result__envelope=bid.envelope_id)},
            bid.subject.code,
            lot.terms.get("ratings") or (),
        )
        if shared := twice.get(key):
            who = "、".join(names.get(code, code) for code in shared)
            faults.append(
                consortium.Fault(
                    consortium.TWO_BIDS, f"{who}同时参加本标段的另一投标，相关投标均无效（实施条例第三十七条）"
                )
            )
        if faults:
            found[key] = faults
    return found


def consortia_said(rows: Mapping[str, Bid]) -> dict[str, Any]:
    """{"consortia": [{bid, members, levels, parties}]} of the disclosed bids of consortia; {} without any."""
    said = []
    for key, bid in rows.items():
        if bid.member_codes:
            members = consortium.inside_of(bid.offer or {}).get("members") or []
            levels = consortium.lowest(members)
            said.append(
                {
                    "bid": key,
                    "parties": list(bid.party_codes),
                    "members": members,
                    "levels": [{"speciality": name, "level": levels[name]} for name in sorted(levels)],
                }
            )
    return {"consortia": said} if said else {}


def twice_ranked(lot: Lot, ranked: Sequence[str]) -> list[str]:
    """Names of ranked bidders whose bid shares a party with another. One query."""
    rows = list(lot.bids.standing().select_related("subject", "envelope"))
    twice = consortium.parties_twice({str(bid.pk): bid.party_codes for bid in rows})
    return [bid.subject.name for bid in rows if str(bid.pk) in twice and str(bid.pk) in ranked]


def questions_of(lot: Lot, bids: Sequence[str]) -> list[BidQuestion]:
    """What the committee asked these bidders, in the bids' order, then by time. One query."""
    place = {key: n for n, key in enumerate(bids)}
    found = BidQuestion.objects.filter(bid__lot=lot).order_by("asked_at")
    return sorted((q for q in found if str(q.bid_id) in place), key=lambda q: place[str(q.bid_id)])


def period_of(bid: Bid) -> int | None:
    """The days a bidder offered; None where the offer states none that can be read."""
    said = (bid.offer or {}).get("period_days")
    return said if isinstance(said, int) and not isinstance(said, bool) and 0 < said < 100_000 else None


def adjusted_said(marks: Marks, steps: Mapping[str, Sequence[adjusting.Step]]) -> dict[str, Any]:
    """What a report says of adjusted prices: the document's adjustments, the periods offered, each bid's steps."""
    if not steps:
        return {}
    rules = adjusting.adjustments_of(marks.lot.terms, marks.lot.period_days)
    return {
        "adjustments": [
            {name: getattr(one, name) for name in ("key", "title", "kind", "value", "most", "base")} for one in rules
        ],
        "adjusted": [
            {
                "bid": bid,
                "period_days": period_of(marks.rows[bid]),
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
        **({"members": _partners(offer, bid.subject.code)} if bid.member_codes else {}),
    }


def _partners(offer: Mapping[str, Any], leader: str) -> list[str]:
    said = consortium.inside_of(offer).get("members") or ()
    return [member["name"] for member in said if member["code"] != leader]


def low_shares(lot: Lot) -> scoring.LowPrice:
    """Below which shares a price has to be explained: the document's own where it gives some, else those of GP-25.

    Engineering law names no number (ENG-34); there these are a screen for the committee and supervision, no judgement.
    """
    rule, own = lot.book.rule("GP-25"), lot.terms.get("low_price") or {}
    return scoring.LowPrice(
        **{name: Decimal(str(own.get(name, rule[name].amount))) for name in ("average", "next_lowest", "ceiling")}
    )


def report_draft(*, lot_id: int, actor: Actor) -> Report:
    """The report says what the marks say now. Signatures under another text count no longer.

    Raises:
        PermissionDenied: no seat.
        Refused: marks are missing; not under evaluation.
    """
    # Drafting is a step of signing: the same people, the same state, no transition of its own.
    with acting("sign_report", lot_id=lot_id, actor=actor) as act:
        seat_of(act.lot, actor)
        content = report_content(act.lot)
        digest = digest_of(content)
        report, _ = Report.objects.update_or_create(
            lot=act.lot, defaults={"content": content, "digest": digest, "drafted_at": act.now}
        )
        act.entry("report.drafted", {"act": "draft_report", "digest": digest})
    return report


def report_sign(*, lot_id: int, digest: str, actor: Actor, dissent: str = "") -> Signature:
    """The member has signed exactly this text, or signed with a written dissent (招标投标法实施条例 第五十三条).

    A second click of the same signature is no second act.

    Raises:
        PermissionDenied: no seat.
        Refused: no report yet, or the report now has another digest.
    """
    dissent = text_of(dissent, field="dissent") if dissent.strip() else ""
    if actor.user_id is not None:
        own = Signature.objects.filter(member__user__public_id=actor.user_id, member__left_at__isnull=True)
        if signed := own.filter(report__lot=lot_id, report__digest=digest, digest=digest, dissent=dissent).first():
            return signed
    with acting("sign_report", lot_id=lot_id, actor=actor) as act:
        member = seat_of(act.lot, actor)
        report = _report(act.lot)
        if report.digest != digest:
            raise Refused([Violation("report.other_digest", "ENG-36", facts={"digest": report.digest})])
        signature, _ = Signature.objects.update_or_create(
            report=report, member=member, defaults={"digest": digest, "dissent": dissent, "at": act.now}
        )
        act.entry(
            "report.signed",
            {"digest": digest, "member": member.label, "dissent": bool(dissent)},
            private={"dissent": dissent} if dissent else None,
        )
    return signature


def _report(lot: Lot) -> Report:
    report = Report.objects.select_for_update().filter(lot=lot).first()
    if report is None:
        raise Refused([Violation("report.missing", "ENG-36", lot.book.article("ENG-36"))])
    return report


def report_submit(*, lot_id: int, actor: Actor, silent: Mapping[str, str] | None = None) -> Report:
    """The report is the initiator's; rejected bids are rejected; the ranking stays sealed until it is published.

    Args:
        silent: label -> what happened, for members who refuse to sign and to say why in writing: that is consent
            (招标投标法实施条例 第五十三条). Supervision reads it in the record.

    Raises:
        PermissionDenied: no seat.
        Refused: unsigned, marks changed since, an ungrounded rejection, too many candidates, no valid bid left.
    """
    deemed = {label: text_of(note, field="silent") for label, note in (silent or {}).items()}

    def values(lot: Lot, now: datetime) -> dict[str, Any]:
        report, members = _report(lot), members_of(lot.committee)
        content, ranking = report.content, report.content["ranking"]
        # Silence never carries a report alone: more than half must have signed.
        signed = set(report.signatures.filter(digest=report.digest).values_list("member__label", flat=True))
        waived = set(deemed) if len(signed) * 2 > len(members) else set()
        asked = {q["bid"] for q in content["questions"]}
        out = {row["bid"] for row in content["rejected"]}
        return {
            "candidates": len(content["candidates"]),
            "unsigned": [m.label for m in members if m.label not in signed | waived],
            "grounds": [g for row in content["rejected"] for g in row["grounds"]],
            "over_ceiling_ranked": [
                r["name"] for r in ranking if lot.ceiling_cny is not None and Decimal(r["price_cny"]) > lot.ceiling_cny
            ],
            "related_ranked": related_ranked(lot, [r["bid"] for r in ranking]),
            "twice_ranked": twice_ranked(lot, [r["bid"] for r in ranking]),
            "low_unexplained": [bid for bid in content["low_prices"] if bid not in asked],
            "valid_count": len(content["bids"]) - len(out),
            "asked_more_time": len(lot.committee.time_asked),
            "members": len(members),
            "time_extended": lot.committee.time_extended_to is not None,
        }

    with acting("submit_report", lot_id=lot_id, actor=actor, values=values) as act:
        seat_of(act.lot, actor)
        report = _report(act.lot)
        if digest_of(report_content(act.lot)) != report.digest:
            raise Refused([Violation("report.stale", "ENG-36", act.lot.book.article("ENG-36"))])
        if not report.content["ranking"]:
            # Nobody is left to be ranked: that is a failed lot, not a report.
            raise Refused([Violation("bids.none_valid", "ENG-35", act.lot.book.article("ENG-35"))])
        signed = report.signatures.filter(digest=report.digest).values_list("member__label", flat=True)
        silence = {label: note for label, note in deemed.items() if label not in set(signed)}
        report.submitted_at = act.now
        report.save(update_fields=["submitted_at"])
        _reject(act.lot, report.content["rejected"])
        act.lot.record("report_at", act.now)
        written = report_written(act, report, members_of(act.lot.committee), silence)
        act.entry(
            "report.submitted",
            {
                "digest": report.digest,
                "instrument": written.digest,
                "deemed_consent": [m.label for m in members_of(act.lot.committee) if m.label in silence],
                "rejected": [r["bid"] for r in report.content["rejected"]],
            },
            private={"silent": silence} if silence else None,
        )
        tell_initiator(act.lot, about=f"report:{report.digest}", title="收到评标报告", body=act.lot.title)
    return report


def related_ranked(lot: Lot, bids: Sequence[str]) -> list[list[str]]:
    """Ranked bidders whose legal representatives bear one name, while the committee has asked neither (ENG-22).

    A shared name is no finding: two people may bear it. It is a question, and the report waits until it was put; whom
    the committee finds related it rejects. Two queries.
    """
    rows = lot.bids.filter(pk__in=bids).select_related("subject").order_by("arrived_at", "id")
    asked = set(BidQuestion.objects.filter(bid_id__in=bids).values_list("bid_id", flat=True))
    by_person: dict[str, list[Bid]] = {}
    for bid in rows:
        if bid.subject.legal_person:
            by_person.setdefault(bid.subject.legal_person, []).append(bid)
    shared = [found for found in by_person.values() if len(found) > 1 and not asked & {bid.pk for bid in found}]
    return [[bid.subject.name for bid in found] for found in shared]


def _reject(lot: Lot, rejected: Sequence[Mapping[str, Any]]) -> None:
    said = {row["bid"]: row for row in rejected}
    for bid in lot.bids.select_for_update(of=("self",)).filter(pk__in=list(said), state="opened"):
        row = said[str(bid.id)]
        bid.state, bid.rejection = (
            "rejected",
            {"grounds": row["grounds"], "ground": row["grounds"][0], "reason": "；".join(row["reasons"])},
        )
        bid.save(update_fields=["state", "rejection"])


def bids_reject_all(*, lot_id: int, reason: str, actor: Actor) -> Lot:
    """Every bid is rejected, the lot has failed and everybody is told (招标投标法 第四十二条).

    Raises:
        PermissionDenied: no seat.
        Refused: three or more valid bids are left; marks are missing; no reason.
    """
    reason = text_of(reason, field="reason", limit=1000)
    with acting("reject_all", lot_id=lot_id, actor=actor) as act:
        seat_of(act.lot, actor)
        content, rule = report_content(act.lot), act.lot.book.rule("ENG-35")
        valid = len(content["bids"]) - len(content["rejected"])
        if valid >= int(rule["valid"].amount):
            facts = {"have": valid, "need": int(rule["valid"].amount)}
            raise Refused([Violation("bids.enough_valid", "ENG-35", rule.article, facts)])
        _reject(act.lot, content["rejected"])
        act.lot.record("failed_at", act.now)
        notice = notice_write(
            act,
            "failure",
            f"{act.lot.title}招标失败公告",
            {
                "reason": reason,
                "article": rule.article,
                "rejected": content["rejected"],
                "next": "依法重新招标",
            },
        )
        act.entry("lot.bids_rejected", {**noticed(notice), "valid": valid})
        bidders = [bid.subject.code for bid in bids_of(act.lot)]
        tell_initiator(act.lot, about=f"failed:{act.lot.pk}", title="评标委员会否决全部投标", body=reason)
        tell_subjects(
            bidders,
            about=f"failed:{act.lot.pk}",
            title="评标委员会否决全部投标",
            body=reason,
            url=addresses.trade(act.lot),
        )
    return act.lot
