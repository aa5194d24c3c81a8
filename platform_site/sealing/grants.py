"""Who may touch sealed things: one table, applied after every migrate, compared with pg_catalog by a test.

Nobody deletes, but for uploads that no envelope refers to: the foreign key of `sealing_part` keeps every other one.
What was accepted is not changed but for the columns named here: an envelope's state, a lot key's lot.
Supervision and the public see nothing that betrays whether anybody filed: no envelope, no upload, no unlock.
"""

from dataclasses import dataclass, field
from typing import Any

PUBLIC = ("sealing_trustee", "sealing_key_set", "sealing_countersignature")
KEYS = ("sealing_lot_key", "sealing_released_key")
FILED = ("sealing_upload", "sealing_envelope", "sealing_part", "sealing_bidder_unlock")
OPENED = ("sealing_opening_result", "sealing_plain_file")
TABLES = (*PUBLIC, *KEYS, *FILED, *OPENED)
ABANDONED = ("sealing_upload",)
# table: columns that may change after the row was written
CHANGES: dict[str, tuple[str, ...]] = {
    "sealing_trustee": ("active",),
    "sealing_lot_key": ("lot_ref",),
    "sealing_upload": ("received", "arrived_at", "finished_at"),
    "sealing_envelope": ("state",),
}


@dataclass(frozen=True, slots=True)
class Right:
    """What one login may do: SELECT, INSERT, DELETE on tables, UPDATE of columns by table."""

    reads: tuple[str, ...] = ()
    adds: tuple[str, ...] = ()
    changes: dict[str, tuple[str, ...]] = field(default_factory=dict)
    removes: tuple[str, ...] = ()


RIGHTS: dict[str, Right] = {
    "portal_app": Right(reads=TABLES, adds=TABLES, changes=CHANGES, removes=ABANDONED),
    "portal_trading": Right(reads=TABLES, adds=TABLES, changes=CHANGES, removes=ABANDONED),
    "portal_supervision": Right(reads=(*PUBLIC, *OPENED)),
    "portal_public": Right(reads=PUBLIC),
}


def apply(cursor: Any) -> None:
    """The rights are those of RIGHTS, for every role of it that exists. Run as the tables' owner."""
    cursor.execute("SELECT rolname FROM pg_roles WHERE rolname = ANY(%s)", [list(RIGHTS)])
    for role in [name for (name,) in cursor.fetchall()]:
        right = RIGHTS[role]
        for table in TABLES:
            cursor.execute(f'REVOKE ALL ON TABLE {table} FROM "{role}"')
        for table in right.reads:
            cursor.execute(f'GRANT SELECT ON TABLE {table} TO "{role}"')
        for table in right.adds:
            cursor.execute(f'GRANT INSERT ON TABLE {table} TO "{role}"')
        for table in right.removes:
            cursor.execute(f'GRANT DELETE ON TABLE {table} TO "{role}"')
        for table, columns in right.changes.items():
            cursor.execute(f'GRANT UPDATE ({", ".join(columns)}) ON TABLE {table} TO "{role}"')


def after_migrate(*, using: str, **_: Any) -> None:
    """Receiver of post_migrate."""
    from django.db import connections

    with connections[using].cursor() as cursor:
        cursor.execute("SELECT to_regclass('sealing_plain_file') IS NOT NULL")
        if cursor.fetchone()[0]:
            apply(cursor)
