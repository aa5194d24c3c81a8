"""An application for entry into the pool."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q

from platform_site.accounts.actors import Actor
from platform_site.accounts.encrypted import EncryptedTextField


class Application(models.Model):
    """What a person said of himself when asking for entry, and what was decided. Never changed afterwards."""

    STATES = {"submitted": "待审核", "admitted": "准予入库", "rejected": "不予入库", "withdrawn": "已撤回"}

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="expert_applications")
    state = models.CharField(max_length=10, choices=list(STATES.items()), default="submitted")
    specialties = models.JSONField()
    region_code = models.CharField(max_length=6)
    employer_code = models.CharField(max_length=18, blank=True, default="")
    employer_name = models.CharField(max_length=200)
    # [{"code", "name", "left": "2024-05"}]: those left within the last three years (GP-15).
    employers_past = models.JSONField(default=list, blank=True)
    title = models.CharField(max_length=60)
    senior = models.BooleanField()
    years = models.PositiveSmallIntegerField()
    born = EncryptedTextField()  # 1975-04-02
    submitted_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True, blank=True)
    reason = models.CharField(max_length=200, blank=True, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user"], condition=Q(state="submitted"), name="application_one_open"),
            models.CheckConstraint(
                condition=Q(state__in=("submitted", "admitted", "rejected", "withdrawn")),
                name="application_known_state",
            ),
        ]
        ordering = ["submitted_at", "pk"]

    def __str__(self) -> str:
        return f"{self.id} {self.state}"

    @property
    def ledger_ref(self) -> str:
        """How the ledger names this application."""
        return f"application:{self.id}"

    def party_roles(self, actor: Actor) -> frozenset[str]:
        """`applicant`: whoever asked."""
        return frozenset({"applicant"}) if actor.user_id and actor.user_id == self.user.public_id else frozenset()
