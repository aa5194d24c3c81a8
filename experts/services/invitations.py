"""Invitations: sent and repeated by a fixed schedule, answered by the expert alone; whoever drops out is replaced."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from experts import draw as drawing
from experts.models import Draw, Expert, Invitation
from experts.rules import rule
from experts.services.certificates import certify, told_of
from platform_site import clock, ledger
from platform_site.accounts import policy
from platform_site.accounts.actors import CLOCK, Actor
from platform_site.accounts.refusals import Refused, Violation
from platform_site.messages import services as messages

# Minutes after the draw at which the expert is told again, and after which silence counts. Nobody may shorten it for
# one draw: that is how "unreachable" becomes a way to choose.
ATTEMPTS = (0, 30, 60)
GIVE_UP = 90


def invite(draw: Draw, labels: Sequence[str]) -> list[Invitation]:
    """Whoever stands behind `labels` is invited. Inside the draw's transaction."""
    now, opened = clock.now(), draw.opened
    ranks = {step["label"]: step["rank"] for step in draw.issued["walk"]}
    experts = {str(e.public_id): e for e in _experts([opened[label].expert for label in labels])}
    sent = [
        Invitation(
            draw=draw,
            expert=experts[opened[label].expert],
            label=label,
            rank=ranks[label],
            sent_at=now,
            next_check=now + timedelta(minutes=ATTEMPTS[1]),
        )
        for label in labels
    ]
    Invitation.objects.bulk_create(sent)
    for invitation in sent:
        _tell(invitation, now)
    return sent


def _experts(public_ids: Sequence[str]) -> list[Expert]:
    return list(Expert.objects.filter(public_id__in=public_ids).select_related("user"))


def _tell(invitation: Invitation, now: datetime) -> None:
    """One attempt of the schedule; the messages keep the gateways' receipts under the same key."""
    key = f"invitation:{invitation.id}:{len(invitation.attempts) + 1}"
    told = messages.deliver(
        [invitation.expert.user_id],
        dedupe=key,
        title="评标评审邀请",
        body="您已被随机抽取参加评标评审，请确认是否参加。",
        url=f"/experts/invitations/{invitation.id}/",
    )
    invitation.attempts = [*invitation.attempts, {"at": now.isoformat(), "dedupe": key, "told": told}]
    invitation.save(update_fields=["attempts"])


@transaction.atomic
def invitation_answer(*, invitation_id: UUID, accept: bool, actor: Actor, reason: str = "") -> Invitation:
    """The expert has said yes, or no with a reason; after a no the next in the draw's order is invited.

    Raises:
        PermissionDenied: not the expert who was invited.
        Refused: answered before, given up on, or a refusal without a reason.
    """
    invitation = _locked(invitation_id)
    policy.require(actor, "invited", over=invitation)
    if invitation.state != "invited":
        raise Refused([Violation("invitation.answered", facts={"state": Invitation.STATES[invitation.state]})])
    if not accept and not reason.strip():
        raise Refused([Violation("fact.missing", facts={"fact": "reason"})])
    if not accept:
        return _drop(invitation, "refused", reason.strip(), actor)
    invitation.state, invitation.answered_at, invitation.next_check = "accepted", clock.now(), None
    invitation.save(update_fields=["state", "answered_at", "next_check"])
    ledger.append("invitation.accepted", subject=invitation.draw, actor=actor, facts={"label": invitation.label})
    return invitation


@transaction.atomic
def replace(*, draw_id: UUID, label: str, reason: str, note: str, actor: Actor) -> Draw:
    """The selected expert is out for a lawful cause and the next in the same order is invited (实施条例 第四十八条).

    Args:
        reason: recused | absent; a refusal is the expert's own act, silence is the clock's.
        note: what happened, for supervision.

    Raises:
        PermissionDenied: neither the draw officer nor supervision.
        Refused: no lawful cause, or nobody selected under that label.
    """
    policy.require(actor, "draw_officer|supervisor")
    if reason not in {"recused", "absent"} or not note.strip():
        raise Refused([Violation("draw.no_cause", "EXP-03", rule("EXP-03").article, {"reason": reason})])
    invitation = Invitation.objects.filter(draw_id=draw_id, label=label, state__in=("invited", "accepted")).first()
    if invitation is None:
        raise Refused([Violation("draw.not_selected", facts={"label": label})])
    return _drop(_locked(invitation.pk), reason, note.strip(), actor).draw


