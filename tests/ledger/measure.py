"""What the ledger's budget is measured with: append against a bare insert, a proof among ten million entries.

Every function works on the database behind `default` and returns raw samples; `superuser` is a psycopg2 connection to
it. Nothing here passes or fails.
"""

import random
import time
import uuid
from typing import Any

from django.db import connection, transaction

from platform_site import clock, ledger
from platform_site.accounts.actors import Actor
from platform_site.ledger import receipts, sequencer, tree
from platform_site.ledger.models import Checkpoint, Entry

ACTOR = Actor(kind="person", user_id=uuid.uuid4(), subject_code="91330000MA00000001", address="192.0.2.7")
COMMITMENTS = '{"actor":"' + "0" * 64 + '","address":"' + "0" * 64 + '","for":"' + "0" * 64 + '"}'
BARE = """CREATE TABLE bare_entry (id uuid PRIMARY KEY, event text, subject text, actor text, facts jsonb,
          private jsonb, sealed boolean, legal_at timestamptz, recorded_at timestamptz, leaf_hash bytea);
          CREATE INDEX ON bare_entry (subject, event); GRANT INSERT ON bare_entry TO PUBLIC"""


def append_rates(superuser: Any, *, rounds: int = 5, acts: int = 1000) -> list[tuple[float, float]]:
    """Pairs (bare inserts a second, appends a second), one act a transaction, taken in turns so that both see the
    same machine. The bare row is as wide as the entry and has the same indexes.
    """
    with superuser.cursor() as cursor:
        cursor.execute(BARE)
    with clock.pinned():
        return [(_rate(_bare, acts), _rate(_append, acts)) for _ in range(rounds)]


def _rate(act: Any, count: int) -> float:
    began = time.perf_counter()
    for number in range(count):
        with transaction.atomic():
            act(number)
    return count / (time.perf_counter() - began)


def _bare(number: int) -> None:
    now = clock.machine()
    row = [str(uuid.uuid4()), "lot.announced", f"lot:T-{number}/1", "person", '{"state":"announced","money":"12.30"}']
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO bare_entry VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s)",
            [*row, COMMITMENTS, False, now, now, b"x" * 32],
        )


def _append(number: int) -> None:
    facts = {"state": "announced", "money": "12.30"}
    ledger.append("lot.announced", subject=f"lot:T-{number}/1", actor=ACTOR, facts=facts)


def fill(superuser: Any, leaves: int) -> int:
    """An empty record has this many leaves (hashes without rows behind them) and a checkpoint over one real entry;
    returns the tree's size. Three to four minutes for ten million.
    """
    sequencer.begin_record()
    with superuser.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        cursor.execute(
            """INSERT INTO ledger_position (position, entry_id, leaf_hash)
               SELECT n, gen_random_uuid(), sha256(n::text::bytea) FROM generate_series(2, %s) n""",
            [leaves],
        )
        cursor.execute("SELECT ledger_complete_tiles(%s)", [leaves])
        cursor.execute("ANALYZE ledger_position; ANALYZE ledger_tile")
    with transaction.atomic():
        _append(0)
    ledger.sequence_once()
    return Checkpoint.objects.order_by("-size").first().size


def path_seconds(size: int, *, samples: int = 200) -> list[float]:
    """Seconds for audit paths of random leaves."""
    chance = random.Random(size)
    return [_seconds(lambda: tree.inclusion(chance.randrange(size), size)) for _ in range(samples)]


def proof_seconds(*, samples: int = 50) -> list[float]:
    """Seconds for the whole tlog-proof text of one entry."""
    entry = Entry.objects.filter(event="lot.announced", place__isnull=False).latest("place__position")
    return [_seconds(lambda: receipts.proof(entry)) for _ in range(samples)]


def _seconds(work: Any) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began
