"""The report: computed from the marks, signed by every member over one digest, then handed to the initiator."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from platform_site.accounts.actors import Actor
from platform_site.accounts.refusals import Refused, Violation
from trading import addresses
from trading.digests import digest_of
from trading.models import Bid, BidQuestion, Lot, Report, Signature
from trading.paperwords import words_of
from trading.services.acts import acting
from trading.services.alerts import tell_initiator, tell_subjects
from trading.services.committees import members_of
from trading.services.enquiries import text_of
from trading.services.evaluations import bids_of, seat_of
from trading.services.instruments import report_written
from trading.services.notices import notice_write, noticed
from trading.services.partners import twice_ranked
from trading.services.report_texts import report_content

ENFORCES = {"ELE-08": "trading.services.reports.report_sign"}


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

    def values(lot: Lot, now: datetime) -> dict[str, Any]:
        content = report_content(lot)
        return {"valid_count": len(content["bids"]) - len(content["rejected"])}

    with acting("reject_all", lot_id=lot_id, actor=actor, values=values) as act:
        seat_of(act.lot, actor)
        content, rule = report_content(act.lot), act.lot.book.rule(act.move.rules[0])
        valid = len(content["bids"]) - len(content["rejected"])
        _reject(act.lot, content["rejected"])
        act.lot.record("failed_at", act.now)
        notice = notice_write(
            act,
            "failure",
            f"{act.lot.title}{words_of(act.lot.procedure).failed}",
            {
                "reason": reason,
                "article": rule.article,
                "rejected": content["rejected"],
                "next": "依法重新招标",
            },
        )
        act.entry("lot.bids_rejected", {**noticed(notice), "valid": valid})
        bidders = [bid.subject.code for bid in bids_of(act.lot)]
        tell_initiator(act.lot, about=f"failed:{act.lot.pk}", title=notice.title, body=reason)
        tell_subjects(
            bidders,
            about=f"failed:{act.lot.pk}",
            title=notice.title,
            body=reason,
            url=addresses.trade(act.lot),
        )
    return act.lot
