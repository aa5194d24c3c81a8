"""What interrupts a tender and what follows the award: an evaluation that was set aside, changes of the contract,
milestones and their payments."""

from decimal import Decimal

from django.db import models

from trading.models.award import Contract
from trading.models.tender import Lot


class EvaluationSetAside(models.Model):
    """评标结果不再有效: the report as signed and published, kept when the committee starts anew. Never edited."""

    lot = models.ForeignKey(Lot, on_delete=models.PROTECT, related_name="evaluations_set_aside")
    number = models.PositiveSmallIntegerField()
    content = models.JSONField()  # the report's canonical content
    digest = models.CharField(max_length=64)
    signatures = models.JSONField(default=list)  # [{label, dissent, at}]
    reason = models.TextField()
    at = models.DateTimeField()

    class Meta:
        ordering = ("number",)
        constraints = [models.UniqueConstraint(fields=["lot", "number"], name="evaluation_set_aside_once")]


class ContractChange(models.Model):
    """合同变更: one change with what it changed; the contract itself stays as it was signed."""

    KINDS = {"adjust": "按合同约定调整", "addition": "追加工程、货物或者服务"}

    contract = models.ForeignKey(Contract, on_delete=models.PROTECT, related_name="changes")
    number = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=10, choices=KINDS)
    reason = models.TextField()
    needed = models.TextField(blank=True)  # why the original contractor has to do it (实施条例 第九条第四项)
    amount_before_cny = models.DecimalField(max_digits=16, decimal_places=2)
    amount_cny = models.DecimalField(max_digits=16, decimal_places=2)  # the contract's price from now on
    period_before = models.PositiveIntegerField(null=True, blank=True)  # days
    period_days = models.PositiveIntegerField(null=True, blank=True)
    digest = models.CharField(max_length=64)
    at = models.DateTimeField()

    class Meta:
        ordering = ("number",)
        constraints = [models.UniqueConstraint(fields=["contract", "number"], name="contract_change_once")]

    @property
    def difference_cny(self) -> Decimal:
        """Yuan more (or less, below zero) than before."""
        return self.amount_cny - self.amount_before_cny


class Milestone(models.Model):
    """履约节点: what is delivered, until when it is accepted, and until when it is paid."""

    STATES = {
        "planned": "未交付",
        "delivered": "待验收",
        "refused": "验收不合格",
        "accepted": "验收合格",
        "paid": "已付清",
    }

    contract = models.ForeignKey(Contract, on_delete=models.PROTECT, related_name="milestones")
    number = models.PositiveSmallIntegerField()
    title = models.CharField(max_length=100)
    amount_cny = models.DecimalField(max_digits=16, decimal_places=2)
    planned_on = models.DateField()
    acceptance_days = models.PositiveSmallIntegerField()  # 检验或者验收期限, calendar days from delivery
    state = models.CharField(max_length=10, default="planned", choices=STATES)
    delivered_at = models.DateTimeField(null=True, blank=True)
    acceptance_due = models.DateTimeField(null=True, blank=True)
    accepted_at = models.DateTimeField(null=True, blank=True)
    opinion = models.TextField(blank=True)
    pay_by = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("number",)
        constraints = [models.UniqueConstraint(fields=["contract", "number"], name="milestone_once")]


class Payment(models.Model):
    """付款: what the initiator says it paid for a milestone, with the interest for every day too late."""

    milestone = models.ForeignKey(Milestone, on_delete=models.PROTECT, related_name="payments")
    amount_cny = models.DecimalField(max_digits=16, decimal_places=2)
    paid_on = models.DateField()
    late_days = models.PositiveIntegerField(default=0)
    rate = models.DecimalField(max_digits=9, decimal_places=7)  # /1 a day
    interest_cny = models.DecimalField(max_digits=16, decimal_places=2, default=Decimal("0.00"))  # owed
    interest_paid_cny = models.DecimalField(max_digits=16, decimal_places=2, default=Decimal("0.00"))
    recorded_at = models.DateTimeField()
    confirmed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("recorded_at", "pk")
