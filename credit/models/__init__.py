"""Subjects, their people and keys, and what is decided against them."""

from credit.models.keys import AGE_X25519, SubjectKey
from credit.models.sanctions import SCOPES, Sanction
from credit.models.subjects import KINDS, MEMBER_DUTIES, TRADING_DUTIES, Invitation, Membership, Region, Subject

__all__ = [
    "AGE_X25519",
    "KINDS",
    "MEMBER_DUTIES",
    "SCOPES",
    "TRADING_DUTIES",
    "Invitation",
    "Membership",
    "Region",
    "Sanction",
    "Subject",
    "SubjectKey",
]
