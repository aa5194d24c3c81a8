"""交易中心: which centre stands under which. Province, city, county."""

from django.db import models


class Centre(models.Model):
    """A subject that runs a trading place, and the centre above it; None above the topmost.

    A centre's level and reach are those of its subject's region.
    """

    subject = models.OneToOneField("credit.Subject", on_delete=models.PROTECT, primary_key=True, related_name="centre")
    parent = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="below")
    since = models.DateTimeField()

    def __str__(self) -> str:
        return self.subject.name
