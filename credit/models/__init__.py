"""Subjects, their people, keys and qualifications, and what is decided against them."""

from credit.models.centres import Centre
from credit.models.keys import AGE_X25519, SubjectKey
from credit.models.qualifications import SOURCES, Qualification, QualificationDoubt, RejectedQualification
from credit.models.sanctions import SCOPES, Sanction
from credit.models.subjects import KINDS, MEMBER_DUTIES, TRADING_DUTIES, Invitation, Membership, Region, Subject

__all__ = [
    "AGE_X25519",
    "KINDS",
    "MEMBER_DUTIES",
    "SCOPES",
    "SOURCES",
    "TRADING_DUTIES",
    "Centre",
    "Invitation",
    "Membership",
    "Qualification",
    "QualificationDoubt",
    "Region",
    "RejectedQualification",
    "Sanction",
    "Subject",
    "SubjectKey",
]
