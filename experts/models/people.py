"""Experts and the daily root of the pool they form."""

import uuid

from django.conf import settings
from django.db import models

from platform_site.accounts.actors import Actor
from platform_site.accounts.encrypted import EncryptedTextField


class ExpertQuerySet(models.QuerySet["Expert"]):
    """Experts in the words of the pool."""

    def in_pool(self) -> "ExpertQuerySet":
        """Those who have not left: what the daily root is over."""
        return self.exclude(state="exited")


class Expert(models.Model):
    """评标评审专家. The draw and the record know only `public_id`; the name is the person's."""

    STATES = {"active": "在库", "suspended": "暂停", "exited": "退出"}

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="expert")
    public_id = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    state = models.CharField(max_length=10, choices=list(STATES.items()), default="active")
    specialties = models.JSONField(default=list)  # codes of the national classification: A08, A080102 …
    region_code = models.CharField(max_length=6)
    employer_code = models.CharField(max_length=18, blank=True, default="")  # unified social credit code; "" where none
    employer_name = models.CharField(max_length=200, blank=True, default="")
    # [{"code", "name", "left": "2024-05"}]: an interest lasts three years after leaving (GP-15).
    employers_past = models.JSONField(default=list, blank=True)
    title = models.CharField(max_length=60, blank=True, default="")  # 职称
    born = EncryptedTextField(blank=True, default="")  # 1975-04-02; "" where the pool was taken over without it
    years = models.PositiveSmallIntegerField(default=0)  # in the field (EXP-01)
    admitted_at = models.DateTimeField()
    state_reason = models.CharField(max_length=200, blank=True, default="")

    objects = ExpertQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state__in=("active", "suspended", "exited")), name="expert_known_state"
            )
        ]
        indexes = [models.Index(fields=["state", "region_code"], name="expert_by_state")]

    def __str__(self) -> str:
        return str(self.public_id)

    @property
    def ledger_ref(self) -> str:
        """How the ledger names this expert."""
        return f"expert:{self.public_id}"

    def party_roles(self, actor: Actor) -> frozenset[str]:
        """`self`: the expert."""
        return frozenset({"self"}) if actor.user_id and actor.user_id == self.user.public_id else frozenset()


class PoolRoot(models.Model):
    """The pool as it stood when its root was written to the record. Never changed."""

    day = models.DateField(unique=True)  # on China's calendar
    root = models.CharField(max_length=64)
    count = models.PositiveIntegerField()
    secret = models.CharField(max_length=64)  # of the rows' salts, see experts.pool
    rows = models.JSONField()  # experts.pool.as_json
    published_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.day} {self.root[:8]}"

    @property
    def ledger_ref(self) -> str:
        """How the ledger names this root."""
        return f"pool:{self.day.isoformat()}"
