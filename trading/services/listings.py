"""挂牌: sign-up, free offers, last call, timed round with extension, deal or no deal."""

import contextlib
from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import IntegrityError

from credit import selectors as credit
from credit.models import Subject
from platform_site import clock
from platform_site.accounts.actors import CLOCK, Actor
from platform_site.accounts.refusals import Refused, Violation
from platform_site.web import streams
from trading import addresses
from trading.kernel.contests import Offered, ascending, next_floor
from trading.models import Award, Lot, Offer, SignUp
from trading.paperwords import words_of
from trading.references import pseudonym
from trading.services import bids, letters
from trading.services.acts import Act, acting, moment_of
from trading.services.alerts import tell_subjects
from trading.services.notices import notice_write, noticed
from trading.services.reserves import binding, reserve_said
from trading.services.terms import reserve_values

# Lengths of the last call and of one timed round where the notice says nothing else: a local setting (LND-10).
CALL_MINUTES, ROUND_MINUTES = 5, 5
# What comes so shortly before its end is noted as on its way, and the clock waits for it; sooner there is no need.
CLOSE_TO_THE_END = timedelta(seconds=30)


def hall_topic(lot: Lot) -> str:
    """What the pages of the lot's hall listen to. News there says only that something is new."""
    return f"hall:{lot.reference}"


def nudge(lot: Lot) -> None:
    """Once this has committed, every page of the hall looks again. A sign-up never calls this: nobody knows of it."""
    streams.publish(hall_topic(lot), "changed", {})


@contextlib.contextmanager
def on_its_way(lot: Lot, arrived: datetime) -> Iterator[None]:
    """Within: what arrived shortly before an end is noted, and the clock ends nothing before it is judged.

    The moments of `lot` may be as old as the request: an end only ever moves away. One query (holds) where the end of
    the lot's state is one that a hold moves.
    """
    name = ENDS.get(lot.state, "")
    how = lot.procedure.moments.get(name)
    end = None if how is None else moment_of(lot, name) if how.pauses else lot.recorded.get(name)
    if end is None or not timedelta() <= end - arrived <= CLOSE_TO_THE_END:
        yield
        return
    with bids.arriving(lot.pk, arrived):
        yield


# State -> the moment before which one signs up, offers, or asks to go on in it.
ENDS = {
    "announced": "disclosure_until",
    "listing": "listing_until",
    "last_call": "call_ends",
    "timed": "round_ends",
}


def sign_up(*, lot_id: int, actor: Actor, arrived_at: datetime | None = None) -> SignUp:
    """The subject takes part under a random pseudonym. A second click changes nothing.

    Args:
        arrived_at: when the request was here, stamped before any lock; now, where nobody stamped it.

    Raises:
        Refused: after the listing, banned, the operator itself.
    """
    mine = SignUp.objects.filter(lot_id=lot_id, subject__code=actor.subject_code)
    if held := mine.first():
        return held
    subject = Subject.objects.filter(code=actor.subject_code).first()
    if subject is None:
        raise Refused([Violation("subject.missing")])

    def values(lot: Lot, now: datetime) -> dict[str, Any]:
        return {
            "bans": credit.standing(actor.subject_code, clock.china(now).date()),
            "is_operator": lot.tender.centre_id is not None and lot.tender.centre.code == actor.subject_code,
        }

    try:
        with acting("sign_up", lot_id=lot_id, actor=actor, values=values, now=arrived_at) as act:
            taken = set(SignUp.objects.filter(lot=act.lot).values_list("pseudonym", flat=True))
            kind = words_of(act.lot.procedure).bidder
            name = next(one for one in iter(lambda: pseudonym(kind), "") if one not in taken)
            held = SignUp.objects.create(lot=act.lot, subject=subject, pseudonym=name, at=act.now)
            act.entry("listing.signed_up", {"lot": act.lot.reference}, sealed=True, subject=f"sign-up:{held.id}")
            return held
    except IntegrityError:
        # The same click twice at once: the first had signed up while the second waited for the lock.
        if held := mine.first():
            return held
        raise


