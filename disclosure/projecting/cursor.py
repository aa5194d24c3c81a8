"""Reading the record forward. Positions only: nothing can ever appear behind one."""

from collections.abc import Iterable

from django.db import transaction

from disclosure.models import (
    DealCell,
    ListedLot,
    ListedNotice,
    ListedParty,
    ListedRegion,
    Projection,
    PublicCatalogueRow,
    PublicDraw,
    PublicPaper,
    PublicPlan,
    PublicTrade,
)
from disclosure.projecting import catalogue, draws, imports, lots, plans, trades
from platform_site.ledger import selectors as record
from platform_site.ledger.models import Entry

RECORD = "record"
BATCH = 500
LOT = "lot:"
PLAN = "plan:"
DRAW = "draw:"
PAPERS = ("notice:", "letter:", "instrument:")
# In the order in which they can be emptied.
READ_MODELS = (
    PublicPaper, PublicTrade, PublicPlan, PublicDraw, ListedParty, ListedNotice, ListedLot, ListedRegion,
    PublicCatalogueRow, DealCell,
)  # fmt: skip


@transaction.atomic
def follow(limit: int = BATCH) -> int:
    """The next entries of the record are in the read models, at most `limit`. How many entries were read.

    One process at a time: another one that is at it already is left alone, and 0 is answered. A lot that any of the
    entries is about is projected once, as it stands now and as far as the record is numbered: what is read twice comes
    out the same.
    """
    cursor = _claimed(RECORD)
    if cursor is None:
        return 0
    entries = record.positioned_after(cursor.position, limit)
    if not entries:
        return 0
    upto = entries[-1].position or cursor.position
    if batches := [entry for entry in entries if entry.subject.startswith(catalogue.SUBJECT)]:
        catalogue.project(batches)
    for reference in dict.fromkeys(_lots_of(entries)):
        lots.project(reference, upto=upto)
    for reference in dict.fromkeys(_plans_of(entries)):
        plans.project(reference, upto=upto)
    for draw_id in dict.fromkeys(_draws_of(entries)):
        draws.project(draw_id)
    cursor.position = upto
    cursor.save(update_fields=["position"])
    return len(entries)


def _claimed(name: str) -> Projection | None:
    Projection.objects.get_or_create(name=name)
    return Projection.objects.select_for_update(skip_locked=True).filter(name=name).first()


def _lots_of(entries: Iterable[Entry]) -> Iterable[str]:
    """References of the lots the entries are about: of an act, a hold, a paper, anything whose subject is the lot."""
    for entry in entries:
        if entry.subject.startswith(LOT):
            yield entry.subject.removeprefix(LOT)
        elif entry.subject.startswith(PAPERS):
            yield trades.lot_of_paper(entry.subject)
        elif isinstance(lot := entry.facts.get("lot"), str):
            yield lot


def _plans_of(entries: Iterable[Entry]) -> Iterable[str]:
    """References of the plans the entries are about, or that a project was registered on."""
    for entry in entries:
        if entry.subject.startswith(PLAN):
            yield entry.subject.removeprefix(PLAN)
        elif entry.event == "lot.announced" and isinstance(plan := entry.facts.get("plan"), str):
            yield plan


def _draws_of(entries: Iterable[Entry]) -> Iterable[str]:
    """Ids of the draws the entries are about."""
    return (entry.subject.removeprefix(DRAW) for entry in entries if entry.subject.startswith(DRAW))


def catch_up() -> int:
    """Every numbered entry and every imported row is in the read models. How many were read."""
    read = 0
    while found := follow():
        read += found
    while found := imports.follow():
        read += found
    return read


def rebuild() -> int:
    """The read models are empty and then made again from the first position, in one transaction: readers see the old
    ones until the new ones stand. How many entries and rows were read.
    """
    with transaction.atomic():
        for name in (RECORD, imports.NAME):
            Projection.objects.get_or_create(name=name)
        # All claims in one order, waiting for whoever is at it.
        list(Projection.objects.select_for_update().order_by("name"))
        for model in READ_MODELS:
            model.objects.all().delete()
        Projection.objects.update(position=0)
        return catch_up()
