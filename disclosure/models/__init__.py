"""What this room keeps: read models, all of them made again from the record whenever one likes; imported history;
subscriptions."""

from disclosure.models.catalogue import PublicCatalogueRow
from disclosure.models.draws import PublicDraw
from disclosure.models.figures import DealCell, FigureCheck
from disclosure.models.imported import ImportedNotice, ImportedParty, ImportRun, RejectedRow
from disclosure.models.listed import GramsField, ListedNotice, ListedRegion, Projection
from disclosure.models.lots import ListedLot, ListedParty, ListedSession
from disclosure.models.public import PublicPaper, PublicPlan, PublicTrade
from disclosure.models.subscriptions import Subscription

__all__ = [
    "DealCell",
    "FigureCheck",
    "GramsField",
    "ImportRun",
    "ImportedNotice",
    "ImportedParty",
    "ListedLot",
    "ListedNotice",
    "ListedParty",
    "ListedRegion",
    "ListedSession",
    "Projection",
    "PublicCatalogueRow",
    "PublicDraw",
    "PublicPaper",
    "PublicPlan",
    "PublicTrade",
    "RejectedRow",
    "Subscription",
]
