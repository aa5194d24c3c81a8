"""What browsers complain about."""

from django.db import models


class CspReport(models.Model):
    """One violation of the content policy, as a browser told it. Bounded; old rows make room. No address is kept."""

    KEPT = 500

    at = models.DateTimeField()
    document = models.CharField(max_length=300)
    directive = models.CharField(max_length=100)
    blocked = models.CharField(max_length=300)
    sample = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.directive} {self.blocked} on {self.document}"


class ServedSpan(models.Model):
    """Wall time during which the portal's own door answered each time it was asked: what a late close is judged by.

    `offset`: how far legal time ran ahead meanwhile. Moved time is nobody's outage.
    """

    since = models.DateTimeField()
    at = models.DateTimeField(db_index=True)
    offset = models.DurationField()

    def __str__(self) -> str:
        return f"{self.since} to {self.at}"


class Heartbeat(models.Model):
    """When a job last ended well, and since when it has done so without a gap. Nothing of what it did."""

    name = models.CharField(max_length=60, primary_key=True)
    at = models.DateTimeField()
    since = models.DateTimeField()

    def __str__(self) -> str:
        return self.name
