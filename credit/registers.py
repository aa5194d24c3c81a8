"""Qualifications against the record: each is what its entry says, ended as recorded, and doubted by whom it says."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from credit.models import Qualification, QualificationDoubt
from platform_site.ledger.models import Entry
from platform_site.ledger.registers import Finding

BEGUN = ("qualification.declared", "qualification.replaced")
SAID = ("kind", "grade", "number", "issuer", "source", "publisher")
DAYS = ("valid_from", "valid_until")


def _entries(*events: str) -> Iterator[Entry]:
    return Entry.objects.filter(event__in=events, sealed=False).iterator()


def _at(facts: dict[str, Any]) -> datetime:
    return datetime.fromisoformat(facts["at"])


def qualifications_as_recorded() -> Iterator[Finding]:
    """Every qualification that differs from its entry, that no entry speaks of, or that is gone."""
    begun, ended = {}, {}
    for entry in _entries(*BEGUN, "qualification.withdrawn"):
        facts = entry.facts
        if entry.event in BEGUN:
            begun[facts["qualification"]] = entry
        if entry.event == "qualification.withdrawn":
            ended[facts["qualification"]] = (_at(facts), facts["reason"])
        elif facts["replaces"]:
            ended[facts["replaces"]] = (_at(facts), "")
    for row in Qualification.objects.select_related("subject").iterator():
        ref, entry = row.subject.ledger_ref, begun.pop(str(row.pk), None)
        if entry is None:
            yield Finding("row", f"qualification {row.number}: no entry ever said so", subject=ref)
            continue
        facts = entry.facts
        stated = {name: getattr(row, name) for name in SAID}
        stated |= {name: day.isoformat() if (day := getattr(row, name)) else None for name in DAYS}
        stated["replaces"] = str(row.replaces_id or "")
        wrong = [name for name, value in stated.items() if facts[name] != value]
        wrong += ["subject"] * (entry.subject != ref) + ["declared_at"] * (row.declared_at != _at(facts))
        end = ended.get(str(row.pk), (None, ""))
        wrong += ["withdrawn_at"] * (row.withdrawn_at != end[0]) + ["withdrawn_why"] * (row.withdrawn_why != end[1])
        for name in wrong:
            yield Finding("row", f"qualification: {name} is not the one recorded", str(entry.pk), subject=ref)
    for entry in begun.values():
        yield Finding("row", f"qualification is gone, {entry.event} speaks of it", str(entry.pk), subject=entry.subject)


def doubts_as_recorded() -> Iterator[Finding]:
    """Every doubt that differs from its entry, that no entry speaks of, or that is gone."""
    marked, ended = {}, {}
    for entry in _entries("qualification.doubted", "qualification.doubt_ended"):
        (marked if entry.event == "qualification.doubted" else ended)[entry.facts["doubt"]] = entry
    for doubt in QualificationDoubt.objects.select_related("qualification__subject", "authority").iterator():
        ref, entry = doubt.qualification.subject.ledger_ref, marked.pop(str(doubt.pk), None)
        if entry is None:
            yield Finding("row", f"doubt of {doubt.qualification.number}: no entry ever said so", subject=ref)
            continue
        over = ended.get(str(doubt.pk))
        row = {
            "qualification": str(doubt.qualification_id),
            "authority": doubt.authority.code,
            "reason": doubt.reason,
            "marked_at": doubt.marked_at,
            "ended_at": doubt.ended_at,
            "end_reason": doubt.end_reason,
        }
        said = {
            **{name: entry.facts[name] for name in ("qualification", "authority", "reason")},
            "marked_at": _at(entry.facts),
            "ended_at": _at(over.facts) if over else None,
            "end_reason": over.facts["reason"] if over else "",
        }
        for name in row:
            if row[name] != said[name]:
                yield Finding("row", f"doubt: {name} is not the one recorded", str(entry.pk), subject=ref)
    for entry in marked.values():
        yield Finding("row", f"doubt is gone, {entry.event} speaks of it", str(entry.pk), subject=entry.subject)
