"""Giving bonds back and keeping them: ordered once, sent once, confirmed once (实施条例 第三十五条、第五十七条).

An order is a row before anybody is told; a process claims it, commits, and only then hands it to the institution. One
that dies in between leaves an order marked sent and unconfirmed: it is asked after, never sent a second time.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import F, Q

from platform_site import clock, ledger
from platform_site.accounts.actors import CLOCK, Actor
from platform_site.failpoints import failpoint
from trading import addresses
from trading.kernel.time import counted
from trading.locks import lock_bond, lock_lot
from trading.models import Bond, BondOrder, Lot
from trading.rulebooks.vocabulary import FORFEITS, RETURNS
from trading.services.acts import acting
from trading.services.alerts import tell_subjects
from trading.services.bond_messages import FEN, Said

MONITORS = {"ENG-19": "trading.services.bond_orders.bonds_due"}
INSTITUTION = Actor(kind="institution")
# Forms that are money on an account of ours.
MONEY = ("transfer", "cheque", "cash")
# A year of interest at a bank has this many days.
YEAR = 360
RETRY = timedelta(days=1)
DONE = {"refund": "refunded", "release": "released", "forfeit": "forfeited", "claim": "claimed"}
# Hands one order to the institution; its answer comes by itself, signed.
Door = Callable[[dict[str, Any]], None]


def entry(
    lot: Lot,
    bond: Bond,
    event: str,
    facts: Mapping[str, Any],
    *,
    actor: Actor = INSTITUTION,
) -> None:
    """The bond's entry stands in this transaction, sealed until the lot's opening has started."""
    shown = "opening_at" in lot.moments
    whole = {"lot": lot.reference, **facts}
    whole = {name: value for name, value in whole.items() if value is not None}
    # Sealed: for whom it is opens at the reveal, as with filings. Public: it is open already.
    private = None if shown else {"for": bond.subject.code}
    if shown:
        whole["subject"] = bond.subject.code
    ledger.append(event, subject=bond, actor=actor, facts=whole, private=private, sealed=not shown)


def interest_on(amount: Decimal, rate: Decimal, since: datetime, until: datetime) -> Decimal:
    """Bank interest, to the fen, for the days from `since` to `until` in China; 360 to the year."""
    days = max((clock.china(until).date() - clock.china(since).date()).days, 0)
    return (amount * rate * days / YEAR).quantize(FEN, rounding=ROUND_HALF_UP)


def order_return(lot: Lot, bond: Bond, ground: str, *, actor: Actor = INSTITUTION) -> BondOrder | None:
    """What is there of the bond is on its way back with interest; None while an order is under way or nothing is there.

    Both rows are locked by the caller.
    """
    if bond.orders.filter(state__in=("queued", "sent")).exists():
        return None
    now, balance = clock.now(), bond.balance_cny
    if bond.form == "guarantee" and bond.confirmed_at and bond.state not in ("returned", "keeping", "kept"):
        kind, amount, interest = "release", Decimal(0), Decimal(0)
    elif balance > 0:
        kind, amount = "refund", balance
        interest = interest_on(balance, bond.institution.annual_rate, bond.value_at, now)
    else:
        return _closed(lot, bond, ground, actor) if bond.state == "held" else None
    order = BondOrder.objects.create(
        bond=bond, kind=kind, amount_cny=amount, interest_cny=interest, ground=ground, queued_at=now
    )
    if bond.state != "kept":
        bond.state, bond.ground = "returning", ground
    bond.check_at = None
    bond.save()
    facts = {"order": order.id, "kind": kind, "amount_cny": amount, "interest_cny": interest, "ground": ground,
             "article": article(lot, ground), "rules": [RETURNS[ground][1]], "bond_state": bond.state}  # fmt: skip
    entry(lot, bond, "bond.return_ordered", facts, actor=actor)
    return order


def article(lot: Lot, ground: str) -> str:
    """The article beside the ground."""
    return FORFEITS[ground][1] if ground in FORFEITS else lot.book.article(RETURNS[ground][1])


def _closed(lot: Lot, bond: Bond, ground: str, actor: Actor) -> None:
    """A written promise ends without anybody paying anything."""
    bond.state, bond.ground, bond.check_at = "returned", ground, None
    bond.save()
    entry(lot, bond, "bond.returned", {"ground": ground, "bond_state": bond.state}, actor=actor)


def settle(lot: Lot, bond: Bond, said: Said) -> str:
    """The institution has done (or could not do) what it was ordered; its outcome. Rows are locked by the caller."""
    order = _order(bond, said.order)
    if order is None or order.state == "queued":
        return "unknown_order"  # money that nobody ordered to leave
    if order.state in ("confirmed", "failed"):
        return "repeated"
    if said.kind == "refund_failed":
        return _failed(lot, bond, order)
    if said.kind != DONE[order.kind] or (said.amount, said.interest) != (order.amount_cny, order.interest_cny):
        return "wrong_amount"
    order.state, order.confirmed_at, order.txn = "confirmed", clock.now(), said.txn
    order.save(update_fields=["state", "confirmed_at", "txn"])
    if order.kind == "refund":
        bond.refunded_cny += order.amount_cny
        bond.interest_cny += order.interest_cny
    elif order.kind == "claim":
        bond.received_cny += order.amount_cny
    if order.kind in ("forfeit", "claim"):
        bond.forfeited_cny += order.amount_cny
    if bond.balance_cny == 0:
        bond.state = "kept" if bond.forfeited_cny else "returned"
    bond.save()
    facts = {"order": order.id, "kind": order.kind, "amount_cny": order.amount_cny, "bond_state": bond.state,
             "interest_cny": order.interest_cny, "at": said.at}  # fmt: skip
    entry(lot, bond, f"bond.{DONE[order.kind]}", facts)
    if bond.balance_cny > 0:
        order_return(lot, bond, "surplus")  # came in after the order had left
    tell_bidder(bond, f"done:{order.id}", f"投标保证金{Bond.STATES[bond.state]}", addresses.bid(lot))
    _all_back(lot)
    return "accepted"


def _order(bond: Bond, text: str) -> BondOrder | None:
    try:
        return bond.orders.select_for_update(no_key=True).filter(pk=UUID(text)).first()
    except ValueError:
        return None


def _failed(lot: Lot, bond: Bond, order: BondOrder) -> str:
    """The account was closed or the like: the money is still here, the bidder is told, the clock tries again."""
    order.state = "failed"
    order.save(update_fields=["state"])
    bond.check_at = clock.now() + RETRY
    bond.save(update_fields=["check_at"])
    entry(lot, bond, "bond.return_failed", {"order": order.id, "kind": order.kind})
    tell_bidder(bond, f"failed:{order.id}", "投标保证金未能退还，请核对收款账户", addresses.bid(lot))
    return "accepted"


def _all_back(lot: Lot) -> None:
    """Once the contract stands and nothing is with us any more, the lot's own clock of ENG-45 is met."""
    if "contract_at" in lot.moments and "bonds_refunded_at" not in lot.moments and not outstanding(lot):
        lot.record("bonds_refunded_at", clock.now())
        lot.save(update_fields=["moments"])
        ledger.append("bonds.refunded", subject=lot, actor=CLOCK, facts={"act": "refund_bonds", "rules": ["ENG-45"]})


