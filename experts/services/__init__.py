"""Every write of the expert room: one function per verb, one transaction, one ledger entry.

specialties_load · application_submit → application_decide (or application_withdraw)
expert_admit / expert_suspend / expert_restore / expert_exit · pool_root_publish
draw_open → nonce_commit ×2 → nonce_reveal ×2 (or the trustees' keys and nonce_recover) → draw_run
invitation_answer / replace / draw_extend / invitations_tick · names_unseal
"""

from experts.services.applications import Said, application_decide, application_submit, application_withdraw
from experts.services.classification import specialties_load
from experts.services.draws import (
    NOBODY,
    Exclusions,
    draw_open,
    draw_run,
    keyset_of,
    names_unseal,
    nonce_commit,
    nonce_recover,
    nonce_reveal,
)
from experts.services.invitations import draw_extend, invitation_answer, invitations_tick, replace
from experts.services.people import expert_admit, expert_exit, expert_restore, expert_suspend
from experts.services.pool import pool_root_publish

__all__ = [
    "NOBODY",
    "Exclusions",
    "Said",
    "application_decide",
    "application_submit",
    "application_withdraw",
    "draw_extend",
    "draw_open",
    "draw_run",
    "expert_admit",
    "expert_exit",
    "expert_restore",
    "expert_suspend",
    "invitation_answer",
    "invitations_tick",
    "keyset_of",
    "names_unseal",
    "nonce_commit",
    "nonce_recover",
    "nonce_reveal",
    "pool_root_publish",
    "replace",
    "specialties_load",
]
