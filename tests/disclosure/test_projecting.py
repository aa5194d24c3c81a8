"""The read models follow the record, say what it says, and come out the same when made again."""

import contextlib
from datetime import timedelta

import pytest

from disclosure import projecting
from disclosure.models import (
    ListedLot,
    ListedNotice,
    ListedParty,
    ListedRegion,
    Projection,
    PublicPaper,
    PublicPlan,
    PublicTrade,
)
from disclosure.projecting import cursor, lots
from platform_site import clock
from platform_site.ledger import selectors as record
from trading.models import Award, Lot, Notice

READ_MODELS = (ListedNotice, ListedLot, ListedParty, ListedRegion, PublicTrade, PublicPaper, PublicPlan)


def everything() -> dict[str, list]:
    """Every row of every read model; a party by what it says, for its number means nothing."""
    found = {}
    for model in READ_MODELS:
        names = [f.attname for f in model._meta.concrete_fields if model is not ListedParty or f.attname != "id"]
        found[model.__name__] = sorted(map(repr, model.objects.values_list(*names)))
    return found


@pytest.fixture(autouse=True)
def late(province):
    """The day after the last life stopped; whatever is written here is undone."""
    from django.db import transaction

    with clock.at(max(province.stopped.values()) + timedelta(hours=1)), transaction.atomic():
        yield
        transaction.set_rollback(True)


def test_every_published_notice_has_one_row_and_nothing_else_has(province):
    published = set(Notice.objects.filter(state="published").values_list("pk", flat=True))

    assert set(ListedNotice.objects.values_list("pk", flat=True)) == published
    assert len(published) > 20


def test_a_rebuild_comes_out_the_same(province):
    before = everything()

    projecting.rebuild()

    assert everything() == before
    assert Projection.objects.get(name=cursor.RECORD).position == record.last_position()


def test_following_entry_by_entry_comes_out_the_same_as_all_at_once(province):
    before = everything()
    for model in (PublicPaper, PublicTrade, PublicPlan, ListedParty, ListedNotice, ListedLot, ListedRegion):
        model.objects.all().delete()
    Projection.objects.update(position=0)

    while cursor.follow(limit=7):
        pass

    assert everything() == before


def test_reading_an_entry_twice_changes_nothing(province):
    before = everything()
    Projection.objects.update(position=record.last_position() // 2)

    projecting.catch_up()

    assert everything() == before


def test_a_notice_whose_entry_is_not_numbered_yet_is_not_listed(province):
    lot = Lot.objects.filter(state="archived").first()
    newest = ListedNotice.objects.filter(reference=lot.reference).latest("position")
    ListedNotice.objects.filter(reference=lot.reference).delete()

    lots.project(lot.reference, upto=newest.position - 1)

    listed = ListedNotice.objects.filter(reference=lot.reference)
    assert listed.count() == lot.notices.filter(state="published").count() - 1
    assert not listed.filter(pk=newest.pk).exists()


def test_a_draft_has_no_row_anywhere(province):
    reference = province["draft"].removeprefix("/trades/").rstrip("/")

    assert not ListedLot.objects.filter(reference=reference).exists()
    assert not ListedNotice.objects.filter(reference=reference).exists()
    assert not PublicTrade.objects.filter(pk=reference).exists()
    lots.project(reference, upto=record.last_position())
    assert not ListedLot.objects.filter(reference=reference).exists()


def test_what_is_sealed_for_a_draw_is_no_lot_and_stops_nothing(province):
    before = everything()

    lots.project("draw:4292bf17-6bad-47e9-a2e6-bf16afb107b8", upto=record.last_position())

    assert everything() == before


def test_before_the_opening_no_row_names_a_bidder(province):
    reference = province["bidding"].removeprefix("/trades/").rstrip("/")
    lot = Lot.objects.get(tender__reference=reference.rpartition("/")[0])
    bidders = {bid.subject.name for bid in lot.bids.select_related("subject")}

    said = " ".join(
        [*map(repr, ListedNotice.objects.filter(reference=reference).values_list()),
         *map(repr, ListedLot.objects.filter(pk=reference).values_list()),
         *map(repr, ListedParty.objects.filter(lot=reference).values_list()),
         *map(repr, PublicTrade.objects.filter(pk=reference).values_list()),
         *map(repr, PublicPaper.objects.filter(trade=reference).values_list())]
    )  # fmt: skip

    assert len(bidders) >= 3
    assert not [name for name in bidders if name in said]
    assert set(ListedParty.objects.filter(lot=reference).values_list("role", flat=True)) == {"initiator", "agency"}


def test_a_deal_says_what_the_award_says(province):
    for award in Award.objects.select_related("lot__tender", "subject"):
        listed = ListedLot.objects.get(pk=award.lot.reference)

        assert (listed.award_at, listed.amount_cny, listed.winner_code) == (
            award.at,
            award.amount_cny,
            award.subject.code,
        )
        assert ListedParty.objects.filter(lot=listed, role="winner", code=award.subject.code).exists()


def test_a_second_follower_waits_for_nobody(province, played, cluster):
    """Another process holds the cursor: this one answers at once and leaves the work to it."""
    with contextlib.closing(cluster.connect(played[0])) as other, other.cursor() as held:
        held.execute("BEGIN")
        held.execute("SELECT 1 FROM disclosure_projection FOR UPDATE")

        assert cursor.follow() == 0

        held.execute("ROLLBACK")
    assert cursor.follow() == 0  # nothing is left to read either
    Projection.objects.update(position=0)
    assert cursor.follow() > 0
