"""Orders against the record: what an authority ordered is what its entry says."""

from collections.abc import Iterator
from datetime import datetime

from django.db.models import F

from platform_site.ledger.models import Entry
from platform_site.ledger.registers import Finding
from supervision.models import Order


def orders_as_recorded() -> Iterator[Finding]:
    """Every order that differs from its entry, that no entry speaks of, or that is gone."""
    entries = Entry.objects.filter(event__in=("order.issued", "order.lifted"), sealed=False)
    issued, lifted = {}, {}
    for entry in entries.order_by(F("place__position").asc(nulls_last=True), "recorded_at").iterator():
        (issued if entry.event == "order.issued" else lifted)[entry.facts["order"]] = entry
    for order in Order.objects.select_related("authority", "lot__tender").iterator():
        entry, end = issued.pop(str(order.pk), None), lifted.get(str(order.pk))
        ref = order.lot.ledger_ref
        if entry is None:
            yield Finding("row", f"order {order.number}: no entry ever said so", subject=ref)
            continue
        said = {name: entry.facts[name] for name in ("kind", "number", "authority", "text")}
        row = {"kind": order.kind, "number": order.number, "authority": order.authority.code, "text": order.text}
        ended = (end.facts["reason"], datetime.fromisoformat(end.facts["at"])) if end else ("", None)
        since = datetime.fromisoformat(entry.facts["at"])
        if (
            row != said
            or order.issued_at != since
            or entry.subject != ref
            or order.state != ("lifted" if end else "standing")
        ):
            yield Finding("row", f"order {order.number} differs from the record", str(entry.pk), subject=ref)
        if (order.lifted_reason, order.lifted_at) != ended:
            yield Finding("row", f"order {order.number} ended otherwise than recorded", str(entry.pk), subject=ref)
    for entry in issued.values():
        yield Finding("row", f"order {entry.facts['number']} is gone", str(entry.pk), subject=entry.subject)
