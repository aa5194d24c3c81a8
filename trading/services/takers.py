"""产权转让: the disclosure ends with no taker, one, or several who bid; the price is settled through the exchange."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from platform_site import clock
from platform_site.accounts.actors import CLOCK, Actor
from trading import addresses
from trading.models import Lot, Notice
from trading.services.acts import acting
from trading.services.alerts import tell_subjects
from trading.services.listings import nudge, rules_said
from trading.services.notices import notice_write, noticed
from trading.services.terms import money

# How long network bidding goes on at least, where the notice says nothing else (SOE-12 leaves it to the notice).
BIDDING_MINUTES = 60


def disclosure_end(*, lot_id: int, verb: str, actor: Actor = CLOCK, now: datetime | None = None) -> None:
    """The disclosure is over; how many came forward is public from now on.

    Args:
        verb: fail_no_taker | call_single | call_bidding; exactly one of them is allowed.

    Raises:
        Refused: another number came forward.
    """

    def values(lot: Lot, at: datetime) -> dict[str, Any]:
        return {"takers": lot.sign_ups.count()}

    with acting(verb, lot_id=lot_id, actor=actor, values=values, now=now) as act:
        said: dict[str, Any] = {"takers": act.lot.sign_ups.count()}
        if verb != "fail_no_taker":
            said |= rules_said(act.lot)
        if verb == "fail_no_taker":
            notice = notice_write(act, "failure", f"{act.lot.title}未成交公告", {"reason": act.move.title})
            said |= noticed(notice)
        act.entry("disclosure.ended", said)
        nudge(act.lot)
        _tell_takers(act.lot, verb)


def _tell_takers(lot: Lot, verb: str) -> None:
    """Whoever came forward learns that it will buy by agreement, or when it will bid against others."""
    body = "信息披露期满，您是唯一的意向受让方。在竞价大厅报价，不低于转让底价。"
    if verb == "call_bidding":
        begins = clock.china(lot.recorded["bidding_from"])
        body = f"信息披露期满，意向受让方有两家以上，进入网络竞价，{begins:%Y年%-m月%-d日 %H:%M} 开始。"
    tell_subjects(
        lot.sign_ups.values_list("subject__code", flat=True),
        about=f"disclosure:{lot.pk}",
        title=f"{lot.title}：信息披露期满",
        body=body,
        url=addresses.hall(lot),
    )


def bidding_start(*, lot_id: int, actor: Actor = CLOCK, now: datetime | None = None) -> None:
    """Network bidding (多次报价) is open for its time; an offer near the end extends it."""
    with acting("start_bidding", lot_id=lot_id, actor=actor, now=now) as act:
        minutes = int(act.lot.terms.get("bidding_minutes") or BIDDING_MINUTES)
        act.lot.record("round_from", act.now)
        act.lot.record("round_ends", act.now + timedelta(minutes=minutes))
        act.entry("listing.round_started", {"until": act.lot.recorded["round_ends"]})
        nudge(act.lot)


def deal_settle(*, lot_id: int, paid_cny: Decimal | str, actor: Actor) -> Notice:
    """The exchange has the whole price and issues its voucher (交易凭证); the result is announced.

    Raises:
        PermissionDenied: not the centre's operator.
        Refused: not the price of the contract (`payment.short`).
    """
    paid = money(paid_cny, field="paid_cny")

    def values(lot: Lot, at: datetime) -> dict[str, Any]:
        return {"paid_cny": paid, "contract_cny": lot.contract.amount_cny}

    with acting("settle", lot_id=lot_id, actor=actor, values=values) as act:
        lot, award = act.lot, act.lot.standing_award
        lot.record("settled_at", act.now)
        voucher = f"{lot.reference}-P"
        said = {
            "initiator": lot.tender.initiator.name,
            "centre": lot.tender.centre.name,
            "winner": award.subject.name,
            "valuation_cny": lot.terms.get("valuation_cny"),
            "start_price_cny": lot.terms.get("start_price_cny"),
            "amount_cny": lot.contract.amount_cny,
            "paid_at": act.now,
            "voucher": voucher,
        }
        notice = notice_write(act, "settlement", f"{lot.title}交易结果公告", said)
        act.entry("deal.settled", {**noticed(notice), "paid_cny": paid, "voucher": voucher})
    return notice
