"""What an authority orders. An order reaches a lot through a hold and nothing else: supervision trades nothing."""

import uuid

from django.db import models


class Order(models.Model):
    """监督指令: the lot stands still until it is lifted; one that voids the result stays on the record."""

    KINDS = {"suspend": "责令暂停招标投标活动", "void": "认定招标、投标或者中标无效"}
    STATES = {"standing": "执行中", "lifted": "已解除"}

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    lot = models.ForeignKey("trading.Lot", on_delete=models.PROTECT, related_name="+")
    authority = models.ForeignKey("credit.Subject", on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=10, choices=KINDS)
    number = models.CharField(max_length=100)  # 文号
    text = models.TextField()
    state = models.CharField(max_length=10, default="standing", choices=STATES)
    issued_at = models.DateTimeField()
    lifted_at = models.DateTimeField(null=True, blank=True)
    lifted_reason = models.TextField(blank=True)

    class Meta:
        ordering = ("-issued_at",)
        constraints = [models.UniqueConstraint(fields=["lot", "number"], name="order_number_once")]

    @property
    def ledger_ref(self) -> str:
        """How the ledger and holds name this order."""
        return f"order:{self.id}"
