"""One tick finds due lots by `next_check` and does what the clock has to do, each at its own moment."""

import logging
from datetime import datetime

from django.db import transaction

from platform_site import clock
from platform_site.accounts.actors import CLOCK
from platform_site.accounts.refusals import Refused
from platform_site.clock.models import ClockOffset
from platform_site.web import door
from trading.kernel import procedure as kernel
from trading.locks import lock_lot
from trading.models import Lot
from trading.services import bids, factors, listings, openings, quotes, replans, reserves, sessions, takers, tenders
from trading.services.acts import facts_of, next_check

log = logging.getLogger(__name__)

# clock verb -> service(lot_id, actor, now). A verb of a book without a service here is a defect the tests find.
CLOCK_ACTS = {
    "publish_notice": lambda lot_id, now: tenders.notice_publish(lot_id=lot_id, now=now),
    "start_opening": lambda lot_id, now: openings.opening_start(lot_id=lot_id, now=now),
    "fail_too_few": lambda lot_id, now: openings.lot_fail_too_few(lot_id=lot_id, now=now),
    "disclose_final": lambda lot_id, now: _disclose_final(lot_id, now),
    "start_quotes": lambda lot_id, now: quotes.quotes_start(lot_id=lot_id, now=now),
    "fail_few_quotes": lambda lot_id, now: quotes.quotes_fail(lot_id=lot_id, now=now),
    "disclose_quotes_late": lambda lot_id, now: quotes.quotes_disclose(lot_id=lot_id, actor=CLOCK, final=True, now=now),
    "start_listing": lambda lot_id, now: listings.listing_start(lot_id=lot_id, now=now),
    "fail_no_taker": lambda lot_id, now: takers.disclosure_end(lot_id=lot_id, verb="fail_no_taker", now=now),
    "call_single": lambda lot_id, now: takers.disclosure_end(lot_id=lot_id, verb="call_single", now=now),
    "call_bidding": lambda lot_id, now: takers.disclosure_end(lot_id=lot_id, verb="call_bidding", now=now),
    "start_bidding": lambda lot_id, now: takers.bidding_start(lot_id=lot_id, now=now),
    "start_call": lambda lot_id, now: listings.call_start(lot_id=lot_id, now=now),
    "close_call": lambda lot_id, now: listings.listing_close(lot_id=lot_id, verb="close_call", now=now),
    "close_round": lambda lot_id, now: listings.listing_close(lot_id=lot_id, verb="close_round", now=now),
}


# What the clock does at an end of filing, offering or signing up: it waits for what was stamped in time.
CLOSING = frozenset({"start_opening", "fail_too_few", "start_quotes", "fail_few_quotes"}) | frozenset(
    {"start_call", "close_call", "close_round", "fail_no_taker", "call_single", "call_bidding"}
)


def _disclose_final(lot_id: int, now: datetime) -> None:
    """Time for keys is over. The factor comes first where it can be drawn; contents do not wait for it otherwise."""
    _factor_first(Lot.objects.select_related("tender").get(pk=lot_id), now)
    openings.bids_disclose(lot_id=lot_id, actor=CLOCK, final=True, now=now)


def _factor_first(lot: Lot, now: datetime | None = None) -> None:
    """The factor the document draws is drawn, if the trustees' keys are in."""
    if not factors.factor_ready(lot):
        return
    try:
        factors.factor_draw(lot_id=lot.pk, now=now)
    except Refused as refused:
        log.warning("the factor of %s waits: %s", lot.ledger_ref, refused.violations[0].code)


def tick(*, until: datetime | None = None, limit: int = 500) -> int:
    """Every clock act due by `until` (default: legal now) has happened, oldest moment first. How many happened.

    Each lot is its own transaction: one that fails leaves the others alone and is tried at the next tick.
    """
    done, stuck = 0, set()
    live = until is None
    for _ in range(limit):
        horizon = until or clock.now()
        lot = Lot.objects.due(horizon).exclude(pk__in=stuck).select_related("tender").first()
        if lot is None:
            return done
        if act_once(lot, horizon, live=live):
            done += 1
        elif not counted_anew(lot.pk, horizon):
            stuck.add(lot.pk)
    return done


def act_once(lot: Lot, horizon: datetime, *, live: bool = False) -> bool:
    """The lot's next clock act happened, judged at its own moment. False: nothing could happen.

    Args:
        live: requests are coming in while we look: one stamped just before the deadline gets a moment to be noted.
    """
    ahead = [d for d in kernel.due(lot.book, lot.procedure, facts_of(lot, horizon)) if d.actor == "clock" and d.at]
    for item in ahead:
        if item.at > horizon:
            break
        closes = item.verb in CLOSING
        if closes and ((live and horizon < item.at + bids.NOTING) or not bids.settled(lot.pk, item.at)):
            return False
        if live and (gap := replans.unserved(lot, item.verb, item.at)):
            return _replan(lot, item.verb, gap)
        try:
            with clock.at(item.at):
                CLOCK_ACTS[item.verb](lot.pk, item.at)
            return True
        except Refused as refused:
            # Of two clock acts at one moment (open, or fail for too few) exactly one is allowed.
            log.info("clock act refused: %s", refused.violations[0].code)
        except Exception:
            # A defect that only this lot meets must not keep every other lot's opening shut.
            log.exception("clock act failed: %s at %s", item.verb, lot.ledger_ref)
            return False
    return False


def _replan(lot: Lot, verb: str, gap: door.Gap) -> bool:
    """Planned anew, as soon as the door answers again: before that nobody could come back."""
    if gap.until is None or not door.up():
        return False
    offset = ClockOffset.current()
    try:
        replans.contest_replan(lot_id=lot.pk, verb=verb, since=gap.since + offset, until=gap.until + offset)
    except Refused as refused:
        log.warning("%s is not planned anew: %s", lot.ledger_ref, refused.violations[0].code)
        return False
    return True


@transaction.atomic
def counted_anew(lot_pk: int, horizon: datetime) -> bool:
    """The lot's next moment lies behind `horizon` or nowhere: a hold had woken it. False where it really is due."""
    lot = lock_lot(lot_pk)
    ahead = next_check(lot)
    if ahead is not None and ahead <= horizon:
        return False
    lot.next_check = ahead
    lot.save(update_fields=["next_check"])
    sessions.follow(lot)  # a hold placed by supervision's own process told nobody here
    return True


def next_moment() -> datetime | None:
    """The soonest moment at which the clock has something to do anywhere; for 'go to the next moment'. One query."""
    return (
        Lot.objects.filter(next_check__isnull=False).order_by("next_check").values_list("next_check", flat=True).first()
    )


def disclose_ready() -> int:
    """Every opening whose keys are all in has its contents published, and before them its factor drawn; so has every
    reserve price of a listing that has closed. How many.

    Keys that came after the contents had to appear without them still draw the factor the evaluation waits for.
    """
    done = reserves.reserves_open_ready()
    waiting = Lot.objects.filter(state__in=("opening", "opened"), factor_draw__drawn_at__isnull=True)
    for lot in waiting.filter(factor_draw__isnull=False).select_related("tender"):
        _factor_first(lot)
    for lot in Lot.objects.filter(state__in=("opening", "closing")).select_related("tender"):
        second = lot.state == "closing"
        if quotes.keys_are_in(lot) if second else openings.keys_are_in(lot):
            try:
                (quotes.quotes_disclose if second else openings.bids_disclose)(lot_id=lot.pk, actor=CLOCK)
                done += 1
            except Refused as refused:
                log.info("disclosure waits: %s", refused.violations[0].code)
    return done
