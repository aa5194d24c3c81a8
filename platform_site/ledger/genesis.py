"""The first entry: what this record is, and whose signature counts."""

from typing import Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from platform_site.ledger import batches, keys
from platform_site.ledger.models import Entry

EVENT = "ledger.genesis"
SUBJECT = "ledger"
# A checkpoint whenever the wall clock's seconds divide by this: a promise (60 s) has five chances to be kept.
CHECKPOINT_SECONDS = 10


def facts() -> dict[str, Any]:
    """What the first entry of a new record says."""
    return {
        "mode": settings.MODE,
        "origin": settings.LEDGER_ORIGIN,
        "log_key": str(keys.log_signer().verifier),
        "promise_key": str(keys.promise_signer().verifier),
        "sealed_capacity": batches.CAPACITY,
        "checkpoint_seconds": CHECKPOINT_SECONDS,
    }


def first() -> Entry | None:
    """The first entry; None in an empty record. One query."""
    return Entry.objects.filter(place__position=1).first()


def mode() -> str | None:
    """production, sandbox or demo, as the record itself says; None in an empty record."""
    entry = first()
    return entry.facts["mode"] if entry else None


def check() -> None:
    """The record, if there is one, is of the mode, origin and keys this installation runs with.

    Raises:
        ImproperlyConfigured: a demo's record behind a production portal, another record's keys, or any other mixture.
    """
    entry = first()
    if entry is None:
        return
    here = facts()
    for name in ("mode", "origin", "log_key", "promise_key"):
        if entry.facts.get(name) != here[name]:
            said = entry.facts.get(name)
            raise ImproperlyConfigured(f"the record says {name} {said!r}, this installation has {here[name]!r}")


def public_keys() -> dict[str, Any] | None:
    """The keys whose signatures count, as the first entry says: {origin, mode, log, promise, witnesses}. One query."""
    first_entry = first()
    if first_entry is None:
        return None
    names = {"origin": "origin", "mode": "mode", "log": "log_key", "promise": "promise_key"}
    found = {name: first_entry.facts[fact] for name, fact in names.items()}
    return found | {"witnesses": list(getattr(settings, "LEDGER_WITNESSES", ()))}
