"""Rows with a subject of their own that an entry speaks of and that are not there any more."""

from collections.abc import Iterator
from uuid import UUID

from platform_site.ledger.models import Entry
from platform_site.ledger.registers import Finding
from trading.models import Bid, Bond, DocumentObtained, Enquiry, Quote, SignUp
from trading.testimony.told import groups

TABLES = {
    "bid.filed": Bid,
    "bond.declared": Bond,
    "documents.obtained": DocumentObtained,
    "enquiry.asked": Enquiry,
    "listing.signed_up": SignUp,
    "quote.filed": Quote,
}
AT_ONCE = 2000


def without_a_row() -> Iterator[Finding]:
    """A filing, a download, a question or a sign-up whose row is gone."""
    for event, model in TABLES.items():
        entries = Entry.objects.filter(event=event, sealed=True).order_by("pk").values_list("pk", "subject")
        for some in groups(entries.iterator(AT_ONCE), AT_ONCE):
            wanted = {UUID(subject.rpartition(":")[2]): (pk, subject) for pk, subject in some}
            there = set(model.objects.filter(pk__in=list(wanted)).values_list("pk", flat=True))
            for key in wanted.keys() - there:
                entry, subject = wanted[key]
                yield Finding("row", f"{subject} is gone, {event} speaks of it", str(entry), subject=subject)
