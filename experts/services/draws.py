"""Opening a draw, committing and revealing its nonces, drawing. One draw per need, never repeated (design §6.2)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db import transaction

from credit.selectors import members_of
from experts import draw as drawing
from experts import pool as pools
from experts.models import Draw, Expert, Invitation, PoolRoot
from experts.nonces import is_sealed, open_nonce
from experts.rules import rule
from experts.services.certificates import certify, told_of
from experts.services.invitations import invite
from platform_site import clock, ledger
from platform_site.accounts import policy
from platform_site.accounts.actors import Actor
from platform_site.accounts.refusals import Refused, Violation
from platform_site.messages import services as messages
from platform_site.sealing import services as sealing
from platform_site.sealing.canonical import digest
from platform_site.sealing.models import KeySet, ReleasedKey, Trustee
from platform_site.sealing.selectors import keysets_of

# The event that lets trustees give the draw's keys away: both nonces are bound, so knowing one steers nothing.
RELEASE_EVENT = "draw.nonces_committed"


@dataclass(frozen=True, slots=True)
class Exclusions:
    """Who may not be taken: reason (a key of draw.EXCLUSIONS) by employer's code and by expert's public id.

    Before the opening the caller knows no bidder, so none is named here; what the roll shows later is a replacement.
    """

    employers: Mapping[str, str] = field(default_factory=dict)
    persons: Mapping[str, str] = field(default_factory=dict)


NOBODY = Exclusions()


def _refuse(code: str, rule_id: str = "EXP-03", **facts: Any) -> Refused:
    return Refused([Violation(code, rule_id, rule(rule_id).article if rule_id else "", facts)])


@transaction.atomic
def draw_open(
    *,
    lot_ref: str,
    need: drawing.Need,
    actor: Actor,
    initiator_codes: Sequence[str],
    exclusions: Exclusions = NOBODY,
    witness_codes: Sequence[str] = (),
    title: str = "",
    trustees: Sequence[Trustee] | None = None,
    k: int = 0,
) -> Draw:
    """The list and its root stand in the record; nonces may be committed.

    Args:
        lot_ref: `lot:<reference>`, unique for ever; a further need of the same lot is `lot:<reference>#<what>`.
        initiator_codes: the initiator and its agency; their people commit the first nonce.
        witness_codes: notaries who may witness; supervisors always may.
        trustees: who keeps the nonces; by default the trustees of the lot's own key set, with fresh keys.

    Raises:
        PermissionDenied: not the draw officer.
        Refused: drawn before, no pool root yet, nobody to keep the nonces, fewer eligible experts than needed.
    """
    policy.require(actor, "draw_officer")
    if Draw.objects.filter(lot_ref=lot_ref).exists():
        raise _refuse("draw.repeated", lot=lot_ref)
    now = clock.now()
    pool = PoolRoot.objects.filter(published_at__lte=now).order_by("-day").first()
    if pool is None:
        raise _refuse("draw.no_pool_root")
    rows, openings = drawing.make_list(_people(pool, need, exclusions, lot_ref))
    eligible = sum(not row.excluded for row in rows)
    if eligible < need.count or need.count < 1:
        raise _refuse("draw.too_few", eligible=eligible, need=need.count)
    draw = Draw.objects.create(
        lot_ref=lot_ref,
        title=title,
        need=need.as_json(),
        pool=pool,
        rows=[row.as_json() for row in rows],
        openings={label: list(kept) for label, kept in openings.items()},
        listed_ids=sorted(kept.expert for kept in openings.values()),
        root=drawing.root_of(rows),
        initiator_codes=list(initiator_codes),
        witness_codes=list(witness_codes),
        opened_at=now,
    )
    keyset = _keep_nonces(draw, trustees, k)
    _tell_sides(draw)
    ledger.append(
        "draw.opened",
        subject=draw,
        actor=actor,
        facts={
            "state": draw.state,
            "lot": lot_ref,
            "need": draw.need,
            "root": draw.root,
            "keyset": keyset.hash,
            "pool": {"day": pool.day, "root": pool.root},
        },
    )
    return draw


def _people(pool: PoolRoot, need: drawing.Need, exclusions: Exclusions, lot_ref: str) -> list[drawing.Listed]:
    """Everybody the pool's root holds as active who fits the need, with the reason where he may not be taken."""
    active = [row for row in pools.from_json(pool.rows) if row.state == "active"]
    fitting = [row for row in active if need.asks_for(row.specialties, row.region)]
    gone = {str(e) for e in Expert.objects.exclude(state="active").values_list("public_id", flat=True)}
    base = lot_ref.partition("#")[0]
    invited = Invitation.objects.filter(draw__lot_ref__startswith=base).values_list(
        "expert__public_id", "draw__lot_ref"
    )
    taken = {str(public_id) for public_id, ref in invited if ref.partition("#")[0] == base}

    def why(row: pools.PoolRow) -> str:
        if row.expert in gone:
            return "suspended"
        if row.expert in taken:
            return "drawn"
        return exclusions.persons.get(row.expert) or (row.employer and exclusions.employers.get(row.employer)) or ""

    return [drawing.Listed(row.expert, row.employer, why(row)) for row in fitting]


