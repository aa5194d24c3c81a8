"""Outages against the record: what a centre declared is what its entries say, and nothing is left out."""

from collections.abc import Iterator

from platform_site.ledger.models import Entry
from platform_site.ledger.registers import Finding
from trading.models import Outage
from trading.testimony.told import same


def outages_as_recorded() -> Iterator[Finding]:
    """Every outage that differs from its entries, that none speaks of, or that is gone."""
    events = ("outage.declared", "outage.ended")
    rows = Entry.objects.filter(event__in=events, sealed=False).order_by("recorded_at")
    declared, ended = {}, {}
    for entry in rows.iterator():
        (declared if entry.event == "outage.declared" else ended)[entry.subject] = entry
    for outage in Outage.objects.select_related("centre").iterator():
        ref = outage.ledger_ref
        entry, end = declared.pop(ref, None), ended.get(ref)
        if entry is None:
            yield Finding("row", "outage: no entry ever said so", subject=ref)
            continue
        said = {**entry.facts, **({"until": end.facts["until"], "state": end.facts["state"]} if end else {})}
        row = {
            "centre": outage.centre.code,
            "from": outage.starts_at,
            "until": outage.ends_at,
            "failed": outage.failed,
            "evidence": outage.evidence,
            "state": outage.state,
        }
        for name, value in row.items():
            if not same(value, said[name]):
                yield Finding("row", f"outage: {name} is not the one recorded", str(entry.pk), subject=ref)
    for ref, entry in declared.items():
        yield Finding("row", "outage is gone, outage.declared speaks of it", str(entry.pk), subject=ref)
