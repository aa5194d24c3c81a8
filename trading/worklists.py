"""What lies on somebody's desk: the lots of an initiator or agency, the lots a bidder holds something of."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from platform_site.accounts.actors import Actor
from trading.lifeline import Next, facts_of_many, next_of
from trading.models import Bid, Challenge, DocumentObtained, Lot, SignUp

MOST = 60


@dataclass(frozen=True, slots=True)
class Row:
    """One lot on a desk: its next step, and for a bidder what the own subject holds of it."""

    lot: Lot
    next: Next
    state: str
    own: str = ""


def own_lots(actor: Actor, now: datetime, *, ended: bool = False) -> list[Row]:
    """Lots of the subject acted for as initiator or mandated agency, what is owed soonest first. Three queries.

    Args:
        ended: the archived ones instead of the living.
    """
    if not actor.subject_code:
        return []
    lots = Lot.objects.filter(
        Q(tender__initiator__code=actor.subject_code)
        | Q(tender__agency__code=actor.subject_code) & ~Q(tender__mandate={})
    ).select_related("tender__initiator", "tender__agency", "tender__centre")
    lots = lots.filter(state="archived") if ended else lots.exclude(state="archived")
    found = list(lots.order_by("-tender__registered_at", "tender_id", "number")[:MOST])
    unanswered = _unanswered(found)
    facts = facts_of_many(found, now)
    rows = [
        Row(lot, next_of(lot, facts[lot.pk], answered=lot.pk not in unanswered), lot.procedure.states[lot.state])
        for lot in found
    ]
    return sorted(rows, key=lambda row: (not row.next.mine, row.next.until is None, row.next.until or now))


def hosted_lots(codes: Collection[str], now: datetime, *, most: int) -> list[Row]:
    """Announced lots that these centres host and that still run, what is due soonest first. Two queries."""
    lots = Lot.objects.filter(tender__centre__code__in=codes).exclude(state__in=("registered", "scheduled", "archived"))
    found = list(lots.select_related("tender__initiator", "tender__centre").order_by("next_check", "-pk")[:most])
    facts = facts_of_many(found, now)
    rows = [Row(lot, next_of(lot, facts[lot.pk]), lot.procedure.states[lot.state]) for lot in found]
    return sorted(rows, key=lambda row: (row.next.until is None, row.next.until or now, row.lot.pk))


def _unanswered(lots: list[Lot]) -> set[int]:
    waiting = Challenge.objects.filter(lot__in=lots, replied_at__isnull=True)
    return set(waiting.values_list("lot_id", flat=True))


def taken_lots(actor: Actor, now: datetime) -> list[Row]:
    """Lots whose document the subject acted for obtained, that it has bid for or signed up to: own facts only. Five
    queries."""
    if not actor.subject_code:
        return []
    code = actor.subject_code
    held = DocumentObtained.objects.filter(subject__code=code).order_by("-at").values_list("lot_id", flat=True)[:MOST]
    bids = dict(Bid.objects.filter(subject__code=code).standing().values_list("lot_id", "state"))
    signed = dict(SignUp.objects.filter(subject__code=code).order_by("-at").values_list("lot_id", "pseudonym")[:MOST])
    taken = Lot.objects.filter(pk__in=[*held, *bids, *signed]).select_related("tender__initiator")
    lots = {lot.pk: lot for lot in taken}
    facts = facts_of_many(list(lots.values()), now)
    rows = []
    for pk, lot in lots.items():
        own = Bid.STATES[bids[pk]] if pk in bids else signed.get(pk, "已获取文件")
        rows.append(Row(lot, next_of(lot, facts[pk]), lot.procedure.states[lot.state], own))
    return sorted(rows, key=lambda row: (row.next.until is None, row.next.until or now, row.lot.pk))
