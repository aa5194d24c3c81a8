"""What this room keeps: read models, all of them made again from the record whenever one likes, and subscriptions."""

from disclosure.models.listed import GramsField, ListedNotice, ListedRegion, Projection
from disclosure.models.lots import ListedLot, ListedParty
from disclosure.models.subscriptions import Subscription

__all__ = [
    "GramsField",
    "ListedLot",
    "ListedNotice",
    "ListedParty",
    "ListedRegion",
    "Projection",
    "Subscription",
]
