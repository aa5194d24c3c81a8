"""Draws of experts that have run, as the public may see them: labels, never a name. Written by the projection alone."""

from django.db import models


class PublicDraw(models.Model):
    """A draw with its certificate.

    Attributes:
        lot: reference of the lot it was made for, as in URLs.
        listed, selected: how many labels the list has, and how many stand selected now.
        digest: SHA-256 of the certificate as the record last held it.
        names_unsealed_at: since when the lot's result names who was drawn; None before.
    """

    id = models.UUIDField(primary_key=True, editable=False)
    lot_ref = models.CharField(max_length=120)
    lot = models.CharField(max_length=120)
    title = models.CharField(max_length=200, blank=True, default="")
    need = models.JSONField()
    listed = models.PositiveIntegerField()
    selected = models.PositiveIntegerField()
    certificate = models.JSONField()
    digest = models.CharField(max_length=64)
    opened_at = models.DateTimeField()
    drawn_at = models.DateTimeField()
    names_unsealed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["drawn_at", "id"], name="draw_newest"),
            models.Index(fields=["lot", "drawn_at"], name="draw_by_lot"),
        ]

    def __str__(self) -> str:
        return self.title or self.lot_ref
