"""Imported history as lines of the public list, marked as history with its source. Not part of the record."""

from uuid import NAMESPACE_URL, UUID, uuid5

from django.db import transaction

from disclosure import categories
from disclosure.folding import haystack
from disclosure.listwords import OTHER, stage_of
from disclosure.models import ImportedNotice, ListedNotice, Projection
from disclosure.projecting.columns import columns
from disclosure.projecting.regions import noted

NAME = "imports"
BATCH = 1_000


def history_id(origin: str) -> UUID:
    """The id of a historical notice's line: the same whenever the read models are made again."""
    return uuid5(NAMESPACE_URL, f"history:{origin}")


def history_row(imported: ImportedNotice) -> ListedNotice:
    """The line of an imported notice."""
    names = "、".join(imported.winner_names)
    amount = imported.amount_cny if imported.amount_cny is not None else imported.budget_cny
    row_id, code = history_id(imported.origin), imported.region_code
    row = ListedNotice(
        id=row_id,
        source=imported.platform or imported.source,
        imported=True,
        category=imported.category if imported.category in categories.names() else OTHER,
        kind=imported.kind,
        stage=stage_of(imported.kind),
        title=imported.title,
        path=f"/history/{row_id}/",
        reference=imported.reference,
        region_code=code,
        region_name=imported.region_name,
        province=code[:2],
        city=code[:4],
        buyer_name=imported.buyer_name,
        agency_name=imported.agency_name,
        winner_names=names,
        amount_cny=amount,
        amount_label="" if amount is None else "成交" if imported.amount_cny is not None else "预算",
        side="" if amount is not None else imported.buyer_name,
        published_at=imported.published_at,
        digest=imported.digest,
        origin={
            "url": imported.url,
            "confidence": imported.get_confidence_display(),
            "key": imported.key,
            "source": imported.source,
            "hour_stated": imported.hour_stated,
        },
    )
    row.haystack = haystack(row.title, row.reference, row.buyer_name, row.agency_name, names)
    return row


@transaction.atomic
def follow(limit: int = BATCH) -> int:
    """The next imported rows have their lines. How many; 0 where another process is at it or nothing is new.

    A row is never changed, a new version of it is a new row: so the notices that new rows tell of are projected again,
    each from the one row that stands for it now.
    """
    Projection.objects.get_or_create(name=NAME)
    cursor = Projection.objects.select_for_update(skip_locked=True).filter(name=NAME).first()
    if cursor is None:
        return 0
    fresh = list(
        ImportedNotice.objects.filter(pk__gt=cursor.position).order_by("pk").values_list("pk", "origin")[:limit]
    )
    if not fresh:
        return 0
    project({origin for _, origin in fresh})
    cursor.position = fresh[-1][0]
    cursor.save(update_fields=["position"])
    return len(fresh)


def project(origins: set[str]) -> None:
    """Each of these notices has the line of the row that stands for it, or none."""
    listed = list(ImportedNotice.objects.listed().filter(origin__in=origins).defer("body", "raw", "fields"))
    rows = [history_row(one) for one in listed]
    gone = {history_id(origin) for origin in origins} - {row.pk for row in rows}
    ListedNotice.objects.filter(pk__in=gone).delete()
    ListedNotice.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["id"], update_fields=columns(ListedNotice)
    )
    noted((one.region_code, one.region_name) for one in listed)
