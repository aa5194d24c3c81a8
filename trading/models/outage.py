"""A declared outage: the platform could not be used from then until then, and whose deadlines that moves."""

import uuid

from django.db import models
from django.db.models import F, Q


class Outage(models.Model):
    """系统故障: declared by the centre whose platform failed. Never edited; its end is set once.

    Two of one centre never overlap: the migration's exclusion constraint `outage_one_at_a_time` keeps them apart.
    """

    STATES = {"lasting": "尚未恢复", "over": "已恢复"}

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    centre = models.ForeignKey("credit.Subject", on_delete=models.PROTECT, related_name="outages")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField(null=True, blank=True)  # null while it lasts
    failed = models.CharField(max_length=200)  # what failed, as it stands in the notices
    evidence = models.TextField()  # how that is known: monitoring, the operator's log, the provider's statement
    declared_at = models.DateTimeField()
    state = models.CharField(max_length=8, default="lasting", choices=STATES)

    class Meta:
        ordering = ("-starts_at",)
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_at__isnull=True) | Q(ends_at__gt=F("starts_at")), name="outage_ends_after_start"
            ),
            models.CheckConstraint(
                condition=Q(state="lasting", ends_at__isnull=True) | Q(state="over", ends_at__isnull=False),
                name="outage_over_when_ended",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.failed} {self.starts_at:%Y-%m-%d %H:%M}"

    @property
    def ledger_ref(self) -> str:
        """How the ledger and holds name this outage."""
        return f"outage:{self.id}"
