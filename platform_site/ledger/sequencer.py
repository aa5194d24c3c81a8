"""The one sequencer: numbers what was committed, and closes checkpoints by the wall clock.

Each step is one transaction; a kill between two leaves work for the next round and nothing to repair. Two sequencers
do no harm (ledger_number holds a lock to the end of its transaction), but one is enough.
"""

from uuid import UUID

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Max

from platform_site.accounts.actors import CLOCK
from platform_site.failpoints import failpoint
from platform_site.ledger import batches, genesis, keys, notes, tree
from platform_site.ledger.models import Batch, Checkpoint
from platform_site.ledger.selectors import last_position
from platform_site.ledger.services import append

ROUND_LIMIT = 10_000


def sequence_once() -> int:
    """Everything committed has its place and stands under a checkpoint. Returns how many entries were numbered.

    Sealed entries beyond a batch's capacity wait for the next checkpoint. Nothing is published to files.
    """
    numbered = number_committed()
    close_checkpoint()
    return numbered


def number_committed() -> int:
    """Committed public entries have positions, in rounds of ROUND_LIMIT. Returns how many."""
    begin_record()
    total = 0
    while True:
        with transaction.atomic():
            numbered = _number(ROUND_LIMIT)
            failpoint("ledger.number.before_commit")
        failpoint("ledger.number.after_commit")
        total += numbered
        if numbered < ROUND_LIMIT:
            return total


def begin_record() -> None:
    """The first entry stands, at position 1."""
    if last_position():
        return
    with transaction.atomic():
        _lock()
        if not last_position():
            entry = append(genesis.EVENT, subject=genesis.SUBJECT, actor=CLOCK, facts=genesis.facts())
            _number(1, only=entry.pk)


def close_checkpoint() -> Checkpoint:
    """A new checkpoint stands over every position, with one batch of sealed places."""
    begin_record()
    with transaction.atomic():
        _lock()
        number = Batch.objects.aggregate(last=Max("number"))["last"]
        number = 0 if number is None else number + 1
        waiting = _waiting_sealed()
        slots = batches.random_slots(len(waiting))
        seed = batches.new_seed()
        found = batches.places(seed, dict(zip(slots, (leaf for _, leaf in waiting), strict=True)))
        leaf = append(batches.EVENT, subject=genesis.SUBJECT, actor=CLOCK, facts=batches.facts(number, found))
        _number(1, only=leaf.pk)
        size = last_position()
        root = tree.root(size)
        note = keys.log_signer().note(notes.Checkpoint(settings.LEDGER_ORIGIN, size, root).text)
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT ledger_seal(%s, %s, %s, %s::uuid[], %s::smallint[], %s, %s)",
                [number, size, seed, [str(entry) for entry, _ in waiting], slots, root, note],
            )
        failpoint("ledger.seal.before_commit")
    failpoint("ledger.seal.after_commit")
    return Checkpoint(size=size, root=root, note=note)


def _waiting_sealed() -> list[tuple[UUID, bytes]]:
    """The oldest sealed entries that have no place yet, at most a batch's capacity: (id, leaf hash)."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT e.id, e.leaf_hash FROM ledger_pending p JOIN ledger_entry e ON e.id = p.entry_id
               WHERE p.sealed AND NOT EXISTS (SELECT 1 FROM ledger_sealed_place s WHERE s.entry_id = p.entry_id)
               ORDER BY p.seq LIMIT %s""",
            [batches.CAPACITY],
        )
        return [(entry, bytes(leaf)) for entry, leaf in cursor.fetchall()]


def _number(limit: int, *, only: UUID | None = None) -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT ledger_number(%s, %s::uuid)", [limit, str(only) if only else None])
        return cursor.fetchone()[0]


def _lock() -> None:
    """Nobody else numbers or seals until this transaction ends (the lock of ledger_number)."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(7020011)")
