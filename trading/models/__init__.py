"""The trade's nouns. Every write goes through trading.services."""

from trading.models.award import (
    Archive,
    Award,
    Candidate,
    Challenge,
    Contract,
    ContractAssent,
    ContractText,
    Instrument,
    Letter,
)
from trading.models.bid import Bid, DocumentObtained, Enquiry, FilingArrival, Opening
from trading.models.bond import Bond, BondInstitution, BondMessage, BondOrder
from trading.models.catalogue import CatalogueRow
from trading.models.course import ContractChange, EvaluationSetAside, Milestone, Payment
from trading.models.evaluation import BidQuestion, Committee, CommitteeMember, Report, ReviewMark, ScoreMark, Signature
from trading.models.factor import FactorDraw
from trading.models.media import MediaOutlet, MediaPost
from trading.models.notice import DocumentVersion, Notice, StoredFile
from trading.models.offer import Offer, SignUp
from trading.models.outage import Outage
from trading.models.plan import PlanNotice, TenderPlan
from trading.models.quote import Quote
from trading.models.reserve import Reserve
from trading.models.tender import Lot, Tender
from trading.models.venue import Venue, VenueSession

__all__ = [
    "Archive",
    "Award",
    "Bid",
    "BidQuestion",
    "Bond",
    "BondInstitution",
    "BondMessage",
    "BondOrder",
    "Candidate",
    "CatalogueRow",
    "Challenge",
    "Committee",
    "CommitteeMember",
    "Contract",
    "ContractAssent",
    "ContractChange",
    "ContractText",
    "DocumentObtained",
    "DocumentVersion",
    "Enquiry",
    "EvaluationSetAside",
    "FactorDraw",
    "FilingArrival",
    "Instrument",
    "Letter",
    "Lot",
    "MediaOutlet",
    "MediaPost",
    "Milestone",
    "Notice",
    "Offer",
    "Opening",
    "Outage",
    "Payment",
    "PlanNotice",
    "Quote",
    "Report",
    "Reserve",
    "ReviewMark",
    "ScoreMark",
    "SignUp",
    "Signature",
    "StoredFile",
    "Tender",
    "TenderPlan",
    "Venue",
    "VenueSession",
]