def _keep_nonces(draw: Draw, trustees: Sequence[Trustee] | None, k: int) -> KeySet:
    if trustees is None:
        # The newest: a trustee that was replaced cannot give a key away any more.
        of_lot = next(iter(reversed(keysets_of(draw.subject_of_need))), None)
        if of_lot is None:
            raise _refuse("draw.no_trustees")
        named = [member["trustee"] for member in of_lot.document["members"]]
        found = Trustee.objects.in_bulk(named)
        trustees, k = [found[UUID(name)] for name in named], of_lot.k
    return sealing.assign_keyset(draw.ledger_ref, trustees, k, release_event=RELEASE_EVENT)


def _tell_sides(draw: Draw) -> None:
    """Whoever acts for the initiator or a witness finds the draw to commit to."""
    for code in {*draw.initiator_codes, *draw.witness_codes}:
        messages.deliver(
            members_of(code),
            dedupe=f"{draw.ledger_ref}:commit:{code}",
            title="专家抽取待提交随机数承诺",
            body=draw.title or draw.lot_ref,
            url=f"/experts/desk/{draw.id}/",
        )


def keyset_of(draw: Draw) -> dict[str, Any]:
    """The key-set document the draw's nonces are sealed to. One query."""
    return KeySet.objects.get(pk=draw.ledger_ref).document


def _locked(draw_id: UUID) -> Draw:
    return Draw.objects.select_for_update(no_key=True, of=("self",)).select_related("pool").get(pk=draw_id)


def _state(draw: Draw, wanted: str) -> None:
    if draw.state != wanted:
        raise _refuse("draw.state", "", state=Draw.STATES[draw.state])


@transaction.atomic
def nonce_commit(*, draw_id: UUID, role: str, commitment: str, sealed_nonce: Mapping[str, Any], actor: Actor) -> Draw:
    """The role is bound to its nonce, which lies sealed with the trustees. The second commitment frees the reveal.

    Raises:
        PermissionDenied: `actor` is not this draw's initiator or witness.
        Refused: committed already, malformed, not sealed to this draw's trustees, or one person in both roles.
    """
    if role not in drawing.ROLES:
        raise _refuse("draw.role", "", role=role)
    draw = _locked(draw_id)
    policy.require(actor, f"draw_{role}", over=draw)
    _state(draw, "open")
    if role in draw.commitments:
        raise _refuse("draw.committed_before", role=role)
    if actor.ref in draw.committed_by.values():
        raise _refuse("draw.one_person", "EXP-06")
    sealed = dict(sealed_nonce)
    if not drawing.is_nonce(commitment) or not is_sealed(sealed, keyset_of(draw)):
        raise _refuse("draw.nonce_malformed")
    draw.commitments = {**draw.commitments, role: commitment}
    draw.committed_by = {**draw.committed_by, role: actor.ref}
    draw.sealed_nonces = {**draw.sealed_nonces, role: sealed}
    both = draw.commitments.keys() >= set(drawing.ROLES)
    draw.state = "committed" if both else "open"
    draw.save(update_fields=["commitments", "committed_by", "sealed_nonces", "state"])
    ledger.append(
        RELEASE_EVENT if both else "draw.nonce_committed",
        subject=draw,
        actor=actor,
        facts={
            "state": draw.state,
            "role": role,
            "commitment": commitment,
            "sealed": digest(sealed),
        },
    )
    return draw


