"""Penalties and bans. A ban is checked by its dates at each act, never stored as a flag (CRE-08)."""

from datetime import date
from uuid import uuid4

from django.db import models
from django.db.models import F, Q

KINDS = [("ban", "禁止参加"), ("penalty", "行政处罚"), ("record", "不良行为记录")]
# What a ban keeps a subject out of. `all` is every category; `agency` is acting as an agent.
SCOPES = {
    "all": "全部公共资源交易活动",
    "engineering": "依法必须招标项目的投标",
    "procurement": "政府采购活动",
    "land": "土地使用权竞买",
    "mining": "矿业权竞买",
    "equity": "国有产权受让",
    "agency": "代理业务",
}


class SanctionQuerySet(models.QuerySet["Sanction"]):
    """Sanctions in the words of an act."""

    def bans(self) -> "SanctionQuerySet":
        """Those that keep a subject out."""
        return self.filter(kind="ban")

    def in_force(self, on: date) -> "SanctionQuerySet":
        """Those whose first and last day (both included) enclose `on`, unless lifted before."""
        started = Q(since__lte=on) & (Q(until__isnull=True) | Q(until__gte=on))
        return self.filter(started & (Q(lifted_on__isnull=True) | Q(lifted_on__gt=on)))


class Sanction(models.Model):
    """One decision against a subject, kept by its code: the subject need not be registered here."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    subject_code = models.CharField(max_length=18)
    subject_name = models.CharField(max_length=200)
    kind = models.CharField(max_length=8, choices=KINDS)
    scope = models.CharField(max_length=12, choices=list(SCOPES.items()), default="all")
    since = models.DateField()
    until = models.DateField(null=True, blank=True)  # the last day, included
    rule = models.CharField(max_length=10, blank=True, default="")  # CRE-02
    article = models.CharField(max_length=200)
    authority_code = models.CharField(max_length=18, blank=True, default="")
    authority = models.CharField(max_length=120)
    document_no = models.CharField(max_length=80)  # 决定书文号
    decided_on = models.DateField()
    reason = models.TextField()
    published_at = models.DateTimeField()
    # Ended early by credit repair or because the decision fell; the record stays.
    lifted_on = models.DateField(null=True, blank=True)
    lift_reason = models.CharField(max_length=200, blank=True, default="")

    objects = SanctionQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["subject_code", "document_no", "scope"], name="sanction_once"),
            models.CheckConstraint(
                condition=Q(until__isnull=True) | Q(until__gte=F("since")), name="sanction_ends_after_start"
            ),
            models.CheckConstraint(condition=Q(kind__in=[k for k, _ in KINDS]), name="sanction_known_kind"),
            models.CheckConstraint(condition=Q(scope__in=list(SCOPES)), name="sanction_known_scope"),
        ]
        indexes = [models.Index(fields=["subject_code", "kind"], name="sanction_by_subject")]

    def __str__(self) -> str:
        return f"{self.document_no} {self.subject_name}"

    @property
    def ledger_ref(self) -> str:
        """How the ledger names this decision."""
        return f"sanction:{self.id}"
