"""Numbers, tiles, checkpoints, batches."""

import pytest
from django.db import connections, transaction

from platform_site import ledger
from platform_site.ledger import batches, genesis, selectors, sequencer, tree
from platform_site.ledger.merkle import hash_range_root
from platform_site.ledger.models import Batch, Checkpoint, Position, SealedPlace, Tile
from tests.ledger.script import verify


def numbered() -> list[str]:
    return [entry.event for entry in selectors.positioned_after(0, 10_000)]


@pytest.mark.django_db
def test_an_empty_record_begins_by_saying_what_it_is(settings):
    ledger.sequence_once()

    first = genesis.first()
    assert (first.event, first.facts["mode"], first.facts["origin"]) == (
        "ledger.genesis",
        "demo",
        settings.LEDGER_ORIGIN,
    )
    assert genesis.mode() == "demo"


@pytest.mark.django_db
def test_a_demo_record_does_not_serve_production(settings):
    ledger.sequence_once()
    settings.MODE = "production"

    with pytest.raises(Exception, match="the record says mode 'demo'"):
        genesis.check()


@pytest.mark.django_db
def test_positions_have_no_gaps_and_keep_the_order_of_writing(act):
    for number in range(5):
        act(n=number)
    ledger.sequence_once()
    for number in range(5, 9):
        act(n=number)
    ledger.sequence_once()

    assert list(Position.objects.order_by("position").values_list("position", flat=True)) == list(range(1, 13))
    facts = [entry.facts["n"] for entry in selectors.entries_for("lot:T-1/1")]
    assert facts == list(range(9))


def test_a_row_committed_late_comes_after_everything_that_was_numbered_before(fresh_db, act):
    late = connections.create_connection("default")
    with late.cursor() as cursor:
        cursor.execute("BEGIN")
        cursor.execute(
            """SELECT ledger_append(gen_random_uuid(), 'late', 'lot:T-1/1', 'clock', '{}', '{}', false,
                                    now(), now(), sha256('x'), NULL)"""
        )
        act("early")
        sequencer.number_committed()
        seen = selectors.last_position()
        cursor.execute("COMMIT")
    late.close()

    sequencer.number_committed()

    assert [entry.event for entry in selectors.positioned_after(seen, 10)] == ["late"]


def test_what_was_rolled_back_leaves_no_gap(fresh_db, act):
    with transaction.atomic():
        act("lot.announced")
        transaction.set_rollback(True)
    act("lot.cancelled")

    ledger.sequence_once()

    assert numbered() == ["ledger.genesis", "lot.cancelled", "sealed-batch"]


@pytest.mark.django_db
def test_a_round_larger_than_its_limit_goes_on(act, monkeypatch):
    monkeypatch.setattr(sequencer, "ROUND_LIMIT", 3)
    for number in range(8):
        act(n=number)

    assert sequencer.number_committed() == 8


def test_proofs_from_tiles_of_three_levels_convince_the_script(fresh_db, superuser):
    size = 70_000
    superuser(
        """INSERT INTO ledger_position (position, entry_id, leaf_hash)
           SELECT n, gen_random_uuid(), sha256(n::text::bytea) FROM generate_series(1, %s) n""",
        size,
    )
    superuser("SELECT ledger_complete_tiles(%s)", size)
    hashes = [verify.sha256(str(number).encode()) for number in range(1, size + 1)]
    root = hash_range_root(hashes)

    assert Tile.objects.filter(level=0).count() == 273
    assert Tile.objects.filter(level=1).count() == 1
    assert tree.root(size) == root
    for index in (0, 1, 255, 256, 65_535, 65_536, 69_888, size - 1):
        verify.check_inclusion(index, size, hashes[index], tree.inclusion(index, size), root)
    for old in (1, 255, 256, 257, 65_536, 65_537, size):
        old_root = hash_range_root(hashes[:old])
        verify.check_consistency(old, size, tree.consistency(old, size), old_root, root)


@pytest.mark.django_db
def test_every_checkpoint_closes_one_batch_of_the_same_size_whether_anything_was_filed_or_not(act):
    ledger.sequence_once()
    for _ in range(7):
        act("bid.filed", sealed=True)
    ledger.sequence_once()
    act("lot.cancelled")
    ledger.sequence_once()

    leaves = [entry.leaf for entry in selectors.positioned_after(0, 100) if entry.event == batches.EVENT]
    assert len(leaves) == Checkpoint.objects.count() == Batch.objects.count() == 3
    assert len({len(leaf) for leaf in leaves}) == 1
    assert list(Checkpoint.objects.order_by("size").values_list("size", flat=True)) == list(
        Batch.objects.order_by("number").values_list("position", flat=True)
    )


@pytest.mark.django_db
def test_public_numbers_are_the_same_in_a_world_with_seven_more_sealed_entries(act):
    def world(filings: int) -> list[tuple[str, int]]:
        with transaction.atomic():
            for _ in range(filings):
                act("bid.filed", sealed=True)
            act("lot.cancelled")
            ledger.sequence_once()
            found = [(entry.event, entry.position) for entry in selectors.positioned_after(0, 100)]
            transaction.set_rollback(True)
        return found

    assert world(0) == world(7)


@pytest.mark.django_db
def test_sealed_entries_beyond_a_batch_wait_for_the_next_checkpoint_oldest_first(act):
    filed = [act("bid.filed", sealed=True, n=number).pk for number in range(batches.CAPACITY + 3)]
    ledger.sequence_once()
    ledger.sequence_once()

    def inside(number):
        return set(SealedPlace.objects.filter(batch_id=number).values_list("entry_id", flat=True))

    assert inside(0) == set(filed[: batches.CAPACITY])
    assert inside(1) == set(filed[batches.CAPACITY :])


@pytest.mark.django_db
def test_sealed_entries_have_no_position_and_cursors_never_meet_them(act):
    filed = act("bid.filed", sealed=True)
    ledger.sequence_once()

    assert selectors.position_of(filed) is None
    assert "bid.filed" not in numbered()
    assert not selectors.has_event("lot:T-1/1", "bid.filed")
    assert selectors.has_event("lot:T-1/1", "bid.filed", include_sealed=True)


def test_the_slot_of_a_sealed_entry_does_not_tell_how_many_came_before():
    first_slots = {batches.random_slots(3)[0] for _ in range(200)}

    assert len(first_slots) > 60


def test_filled_and_drawn_places_cannot_be_told_apart_by_their_length():
    found = batches.places(b"s" * 32, {3: b"x" * 32})

    assert len(found) == len(set(found)) == batches.CAPACITY
    assert {len(place) for place in found} == {32}
