"""Every write about subjects."""

from credit.services.keys import key_register, key_revoke
from credit.services.memberships import (
    invitation_accept,
    invitation_make,
    invitation_revoke,
    membership_end,
    membership_grant,
)
from credit.services.published import qualifications_publish
from credit.services.qualifications import (
    doubt_end,
    doubt_mark,
    qualification_declare,
    qualification_withdraw,
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
    "doubt_end",
    "doubt_mark",
    "invitation_accept",
    "invitation_make",
    "invitation_revoke",
    "key_register",
    "key_revoke",
    "membership_end",
    "membership_grant",
    "qualification_declare",
    "qualification_withdraw",
    "qualifications_publish",
    "regions_load",
    "sanction_lift",
    "sanction_publish",
    "subject_amend",
    "subject_register",
    "subject_verify",
    "subjects_import",
]
