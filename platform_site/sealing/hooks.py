"""What sealing must know about the trade, read from the record: has the event that frees the keys happened?"""

from platform_site.ledger import selectors as ledger
from platform_site.ledger.models import Entry
from platform_site.sealing.models import KeySet

ANNOUNCED = "lot.announced"
OPENING = "lot.opening_started"
# Fewer than three: the envelopes go back unopened and no key is ever released, whatever else the record says.
RETURNED = "lot.bids_returned"


def opening_started(lot_ref: str) -> bool:
    """Whether the ledger holds the event that frees this lot's keys. Three queries.

    `lot_ref` is the ledger's subject, with `#<what>` behind it for a second secret of the same lot. Without a key set
    (bidder-only) the event is the opening.
    """
    subject = ledger_subject(lot_ref)
    return ledger.has_event(subject, release_event(lot_ref)) and not ledger.has_event(subject, RETURNED)


def announced(lot_ref: str) -> bool:
    """Whether the lot is public: its notice stands, or its opening has begun. Two queries at most."""
    subject = ledger_subject(lot_ref)
    return ledger.has_event(subject, ANNOUNCED) or ledger.has_event(subject, OPENING)


def opening_entry(lot_ref: str) -> Entry | None:
    """The entry that freed the keys, for proofs; None before. Three queries."""
    if not opening_started(lot_ref):
        return None
    return Entry.objects.about(ledger_subject(lot_ref)).public().filter(event=release_event(lot_ref)).first()


def release_event(lot_ref: str) -> str:
    """The ledger event that frees the lot's keys. One query."""
    keyset = KeySet.objects.filter(pk=lot_ref).only("document").first()
    return keyset.document["release_event"] if keyset else OPENING


def ledger_subject(lot_ref: str) -> str:
    """The subject of the ledger entries about this lot."""
    return lot_ref.partition("#")[0]
