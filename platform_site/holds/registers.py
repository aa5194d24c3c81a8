"""Holds against the record: whoever moves one behind the services moves deadlines."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.db.models import F

from platform_site.holds.models import Hold
from platform_site.ledger.models import Entry
from platform_site.ledger.registers import Finding

Stretch = tuple[str, str, str, str, datetime, datetime | None, str]


def holds_as_recorded() -> Iterator[Finding]:
    """Every hold that is not one the record placed, or ended otherwise, and every one that is gone."""
    recorded = _recorded()
    found: dict[Stretch, int] = {}
    for hold in Hold.objects.iterator():
        key = (hold.ref, hold.source_ref, hold.kind, hold.article, hold.started_at, hold.ended_at, hold.reason)
        found[key] = hold.pk
    for key in found.keys() - recorded.keys():
        yield Finding("row", f"hold {found[key]} of {key[1]} is not one the record placed and ended so", subject=key[0])
    for key in recorded.keys() - found.keys():
        yield Finding("row", f"the hold of {key[1]} is gone or changed", str(recorded[key]), subject=key[0])


def _recorded() -> dict[Stretch, Any]:
    """Holds as the entries tell them, and the last entry of each."""
    entries = Entry.objects.filter(event__in=("hold.placed", "hold.released"), sealed=False)
    rows = entries.order_by(F("place__position").asc(nulls_last=True), "recorded_at")
    standing: dict[tuple[str, str], tuple[Any, Any]] = {}
    done: dict[Stretch, Any] = {}
    for pk, event, ref, facts in rows.values_list("pk", "event", "subject", "facts").iterator():
        key = (ref, facts["source"])
        if event == "hold.placed":
            standing[key] = (pk, facts)
        elif key in standing:
            done[_stretch(key, standing.pop(key)[1], facts["until"])] = pk
    for key, (pk, facts) in standing.items():
        done[_stretch(key, facts, None)] = pk
    return done


def _stretch(key: tuple[str, str], placed: dict[str, str], until: str | None) -> Stretch:
    ended = datetime.fromisoformat(until) if until else None
    return (*key, placed["kind"], placed["article"], datetime.fromisoformat(placed["since"]), ended, placed["reason"])
