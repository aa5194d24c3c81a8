"""公共资源交易目录: rows that say what is traded here, from when, from which amount, by which procedures."""

from typing import Any

from django.db import models


class CatalogueRow(models.Model):
    """One item of one batch. What it says is never changed; a later batch ends it and says it anew.

    Attributes:
        key: the category in addresses and lists: engineering, forestry …
        code: 交易分类代码, whole (Z01) or its letter (A).
        until: the first day it is in force no more; None while it stands.
        thresholds: [{"what", "kind", "value", "unit", "sense", "document", "article", "since", "until", "status"}]:
            from which amount a project has to enter; without a value every project has to.
        periods: {"notice" | "listing": {"amount", "unit", "document", "article", "status"}} of a category without a
            book of its own; {} otherwise.
        elsewhere: centres of which other regions may be chosen: "" none, province those of the same province, any.
        treatment: saved (bought: below the budget) | gained (sold: above the start price).
        document: {"title", "number", "issued_on", "article", "review"}: what it rests on, and the number of its
            fair-competition review (PLT-17).
    """

    TREATMENTS = {"saved": "节约资金", "gained": "增值"}

    ELSEWHERE = {"": "项目所在地的交易中心", "province": "可以选择省内其他交易中心", "any": "可以选择其他交易中心"}

    reference = models.CharField(max_length=40, unique=True)
    batch = models.PositiveSmallIntegerField()
    number = models.PositiveSmallIntegerField()
    region_code = models.CharField(max_length=6)
    key = models.CharField(max_length=12)
    code = models.CharField(max_length=3)
    name = models.CharField(max_length=60)
    since = models.DateField()
    until = models.DateField(null=True, blank=True)
    procedures = models.JSONField()
    thresholds = models.JSONField(default=list, blank=True)
    periods = models.JSONField(default=dict, blank=True)
    authority = models.CharField(max_length=100)
    initiator = models.CharField(max_length=20)
    treatment = models.CharField(max_length=6, choices=TREATMENTS)
    elsewhere = models.CharField(max_length=8, choices=ELSEWHERE, blank=True, default="")
    document = models.JSONField()
    status = models.CharField(max_length=12)
    note = models.CharField(max_length=500, blank=True, default="")
    published_at = models.DateTimeField()

    class Meta:
        ordering = ("batch", "number")

    def __str__(self) -> str:
        return f"{self.reference} {self.name}"

    def said(self) -> dict[str, Any]:
        """The row as the kernel and the record read it: dates in ISO, `row` for its reference."""
        plain = {
            name: getattr(self, name)
            for name in (
                *("batch", "number", "region_code", "key", "code", "name", "procedures", "thresholds", "periods"),
                *("authority", "initiator", "treatment", "elsewhere", "document", "status", "note"),
            )
        }
        until = self.until.isoformat() if self.until else None
        return {"row": self.reference, **plain, "since": self.since.isoformat(), "until": until}