@transaction.atomic
def draw_extend(*, draw_id: UUID, count: int, note: str, actor: Actor) -> Draw:
    """`count` more are selected for the same need, further down the same order: a draw is never repeated.

    Raises:
        PermissionDenied: not the draw officer.
        Refused: not drawn yet, no reason given, or a count that is not positive.
    """
    policy.require(actor, "draw_officer")
    draw = Draw.objects.select_for_update(no_key=True, of=("self",)).select_related("pool").get(pk=draw_id)
    if draw.state != "drawn":
        raise Refused([Violation("draw.state", facts={"state": Draw.STATES[draw.state]})])
    if count < 1 or not note.strip():
        raise Refused([Violation("fact.missing", facts={"fact": "reason"})])
    draw.events = [*draw.events, {"kind": "more", "count": count}]
    fresh = certify(draw)
    draw.save(update_fields=["events", "certificate", "certificate_digest"])
    ledger.append("draw.extended", subject=draw, actor=actor, facts={"count": count, "note": note, **told_of(draw)})
    invite(draw, fresh)
    return draw


def _locked(invitation_id: UUID) -> Invitation:
    """The invitation with its draw locked first: two experts who refuse at once are replaced one after the other."""
    draw_id = Invitation.objects.values_list("draw_id", flat=True).get(pk=invitation_id)
    draw = Draw.objects.select_for_update(no_key=True, of=("self",)).select_related("pool").get(pk=draw_id)
    found = Invitation.objects.select_for_update(no_key=True, of=("self",)).select_related("expert__user")
    invitation = found.get(pk=invitation_id)
    invitation.draw = draw
    return invitation


def _drop(invitation: Invitation, why: str, note: str, actor: Actor) -> Invitation:
    assert why in drawing.DECLINES
    draw = invitation.draw
    invitation.state, invitation.answered_at, invitation.next_check = why, clock.now(), None
    invitation.reason = note[:200]
    invitation.save(update_fields=["state", "answered_at", "next_check", "reason"])
    draw.events = [*draw.events, {"kind": "declined", "label": invitation.label, "reason": why}]
    fresh = certify(draw)
    draw.save(update_fields=["events", "certificate", "certificate_digest"])
    ledger.append(
        "draw.replaced",
        subject=draw,
        actor=actor,
        facts={
            "label": invitation.label,
            "reason": why,
            "attempts": [a["at"] for a in invitation.attempts],
            **told_of(draw),
        },
        private={"note": note},
    )
    invite(draw, fresh)
    return invitation


def invitations_tick(*, until: datetime | None = None) -> int:
    """Every step of the schedule due by `until` (default: legal now) is done: told again, or given up. How many."""
    done = 0
    while True:
        now = until or clock.now()
        due = Invitation.objects.filter(next_check__lte=now, state="invited").order_by("next_check").first()
        if due is None or due.next_check is None:
            return done
        with clock.at(due.next_check):
            _step(due.pk)
        done += 1


@transaction.atomic
def _step(invitation_id: UUID) -> None:
    invitation = _locked(invitation_id)
    now = clock.now()
    if invitation.state != "invited" or invitation.next_check is None or invitation.next_check > now:
        return
    if len(invitation.attempts) >= len(ATTEMPTS):
        _drop(invitation, "unreachable", "", CLOCK)
        return
    _tell(invitation, now)
    ahead = [*ATTEMPTS, GIVE_UP]
    invitation.next_check = invitation.sent_at + timedelta(minutes=ahead[len(invitation.attempts)])
    invitation.save(update_fields=["next_check"])
