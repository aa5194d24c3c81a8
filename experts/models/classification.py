"""The national classification of expert specialties as it was loaded."""

from django.db import models
from django.db.models import Q


class Specialty(models.Model):
    """One code of the tree, dated: a code that was replaced keeps its row and its name."""

    code = models.CharField(max_length=7)
    name = models.CharField(max_length=80)
    # Of a first level: everything below it stands in this table, so a code that does not is none.
    complete = models.BooleanField(default=False)
    source = models.CharField(max_length=120)  # the document the row was read from
    since = models.DateField(null=True, blank=True)
    until = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["code"], condition=Q(until__isnull=True), name="specialty_one_in_force"),
            models.CheckConstraint(condition=Q(code__regex=r"^[ABC][0-9]{2}([0-9]{2}){0,2}$"), name="specialty_shape"),
        ]
        ordering = ["code"]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"
