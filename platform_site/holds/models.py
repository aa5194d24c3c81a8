"""What stops a lot: one table for objection, complaint, order, suspension and outage."""

from datetime import datetime

from django.db import models
from django.db.models import F, Q

KINDS = [
    ("objection", "异议"),
    ("complaint", "投诉"),
    ("order", "监督指令"),
    ("suspension", "中止"),
    ("outage", "系统故障"),
]


class HoldQuerySet(models.QuerySet["Hold"]):
    """Holds in the words of the procedure."""

    def standing(self, on: datetime | None = None) -> "HoldQuerySet":
        """Holds not yet released; with `on`, those that stood at that moment."""
        if on is None:
            return self.filter(ended_at__isnull=True)
        return self.filter(Q(ended_at__isnull=True) | Q(ended_at__gt=on), started_at__lte=on)


class Hold(models.Model):
    """`ref` stands still from `started_at` to `ended_at` (legal time, half-open) because of `source_ref`."""

    ref = models.CharField(max_length=80)  # what is held: `lot:<reference>`
    kind = models.CharField(max_length=12, choices=KINDS)
    reason = models.CharField(max_length=500)  # in the law's words, shown on the trade page
    article = models.CharField(max_length=120)
    source_ref = models.CharField(max_length=80)  # what holds it: `challenge:…`, `order:…`, `outage:…`
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    end_reason = models.CharField(max_length=500, blank=True, default="")

    objects = HoldQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["ref", "source_ref"], condition=Q(ended_at__isnull=True), name="hold_one_open_per_source"
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True) | Q(ended_at__gte=F("started_at")), name="hold_ends_after_start"
            ),
            models.CheckConstraint(condition=Q(kind__in=[kind for kind, _ in KINDS]), name="hold_known_kind"),
        ]
        indexes = [
            models.Index(fields=["ref", "started_at"], name="hold_by_ref"),
            models.Index(fields=["source_ref"], name="hold_by_source"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} on {self.ref}"
