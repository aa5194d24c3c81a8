"""The trade catalogue, copied from the trading room when the record says a batch was published."""

from collections.abc import Sequence

from credit import selectors as credit
from disclosure import categories
from disclosure.models import PublicCatalogueRow
from disclosure.projecting.columns import columns
from platform_site.ledger.models import Entry
from trading.models import CatalogueRow

SUBJECT = "catalogue:"


def project(entries: Sequence[Entry]) -> None:
    """Every row that these entries published, and when the rows before them ended, are what the public reads."""
    told = {row["row"]: (row["digest"], entry.position or 0) for entry in entries for row in entry.facts["rows"]}
    regions = {entry.subject.removeprefix(SUBJECT) for entry in entries}
    known = {row.reference: (row.digest, row.position) for row in PublicCatalogueRow.objects.all()} | told
    names = {region: credit.region_name(region) for region in regions}
    rows = [
        PublicCatalogueRow(
            digest=known[row.reference][0],
            position=known[row.reference][1],
            region_name=names[row.region_code],
            **{name: getattr(row, name) for name in FIELDS},
        )
        for row in CatalogueRow.objects.filter(region_code__in=regions)
        if row.reference in known
    ]
    PublicCatalogueRow.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["reference"], update_fields=columns(PublicCatalogueRow)
    )
    categories.forget()


FIELDS = (
    *("reference", "batch", "number", "region_code", "key", "code", "name", "since", "until", "procedures"),
    *("thresholds", "periods", "authority", "initiator", "treatment", "elsewhere", "document", "status", "note"),
    "published_at",
)
