"""评标基准价系数: bound before the notice, drawn once at the opening (docs/decisions/0060-opening-factors.md)."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.core.exceptions import PermissionDenied

from experts.draw import ROLES, is_nonce
from experts.nonces import is_sealed, open_nonce
from platform_site.accounts.actors import CLOCK, Actor
from platform_site.accounts.refusals import Refused, Violation
from platform_site.accounts.selectors import holders_of
from platform_site.messages import services as messages
from platform_site.sealing.canonical import digest
from platform_site.sealing.models import KeySet
from platform_site.sealing.services.opening import keys_given
from platform_site.web import streams
from trading import addresses
from trading.kernel import factors
from trading.models import FactorDraw, Lot
from trading.services.acts import acting


def side_of(lot: Lot, actor: Actor) -> str:
    """Whose nonce the actor binds: the initiator's, an agency too; the witness's, for the authority; "" for none."""
    if lot.tender.party_roles(actor):
        return "initiator"
    authority = lot.tender.authority
    return "witness" if "supervisor" in actor.duties and authority and authority.code == actor.subject_code else ""


def factor_asked(lot: Lot) -> bool:
    """Whether the document draws its factor at the opening. No query."""
    return bool(factors.factors_of(lot.terms))


def factor_undrawn(lot: Lot) -> bool:
    """Whether the document draws its factor and it is not drawn. At most one query."""
    return factor_asked(lot) and not FactorDraw.objects.filter(lot=lot, drawn_at__isnull=False).exists()


def factor_commit(*, lot_id: int, commitment: str, sealed_nonce: Mapping[str, Any], actor: Actor) -> FactorDraw:
    """The actor's side is bound to its nonce, which lies sealed with the lot's trustees until the roll is public.

    Nobody reveals it himself: there is nothing to hold back later. The nonce opens with the lot's keys.

    Raises:
        PermissionDenied: neither the initiator's side nor a supervisor of the lot's authority.
        Refused: the document draws no factor; no key set yet; bound before; malformed or sealed to others.
    """

    def values(lot: Lot, now: datetime) -> dict[str, Any]:
        return {"factors": factors.factors_of(lot.terms)}

    with acting("commit_factor", lot_id=lot_id, actor=actor, values=values) as act:
        lot, role = act.lot, side_of(act.lot, actor)
        if not role:
            raise PermissionDenied("another authority supervises this lot")
        keyset = KeySet.objects.filter(pk=lot.ledger_ref).first()
        if keyset is None:
            raise Refused([Violation("draw.no_trustees", "ELE-07", lot.book.article("ELE-07"))])
        draw, _ = FactorDraw.objects.get_or_create(lot=lot)
        if role in draw.commitments:
            raise Refused([Violation("draw.committed_before", "ENG-31", lot.book.article("ENG-31"), {"role": role})])
        sealed = dict(sealed_nonce)
        if not is_nonce(commitment) or not is_sealed(sealed, keyset.document):
            raise Refused([Violation("draw.nonce_malformed", "ENG-31", lot.book.article("ENG-31"))])
        draw.commitments = {**draw.commitments, role: commitment}
        draw.sealed_nonces = {**draw.sealed_nonces, role: sealed}
        draw.save(update_fields=["commitments", "sealed_nonces"])
        act.entry("lot.factor_committed", {"role": role, "commitment": commitment, "sealed": digest(sealed)})
        _tell_other(lot, draw)
    return draw


def _tell_other(lot: Lot, draw: FactorDraw) -> None:
    """Once the initiator's side is bound, the authority's supervisors find the page to bind the other nonce."""
    if "witness" in draw.commitments or lot.tender.authority is None:
        return
    messages.deliver(
        [user.pk for user in holders_of("supervisor", subject_code=lot.tender.authority.code)],
        dedupe=f"factor:{lot.ledger_ref}",
        title="抽取评标基准价系数，请见证人提交随机数承诺",
        body=lot.title,
        url=addresses.factor(lot),
    )


def nonces_open(lot: Lot, draw: FactorDraw | None) -> tuple[dict[str, str], int, int]:
    """(nonces by role as the trustees' keys open them, keys in, keys needed). Up to two queries."""
    sets = keys_given(lot.ledger_ref).sets
    if not sets or draw is None:
        return {}, 0, 1
    # A set that replaced a trustee guards bids sealed after it; the nonces lie with the first, like the bids before.
    keyset, secrets = sets[0]
    found = {role: open_nonce(sealed, keyset.document, secrets) for role, sealed in draw.sealed_nonces.items()}
    return {role: nonce for role, nonce in found.items() if nonce}, len(secrets), keyset.k


def factor_ready(lot: Lot) -> bool:
    """Whether the factor could be drawn now: asked for, undrawn, and the trustees' keys are in. Up to three queries."""
    draw = FactorDraw.objects.filter(lot=lot).first() if factor_asked(lot) else None
    if draw is None or draw.drawn_at is not None:
        return False
    _, have, need = nonces_open(lot, draw)
    return have >= need


def factor_draw(*, lot_id: int, actor: Actor = CLOCK, now: datetime | None = None) -> FactorDraw:
    """One factor of the document's list is drawn, with the certificate anybody recomputes. Once for ever.

    Every input stood in the record before any key was given: the list and the commitments in the notice, the roll in
    the entry that started the opening. Whoever is late, or stays away, changes nothing.

    Raises:
        PermissionDenied: neither clock, centre, initiator nor agency.
        Refused: before the opening, no factor asked for, drawn before, keys missing, or a nonce that is not the one
            committed to (its side is named; the draw waits and is never repeated with another).
    """
    lot = Lot.objects.select_related("tender").get(pk=lot_id)
    nonces, have, need = nonces_open(lot, FactorDraw.objects.filter(lot=lot).first())

    def values(held: Lot, at: datetime) -> dict[str, Any]:
        bound = FactorDraw.objects.filter(lot=held).first()
        true = factors.kept(held.ledger_ref, bound.commitments if bound else {}, nonces)
        return {
            "factors": factors.factors_of(held.terms),
            "drawn": bound.drawn if bound else "",
            "have": have,
            "need": need,
            "false": [factors.SIDES[role] for role in ROLES if not true[role]],
        }

    with acting("draw_factor", lot_id=lot_id, actor=actor, values=values, now=now) as act:
        draw = FactorDraw.objects.get(lot=act.lot)
        draw.certificate = factors.certify(
            lot=act.lot.ledger_ref,
            factors=factors.factors_of(act.lot.terms),
            roll=act.lot.opening.roll,
            commitments=draw.commitments,
            nonces=nonces,
        )
        draw.drawn_at = act.now
        draw.save(update_fields=["certificate", "drawn_at"])
        said = {"factor": draw.drawn, "certificate": draw.certificate, "digest": digest(draw.certificate)}
        act.entry("lot.factor_drawn", {**said, "at": act.now})
        streams.publish(f"opening:{act.lot.reference}", "changed", {})
    return draw


def factor_announced(lot: Lot) -> dict[str, Any]:
    """What the notice says of the draw: who is bound to which commitment; {} where none is drawn. Up to one query."""
    draw = FactorDraw.objects.filter(lot=lot).first() if factor_asked(lot) else None
    return {"factor_draw": {"commitments": draw.commitments}} if draw else {}


def factor_said(lot: Lot) -> dict[str, Any]:
    """What the opening record says of the draw; {} where none is drawn. Up to one query."""
    if not factor_asked(lot):
        return {}
    draw = FactorDraw.objects.filter(lot=lot).first()
    said: dict[str, Any] = {"factors": list(factors.factors_of(lot.terms))}
    if draw and draw.drawn:
        said |= {"drawn": draw.drawn, "at": draw.drawn_at, "digest": digest(draw.certificate)}
    return {"factor": said}