def call_minutes(lot: Lot) -> int:
    """How long bidders are asked whether anybody goes on."""
    return int(lot.terms.get("call_minutes") or CALL_MINUTES)


def round_minutes(lot: Lot) -> int:
    """How long a timed round lasts after its beginning, and after each offer in it."""
    return int(lot.terms.get("round_minutes") or ROUND_MINUTES)


def rules_said(lot: Lot) -> dict[str, Any]:
    """What the entry that opens an auction says of its rules: whoever has the entries can hold it again."""
    return {
        "start_price": lot.terms["start_price_cny"],
        "increment": lot.terms["increment_cny"],
        "round_minutes": round_minutes(lot),
    }


def offers_of(lot: Lot) -> list[Offered]:
    """Every offer so far in the order it was accepted: each is above the one before. One query."""
    return [
        Offered(o.sign_up.pseudonym, o.amount_cny, o.at)
        for o in lot.offers.select_related("sign_up").order_by("amount_cny", "at")
    ]


def floor_of(lot: Lot) -> Decimal:
    """The least the next offer may be, yuan: the start price, afterwards the highest plus one increment. One query."""
    best = next(iter(lot.offers.order_by("-amount_cny").values_list("amount_cny", flat=True)[:1]), None)
    start, step = Decimal(lot.terms["start_price_cny"]), Decimal(lot.terms["increment_cny"])
    return next_floor([] if best is None else [Offered("", best, lot.tender.registered_at)], start, step)


def offer_make(
    *, lot_id: int, amount: Decimal, idempotency_key: UUID, actor: Actor, arrived_at: datetime | None = None
) -> Offer:
    """The offer stands for ever, under the pseudonym; in the timed round it may extend the round.

    The same key of the same subject is answered with the offer that was made under it, whatever has happened since.

    Args:
        arrived_at: when the request was here, stamped before any lock: that is the offer's time. Of two for the same
            amount the one whose turn came first stands, and the other is told the new floor.

    Raises:
        Refused: below the floor, with the floor; outside the listing or after the round's end; not signed up.
    """
    try:
        with acting(
            lambda lot: "offer_timed" if lot.state == "timed" else "offer",
            lot_id=lot_id,
            actor=actor,
            values=lambda lot, now: {"amount": amount, "floor": floor_of(lot)},
            now=arrived_at,
        ) as act:
            return _offered(act, amount, idempotency_key)
    except (Refused, IntegrityError) as error:
        # Asked for here only: nearly every offer is a new one, and a click sent twice is always below the floor, too
        # late, or held up by its key.
        mine = Offer.objects.filter(idempotency_key=idempotency_key, sign_up__subject__code=actor.subject_code)
        if done := mine.first():
            return done
        if isinstance(error, IntegrityError):
            raise Refused([Violation("upload.malformed")]) from None
        raise


def _offered(act: Act, amount: Decimal, key: UUID) -> Offer:
    lot = act.lot
    taken = lot.sign_up_of(act.actor.subject_code)
    offer = Offer.objects.create(lot=lot, sign_up=taken, amount_cny=amount, at=act.now, idempotency_key=key)
    said: dict[str, Any] = {"offer": str(offer.id), "bidder": taken.pseudonym, "amount": amount, "at": act.now}
    if act.verb == "offer_timed":
        least = act.now + timedelta(minutes=round_minutes(lot))
        lot.record("round_ends", max(lot.recorded["round_ends"], least))
        said["until"] = lot.recorded["round_ends"]
    act.entry("offer.made", said)
    nudge(lot)
    return offer


def listing_start(*, lot_id: int, actor: Actor = CLOCK, now: datetime | None = None) -> None:
    """The listing is open for offers."""
    with acting("start_listing", lot_id=lot_id, actor=actor, now=now) as act:
        act.entry("listing.started", rules_said(act.lot))
        nudge(act.lot)


