"""Every write about subjects."""

from credit.services.keys import key_register, key_revoke
from credit.services.memberships import (
    invitation_accept,
    invitation_make,
    invitation_revoke,
    membership_end,
    membership_grant,
)
from credit.services.regions import regions_load
from credit.services.sanctions import sanction_lift, sanction_publish
from credit.services.subjects import (
    subject_amend,
    subject_register,
    subject_verify,
    subjects_import,
)

__all__ = [
    "invitation_accept",
    "invitation_make",
    "invitation_revoke",
    "key_register",
    "key_revoke",
    "membership_end",
    "membership_grant",
    "regions_load",
    "sanction_lift",
    "sanction_publish",
    "subject_amend",
    "subject_register",
    "subject_verify",
    "subjects_import",
]
