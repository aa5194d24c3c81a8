"""Which lock first? Plan, tender, lot, then bid or bond, each by pk. FOR NO KEY UPDATE: foreign keys do not wait."""

from collections.abc import Iterable

from django.db import connection

from credit.models import Subject
from trading.models import Bid, Bond, Lot, Tender, TenderPlan, Venue


def lock_plan(pk: int) -> TenderPlan:
    """The plan, locked until the transaction ends, with its initiator at hand."""
    _inside_transaction()
    found = TenderPlan.objects.select_for_update(no_key=True, of=("self",))
    return found.select_related("initiator").get(pk=pk)


def lock_tender(pk: int) -> Tender:
    """The tender, locked until the transaction ends."""
    return Tender.objects.select_for_update(no_key=True).get(pk=pk)


def lock_lot(pk: int) -> Lot:
    """The lot, locked until the transaction ends, with its tender and subjects at hand. Two queries."""
    _inside_transaction()
    lot = Lot.objects.select_for_update(no_key=True, of=("self",)).select_related("tender").get(pk=pk)
    # Not joined: six tables cost the planner more than a second question, at every act.
    named = {party: getattr(lot.tender, f"{party}_id") for party in ("initiator", "agency", "centre", "authority")}
    subjects = Subject.objects.in_bulk([key for key in named.values() if key])
    for party, key in named.items():
        setattr(lot.tender, party, subjects.get(key))
    return lot


def lock_lots(pks: Iterable[int]) -> list[Lot]:
    """The lots by pk, all locked before anything of one of them is: what follows may lock bids, bonds and rooms."""
    _inside_transaction()
    found = Lot.objects.select_for_update(no_key=True, of=("self",)).select_related("tender")
    return list(found.filter(pk__in=list(pks)).order_by("pk"))


def lock_bid(pk: object) -> Bid:
    """The bid, locked; take the lot's lock before."""
    _inside_transaction()
    return Bid.objects.select_for_update(no_key=True, of=("self",)).select_related("subject", "envelope").get(pk=pk)


def _inside_transaction() -> None:
    if not connection.in_atomic_block:
        raise RuntimeError("a lock outside a transaction protects nothing")


def lock_bond(pk: object) -> Bond:
    """The bond, locked; take the lot's lock before."""
    _inside_transaction()
    return (
        Bond.objects.select_for_update(no_key=True, of=("self",))
        .select_related("subject", "institution", "lot__tender")
        .get(pk=pk)
    )


def lock_venues(*pks: int) -> dict[int, Venue]:
    """The rooms by pk, locked; take the lot's lock before."""
    _inside_transaction()
    found = Venue.objects.select_for_update(no_key=True, of=("self",)).filter(pk__in=pks).order_by("pk")
    return {venue.pk: venue for venue in found}
