"""底价 of a listing in its envelope: sealed by the initiator, opened after the end by its key or by the trustees'.

The same envelopes bids are sealed in, to a key set whose keys are free once the record says `listing.closed`. Before
that nobody reads it, the operator neither. What it came to is public, and the kernel judges the deal by it.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any
from uuid import UUID

from credit import selectors as credit
from platform_site import clock
from platform_site.accounts.actors import CLOCK, Actor
from platform_site.accounts.refusals import Refused, Violation
from platform_site.sealing import services as sealing
from platform_site.sealing.models import BidderUnlock, KeySet
from platform_site.web import streams
from trading.models import Lot, Reserve
from trading.services.acts import acting
from trading.services.alerts import tell_initiator
from trading.services.openings import keys_in
from trading.services.terms import LEAST, MOST, reserve_values

PURPOSE = "reserve_price"


def amount_of(offer: Any) -> Decimal | None:
    """The reserve a sealed offer {"reserve_cny": "52000000.00"} states; None where it states none that can be read."""
    said = offer.get("reserve_cny") if isinstance(offer, Mapping) else None
    try:
        amount = Decimal(said) if isinstance(said, str) and len(said) <= 20 else None
    except InvalidOperation:
        return None
    if amount is None or not amount.is_finite() or not LEAST <= amount <= MOST:
        return None
    return amount.quantize(LEAST) if amount == amount.quantize(LEAST) else None


def standing(lot: Lot) -> Reserve | None:
    """The lot's reserve that was not replaced, where its notice says there is one. One query."""
    if not lot.terms.get("reserve"):
        return None
    return Reserve.objects.filter(lot=lot).exclude(state="replaced").select_related("envelope").first()


def binding(lot: Lot) -> tuple[Decimal | None, bool]:
    """(the price nothing is sold below, whether it was lost). (None, False): no reserve binds. One query."""
    row = standing(lot)
    return (row.amount_cny if row else None), bool(row and row.state == "lost")


def reserve_said(lot: Lot) -> dict[str, Any]:
    """What the notices after the end say of the reserve; {} where there was none. One query."""
    row = standing(lot)
    if row is None or row.opened_at is None:
        return {}
    return {"reserve": {"state": row.state, "amount_cny": row.amount_cny, "digest": row.envelope.header_sha256}}


def reserve_seal(
    *,
    lot_id: int,
    actor: Actor,
    user_id: int,
    header: bytes,
    signature: str,
    wraps: Mapping[str, Any],
    upload_ids: Sequence[UUID],
    idempotency_key: UUID,
    arrived_at: datetime | None = None,
) -> Reserve:
    """The sealed reserve stands, a former one is replaced, and the record holds the commitment.

    Raises:
        PermissionDenied: not the initiator itself.
        Refused: the listing has started; the notice states none; no key set that its trustees bound; no registered key;
            malformed or bound to another lot.
    """
    at = arrived_at or clock.now()
    done = Reserve.objects.filter(idempotency_key=idempotency_key).select_related("envelope").first()
    if done is not None:
        if done.lot_id != lot_id or done.envelope.subject_code != actor.subject_code:
            raise Refused([Violation("envelope.refused")])
        return done
    asked = {"reserve": bool(Lot.objects.values_list("terms__reserve", flat=True).get(pk=lot_id))}
    with acting("seal_reserve", lot_id=lot_id, actor=actor, values=asked, now=at) as act:
        lot, rule = act.lot, act.move.rules[0]
        if (key := credit.active_key(actor.subject_code)) is None:
            raise Refused([Violation("key.missing")])
        keyset = KeySet.objects.filter(pk=lot.ledger_ref).first()
        if keyset is None:
            raise Refused([lot.book.violation("fact.missing", rule, fact="key_set")])
        if gaps := sealing.keyset_gaps(lot.ledger_ref):
            raise Refused(gaps)
        accepted = sealing.envelope_accept(
            lot_ref=lot.ledger_ref,
            subject_code=actor.subject_code,
            header=header,
            signature=signature,
            wraps=wraps,
            upload_ids=upload_ids,
            public_key=key.verify_key,
            documents={""},
            arrived_at=at,
            purpose=PURPOSE,
            key_sets=[keyset],
        )
        if accepted.known and (same := Reserve.objects.filter(envelope=accepted.envelope).first()) is not None:
            act.written = same
            return same
        former = lot.reserves.select_for_update(no_key=True).filter(state="sealed").select_related("envelope").first()
        if former:
            sealing.envelope_retire(former.envelope_id, "replaced")
            former.state = "replaced"
            former.save(update_fields=["state"])
        reserve = Reserve.objects.create(
            lot=lot,
            sealed_by_id=user_id,
            envelope=accepted.envelope,
            idempotency_key=idempotency_key,
            arrived_at=accepted.envelope.arrived_at,
        )
        act.entry(
            "reserve.sealed",
            {
                "envelope": accepted.envelope.header_sha256,
                "sealed_to": keyset.hash,
                "arrived_at": reserve.arrived_at,
                "replaces": former.envelope.header_sha256 if former else "",
            },
        )
    return reserve


