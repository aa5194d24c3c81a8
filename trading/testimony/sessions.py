"""Sessions against the record: where and when each is planned is what its last entry says."""

from collections.abc import Iterator

from platform_site.ledger.models import Entry, Private
from platform_site.ledger.registers import Finding
from trading.models import VenueSession
from trading.testimony.told import same

EVENTS = ("session.booked", "session.moved", "session.waiting", "session.freed")


def sessions_as_recorded() -> Iterator[Finding]:
    """Every session that is not planned as its last entry says, that none speaks of, or that is gone."""
    last: dict[str, Entry] = {}
    for entry in Entry.objects.filter(event__in=EVENTS, sealed=False).order_by("recorded_at").iterator():
        last[entry.facts["session"]] = entry
    rooms = dict(Private.objects.filter(pk__in=[one.pk for one in last.values()]).values_list("pk", "openings"))
    for session in VenueSession.objects.select_related("lot__tender", "venue").iterator():
        ref, entry = session.lot.ledger_ref, last.pop(str(session.pk), None)
        if entry is None:
            yield Finding("row", "session: no entry ever said so", subject=ref)
            continue
        said = dict(entry.facts)
        if isinstance(held := rooms.get(entry.pk, {}).get("venue"), dict):
            said["venue"] = held.get("value")
        row = {
            "kind": session.kind,
            "planned": session.state,
            "from": session.starts_at,
            "until": session.ends_at,
            "why": session.why,
            "venue": str(session.venue.key),
        }
        for name, value in row.items():
            if name in said and not same(value, said[name]):
                yield Finding("row", f"session: {name} is not the one recorded", str(entry.pk), subject=ref)
    for entry in last.values():
        yield Finding("row", f"session is gone, {entry.event} speaks of it", str(entry.pk), subject=entry.subject)
