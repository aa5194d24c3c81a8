"""底价 of a listing: sealed before it starts, opened after it has closed, public from then on."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q

from trading.models.tender import Lot


class Reserve(models.Model):
    """One sealed reserve price. A replacement is a new row; what it says is known to nobody here until it is opened."""

    STATES = {
        "sealed": "已密封",
        "replaced": "已替换",
        "opened": "已公开",
        "void": "无效",  # opened to no amount, or not to be opened by its owner's fault: nobody is bound by it
        "lost": "无法开启",  # by no fault of its owner: nothing is sold below a price that cannot be read
    }

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    lot = models.ForeignKey(Lot, on_delete=models.PROTECT, related_name="reserves")
    sealed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=10, default="sealed", choices=STATES)
    envelope = models.OneToOneField("sealing.Envelope", on_delete=models.PROTECT, related_name="+")
    idempotency_key = models.UUIDField(unique=True)
    arrived_at = models.DateTimeField()  # last byte, legal time
    amount_cny = models.DecimalField(max_digits=16, decimal_places=2, null=True)  # once opened
    opened_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["lot"], condition=~Q(state="replaced"), name="one_standing_reserve_per_lot")
        ]

    @property
    def ledger_ref(self) -> str:
        """How the ledger names it: by its lot, which has one that stands."""
        return self.lot.ledger_ref
