"""挂牌: sign-up, free offers, last call, timed round with extension, deal or no deal."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from credit import selectors as credit
from credit.models import Subject
from platform_site import clock
from platform_site.accounts.actors import CLOCK, Actor
from trading import addresses
from trading.kernel.contests import Offered, ascending, next_floor
from trading.models import Award, Lot, Offer, SignUp
from trading.references import pseudonym
from trading.services import letters
from trading.services.acts import acting
from trading.services.alerts import tell_subjects
from trading.services.notices import notice_write, noticed

# Lengths of the last call and of one timed round where the notice says nothing else: a local setting (LND-10).
CALL_MINUTES, ROUND_MINUTES = 5, 5


def sign_up(*, lot_id: int, actor: Actor) -> SignUp:
    """The subject takes part under a random pseudonym. A second click changes nothing.

    Raises:
        Refused: after the listing, banned, the operator itself.
    """
    if held := SignUp.objects.filter(lot_id=lot_id, subject__code=actor.subject_code).first():
        return held

    def values(lot: Lot, now: datetime) -> dict[str, Any]:
        return {
            "bans": credit.standing(actor.subject_code, clock.china(now).date()),
            "is_operator": lot.tender.centre_id is not None and lot.tender.centre.code == actor.subject_code,
        }

    with acting("sign_up", lot_id=lot_id, actor=actor, values=values) as act:
        subject = Subject.objects.get(code=actor.subject_code)
        held = SignUp.objects.create(lot=act.lot, subject=subject, pseudonym=pseudonym("竞买人"), at=act.now)
        act.entry("listing.signed_up", {"lot": act.lot.reference}, sealed=True, subject=f"sign-up:{held.id}")
    return held


def offers_of(lot: Lot) -> list[Offered]:
    """Every offer so far, oldest first. One query."""
    return [
        Offered(o.sign_up.pseudonym, o.amount_cny, o.at)
        for o in lot.offers.select_related("sign_up").order_by("at", "id")
    ]


def offer_make(*, lot_id: int, amount: Decimal, idempotency_key: UUID, actor: Actor) -> Offer:
    """The offer stands for ever, under the pseudonym; in the timed round it may extend the round.

    Raises:
        Refused: below the floor, with the floor; outside the listing; not signed up.
    """
    if done := Offer.objects.filter(idempotency_key=idempotency_key, sign_up__subject__code=actor.subject_code).first():
        return done
    timed = Lot.objects.values_list("state", flat=True).get(pk=lot_id) == "timed"

    def values(lot: Lot, now: datetime) -> dict[str, Any]:
        start, step = Decimal(lot.terms["start_price_cny"]), Decimal(lot.terms["increment_cny"])
        return {"amount": amount, "floor": next_floor(offers_of(lot), start, step)}

    with acting("offer_timed" if timed else "offer", lot_id=lot_id, actor=actor, values=values) as act:
        taken = SignUp.objects.get(lot=act.lot, subject__code=actor.subject_code)
        offer = Offer.objects.create(
            lot=act.lot, sign_up=taken, amount_cny=amount, at=act.now, idempotency_key=idempotency_key
        )
        if timed:
            least = act.now + timedelta(minutes=int(act.lot.terms.get("round_minutes") or ROUND_MINUTES))
            act.lot.record("round_ends", max(act.lot.recorded["round_ends"], least))
        act.entry("offer.made", {"offer": str(offer.id), "bidder": taken.pseudonym, "amount": amount})
    return offer


def listing_start(*, lot_id: int, actor: Actor = CLOCK, now: datetime | None = None) -> None:
    """The listing is open for offers."""
    with acting("start_listing", lot_id=lot_id, actor=actor, now=now) as act:
        act.entry("listing.started", {"start_price": act.lot.terms["start_price_cny"]})


def call_start(*, lot_id: int, actor: Actor = CLOCK, now: datetime | None = None) -> None:
    """The listing time is over; bidders are asked whether anybody goes on."""
    with acting("start_call", lot_id=lot_id, actor=actor, now=now) as act:
        act.lot.record("call_ends", act.now + timedelta(minutes=int(act.lot.terms.get("call_minutes") or CALL_MINUTES)))
        act.entry("listing.call_started", {"until": act.lot.recorded["call_ends"]})


def bidding_continue(*, lot_id: int, actor: Actor) -> None:
    """A bidder goes on: the timed round begins."""
    with acting("continue_bidding", lot_id=lot_id, actor=actor) as act:
        act.lot.record(
            "round_ends", act.now + timedelta(minutes=int(act.lot.terms.get("round_minutes") or ROUND_MINUTES))
        )
        taken = SignUp.objects.get(lot=act.lot, subject__code=actor.subject_code)
        act.entry("listing.round_started", {"asked_by": taken.pseudonym, "until": act.lot.recorded["round_ends"]})


def listing_close(*, lot_id: int, verb: str, actor: Actor = CLOCK, now: datetime | None = None) -> None:
    """Bidding is over; the highest offer is on the record."""
    with acting(verb, lot_id=lot_id, actor=actor, now=now) as act:
        act.lot.record("closed_at", act.now)
        best = ascending(offers_of(act.lot), None)
        act.entry("listing.closed", {"best": best.amount if best else None, "bidder": best.bidder if best else ""})


def _reserve(lot: Lot, reserve: Decimal | None) -> dict[str, Any]:
    return {"reserve_reached": ascending(offers_of(lot), reserve) is not None}


def deal_confirm(*, lot_id: int, reserve: Decimal | None, actor: Actor) -> Award:
    """成交确认书: the highest offer at or above the reserve wins.

    Args:
        reserve: the reserve price 底价 out of its envelope, opened after the end; None where the notice set none.

    Raises:
        Refused: nothing reached the reserve.
    """
    with acting("award", lot_id=lot_id, actor=actor, values=lambda lot, now: _reserve(lot, reserve)) as act:
        best = ascending(offers_of(act.lot), reserve)
        winner = act.lot.sign_ups.select_related("subject").get(pseudonym=best.bidder)
        award = Award.objects.create(lot=act.lot, subject=winner.subject, amount_cny=best.amount, at=act.now)
        act.lot.record("award_at", act.now)
        notice = notice_write(
            act,
            "award",
            f"{act.lot.title}成交结果公告",
            {"winner": winner.subject.name, "code": winner.subject.code, "amount_cny": best.amount},
        )
        letter = letters.deal_letter(act, award)
        act.entry(
            "lot.awarded",
            {**noticed(notice), "winner": winner.subject.code, "amount": best.amount, "letters": [letter.digest]},
        )
        letters.deliver(letter)
        others = act.lot.sign_ups.exclude(subject=winner.subject).values_list("subject__code", flat=True)
        tell_subjects(
            others,
            about=f"award:{act.lot.pk}",
            title=notice.title,
            body=winner.subject.name,
            url=addresses.notice(notice),
        )
    return award


def listing_fail(*, lot_id: int, reserve: Decimal | None, actor: Actor) -> None:
    """不成交: nobody offered, or nobody reached the reserve.

    Raises:
        Refused: the reserve was reached.
    """
    with acting("fail_unsold", lot_id=lot_id, actor=actor, values=lambda lot, now: _reserve(lot, reserve)) as act:
        notice = notice_write(act, "failure", f"{act.lot.title}未成交公告", {"reason": act.move.title})
        act.entry("lot.unsold", noticed(notice))
