"""Who may touch the record: one table, applied after every migrate, compared with pg_catalog by a test.

Nobody inserts, changes or deletes rows; what may be written is written by functions that run as the tables' owner.
Who may not read `ledger_pending` sees no sealed entry (row security, sql/03_protect.sql).
"""

from dataclasses import dataclass, field
from typing import Any

LEAVES = ("ledger_entry", "ledger_position", "ledger_tile", "ledger_checkpoint", "ledger_cosignature",
          "ledger_revealed")  # fmt: skip
PEOPLE = ("ledger_private",)
SEALED = ("ledger_pending", "ledger_batch", "ledger_sealed_place")
TABLES = (*LEAVES, *PEOPLE, *SEALED)

APPEND = "ledger_append(uuid, text, text, text, jsonb, jsonb, boolean, timestamptz, timestamptz, bytea, jsonb)"
REVEAL = "ledger_reveal(uuid, uuid[])"
ERASE = "ledger_erase(uuid, text[])"
NUMBER = "ledger_number(integer, uuid)"
SEAL = "ledger_seal(bigint, bigint, bytea, uuid[], smallint[], bytea, text)"
COSIGN = "ledger_cosign(bigint, text, text)"
COMPLETE = "ledger_complete_tiles(bigint)"
FUNCTIONS = (APPEND, REVEAL, ERASE, NUMBER, SEAL, COSIGN, COMPLETE)


@dataclass(frozen=True, slots=True)
class Right:
    """What one login may do: SELECT on tables, EXECUTE on functions."""

    reads: tuple[str, ...] = ()
    calls: tuple[str, ...] = field(default=())


RIGHTS: dict[str, Right] = {
    # Workers, the sequencer, and everything in demo and sandbox.
    "portal_app": Right(reads=TABLES, calls=(APPEND, REVEAL, ERASE, NUMBER, SEAL, COSIGN)),
    "portal_trading": Right(reads=TABLES, calls=(APPEND, REVEAL, ERASE)),
    "portal_supervision": Right(reads=(*LEAVES, *PEOPLE), calls=(APPEND, ERASE)),
    "portal_public": Right(reads=LEAVES),
}


def apply(cursor: Any) -> None:
    """The record's rights are those of RIGHTS, for every role of it that exists. Run as the tables' owner."""
    cursor.execute("SELECT rolname FROM pg_roles WHERE rolname = ANY(%s)", [list(RIGHTS)])
    roles = [name for (name,) in cursor.fetchall()]
    for function in FUNCTIONS:
        cursor.execute(f"REVOKE ALL ON FUNCTION {function} FROM PUBLIC")
    for role in roles:
        name = f'"{role}"'
        for table in TABLES:
            cursor.execute(f"REVOKE ALL ON TABLE {table} FROM {name}")
        for function in FUNCTIONS:
            cursor.execute(f"REVOKE ALL ON FUNCTION {function} FROM {name}")
        for table in RIGHTS[role].reads:
            cursor.execute(f"GRANT SELECT ON TABLE {table} TO {name}")
        for function in RIGHTS[role].calls:
            cursor.execute(f"GRANT EXECUTE ON FUNCTION {function} TO {name}")


def after_migrate(*, using: str, **_: Any) -> None:
    """Receiver of post_migrate."""
    from django.db import connections

    with connections[using].cursor() as cursor:
        cursor.execute("SELECT to_regclass('ledger_pending') IS NOT NULL")
        if cursor.fetchone()[0]:
            apply(cursor)
