"""The trade catalogue against the record: every row is what its batch's entry names, ended by a later one alone, and a
project keeps the row it was registered under."""

from collections.abc import Iterator
from datetime import date

from platform_site.ledger.models import Entry
from platform_site.ledger.registers import Finding
from trading.digests import digest_of
from trading.models import CatalogueRow, Tender

EVENT, KEPT = "catalogue.published", ("thresholds", "procedures", "must", "threshold")


def catalogue_as_recorded() -> Iterator[Finding]:
    """Every row that differs from its entry, that no entry names, that is gone, or that ends on another day; every
    project that keeps another row than it was registered under."""
    told: dict[str, tuple[str, str]] = {}
    ends: dict[str, date] = {}
    standing: dict[tuple[str, str], str] = {}
    for entry in Entry.objects.filter(event=EVENT, sealed=False).order_by("recorded_at", "pk").iterator():
        since = date.fromisoformat(entry.facts["since"])
        for row in entry.facts["rows"]:
            told[row["row"]] = (row["digest"], entry.subject)
            place = (entry.subject, row["key"])
            if place in standing:
                ends[standing[place]] = since
            standing[place] = row["row"]
    said = {}
    for row in CatalogueRow.objects.all():
        digest, subject = told.pop(row.reference, ("", f"catalogue:{row.region_code}"))
        said[row.reference] = row.said()
        if digest_of({**said[row.reference], "until": None}) != digest:
            yield Finding("row", f"row {row.reference} of the catalogue differs from the record", subject=subject)
        if row.until != ends.get(row.reference):
            yield Finding("row", f"row {row.reference} of the catalogue ends on another day", subject=subject)
    for reference, (_, subject) in told.items():
        yield Finding("row", f"row {reference} of the catalogue is gone", subject=subject)
    yield from _projects(said)


def _projects(said: dict[str, dict]) -> Iterator[Finding]:
    registered = dict(
        Entry.objects.filter(event="tender.registered", facts__has_key="catalogue").values_list(
            "subject", "facts__catalogue"
        )
    )
    for tender in Tender.objects.only("reference", "catalogue").iterator():
        row = said.get(registered.get(tender.ledger_ref, ""), {})
        kept = {name: value for name, value in tender.catalogue.items() if name not in {*KEPT, "until"}}
        if kept != {name: value for name, value in row.items() if name not in {*KEPT, "until"}}:
            yield Finding("row", "a project keeps another row of the catalogue", subject=tender.ledger_ref)