@transaction.atomic
def nonce_reveal(*, draw_id: UUID, role: str, nonce: str, actor: Actor) -> Draw:
    """The role's nonce is public; once both are, the draw may run.

    Raises:
        PermissionDenied: `actor` is not this draw's initiator or witness.
        Refused: before both have committed, or not the nonce committed to.
    """
    draw = _locked(draw_id)
    policy.require(actor, f"draw_{role}", over=draw)
    return _reveal(draw, role, nonce, actor, by="")


@transaction.atomic
def nonce_recover(*, draw_id: UUID, role: str, actor: Actor) -> Draw:
    """The nonce its owner keeps back is public all the same: the trustees' released keys open the sealed copy.

    Raises:
        PermissionDenied: neither the clock, nor the draw officer, nor supervision.
        Refused: fewer than k keys are in, or what was sealed is not what the role committed to.
    """
    draw = _locked(draw_id)
    policy.require(actor, "clock|draw_officer|supervisor")
    _state(draw, "committed")
    keyset = keyset_of(draw)
    released = {
        str(trustee): secret
        for trustee, secret in ReleasedKey.objects.filter(lot_ref=draw.ledger_ref).values_list("trustee_id", "secret")
    }
    secrets = {n: released[m["trustee"]] for n, m in enumerate(keyset["members"]) if m["trustee"] in released}
    if len(secrets) < keyset["k"]:
        raise _refuse("draw.keys_missing", "", have=len(secrets), need=keyset["k"])
    nonce = open_nonce(draw.sealed_nonces[role], keyset, secrets)
    if nonce is None:
        raise _refuse("draw.nonce_false", role=role)
    return _reveal(draw, role, nonce, actor, by="trustees")


def _reveal(draw: Draw, role: str, nonce: str, actor: Actor, *, by: str) -> Draw:
    _state(draw, "committed")
    if draw.nonces.get(role) == nonce:
        return draw
    told = drawing.commitment(str(draw.id), role, nonce) if drawing.is_nonce(nonce) else ""
    if told != draw.commitments[role]:
        raise _refuse("draw.nonce_false", role=role)
    draw.nonces = {**draw.nonces, role: nonce}
    both = draw.nonces.keys() >= set(drawing.ROLES)
    draw.state = "revealed" if both else "committed"
    draw.save(update_fields=["nonces", "state"])
    ledger.append(
        "draw.nonces_revealed" if both else "draw.nonce_revealed",
        subject=draw,
        actor=actor,
        facts={
            "state": draw.state,
            "role": role,
            "nonce": nonce,
            "by": by or role,
        },
    )
    return draw


@transaction.atomic
def draw_run(*, draw_id: UUID, actor: Actor) -> Draw:
    """The order is fixed, the certificate public, the selected experts invited. Names stay sealed.

    Raises:
        PermissionDenied: not the draw officer.
        Refused: a nonce is still missing; drawn before.
    """
    policy.require(actor, "draw_officer")
    draw = _locked(draw_id)
    _state(draw, "revealed")
    draw.state, draw.drawn_at = "drawn", clock.now()
    fresh = certify(draw)
    draw.save(update_fields=["state", "drawn_at", "certificate", "certificate_digest"])
    ledger.append(
        "draw.drawn",
        subject=draw,
        actor=actor,
        facts={
            "state": draw.state,
            "lot": draw.lot_ref,
            **told_of(draw),
        },
    )
    invite(draw, fresh)
    return draw


@transaction.atomic
def names_unseal(*, lot_ref: str, actor: Actor) -> list[Draw]:
    """The award is public, so the names of those who served may be read (招标投标法 第四十四条). Repeatable.

    Called by the trade inside its award. The record says only that it happened: names are personal and stay out of it.
    """
    base = lot_ref.partition("#")[0]
    found = [
        draw
        for draw in Draw.objects.select_for_update(no_key=True).filter(
            lot_ref__startswith=base, state="drawn", names_unsealed_at__isnull=True
        )
        if draw.subject_of_need == base
    ]
    for draw in found:
        draw.names_unsealed_at = clock.now()
        draw.save(update_fields=["names_unsealed_at"])
        ledger.append("draw.names_unsealed", subject=draw, actor=actor, facts={"lot": draw.lot_ref})
    return found
