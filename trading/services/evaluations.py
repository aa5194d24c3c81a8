"""Evaluation: it starts, the committee asks bidders for clarification and asks for time. Marks: `services/marks.py`."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import transaction

from platform_site import clock, ledger
from platform_site.accounts import policy
from platform_site.accounts.actors import Actor
from platform_site.accounts.refusals import Refused, Violation
from trading import addresses
from trading.kernel import procedure as kernel
from trading.locks import lock_lot
from trading.models import Bid, BidQuestion, CommitteeMember, Lot
from trading.services.acts import Act, acting, facts_of, mandated, not_replaced
from trading.services.alerts import tell_initiator, tell_subjects
from trading.services.committees import conflicts, members_of
from trading.services.enquiries import text_of
from trading.services.factors import factor_undrawn


def seat_of(lot: Lot, actor: Actor) -> CommitteeMember:
    """The seat the actor holds now.

    Raises:
        PermissionDenied: none.
    """
    if actor.user_id is None:
        raise PermissionDenied("a machine holds no seat")
    seat = CommitteeMember.objects.filter(
        committee__lot=lot, user__public_id=actor.user_id, left_at__isnull=True
    ).first()
    if seat is None:
        raise PermissionDenied("no seat in this committee")
    return seat


def evaluation_start(*, lot_id: int, actor: Actor) -> Lot:
    """The committee may work: its composition and interests were judged again, now that the bidders are known.

    Raises:
        PermissionDenied: neither initiator, agency nor operator.
        Refused: bids not disclosed; no lawful committee; a member with an interest in a bidder (replace him first); the
            factor the document draws at the opening is undrawn.
    """

    def values(lot: Lot, now: datetime) -> dict[str, Any]:
        committee = getattr(lot, "committee", None)
        members = members_of(committee) if committee else []
        employers = {m.user_id: m.user.expert.employer_code for m in members if m.is_expert}
        left = committee.members.filter(left_at__isnull=False).count() if committee else 0
        return {
            "members": len(members),
            "experts": len(employers),
            "conflicts": conflicts(lot, [(m.user_id, employers.get(m.user_id, ""), m.is_expert) for m in members]),
            "bid_count": len(bids_of(lot)),
            "budget_cny": lot.ceiling_cny,
            "replaced": f"{left}名成员被更换" if left else "",
            "factor_undrawn": factor_undrawn(lot),
        }

    with acting("start_evaluation", lot_id=lot_id, actor=actor, values=values) as act:
        act.lot.record("evaluation_at", act.now)
        members = members_of(act.lot.committee)
        act.entry(
            "evaluation.started", {"members": [m.label for m in members], "bids": [str(b.id) for b in bids_of(act.lot)]}
        )
    return act.lot


def bids_of(lot: Lot) -> list[Bid]:
    """The bids the committee has before it, in order of arrival. One query."""
    return list(
        lot.bids.filter(state__in=("opened", "rejected"))
        .select_related("subject", "envelope")
        .order_by("arrived_at", "id")
    )


def disclosed_bid(act: Act, bid_id: UUID) -> Bid:
    """A disclosed bid of this lot.

    Raises:
        Bid.DoesNotExist: another lot's, or one that was not disclosed.
    """
    return act.lot.bids.filter(state="opened").select_related("subject").get(pk=bid_id)


def question_ask(*, lot_id: int, bid_id: UUID, text: str, actor: Actor) -> BidQuestion:
    """The committee's written question to one bidder; the bidder is told (招标投标法实施条例 第五十二条).

    Raises:
        PermissionDenied: no seat.
        Refused: no text; the procedure knows no such question.
    """
    text = text_of(text, field="text")
    with acting("ask_bidder", lot_id=lot_id, actor=actor) as act:
        bid = disclosed_bid(act, bid_id)
        question = BidQuestion.objects.create(bid=bid, member=seat_of(act.lot, actor), text=text, asked_at=act.now)
        act.entry("bid.questioned", {"question": str(question.id)}, private={"bid": str(bid.id), "text": text})
        tell_subjects(
            [bid.subject.code],
            about=f"question:{question.id}",
            title="评标委员会要求澄清",
            body=text[:200],
            url=addresses.questions(act.lot),
        )
    return question


def question_answer(*, question_id: UUID, text: str, actor: Actor) -> BidQuestion:
    """The bidder's written answer stands, once. It changes nothing in the bid.

    Raises:
        PermissionDenied: not a bidder of the lot.
        Refused: nobody asked this bidder (`clarification.unasked`), or it was answered before.
    """
    text = text_of(text, field="text")
    question = BidQuestion.objects.select_related("bid__subject").get(pk=question_id)
    asked = question.bid.subject.code == actor.subject_code and question.answered_at is None
    with acting("answer_committee", lot_id=question.bid.lot_id, actor=actor, values={"asked": asked}) as act:
        question = BidQuestion.objects.select_for_update().get(pk=question_id)
        if question.answered_at:
            raise Refused([Violation("clarification.answered", facts={"at": question.answered_at})])
        question.answer, question.answered_at = text, act.now
        question.save(update_fields=["answer", "answered_at"])
        act.entry("bid.question_answered", {"question": str(question.id)}, private={"text": text})
    return question


def time_ask(*, lot_id: int, actor: Actor) -> list[str]:
    """The member finds the time too short; beyond a third of them it must be extended (ENG-30). Who asked so far."""
    with acting("review_bid", lot_id=lot_id, actor=actor) as act:
        committee, member = act.lot.committee, seat_of(act.lot, actor)
        committee.time_asked = sorted({*committee.time_asked, member.label})
        committee.save(update_fields=["time_asked"])
        act.entry("evaluation.time_asked", {"act": "ask_time", "asked": len(committee.time_asked)})
        about = f"time:{act.lot.pk}:{len(committee.time_asked)}"
        tell_initiator(act.lot, about=about, title="评标委员会成员要求延长评标时间", body=act.lot.title)
    return committee.time_asked


@transaction.atomic
def time_extend(*, lot_id: int, until: datetime, actor: Actor) -> Lot:
    """The initiator has given the committee until `until` (招标投标法实施条例 第四十八条).

    Raises:
        PermissionDenied: neither initiator nor agency.
        Refused: not under evaluation, or a moment that has passed.
    """
    lot = lock_lot(lot_id)
    not_replaced(lot, actor)
    policy.require(actor, "initiator|agency", over=lot)
    mandated(lot, actor, clock.now())
    now = clock.now()
    if shut := kernel.gate(lot.book, lot.procedure, "review_bid", facts_of(lot, now)):
        raise Refused([shut])
    if until <= now:
        facts = {"since": until, "act": "延长评标时间"}
        raise Refused([Violation("clock.too_late", "ENG-30", lot.book.article("ENG-30"), facts)])
    committee = lot.committee
    committee.time_extended_to = until
    committee.save(update_fields=["time_extended_to"])
    asked = len(committee.time_asked)
    ledger.append("evaluation.time_extended", subject=lot, actor=actor, facts={"until": until, "asked": asked})
    return lot
