"""Every write to the record."""

import threading
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from django.db import connection
from django.db.transaction import TransactionManagementError

from platform_site import clock
from platform_site.accounts.actors import Actor
from platform_site.ledger.leaves import leaf_hash
from platform_site.ledger.models import Entry
from platform_site.ledger.values import canonical, commitment, new_salt, plain

_last = threading.local()


def append(
    event: str,
    *,
    subject: Any,
    actor: Actor,
    facts: Mapping[str, Any],
    private: Mapping[str, Any] | None = None,
    sealed: bool = False,
) -> Entry:
    """One unnumbered entry stands in the caller's transaction; no lock is taken. One query.

    Args:
        event: past tense, noun first: `lot.announced`.
        subject: `lot:<reference>`, or an object with that text as `.ledger_ref`.
        actor: kept as a private fact, with the subject acted for and the address; the leaf says only the kind.
        facts: public at once (or at the reveal, where sealed). An act that moves a state says facts["state"].
        private: the leaf holds only a salted commitment; salt and value are erasable.
        sealed: numbered apart, invisible until `reveal`; its number, time and subject tell nobody anything.

    Raises:
        TypeError, ValueError: a fact without exact bytes (a float, a naive time).
        TransactionManagementError: outside a transaction there is no act this could be evidence of.
    """
    if not connection.in_atomic_block:
        raise TransactionManagementError("ledger.append belongs in the transaction of the act it records")
    reference = subject if isinstance(subject, str) else subject.ledger_ref
    secrets = {**_who(actor), **(private or {})}
    openings: dict[str, Any] = {}
    commitments: dict[str, str] = {}
    for name, value in plain(secrets).items():
        salt = new_salt()
        openings[name] = {"salt": salt.hex(), "value": value}
        commitments[name] = commitment(salt, value)
    entry = Entry(
        id=uuid4(),
        event=event,
        subject=reference,
        actor=actor.kind,
        facts=plain(facts),
        private=commitments,
        sealed=sealed,
        legal_at=clock.now(),
        recorded_at=_machine(),
    )
    entry.leaf_hash = leaf_hash(entry.leaf)
    _insert(entry, openings)
    return entry


def _who(actor: Actor) -> dict[str, str]:
    who = {"actor": actor.ref if actor.user_id else "", "for": actor.subject_code, "address": actor.address}
    return {name: value for name, value in who.items() if value}


def _machine() -> datetime:
    """Wall time, never twice the same within a thread: entries of one act keep their order."""
    now = clock.machine()
    before = getattr(_last, "moment", None)
    if before is not None and before >= now > before - timedelta(seconds=1):
        now = before + timedelta(microseconds=1)
    _last.moment = now
    return now


def _insert(entry: Entry, openings: dict[str, Any]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT ledger_append(%s::uuid, %s, %s, %s, %s::jsonb, %s::jsonb, %s, %s, %s, %s, %s::jsonb)",
            [
                str(entry.id),
                entry.event,
                entry.subject,
                entry.actor,
                canonical(entry.facts).decode(),
                canonical(entry.private).decode(),
                entry.sealed,
                entry.legal_at,
                entry.recorded_at,
                entry.leaf_hash,
                canonical(openings).decode() if openings else None,
            ],
        )
