"""Bonds: the state each was last said to be in, and whose it is."""

from collections.abc import Iterator

from platform_site.ledger.registers import Finding
from trading.models import Bond
from trading.testimony.told import Told, differing, unspoken

STATES = (
    "bond.declared", "bond.confirmed", "bond.return_ordered", "bond.returned", "bond.forfeiture_ordered",
    "bond.refunded", "bond.released", "bond.forfeited", "bond.claimed",
)  # fmt: skip


def bonds(told: Told) -> Iterator[Finding]:
    """What was declared by whom, and the state in which the last act about it left it."""
    rows = list(Bond.objects.filter(lot__in=told.lots).select_related("subject", "lot__tender"))
    told.sealed_about(row.ledger_ref for row in rows)
    told.public_about(row.ledger_ref for row in rows)
    for row in rows:
        declared, last = told.last(row.ledger_ref, "bond.declared"), told.last(row.ledger_ref, *STATES)
        if declared is None or last is None:
            yield unspoken("bond", row.ledger_ref)
            continue
        pairs = {
            "lot": (row.lot.reference, declared.facts["lot"]),
            "form": (row.form, declared.facts["form"]),
            "required": (str(row.required_cny), declared.facts["required_cny"]),
        }
        if "for" in declared.held:
            pairs["subject"] = (row.subject.code, declared.held["for"])
        yield from differing("bond", row.ledger_ref, declared, pairs)
        yield from differing("bond", row.ledger_ref, last, {"state": (row.state, last.facts["bond_state"])})