def call_start(*, lot_id: int, actor: Actor = CLOCK, now: datetime | None = None) -> None:
    """The listing time is over; bidders are asked whether anybody goes on."""
    with acting("start_call", lot_id=lot_id, actor=actor, now=now) as act:
        act.lot.record("call_ends", act.now + timedelta(minutes=call_minutes(act.lot)))
        act.entry("listing.call_started", {"until": act.lot.recorded["call_ends"]})
        nudge(act.lot)
        codes = act.lot.sign_ups.values_list("subject__code", flat=True)
        tell_subjects(
            codes,
            about=f"call:{act.lot.pk}",
            title=f"{act.lot.title}：是否继续竞价",
            body=f"挂牌已截止。要求继续竞价的，在 {clock.china(act.lot.recorded['call_ends']):%H:%M:%S} 以前提出。",
            url=addresses.hall(act.lot),
        )


def bidding_continue(*, lot_id: int, actor: Actor, arrived_at: datetime | None = None) -> None:
    """A bidder goes on: the timed round begins.

    Args:
        arrived_at: when the request was here, stamped before any lock.

    Raises:
        Refused: nobody is being asked any more, or somebody has asked already.
    """
    with acting("continue_bidding", lot_id=lot_id, actor=actor, now=arrived_at) as act:
        act.lot.record("round_from", act.now)
        act.lot.record("round_ends", act.now + timedelta(minutes=round_minutes(act.lot)))
        taken = act.lot.sign_up_of(actor.subject_code)
        act.entry("listing.round_started", {"asked_by": taken.pseudonym, "until": act.lot.recorded["round_ends"]})
        nudge(act.lot)


def listing_close(*, lot_id: int, verb: str, actor: Actor = CLOCK, now: datetime | None = None) -> None:
    """Bidding is over; the highest offer is on the record."""
    with acting(verb, lot_id=lot_id, actor=actor, now=now) as act:
        act.lot.record("closed_at", act.now)
        best = ascending(offers_of(act.lot), None)
        act.entry("listing.closed", {"best": best.amount if best else None, "bidder": best.bidder if best else ""})
        nudge(act.lot)


def _asked(lot: Lot, now: datetime) -> dict[str, Any]:
    """What the guards of a deal and of its failure ask for. Three queries at most."""
    amount, lost = binding(lot)
    return {
        **reserve_values(lot),
        "reserve_lost": lost,
        "reserve_reached": ascending(offers_of(lot), amount) is not None,
    }


def deal_confirm(*, lot_id: int, actor: Actor) -> Award:
    """成交确认书: the highest offer at or above the reserve, out of its envelope, wins.

    Raises:
        Refused: a reserve still sealed, or nothing reached it.
    """
    with acting("award", lot_id=lot_id, actor=actor, values=_asked) as act:
        best = ascending(offers_of(act.lot), binding(act.lot)[0])
        winner = act.lot.sign_ups.select_related("subject").get(pseudonym=best.bidder)
        award = Award.objects.create(lot=act.lot, subject=winner.subject, amount_cny=best.amount, at=act.now)
        act.lot.record("award_at", act.now)
        notice = notice_write(
            act,
            "award",
            f"{act.lot.title}成交结果公告",
            {
                "winner": winner.subject.name,
                "code": winner.subject.code,
                "amount_cny": best.amount,
                **reserve_said(act.lot),
            },
        )
        nudge(act.lot)
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


def listing_fail(*, lot_id: int, actor: Actor) -> None:
    """不成交: nobody offered, or nobody reached the reserve.

    Raises:
        Refused: a reserve still sealed, or reached.
    """
    with acting("fail_unsold", lot_id=lot_id, actor=actor, values=_asked) as act:
        said = {"reason": act.move.title, **reserve_said(act.lot)}
        notice = notice_write(act, "failure", f"{act.lot.title}未成交公告", said)
        act.entry("lot.unsold", noticed(notice))
