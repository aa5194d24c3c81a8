"""最后报价: the second sealed filing of a supplier in a consultation, opened with all others together."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q

from credit.models import Subject
from trading.models.bid import Bid
from trading.models.notice import DocumentVersion


class Quote(models.Model):
    """One sealed final quote. A replacement is a new row; the old one keeps its receipt.

    What it offers stands, once opened, in its bid's `offer`; how many there are is secret until then.
    """

    STATES = {
        "sealed": "已封存",
        "replaced": "已替换",
        "opened": "已开启",
        "revoked": "视为撤销",
        "lapsed": "视为撤回",
        "returned": "原样退回",
    }

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    bid = models.ForeignKey(Bid, on_delete=models.PROTECT, related_name="quotes")
    filed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=10, default="sealed", choices=STATES)
    envelope = models.OneToOneField("sealing.Envelope", on_delete=models.PROTECT, related_name="+")
    document = models.ForeignKey(DocumentVersion, on_delete=models.PROTECT, related_name="+")
    idempotency_key = models.UUIDField(unique=True)
    arrived_at = models.DateTimeField()  # last byte, legal time, stamped before any queue or lock
    promise = models.JSONField(default=dict)  # the receipt given at once
    entry_id = models.UUIDField(null=True)  # its sealed ledger entry

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["bid"], condition=~Q(state="replaced"), name="one_standing_quote_per_bid")
        ]

    @property
    def subject(self) -> Subject:
        """Whose it is."""
        return self.bid.subject

    @property
    def ledger_ref(self) -> str:
        """How the ledger names this quote."""
        return f"quote:{self.id}"
