"""Every write to the record."""

import json
import threading
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from django.conf import settings
from django.db import connection
from django.db.transaction import TransactionManagementError

from platform_site import clock
from platform_site.accounts.actors import Actor
from platform_site.failpoints import failpoint
from platform_site.ledger.leaves import leaf_hash
from platform_site.ledger.models import Checkpoint, Entry, Private
from platform_site.ledger.notes import BadNote, Verifier, opened, parse, signature_line
from platform_site.ledger.notes import Checkpoint as CheckpointText
from platform_site.ledger.values import canonical, commitment, instant, new_salt, plain

ERASED = "ledger.private_erased"

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
    openings, commitments = _hidden({**_who(actor), **(private or {})})
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
    written, committed = canonical(entry.facts), canonical(commitments)
    entry.leaf_hash = leaf_hash(entry.leaf_around(written, committed))
    _insert(entry, written, committed, openings)
    failpoint(f"{event}.appended")
    return entry


def _hidden(secrets: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, str]]:
    """Openings for the side table, commitments for the leaf."""
    openings: dict[str, Any] = {}
    commitments: dict[str, str] = {}
    for name, value in plain(secrets).items():
        salt = new_salt()
        openings[name] = {"salt": salt.hex(), "value": value}
        commitments[name] = commitment(salt, value)
    return openings, commitments


def reveal(
    entries: Iterable[Entry | UUID],
    *,
    subject: Any,
    actor: Actor,
    facts: Mapping[str, Any] | None = None,
    open_private: Collection[str] = (),
    event: str = "sealed.revealed",
) -> Entry:
    """A public entry holds the leaves of sealed entries, in random order; anybody can find their hashes in the batches.

    Args:
        open_private: names of private facts whose salt and value go public too, such as "for", the subject acted for.
    """
    wanted = [one.pk if isinstance(one, Entry) else one for one in entries]
    found = list(Entry.objects.filter(pk__in=wanted, sealed=True))
    if len(found) != len(set(wanted)):
        raise ValueError("only sealed entries can be revealed")
    held = dict(Private.objects.filter(pk__in=wanted).values_list("pk", "openings")) if open_private else {}
    openings = []
    for entry in sorted(found, key=lambda one: one.pk):  # by UUIDv4, so the order says nothing of arrival
        opening: dict[str, Any] = {"leaf": json.loads(entry.leaf)}
        if "facts" not in opening["leaf"]:
            opening["facts"] = entry.facts
        if shown := {name: how for name, how in held.get(entry.pk, {}).items() if name in open_private}:
            opening["private"] = shown
        openings.append(opening)
    written = append(event, subject=subject, actor=actor, facts={**(facts or {}), "openings": openings})
    with connection.cursor() as cursor:
        cursor.execute("SELECT ledger_reveal(%s::uuid, %s::uuid[])", [str(written.pk), [str(one) for one in wanted]])
    return written


def erase(entry: Entry, names: Collection[str], *, actor: Actor, reason: str) -> Entry:
    """Salt and value of these private facts are gone for good, and an entry says that they went and why.

    The leaf keeps its commitment, so every proof stays valid. Legal source: 个人信息保护法 第四十七条.

    Raises:
        ValueError: the entry never held such a fact.
    """
    if unknown := set(names) - set(entry.private):
        raise ValueError(f"no private fact {sorted(unknown)} in {entry.pk}")
    with connection.cursor() as cursor:
        cursor.execute("SELECT ledger_erase(%s::uuid, %s)", [str(entry.pk), sorted(names)])
    return append(
        ERASED,
        subject="ledger",
        actor=actor,
        facts={"entry": entry.pk, "names": sorted(names), "reason": reason},
        sealed=entry.sealed,
    )


def cosign(note: str) -> int:
    """Known witnesses' lines on a checkpoint of ours stand beside it; returns how many keys were recognised.

    Raises:
        BadNote: not our checkpoint, or no witness of LEDGER_WITNESSES signed it.
    """
    witnesses = [Verifier.parse(text) for text in getattr(settings, "LEDGER_WITNESSES", ())]
    found, signers = opened(note, *witnesses)
    said = CheckpointText.parse(found.text)
    ours = Checkpoint.objects.filter(size=said.size).first()
    if ours is None or parse(ours.note).text != found.text:
        raise BadNote("not a checkpoint of this log")
    lines = {(name, identity): signature for name, identity, signature in found.signatures}
    with connection.cursor() as cursor:
        for signer in signers:
            line = signature_line(signer.name, signer.id, lines[signer.name, signer.id])
            cursor.execute("SELECT ledger_cosign(%s, %s, %s)", [said.size, signer.name, line])
    return len(signers)


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


def _insert(entry: Entry, facts: bytes, private: bytes, openings: dict[str, Any]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT ledger_append(%s::uuid, %s, %s, %s, %s::jsonb, %s::jsonb, %s, %s, %s, %s, %s::jsonb)",
            [
                str(entry.id),
                entry.event,
                entry.subject,
                entry.actor,
                facts.decode(),
                private.decode(),
                entry.sealed,
                instant(entry.legal_at),
                instant(entry.recorded_at),
                bytes(entry.leaf_hash),
                canonical(openings).decode() if openings else None,
            ],
        )
