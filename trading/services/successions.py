"""The winner who does not sign: his own word, the loss of the place, the next in order (实施条例 第五十五条)."""

from datetime import datetime
from typing import Any

from platform_site.accounts.actors import Actor
from trading import addresses
from trading.models import Award, Bid, Lot, Report
from trading.rulebooks.guards.course import VACANCIES
from trading.services.acts import acting, moment_of
from trading.services.alerts import tell_initiator, tell_subjects
from trading.services.awards import grant, losers_of
from trading.services.enquiries import text_of
from trading.services.notices import notice_write, noticed
from trading.services.overturns import decision_on, end_award

# Whose bond is not returned (招标投标法实施条例 第七十四条).
FORFEITS = ("refused", "no_bond")


def award_give_up(*, lot_id: int, reason: str, actor: Actor) -> Award:
    """The winner has said in writing that it gives the award up; the initiator is told and decides what follows.

    Raises:
        PermissionDenied: not the winner.
        Refused: the contract is signed; no reason.
    """
    reason = text_of(reason, field="reason", limit=1000)
    with acting("give_up_award", lot_id=lot_id, actor=actor) as act:
        award = act.lot.awards.select_for_update(of=("self",)).select_related("subject").get(state="standing")
        if award.given_up_at is not None:
            # A second click is no second act.
            act.written = award
            return award
        award.given_up_at, award.given_up = act.now, reason
        award.save(update_fields=["given_up_at", "given_up"])
        act.lot.record("given_up_at", act.now)
        act.entry("award.given_up", {"subject": award.subject.code}, private={"reason": reason})
        tell_initiator(act.lot, about=f"given-up:{award.pk}", title="中标人书面放弃中标", body=reason)
    return award


def award_cancel(*, lot_id: int, ground: str, reason: str, actor: Actor) -> Award:
    """The winner has lost the place, in public, with the ground; whether the bond is returned is said with it.

    Args:
        ground: refused | force_majeure | no_bond | unlawful (招标投标法实施条例 第五十五条).

    Raises:
        PermissionDenied: neither initiator nor agency.
        Refused: an unknown ground; `award.not_given_up`, the thirty days still run and the winner did not give up;
            `decision.missing`.
    """
    reason = text_of(reason, field="reason", limit=1000)

    def values(lot: Lot, now: datetime) -> dict[str, Any]:
        award = lot.standing_award
        return {
            "ground": ground,
            "given_up": bool(award and award.given_up_at),
            "contract_due": moment_of(lot, "contract_due"),
            "decision": decision_on(lot),
        }

    with acting("cancel_award", lot_id=lot_id, actor=actor, values=values) as act:
        award = end_award(act, "cancelled", ground, reason)
        forfeits = ground in FORFEITS
        decision = decision_on(act.lot) if ground == "unlawful" else None
        named = {"decision": decision["order"], "decision_number": decision["number"]} if decision else {}
        notice = notice_write(
            act,
            "cancellation",
            f"{act.lot.title}取消中标资格公告",
            {
                "winner": {"name": award.subject.name, "subject": award.subject.code},
                "ground": VACANCIES[ground],
                "reason": reason,
                "bond_forfeited": forfeits,
                **named,
            },
        )
        act.entry(
            "award.cancelled",
            {**noticed(notice), **named, "subject": award.subject.code, "ground": ground, "bond_forfeited": forfeits},
        )
        tell_subjects(
            list(act.lot.bids.standing().values_list("subject__code", flat=True)),
            about=f"notice:{notice.id}",
            title=notice.title,
            body=VACANCIES[ground],
            url=addresses.notice(notice),
        )
    return award


def spent_ranks(lot: Lot) -> list[int]:
    """Ranks of the candidates who were awarded and lost the place. One query."""
    ended = lot.awards.exclude(state="standing").values_list("bid_id", flat=True)
    return list(lot.candidates.filter(bid_id__in=list(ended)).order_by("rank").values_list("rank", flat=True))


def next_rank(lot: Lot) -> int | None:
    """The first candidate in order who has not lost the place; None where the list is used up. Two queries."""
    return lot.candidates.exclude(rank__in=spent_ranks(lot)).order_by("rank").values_list("rank", flat=True).first()


def award_next(*, lot_id: int, rank: int, actor: Actor) -> Award:
    """The next candidate is the winner; a new notice, a letter to him and one to everybody else leave in one act.

    Raises:
        PermissionDenied: neither initiator nor agency.
        Refused: not the next in order, one who lost the place, or outside the list.
    """
    losers: list[Bid] = []

    def values(lot: Lot, now: datetime) -> dict[str, Any]:
        chosen = lot.candidates.filter(rank=rank).select_related("bid").first()
        losers[:] = losers_of(lot, chosen.bid) if chosen else []
        return {
            "rank": chosen.rank if chosen else None,
            "next_rank": next_rank(lot),
            "spent": spent_ranks(lot),
            "state_controlled": lot.tender.state_controlled,
            "untold": 0,
            "validity_until": lot.recorded.get("validity_until"),
        }

    with acting("award_next", lot_id=lot_id, actor=actor, values=values) as act:
        former = act.lot.awards.exclude(state="standing").order_by("-ended_at").first()
        why = f"第{_place(act.lot, former)}中标候选人{VACANCIES.get(former.ended_ground, '')}" if former else ""
        return grant(act, rank, why, Report.objects.get(lot=act.lot).content, losers)


def _place(lot: Lot, award: Award) -> str:
    rank = lot.candidates.filter(bid_id=award.bid_id).values_list("rank", flat=True).first() or 0
    return "一二三四五六七八九"[rank - 1] if rank else ""
