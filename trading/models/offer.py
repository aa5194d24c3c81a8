"""Sign-ups and offers of a listing."""

import uuid

from django.db import models

from trading.models.tender import Lot


class SignUp(models.Model):
    """竞买申请; the pseudonym is random, never serial."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    lot = models.ForeignKey(Lot, on_delete=models.PROTECT, related_name="sign_ups")
    subject = models.ForeignKey("credit.Subject", on_delete=models.PROTECT, related_name="+")
    pseudonym = models.CharField(max_length=20)
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["lot", "subject"], name="sign_up_once")]


class Offer(models.Model):
    """One accepted offer. Never changed, never withdrawn (LND-09)."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    lot = models.ForeignKey(Lot, on_delete=models.PROTECT, related_name="offers")
    sign_up = models.ForeignKey(SignUp, on_delete=models.PROTECT, related_name="offers")
    amount_cny = models.DecimalField(max_digits=16, decimal_places=2)
    at = models.DateTimeField()
    idempotency_key = models.UUIDField(unique=True)