def outstanding(lot: Lot) -> bool:
    """Whether a bond of the lot still has to go back or is on its way. One query."""
    lying = Q(received_cny__gt=F("refunded_cny") + F("forfeited_cny"))
    return lot.bonds.filter(lying | Q(state__in=("held", "returning", "keeping"))).exists()


def return_all(lot: Lot, ground: str, *, actor: Actor, only: Iterable[UUID] | None = None) -> int:
    """Every standing bond of the lot (or those of `only`) is ordered back. How many. The lot is locked."""
    found = lot.bonds.filter(state__in=("short", "held")).order_by("pk")
    keys = list(found.filter(pk__in=list(only)).values_list("pk", flat=True) if only is not None else
                found.values_list("pk", flat=True))  # fmt: skip
    for key in keys:
        order_return(lot, lock_bond(key), ground, actor=actor)
    return len(keys)


def bond_forfeit(*, bond_id: UUID, ground: str, reason: str, actor: Actor) -> Bond:
    """The bond is not given back: transferred to the initiator, or claimed from the guarantor; the bidder is told why.

    Args:
        ground: a key of FORFEITS; the record must carry it: a bid that counts as revoked, or an award to this bidder.

    Raises:
        PermissionDenied: neither initiator nor agency.
        Refused: another ground, no reason, or facts that do not carry it; nothing stands to be kept.
    """
    bond = Bond.objects.select_related("subject").get(pk=bond_id)

    def values(lot: Lot, now: datetime) -> dict[str, Any]:
        return {
            "ground": ground,
            "reason": reason.strip(),
            "revoked": lot.bids.filter(subject=bond.subject, state="revoked").exists(),
            "awarded": awarded_to(lot, bond),
            "standing": bond.state == "held",
        }

    with acting("forfeit_bond", lot_id=bond.lot_id, actor=actor, values=values) as act:
        bond = lock_bond(bond_id)
        if bond.form == "guarantee":
            kind, amount = "claim", bond.required_cny
        else:
            kind, amount = "forfeit", bond.balance_cny
        order = BondOrder.objects.create(bond=bond, kind=kind, amount_cny=amount, ground=ground, queued_at=act.now)
        bond.state, bond.ground, bond.check_at = "keeping", ground, None
        bond.save()
        facts = {"lot": act.lot.reference, "subject": bond.subject.code, "order": order.id, "kind": kind,
                 "amount_cny": amount, "ground": ground, "article": article(act.lot, ground),
                 "reason": reason.strip()[:1000], "bond_state": bond.state}  # fmt: skip
        act.entry("bond.forfeiture_ordered", facts, subject=bond)
        words = f"{FORFEITS[ground][0]}（{FORFEITS[ground][1]}）。{reason.strip()[:500]}"
        tell_bidder(bond, f"forfeit:{order.id}", "投标保证金不予退还", addresses.bid(act.lot), body=words)
    return bond


