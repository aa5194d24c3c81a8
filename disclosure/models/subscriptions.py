"""What a person wants to be told of."""

import uuid

from django.conf import settings
from django.db import models


class Subscription(models.Model):
    """New notices that fit are told to the person, by the inbox and by mail. An empty condition means any.

    Attributes:
        words: as typed; folded when compared.
        position: everything up to this ledger position has been told or did not fit.
        ended_at: since when nothing is told any more; None while it stands.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="subscriptions")
    words = models.CharField(max_length=100, blank=True, default="")
    categories = models.JSONField(default=list, blank=True)
    stages = models.JSONField(default=list, blank=True)
    region = models.CharField(max_length=6, blank=True, default="")
    position = models.BigIntegerField(default=0)
    created_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["position"], condition=models.Q(ended_at__isnull=True), name="subscription_due")
        ]
        ordering = ("-created_at", "pk")
