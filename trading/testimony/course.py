"""Evaluations that were set aside, tenders that follow one another, changes of the contract, milestones, payments."""

from collections.abc import Iterator
from typing import Any

from platform_site.ledger.registers import Finding
from trading.digests import digest_of, plain
from trading.models import ContractChange, EvaluationSetAside, Lot, Milestone, Payment
from trading.testimony.told import Said, Told, differing, missing, unspoken

# What an entry says about a milestone -> the state it left it in.
STATES = {
    "milestone.planned": "planned",
    "milestone.delivered": "delivered",
    "milestone.accepted": "accepted",
    "milestone.refused": "refused",
}


def evaluations(told: Told) -> Iterator[Finding]:
    """Every report that was set aside, as it was signed."""
    rows = {(row.lot_id, row.number): row for row in EvaluationSetAside.objects.filter(lot__in=told.lots)}
    for lot in told.lots:
        for said in told.all(lot.ledger_ref, "evaluation.redone"):
            row = rows.pop((lot.pk, said.facts["number"]), None)
            if row is None:
                yield missing("evaluation set aside", lot.ledger_ref, said)
                continue
            pairs = {
                "digest": (row.digest, said.facts["set_aside"]),
                "content": (digest_of(row.content), said.facts["set_aside"]),
            }
            yield from differing("evaluation set aside", lot.ledger_ref, said, pairs)
    for row in rows.values():
        yield unspoken("evaluation set aside", row.lot.ledger_ref)


def retenders(told: Told) -> Iterator[Finding]:
    """Which lot tenders which one anew."""
    following = {row.retenders_id: row for row in Lot.objects.filter(retenders__in=told.lots).select_related("tender")}
    for lot in told.lots:
        said, row = told.last(lot.ledger_ref, "lot.retendered"), following.get(lot.pk)
        if said and row is None:
            yield missing("re-tender", lot.ledger_ref, said)
        elif row and said is None:
            yield unspoken("re-tender", lot.ledger_ref)
        elif said and row:
            yield from differing("lot", lot.ledger_ref, said, {"successor": (row.reference, said.facts["successor"])})


def changes(told: Told) -> Iterator[Finding]:
    """Every change of a contract as published."""
    rows: dict[tuple[int, int], ContractChange] = {}
    for row in ContractChange.objects.filter(contract__lot__in=told.lots).select_related("contract__lot__tender"):
        rows[row.contract.lot_id, row.number] = row
    for lot in told.lots:
        for said in told.all(lot.ledger_ref, "contract.changed"):
            text = told.text(said)
            row = rows.pop((lot.pk, text.get("number", 0)), None)
            if row is None:
                yield missing("contract change", lot.ledger_ref, said)
                continue
            names = ("number", "kind", "reason", "needed", "amount_before_cny", "amount_cny", "period_before")
            kept = {**{name: getattr(row, name) for name in names}, "period_days": row.period_days}
            pairs = {
                "digest": (row.digest, said.facts["change"]),
                "content": (digest_of(plain({**kept, "contract": row.contract.digest})), said.facts["change"]),
            }
            yield from differing("contract change", lot.ledger_ref, said, pairs)
    for row in rows.values():
        yield unspoken("contract change", row.contract.lot.ledger_ref)


def milestones(told: Told) -> Iterator[Finding]:
    """Title, amount and state of every milestone, and every payment for it."""
    rows: dict[tuple[int, int], Milestone] = {}
    found = Milestone.objects.filter(contract__lot__in=told.lots).select_related("contract__lot__tender")
    for row in found.prefetch_related("payments"):
        rows[row.contract.lot_id, row.number] = row
    for lot in told.lots:
        for said in told.all(lot.ledger_ref, "milestone.planned"):
            row = rows.pop((lot.pk, said.facts["milestone"]), None)
            if row is None:
                yield missing("milestone", lot.ledger_ref, said)
                continue
            pairs: dict[str, tuple[Any, Any]] = {
                "title": (row.title, said.facts["milestone_title"]),
                "amount_cny": (row.amount_cny, said.facts["amount_cny"]),
                "planned_on": (row.planned_on, said.facts["planned_on"]),
                "acceptance_days": (row.acceptance_days, said.facts["days"]),
                "state": (row.state, _state(told, lot, row.number)),
            }
            yield from differing(f"milestone {row.number}", lot.ledger_ref, said, pairs)
            yield from _payments(told, lot, row)
    for row in rows.values():
        yield unspoken(f"milestone {row.number}", row.contract.lot.ledger_ref)


def _about(told: Told, lot: Lot, number: int, *events: str) -> list[Said]:
    return [one for one in told.all(lot.ledger_ref, *events) if one.facts.get("milestone") == number]


def _state(told: Told, lot: Lot, number: int) -> str:
    last = _about(told, lot, number, *STATES, "milestone.paid_for")[-1]
    return STATES.get(last.event) or last.facts["milestone_state"]


def _payments(told: Told, lot: Lot, milestone: Milestone) -> Iterator[Finding]:
    entries, rows = _about(told, lot, milestone.number, "milestone.paid_for"), list(milestone.payments.all())
    confirmed = len(_about(told, lot, milestone.number, "payment.confirmed"))
    for said in entries[len(rows) :]:
        yield missing("payment", lot.ledger_ref, said)
    for _ in rows[len(entries) :]:
        yield unspoken("payment", lot.ledger_ref)
    for row, said in zip(rows, entries, strict=False):
        yield from differing("payment", lot.ledger_ref, said, _payment(row, said))
    if sum(row.confirmed_at is not None for row in rows) != confirmed:
        yield Finding("row", "payments are confirmed otherwise than the record says", subject=lot.ledger_ref)


def _payment(row: Payment, said: Said) -> dict[str, tuple[Any, Any]]:
    names = ("amount_cny", "paid_on", "late_days", "rate", "interest_cny", "interest_paid_cny")
    return {name: (getattr(row, name), said.facts[name]) for name in names}
