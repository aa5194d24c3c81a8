"""What a subject is qualified for, as it declares or an authority publishes it, and doubts about that.

A qualification opens and bars nothing here (PLT-03): it is shown, and whoever reads it judges. A row is never changed
but to end: what is put in its place is a row of its own.
"""

from uuid import uuid4

from django.db import models
from django.db.models import F, Q

from credit.models.subjects import Subject

SOURCES = {"self": "自行申报", "authority": "监管部门公开"}


class Qualification(models.Model):
    """One certificate or entry in a list: 资质, 资格, 许可, 名录登记.

    Attributes:
        kind: the field's own term; no closed list (`credit.qualificationkinds` suggests).
        grade: 等级, "" where the kind knows none.
        number: 证书编号 as stored, see `credit.codes.narrow`.
        issuer: 发证机关.
        valid_from, valid_until: first and last day, both included; without an end it is 长期.
        publisher: who published the list an imported row comes from; "" for a declared one.
        replaces: the row this one was put in the place of, which ended at the same moment.
    """

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    subject = models.ForeignKey(Subject, on_delete=models.PROTECT, related_name="qualifications")
    kind = models.CharField("资质类别", max_length=80)
    grade = models.CharField("等级", max_length=20, blank=True, default="")
    number = models.CharField("证书编号", max_length=80)
    issuer = models.CharField("发证机关", max_length=120)
    valid_from = models.DateField("有效期起")
    valid_until = models.DateField("有效期止", null=True, blank=True)
    source = models.CharField(max_length=10, choices=list(SOURCES.items()))
    publisher = models.CharField(max_length=120, blank=True, default="")
    declared_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_why = models.CharField(max_length=200, blank=True, default="")
    replaces = models.OneToOneField("self", on_delete=models.PROTECT, null=True, blank=True, related_name="replaced_by")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["subject", "kind", "number", "source"],
                condition=Q(withdrawn_at__isnull=True),
                name="qualification_one_standing",
            ),
            models.CheckConstraint(
                condition=Q(valid_until__isnull=True) | Q(valid_until__gte=F("valid_from")),
                name="qualification_ends_after_start",
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_at__isnull=True) | Q(withdrawn_at__gte=F("declared_at")),
                name="qualification_withdrawn_later",
            ),
            models.CheckConstraint(condition=Q(source__in=list(SOURCES)), name="qualification_known_source"),
        ]
        indexes = [models.Index(fields=["number"], name="qualification_by_number")]

    def __str__(self) -> str:
        return f"{self.kind} {self.number}"

    @property
    def title(self) -> str:
        """Kind and grade in one."""
        return f"{self.kind} {self.grade}".strip()


class QualificationDoubt(models.Model):
    """存疑: an authority's published remark on a certificate. It stops nothing; it ends when the authority says so."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    qualification = models.ForeignKey(Qualification, on_delete=models.PROTECT, related_name="doubts")
    authority = models.ForeignKey(Subject, on_delete=models.PROTECT, related_name="+")
    reason = models.TextField()
    marked_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    end_reason = models.CharField(max_length=500, blank=True, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["qualification", "authority"], condition=Q(ended_at__isnull=True), name="doubt_one_standing"
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True) | Q(ended_at__gte=F("marked_at")), name="doubt_ends_after_start"
            ),
        ]

    def __str__(self) -> str:
        return f"doubt of {self.qualification_id}"


class RejectedQualification(models.Model):
    """A row of a published list that was not taken in, with why and what it said. Kept once, however often it comes.

    Attributes:
        reason: a code of `credit.services.published.REASONS`; `why` says it with the row's own values.
        raw: the row's text, at most 64 KiB of it; NUL stands as ␀.
        digest: SHA-256 of the whole row.
    """

    publisher = models.CharField(max_length=120)
    file = models.CharField(max_length=255)
    row_number = models.PositiveIntegerField()
    reason = models.CharField(max_length=40)
    why = models.CharField(max_length=500)
    raw = models.TextField()
    digest = models.CharField(max_length=64)
    first_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["publisher", "row_number", "digest", "reason"], name="rejected_qualification_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.file}:{self.row_number} {self.reason}"