def awarded_to(lot: Lot, bond: Bond) -> bool:
    """Whether the lot was awarded to this bidder, an award that was cancelled since included."""
    from trading.models import Award

    return Award.objects.filter(lot=lot, subject_id=bond.subject_id).exclude(state="void").exists()


def bonds_due(limit: int = 500) -> int:
    """What the clock owes was ordered: bonds of withdrawn bids, of lots that failed or were terminated, and refunds
    that could not be made. How many. Promptly (ENG-19); within the days of ENG-23 for a withdrawn bid."""
    now, done = clock.now(), 0
    ended = Q(state__in=("short", "held"), lot__state__in=("failed", "terminated"))
    due = Bond.objects.filter(Q(check_at__lte=now) | ended).order_by("pk").values_list("pk", "lot_id")[:limit]
    for bond_id, lot_id in list(due):
        with transaction.atomic():
            lot, bond = lock_lot(lot_id), lock_bond(bond_id)
            done += _owed(lot, bond, now)
    return done


def _owed(lot: Lot, bond: Bond, now: datetime) -> bool:
    if bond.state in ("short", "held") and lot.state in ("failed", "terminated"):
        return order_return(lot, bond, lot.state, actor=CLOCK) is not None or bond.state == "returned"
    if bond.check_at is None or bond.check_at > now:
        return False
    if bond.state == "returning":
        return order_return(lot, bond, bond.ground, actor=CLOCK) is not None
    bond.check_at = None
    bids = lot.bids.filter(subject_id=bond.subject_id)
    if bond.state in ("short", "held") and bids.exists() and not bids.standing().exists():
        return order_return(lot, bond, "withdrawn", actor=CLOCK) is not None or bond.state == "returned"
    bond.return_by = None
    bond.save(update_fields=["check_at", "return_by"])
    return False


def orders_send(door: Door, limit: int = 500) -> int:
    """Queued orders were handed to their institutions, each by one process and never twice. How many."""
    for sent in range(limit):
        told = _claim()
        if told is None:
            return sent
        failpoint("bond_order.claimed")
        door(told)
    return limit


@transaction.atomic
def _claim() -> dict[str, Any] | None:
    """The oldest queued order is marked sent; what the institution is told, or None."""
    waiting = BondOrder.objects.filter(state="queued").select_for_update(skip_locked=True, of=("self",))
    order = waiting.select_related("bond__lot__tender", "bond__subject").order_by("queued_at", "id").first()
    if order is None:
        return None
    order.state, order.sent_at = "sent", clock.now()
    order.save(update_fields=["state", "sent_at"])
    bond, lot = order.bond, order.bond.lot
    entry(lot, bond, "bond.order_sent", {"order": order.id, "kind": order.kind}, actor=CLOCK)
    initiator = lot.tender.initiator.name if order.kind in ("forfeit", "claim") else bond.subject.name
    return {
        "order": str(order.id),
        "kind": order.kind,
        "institution": str(bond.institution_id),
        "account": bond.account,
        "lot": lot.reference,
        "amount_cny": str(order.amount_cny),
        "interest_cny": str(order.interest_cny),
        "to_name": initiator,
        "to_account": "" if order.kind in ("forfeit", "claim") else bond.payer_account,
        "number": bond.guarantee_number,
    }


def return_by(lot: Lot) -> datetime | None:
    """Until when bonds go back after the contract (ENG-45); None before it."""
    signed = lot.recorded.get("contract_at")
    if signed is None:
        return None
    number = lot.book.rule("ENG-45")["days"]
    return counted(signed, int(number.amount), number.unit, "most")


def tell_bidder(bond: Bond, about: str, title: str, url: str, *, body: str = "") -> None:
    """The bidder's own people are told, nobody else."""
    tell_subjects(
        [bond.subject.code], about=f"bond:{bond.id}:{about}", title=title, body=body or bond.lot.title, url=url
    )
