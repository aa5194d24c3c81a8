"""The trade catalogue as the public reads it: this room's own copy. Written by the projection alone."""

from django.db import models


class PublicCatalogueRow(models.Model):
    """One item of one published batch; the fields are those of `trading.models.CatalogueRow`.

    Attributes:
        digest: SHA-256 of the row as the record's entry names it.
        position: the ledger position that made it public.
    """

    reference = models.CharField(max_length=40, primary_key=True)
    batch = models.PositiveSmallIntegerField()
    number = models.PositiveSmallIntegerField()
    region_code = models.CharField(max_length=6)
    region_name = models.CharField(max_length=60, blank=True, default="")
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
    treatment = models.CharField(max_length=6)
    elsewhere = models.CharField(max_length=8, blank=True, default="")
    document = models.JSONField()
    status = models.CharField(max_length=12)
    note = models.CharField(max_length=500, blank=True, default="")
    published_at = models.DateTimeField()
    digest = models.CharField(max_length=64)
    position = models.BigIntegerField()

    class Meta:
        ordering = ("batch", "number")

    def __str__(self) -> str:
        return self.name
