"""The hall of a live auction: what everybody sees of it, and what one bidder sees besides.

Before the listing runs, or the disclosure has ended, that is the clock and nothing else: nothing here reads a sign-up
but the visitor's own, so no page can tell how many have come forward, or when.
"""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import Max, QuerySet

from platform_site.accounts.actors import Actor
from trading import paperwords
from trading.digests import digest_of
from trading.kernel import procedure as kernel
from trading.kernel.procedure import Procedure
from trading.lifeline import due_of
from trading.models import Lot, Offer, Reserve, SignUp
from trading.services.reserves import standing

# Nothing new is told in other states.
LIVE = frozenset({"announced", "listing", "last_call", "waiting", "timed", "single"})
# Milliseconds between two looks of a page without news: while offers may come any second, and otherwise.
QUICK, SLOW = 3000, 15_000
PACED = frozenset({"last_call", "timed"})
# How many offers the page shows before it is asked for all of them.
LADDER = 12
# The quick buttons: so many increments above the highest offer.
STEPS = (1, 2, 5)


@dataclass(frozen=True, slots=True)
class Words:
    """How a book names things in the hall.

    Attributes:
        bidder: 竞买人, 意向受让方.
        signing: the act of coming forward, as the book's own transition titles it.
        start: what the price starts from: 起始价, 转让底价.
        notice: where the terms of the auction stand.
        deposit: 竞买保证金, 交易保证金.
    """

    bidder: str
    signing: str
    start: str
    notice: str
    deposit: str


WORDS = {
    "land": ("竞买人", "起始价", "出让公告"),
    "mining": ("竞买人", "起始价", "出让公告"),
    "catalogued": ("竞买人", "起始价", "交易公告"),
    "equity": ("意向受让方", "转让底价", "信息披露公告"),
}


def words_of(procedure: Procedure) -> Words:
    """The words of the procedure's book."""
    bidder, start, notice = WORDS[procedure.category]
    signing = procedure.transitions["sign_up"].title
    return Words(bidder, signing, start, notice, paperwords.words_of(procedure).deposit)


@dataclass(frozen=True, slots=True)
class Step:
    """One offer on the ladder; `place` counts from 1 in the order of acceptance."""

    place: int
    bidder: str
    at: datetime
    amount: Decimal
    mine: bool


@dataclass(frozen=True, slots=True)
class Hall:
    """Everything public of an auction, and which of it is the visitor's.

    Attributes:
        ladder: highest first; all of it only where it was asked for.
        count: how many offers there are.
        best: the highest offer; None before the first.
        floor: the least the next offer may be, yuan.
        ends: the moment that ends the present state, with the act it brings; None where no clock runs.
        token: changes whenever anything public does.
        reserve: where the notice states one; what it is stands in it once it is open.
    """

    ladder: list[Step]
    count: int
    best: Step | None
    start: Decimal
    increment: Decimal
    floor: Decimal
    ends: kernel.Due | None
    token: str
    reserve: Reserve | None = None

    @property
    def rise(self) -> Decimal | None:
        """How far the highest offer lies above the start price, as a share of it."""
        return (self.best.amount - self.start) / self.start if self.best else None


def hall_of(lot: Lot, facts: kernel.Facts, *, mine: SignUp | None = None, whole: bool = False) -> Hall:
    """The hall as it stands. Two queries, three where there is a reserve price.

    Args:
        mine: the visitor's own sign-up, whose offers are marked.
        whole: every offer instead of the newest.
    """
    offers = Offer.objects.filter(lot=lot).select_related("sign_up").order_by("-amount_cny")
    count = offers.count()
    shown = list(offers if whole else offers[:LADDER])
    ladder = [
        Step(count - n, one.sign_up.pseudonym, one.at, one.amount_cny, bool(mine and one.sign_up_id == mine.pk))
        for n, one in enumerate(shown)
    ]
    start, increment = Decimal(lot.terms["start_price_cny"]), Decimal(lot.terms["increment_cny"])
    best = ladder[0] if ladder else None
    reserve = standing(lot)
    held = [h.start for h in facts.holds if h.end is None]
    token = digest_of([lot.state, lot.moments, count, held, reserve.state if reserve else ""])[:16]
    return Hall(
        ladder,
        count,
        best,
        start,
        increment,
        best.amount + increment if best else start,
        next((item for item in due_of(lot, facts) if item.actor == "clock"), None),
        token,
        reserve,
    )


def own_sign_up(lot: Lot, actor: Actor) -> SignUp | None:
    """The subject's own sign-up. One query; none for who acts for nobody."""
    if not actor.subject_code:
        return None
    return SignUp.objects.filter(lot=lot, subject__code=actor.subject_code).first()


def sign_ups_of(actor: Actor) -> QuerySet[SignUp]:
    """The sign-ups of the subject acted for with their own highest offers, newest first. Never anybody else's."""
    found = SignUp.objects.filter(subject__code=actor.subject_code) if actor.subject_code else SignUp.objects.none()
    found = found.select_related("lot__tender__initiator").annotate(best=Max("offers__amount_cny"))
    return found.order_by("-at", "pk")


def quick_steps(hall: Hall) -> list[dict[str, Any]]:
    """The quick buttons: how many increments, and the amount each stands for."""
    return [{"steps": n, "amount": hall.floor + hall.increment * (n - 1)} for n in STEPS]
