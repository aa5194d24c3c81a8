"""Which round of sealed filings a lot's pages are about: the first, or the final quotes of a consultation.

A round names its acts, its envelopes and its moments; pages ask it and know no procedure.
"""

from dataclasses import dataclass

from platform_site.accounts.actors import Actor
from platform_site.sealing.models import KeySet
from platform_site.sealing.selectors import keysets_of
from trading.models import Bid, Lot, Quote
from trading.services.trustees import key_sets_to_seal

SECOND = frozenset({"quoting", "closing"})


@dataclass(frozen=True, slots=True)
class Round:
    """One round.

    Attributes:
        file, unlock, disclose: verbs.
        ref: how sealing names the round.
        waiting: the state in which its envelopes wait for keys.
        deadline, closes: names of moments.
    """

    file: str
    unlock: str
    disclose: str
    ref: str
    waiting: str
    deadline: str
    closes: str
    final: bool = False


def round_of(lot: Lot) -> Round:
    """The round the lot is in; the first, wherever nothing else is going on. No query."""
    if lot.final_ref and lot.state in SECOND:
        verbs = ("file_quote", "unlock_quote", "disclose_quotes")
        return Round(*verbs, lot.final_ref, "closing", "final_deadline", "final_closes", final=True)
    verbs = ("file_bid", "unlock", "disclose_bids")
    return Round(*verbs, lot.ledger_ref, "opening", "bid_deadline", "opening_closes")


def key_sets_of(lot: Lot, now: Round) -> list[KeySet]:
    """The sets a filing of the round may be sealed to, the one in force first. One query, three after a replacement."""
    return keysets_of(now.ref) if now.final else key_sets_to_seal(lot)


def own_filing(lot: Lot, now: Round, actor: Actor) -> Bid | Quote | None:
    """The filing of the subject acted for that stands in the round. One query; none for who acts for nobody."""
    if not actor.subject_code:
        return None
    if now.final:
        found = Quote.objects.filter(bid__lot=lot, bid__subject__code=actor.subject_code).exclude(state="replaced")
        return found.select_related("bid__subject", "envelope", "document", "filed_by").first()
    own = lot.bids.standing().filter(subject__code=actor.subject_code)
    return own.select_related("subject", "envelope", "document", "filed_by").first()


def own_quotes(lot: Lot, actor: Actor) -> list[Quote]:
    """Every final quote of the subject acted for, newest first. One query where the procedure knows any."""
    if not lot.final_ref or not actor.subject_code:
        return []
    found = Quote.objects.filter(bid__lot=lot, bid__subject__code=actor.subject_code)
    return list(found.select_related("bid__subject", "envelope", "document", "filed_by").order_by("-arrived_at", "-pk"))
