"""The public trade page and its papers as read models. Written by the projection alone."""

from datetime import datetime
from functools import cached_property
from typing import Any

from django.db import models
from django.db.models.fields.json import KeyTransform

from disclosure import storing
from disclosure.tradefacts import Lot, PublicLot


class PublicTrade(models.Model):
    """Everything public about one announced lot.

    Attributes:
        former: reference of the failed lot this one tenders anew; "" where there is none.
        plan: reference of the tender plan that came before it; "" where there is none.
        facts: a `tradefacts.PublicLot`.
    """

    reference = models.CharField(max_length=50, primary_key=True)  # tender and number, as in URLs: A07…/1
    tender = models.CharField(max_length=40)
    number = models.PositiveSmallIntegerField()
    title = models.CharField(max_length=200)
    state_name = models.CharField(max_length=40)
    former = models.CharField(max_length=50, blank=True, default="")
    plan = models.CharField(max_length=44, blank=True, default="")
    facts = models.JSONField()

    class Meta:
        indexes = [
            models.Index(fields=["tender", "number"], name="trade_by_tender"),
            models.Index(fields=["former"], condition=~models.Q(former=""), name="trade_by_former"),
            models.Index(fields=["plan", "number"], condition=~models.Q(plan=""), name="trade_by_plan"),
        ]

    def __str__(self) -> str:
        return self.title

    @cached_property
    def public(self) -> PublicLot:
        """The facts as the value they were."""
        return storing.from_json(PublicLot, self.facts)


class PublicPaper(models.Model):
    """A published notice, whole; of a letter only that there is one, for who holds it and checks its code.

    Attributes:
        kind, kind_name: of the notice or letter.
        content: the notice's canonical content; of a letter its heading alone.
        publish_at, published_at: when it was to be and was published; of a letter when it was issued.
        paper: {"name", "sha256", "size", "path"} once it has been made.
    """

    id = models.UUIDField(primary_key=True, editable=False)
    trade = models.ForeignKey(PublicTrade, on_delete=models.CASCADE, related_name="papers")
    letter = models.BooleanField(default=False)
    kind = models.CharField(max_length=20)
    kind_name = models.CharField(max_length=40)
    title = models.CharField(max_length=300)
    content = models.JSONField()
    digest = models.CharField(max_length=64)
    publish_at = models.DateTimeField()
    published_at = models.DateTimeField()
    follows_id = models.UUIDField(null=True, blank=True)
    paper = models.JSONField(default=dict, blank=True)

    class Meta:
        ordering = ("published_at", "publish_at", "pk")
        indexes = [
            # 核验码 is the beginning of the digest.
            models.Index(fields=["digest"], opclasses=["varchar_pattern_ops"], name="paper_by_code"),
            # Whoever hands in a PDF is answered by its digest.
            models.Index(KeyTransform("sha256", "paper"), name="paper_by_file"),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def lot(self) -> Lot:
        """The lot it is about, as the public knows it."""
        return self.trade.public.lot

    @property
    def issued_at(self) -> datetime:
        """When a letter was issued."""
        return self.published_at

    def get_kind_display(self) -> Any:
        """What it is called."""
        return self.kind_name


class PublicPlan(models.Model):
    """A tender plan with its texts, oldest first: [{"kind_name", "at", "content", "digest"}]."""

    reference = models.CharField(max_length=44, primary_key=True)
    state = models.CharField(max_length=10)
    initiator_code = models.CharField(max_length=18)
    texts = models.JSONField()

    def __str__(self) -> str:
        return self.reference