def reserve_unlock(*, lot_id: int, identity: str, actor: Actor) -> Reserve:
    """The initiator's browser has given the envelope's one-time identity. Repeatable.

    Raises:
        PermissionDenied: not the initiator itself.
        Refused: before bidding has closed, no reserve, or not the envelope's key.
    """
    lot = Lot.objects.select_related("tender").get(pk=lot_id)
    reserve = standing(lot)
    own = reserve and actor.subject_code == reserve.envelope.subject_code
    if reserve and own and BidderUnlock.objects.filter(envelope_id=reserve.envelope_id).exists():
        return reserve
    with acting("unlock_reserve", lot_id=lot_id, actor=actor) as act:
        if reserve is None:
            raise Refused([act.lot.book.violation("reserve.none", act.move.rules[0])])
        sealing.unlock(reserve.envelope_id, identity, subject_code=actor.subject_code)
        act.entry("reserve.unlocked", {"envelope": reserve.envelope.header_sha256})
    return reserve


def keys_are_in(lot: Lot) -> bool:
    """Whether the lot's sealed reserve could open now. Four queries."""
    rows = lot.reserves.filter(state="sealed").values_list("envelope_id", "envelope__header__trustee_set")
    sealed = dict(rows)
    return bool(sealed) and keys_in(lot.ledger_ref, sealed)


def reserve_open(*, lot_id: int, actor: Actor = CLOCK, now: datetime | None = None) -> Reserve:
    """What the reserve is, is public: the price, or that its owner sealed none that can be read. Once.

    Decryption runs before the lock; the lock only writes. A reserve that cannot be read by its owner's own fault binds
    nobody: else who sells could seal nonsense and choose after the bidding. One lost by no fault of the owner's lets
    nothing be sold: else who keeps the envelope could choose.

    Raises:
        PermissionDenied: neither clock, centre, initiator nor agency.
        Refused: before bidding has closed; keys still missing; opened before, or no reserve.
    """
    lot = Lot.objects.select_related("tender").get(pk=lot_id)
    opened = sealing.open_envelopes(lot.ledger_ref)
    waiting = [name for names in sealing.missing(opened).values() for name in names]

    def asked(held: Lot, at: datetime) -> dict[str, Any]:
        return {**reserve_values(held), "waiting": waiting}

    try:
        with acting("open_reserve", lot_id=lot_id, actor=actor, values=asked, now=now) as act:
            results = {result.envelope_id: result for result in sealing.record(opened)}
            rows = act.lot.reserves.select_for_update(no_key=True, of=("self",))
            reserve = rows.select_related("envelope").get(state="sealed")
            result = results[reserve.envelope_id]
            reserve.amount_cny = amount_of(result.offer) if result.kind == "opened" else None
            reserve.state = _state(result.kind, reserve.amount_cny)
            reserve.opened_at = act.now
            reserve.save(update_fields=["state", "amount_cny", "opened_at"])
            act.lot.record("reserve_opened_at", act.now)
            act.entry(
                "reserve.opened",
                {
                    "outcome": reserve.state,
                    "amount_cny": reserve.amount_cny,
                    "by": result.by,
                    "blame": result.blame,
                    "envelope": reserve.envelope.header_sha256,
                    "manifest": result.manifest_sha256,
                },
            )
            streams.publish(f"hall:{act.lot.reference}", "changed", {})
            tell_initiator(act.lot, about=f"reserve:{act.lot.pk}", title="底价已公开", body=act.lot.title)
    except Refused:
        sealing.discard(opened)
        raise
    return reserve


def _state(kind: str, amount: Decimal | None) -> str:
    if amount is not None:
        return "opened"
    return "lost" if kind == "withdrawn" else "void"


def reserves_open_ready() -> int:
    """Every reserve whose keys are in, after its listing has closed, is open. How many."""
    done = 0
    waiting = Lot.objects.filter(state="closed", reserves__state="sealed").select_related("tender")
    for lot in waiting:
        if keys_are_in(lot):
            try:
                reserve_open(lot_id=lot.pk)
                done += 1
            except Refused:
                continue  # somebody else was faster, or a hold stands; the next look tries again
    return done
