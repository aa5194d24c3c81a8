"""招标计划: what an initiator means to tender, told before there is a tender. Its texts are immutable and chained."""

import uuid
from typing import Any

from django.db import models

from platform_site.accounts.actors import Actor


class TenderPlan(models.Model):
    """One plan with its state; what it says stands in its newest text."""

    STATES = {"published": "已发布", "cancelled": "已取消"}

    reference = models.CharField(max_length=44, unique=True)  # JH- and a trade identifier with a random serial
    initiator = models.ForeignKey("credit.Subject", on_delete=models.PROTECT, related_name="plans")
    state = models.CharField(max_length=10, choices=STATES)
    published_at = models.DateTimeField()  # of its first text; what a notice's distance is counted from

    class Meta:
        ordering = ("-published_at", "-pk")

    def __str__(self) -> str:
        return self.reference

    @property
    def ledger_ref(self) -> str:
        """How the ledger names this plan."""
        return f"plan:{self.reference}"

    @property
    def said(self) -> "PlanNotice":
        """The newest text. One query."""
        found = self.texts.order_by("-number").first()
        assert found is not None
        return found

    def party_roles(self, actor: Actor) -> frozenset[str]:
        """initiator, by the subject acted for."""
        own = bool(actor.subject_code) and actor.subject_code == self.initiator.code
        return frozenset({"initiator"} if own else ())


class PlanNotice(models.Model):
    """One published text of a plan. Never edited; a change or a cancellation is a new one that links."""

    KINDS = {"plan": "招标计划", "plan_change": "招标计划变更", "plan_cancel": "招标计划取消"}

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    plan = models.ForeignKey(TenderPlan, on_delete=models.PROTECT, related_name="texts")
    number = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=12, choices=KINDS)
    title = models.CharField(max_length=300)
    content = models.JSONField()  # canonical; see trading.services.plans.content_of
    digest = models.CharField(max_length=64)  # SHA-256 of the RFC 8785 form of content
    published_at = models.DateTimeField()

    class Meta:
        ordering = ("number",)
        constraints = [models.UniqueConstraint(fields=["plan", "number"], name="plan_text_once")]

    def shown(self, name: str) -> Any:
        """One fact of the text; "" where it says nothing."""
        return self.content.get(name) or ""
