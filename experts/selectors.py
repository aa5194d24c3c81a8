"""What may be seen of draws: labels by everybody, names by nobody before the award, one's own rank by oneself."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from experts import draw as drawing
from experts.models import Draw, Expert, Invitation
from experts.models.draws import DrawQuerySet
from platform_site.accounts.actors import Actor
from platform_site.sealing.models import KeySet, ReleasedKey

OUTCOMES = {"selected": "选中", "skipped": "跳过"}
REASONS = {**drawing.EXCLUSIONS, "employer": "同一单位已有专家入选"}
ROLES = {"initiator": "招标人代表", "witness": "见证人"}


def certificates() -> DrawQuerySet:
    """Draws that have run, newest first."""
    return Draw.objects.filter(state="drawn").order_by("-drawn_at", "-pk")


def steps(certificate: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The walk in words: rank, label, outcome, reason, and what became of a selected one since."""
    gone = {event["label"]: event["reason"] for event in certificate["events"] if event["kind"] == "declined"}
    found = []
    for step in certificate["walk"]:
        later = drawing.DECLINES.get(gone.get(step["label"], ""), "")
        found.append(
            {
                "rank": step["rank"],
                "label": step["label"],
                "selected": step["outcome"] == "selected" and not later,
                "outcome": OUTCOMES[step["outcome"]],
                "reason": REASONS.get(step["reason"], step["reason"]),
                "later": later,
            }
        )
    return found


def commitments(committed: Mapping[str, str], revealed: Mapping[str, str]) -> list[dict[str, Any]]:
    """Both roles with what they committed to and what they revealed, as far as it has happened."""
    return [
        {
            "role": role,
            "name": ROLES[role],
            "commitment": committed.get(role, ""),
            "nonce": revealed.get(role, ""),
        }
        for role in drawing.ROLES
    ]


def nonce_form(draw: Draw, actor: Actor) -> dict[str, Any] | None:
    """What the actor's browser needs to commit or reveal; None where it is not the actor's turn. Two queries."""
    role = next((r for r in drawing.ROLES if f"draw_{r}" in draw.party_roles(actor)), "")
    if not role or draw.state not in {"open", "committed"}:
        return None
    if draw.state == "open":
        if role in draw.commitments:
            return None
        keyset = KeySet.objects.filter(pk=draw.ledger_ref).values_list("document", flat=True).first()
        return {"act": "commit", "role": role, "name": ROLES[role], "keyset": keyset}
    return None if role in draw.nonces else {"act": "reveal", "role": role, "name": ROLES[role]}


def keys_in(draw: Draw) -> tuple[int, int]:
    """(keys of the draw the trustees have released, keys needed). Two queries."""
    k = KeySet.objects.filter(pk=draw.ledger_ref).values_list("k", flat=True).first() or 0
    return ReleasedKey.objects.filter(lot_ref=draw.ledger_ref).count(), k


def delivery(draw: Draw) -> list[Invitation]:
    """What became of each invitation, by rank; for the desk, which shows labels and never who. One query."""
    return list(draw.invitations.all())


def expert_of(actor: Actor) -> Expert | None:
    """The expert the person is. One query."""
    return Expert.objects.filter(user__public_id=actor.user_id).first() if actor.user_id else None


def invitations_of(expert: Expert) -> list[Invitation]:
    """The expert's invitations, newest first. One query."""
    return list(expert.invitations.select_related("draw").order_by("-sent_at"))


@dataclass(frozen=True, slots=True)
class OwnRank:
    """Where a listed expert stood in one draw, with what proves it.

    Attributes:
        salt: with it and his own id the expert makes his label himself.
        path: from his row's leaf up to the recorded root.
    """

    draw: Draw
    label: str
    rank: int
    outcome: str
    reason: str
    salt: str
    path: list[str]


def own_ranks(expert: Expert) -> list[OwnRank]:
    """The expert's place in every draw that listed him, once its names are unsealed; before that nobody learns from his
    own row who was near him. The last hundred. One query."""
    mine = str(expert.public_id)
    listed = Draw.objects.filter(listed_ids__contains=[expert.public_id], names_unsealed_at__isnull=False)
    found = []
    for draw in listed.order_by("-drawn_at")[:100]:
        label = next((label for label, kept in draw.openings.items() if kept[0] == mine), None)
        if label:
            found.append(own_rank(draw, label))
    return found


def own_rank(draw: Draw, label: str) -> OwnRank:
    """The place of `label` in the draw's order, and why it was or was not taken."""
    certificate = draw.issued
    order = drawing.ordered(
        drawing.key_of(certificate["root"], certificate["nonces"], certificate["lot"]),
        (row["label"] for row in certificate["list"]),
    )
    step = next((s for s in certificate["walk"] if s["label"] == label), None)
    outcome = OUTCOMES[step["outcome"]] if step else "未轮到"
    reason = REASONS.get(step["reason"], step["reason"]) if step else ""
    path = drawing.inclusion(draw.listed, label)
    return OwnRank(draw, label, order.index(label) + 1, outcome, reason, draw.openings[label][1], path)


def draw_for(actor: Actor, draw_id: UUID) -> Draw | None:
    """The draw, where it concerns the actor. One query."""
    return Draw.objects.concerning(actor).select_related("pool").filter(pk=draw_id).first()
