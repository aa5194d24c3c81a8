"""Draws and the invitations they lead to. What names a person here is shown to nobody until `names_unsealed_at`."""

import uuid
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q

from experts.draw import Need, Opening, Row
from experts.models.people import Expert, PoolRoot
from platform_site.accounts.actors import Actor


class DrawQuerySet(models.QuerySet["Draw"]):
    """Draws in the words of a desk."""

    def in_brief(self) -> "DrawQuerySet":
        """Without the long columns; for lists."""
        return self.defer("rows", "openings", "listed_ids", "sealed_nonces", "certificate")

    def nameless(self) -> "DrawQuerySet":
        """Without what opens a label; for whoever passes the certificate on."""
        return self.defer("openings", "listed_ids", "sealed_nonces", "committed_by")

    def concerning(self, actor: Actor) -> "DrawQuerySet":
        """All for the draw officer and supervision; else those the actor's subject commits a nonce for."""
        if actor.duties & {"draw_officer", "supervisor", "pool_supervisor", "auditor"}:
            return self
        if not actor.subject_code:
            return self.none()
        return self.filter(
            Q(initiator_codes__contains=[actor.subject_code]) | Q(witness_codes__contains=[actor.subject_code])
        )


class Draw(models.Model):
    """One draw for one need; never repeated: `lot_ref` is unique for ever."""

    STATES = {"open": "待承诺随机数", "committed": "待公开随机数", "revealed": "待抽取", "drawn": "已抽取"}

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    lot_ref = models.CharField(max_length=120, unique=True)  # lot:<reference>, or that and #<what> for a further need
    title = models.CharField(max_length=200, blank=True, default="")
    state = models.CharField(max_length=10, choices=list(STATES.items()), default="open")
    need = models.JSONField()
    pool = models.ForeignKey(PoolRoot, on_delete=models.PROTECT, related_name="draws")
    rows = models.JSONField()  # the public list
    openings = models.JSONField()  # label -> [expert, salt, tag, tag salt]: names nobody may see yet
    # Public ids of everybody on the list, so that each finds his own draws; as secret as the openings.
    listed_ids = ArrayField(models.UUIDField(), default=list)
    root = models.CharField(max_length=64)
    initiator_codes = models.JSONField(default=list)  # subjects whose people may commit as `initiator`
    witness_codes = models.JSONField(default=list)  # notaries; supervisors may always witness
    commitments = models.JSONField(default=dict, blank=True)  # role -> hex
    committed_by = models.JSONField(default=dict, blank=True)  # role -> actor ref
    sealed_nonces = models.JSONField(default=dict, blank=True)  # role -> experts.nonces
    nonces = models.JSONField(default=dict, blank=True)  # role -> hex, once revealed
    events = models.JSONField(default=list, blank=True)  # declines and extensions, see experts.draw.walk
    certificate = models.JSONField(null=True, blank=True)
    certificate_digest = models.CharField(max_length=64, blank=True, default="")
    opened_at = models.DateTimeField()
    drawn_at = models.DateTimeField(null=True, blank=True)
    names_unsealed_at = models.DateTimeField(null=True, blank=True)

    objects = DrawQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=("open", "committed", "revealed", "drawn")), name="draw_known_state"
            )
        ]
        ordering = ("-opened_at",)
        indexes = [GinIndex(fields=["listed_ids"], name="draw_by_listed_expert")]

    def __str__(self) -> str:
        return self.lot_ref

    @property
    def ledger_ref(self) -> str:
        """How the ledger and the key set name this draw."""
        return f"draw:{self.id}"

    @property
    def subject_of_need(self) -> str:
        """The lot the need belongs to."""
        return self.lot_ref.partition("#")[0]

    @property
    def needed(self) -> Need:
        """The need as a value."""
        return Need.from_json(self.need)

    @property
    def listed(self) -> list[Row]:
        """The public list as values."""
        return [Row(row["label"], row["unit"], row["excluded"]) for row in self.rows]

    @property
    def issued(self) -> dict[str, Any]:
        """The certificate.

        Raises:
            LookupError: the draw has not run.
        """
        if self.certificate is None:
            raise LookupError(f"{self.ledger_ref} has not run")
        return self.certificate

    @property
    def opened(self) -> dict[str, Opening]:
        """What opens each row. For the draw itself and, after the award, for those it is about."""
        return {label: Opening(*kept) for label, kept in self.openings.items()}

    def party_roles(self, actor: Actor) -> frozenset[str]:
        """draw_initiator, draw_witness: who may commit and reveal which nonce. Nobody holds both."""
        held = set()
        if actor.subject_code and actor.subject_code in self.initiator_codes:
            held.add("draw_initiator")
        elif "supervisor" in actor.duties or (actor.subject_code and actor.subject_code in self.witness_codes):
            held.add("draw_witness")
        return frozenset(held)


class Invitation(models.Model):
    """What became of one selected expert."""

    STATES = {
        "invited": "已通知，待答复",
        "accepted": "确认参加",
        "refused": "不能参加",
        "unreachable": "多次通知无回应",
        "recused": "依法回避",
        "absent": "未到场",
    }

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    draw = models.ForeignKey(Draw, on_delete=models.PROTECT, related_name="invitations")
    expert = models.ForeignKey(Expert, on_delete=models.PROTECT, related_name="invitations")
    label = models.CharField(max_length=64)
    rank = models.PositiveIntegerField()
    state = models.CharField(max_length=12, choices=list(STATES.items()), default="invited")
    sent_at = models.DateTimeField()
    # When the automatic schedule has its next step; empty once answered.
    next_check = models.DateTimeField(null=True, blank=True, db_index=True)
    attempts = models.JSONField(default=list, blank=True)  # [{"at", "receipts"}]
    answered_at = models.DateTimeField(null=True, blank=True)
    reason = models.CharField(max_length=200, blank=True, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["draw", "expert"], name="invited_once_a_draw"),
            models.CheckConstraint(
                condition=Q(state__in=("invited", "accepted", "refused", "unreachable", "recused", "absent")),
                name="invitation_known_state",
            ),
        ]
        ordering = ("rank",)

    def __str__(self) -> str:
        return f"{self.label[:8]} {self.state}"

    def party_roles(self, actor: Actor) -> frozenset[str]:
        """`invited`: the expert it is addressed to."""
        return frozenset({"invited"}) if actor.user_id and actor.user_id == self.expert.user.public_id else frozenset()
