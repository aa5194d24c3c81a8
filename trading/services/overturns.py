"""A published result or an award that cannot stand: by an upheld objection or by a decision of the authority.

Supervision holds no trading verb: it decides, its order stands on the record and holds the lot. What follows from it
the initiator does, here, and names the decision.
"""

from datetime import datetime
from typing import Any

from platform_site.accounts.actors import Actor
from platform_site.ledger.models import Entry
from trading import addresses
from trading.models import Award, Candidate, EvaluationSetAside, Lot, Report, ReviewMark, ScoreMark
from trading.services.acts import Act, acting
from trading.services.alerts import tell_initiator, tell_subjects
from trading.services.awards import upheld_objection
from trading.services.enquiries import text_of
from trading.services.notices import notice_write, noticed

# Entry of a supervising authority's order whose kind says that the result is void (supervision.services).
ORDERED, VOID = "order.issued", "void"


def decision_on(lot: Lot) -> dict[str, Any] | None:
    """The newest decision that voids the lot's result and has not been carried out: {order, number, authority}.

    Two queries.
    """
    about = Entry.objects.about(lot.ledger_ref)
    done = set(about.filter(facts__has_key="decision").values_list("facts__decision", flat=True))
    decisions = about.filter(event=ORDERED, facts__kind=VOID).order_by("-legal_at", "-recorded_at")
    return next((d.facts for d in decisions if d.facts["order"] not in done), None)


def _values(lot: Lot, now: datetime) -> dict[str, Any]:
    return {"decision": decision_on(lot), "upheld_objection": upheld_objection(lot)}


def _basis(act: Act) -> dict[str, Any]:
    """What the act rests on, as entry and notice say it."""
    decision, objection = decision_on(act.lot), upheld_objection(act.lot)
    found: dict[str, Any] = {}
    if decision:
        found |= {"decision": decision["order"], "decision_number": decision["number"]}
    if objection:
        found["objection"] = f"异-{objection:02d}"
    return found


def result_redo(*, lot_id: int, reason: str, actor: Actor) -> Lot:
    """The committee evaluates again from the first mark; the former report is kept, its candidates are none any more.

    Raises:
        PermissionDenied: neither initiator nor agency.
        Refused: `result.standing`, neither an upheld objection nor a decision speaks against the result.
    """
    reason = text_of(reason, field="reason", limit=1000)
    with acting("redo_evaluation", lot_id=lot_id, actor=actor, values=_values) as act:
        lot, basis = act.lot, _basis(act)
        report = Report.objects.select_for_update().get(lot=lot)
        kept = _keep(lot, report, reason, act.now)
        for bid in lot.bids.select_for_update(of=("self",)).filter(state="rejected"):
            bid.state, bid.rejection = "opened", {}
            bid.save(update_fields=["state", "rejection"])
        Candidate.objects.filter(lot=lot).delete()
        lot.moments = {name: at for name, at in lot.moments.items() if name not in {"report_at", "candidates_at"}}
        notice = notice_write(
            act,
            "redo",
            f"{lot.title}重新评标公告",
            {"reason": reason, **basis, "set_aside": kept.digest, "next": "重新评标"},
        )
        act.entry("evaluation.redone", {**noticed(notice), **basis, "set_aside": kept.digest, "number": kept.number})
        tell_subjects(
            list(lot.bids.filter(state="opened").values_list("subject__code", flat=True)),
            about=f"notice:{notice.id}",
            title=notice.title,
            body=reason,
            url=addresses.notice(notice),
        )
    return lot


def _keep(lot: Lot, report: Report, reason: str, now: datetime) -> EvaluationSetAside:
    """The evaluation as it was signed, for the archive; marks and signatures start empty."""
    signed = report.signatures.filter(digest=report.digest).select_related("member").order_by("member__label")
    kept = EvaluationSetAside.objects.create(
        lot=lot,
        number=lot.evaluations_set_aside.count() + 1,
        content=report.content,
        digest=report.digest,
        signatures=[{"label": s.member.label, "dissent": s.dissent, "at": s.at.isoformat()} for s in signed],
        reason=reason,
        at=now,
    )
    report.signatures.all().delete()
    ReviewMark.objects.filter(bid__lot=lot).delete()
    ScoreMark.objects.filter(bid__lot=lot).delete()
    report.submitted_at = None
    report.save(update_fields=["submitted_at"])
    return kept


def result_fail(*, lot_id: int, reason: str, actor: Actor) -> Lot:
    """The tender has failed after its result fell; a new one may follow (实施条例 第五十五条, 第八十一条).

    Raises:
        PermissionDenied: neither initiator nor agency.
        Refused: `result.standing`; no reason.
    """
    reason = text_of(reason, field="reason", limit=1000)
    with acting("fail_result", lot_id=lot_id, actor=actor, values=_values) as act:
        lot, basis = act.lot, _basis(act)
        lot.record("failed_at", act.now)
        notice = notice_write(
            act,
            "failure",
            f"{lot.title}招标失败公告",
            # An empty list: the envelopes were opened, nobody was rejected by this act.
            {"reason": reason, **basis, "rejected": [], "next": "依法重新招标"},
        )
        act.entry("lot.result_failed", {**noticed(notice), **basis})
        tell_initiator(lot, about=f"failed:{lot.pk}", title="招标失败，依法重新招标", body=reason)
        tell_subjects(
            list(lot.bids.standing().values_list("subject__code", flat=True)),
            about=f"failed:{lot.pk}",
            title="招标失败，依法重新招标",
            body=reason,
            url=addresses.trade(lot),
        )
    return lot


def award_set_aside(*, lot_id: int, reason: str, actor: Actor) -> Award:
    """The award is void by the authority's decision; the next candidate or a new tender follows.

    Raises:
        PermissionDenied: neither initiator nor agency.
        Refused: `decision.missing`, no decision of the authority stands on the record.
    """
    reason = text_of(reason, field="reason", limit=1000)
    with acting("set_aside_award", lot_id=lot_id, actor=actor, values=_values) as act:
        lot, basis = act.lot, _basis(act)
        award = end_award(act, "void", "unlawful", reason)
        notice = notice_write(
            act,
            "set_aside",
            f"{lot.title}中标无效公告",
            {"winner": {"name": award.subject.name, "subject": award.subject.code}, "reason": reason, **basis},
        )
        act.entry("award.set_aside", {**noticed(notice), **basis, "subject": award.subject.code})
        tell_subjects(
            list(lot.bids.standing().values_list("subject__code", flat=True)),
            about=f"notice:{notice.id}",
            title=notice.title,
            body=reason,
            url=addresses.notice(notice),
        )
    return award


def end_award(act: Act, state: str, ground: str, reason: str) -> Award:
    """The standing award has ended; what was owed because of it is owed no longer. Inside the act."""
    award = act.lot.awards.select_for_update(of=("self",)).select_related("subject", "bid").get(state="standing")
    award.state, award.ended_at, award.ended_ground, award.ended_reason = state, act.now, ground, reason
    award.save(update_fields=["state", "ended_at", "ended_ground", "ended_reason"])
    gone = {"award_at", "award_reported_at", "given_up_at"}
    act.lot.moments = {name: at for name, at in act.lot.moments.items() if name not in gone}
    return award
