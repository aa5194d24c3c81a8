"""Committee, review, scores, report. Names stay sealed until the award is public (EXP-07)."""

import uuid

from django.conf import settings
from django.db import models

from trading.models.bid import Bid
from trading.models.tender import Lot


class Committee(models.Model):
    """评标委员会 of a lot, from one draw."""

    lot = models.OneToOneField(Lot, on_delete=models.PROTECT, related_name="committee")
    draw = models.ForeignKey("experts.Draw", on_delete=models.PROTECT, related_name="+", null=True)
    formed_at = models.DateTimeField()
    # Members who found the time too short, by label; ENG-30: beyond a third of them it must be extended.
    time_asked = models.JSONField(default=list, blank=True)
    time_extended_to = models.DateTimeField(null=True, blank=True)


class CommitteeMember(models.Model):
    """One seat: a public label, the person behind it, expert or initiator's representative."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    committee = models.ForeignKey(Committee, on_delete=models.PROTECT, related_name="members")
    label = models.CharField(max_length=20)  # 评委甲 …
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    is_expert = models.BooleanField(default=True)
    is_chair = models.BooleanField(default=False)
    left_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["committee", "label"], name="member_label_once")]


class ReviewMark(models.Model):
    """One member's answer to one responsiveness item of one bid."""

    member = models.ForeignKey(CommitteeMember, on_delete=models.PROTECT, related_name="reviews")
    bid = models.ForeignKey(Bid, on_delete=models.PROTECT, related_name="reviews")
    item = models.CharField(max_length=40)
    passed = models.BooleanField()
    ground = models.PositiveSmallIntegerField(null=True, blank=True)  # 1…7 of ENG-32 where not passed
    reason = models.TextField(blank=True)
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["member", "bid", "item"], name="review_once")]


class ScoreMark(models.Model):
    """One member's points for one criterion of one bid."""

    member = models.ForeignKey(CommitteeMember, on_delete=models.PROTECT, related_name="scores")
    bid = models.ForeignKey(Bid, on_delete=models.PROTECT, related_name="scores")
    item = models.CharField(max_length=40)
    points = models.DecimalField(max_digits=6, decimal_places=2)
    reason = models.TextField(blank=True)
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["member", "bid", "item"], name="score_once")]


class BidQuestion(models.Model):
    """要求澄清: the committee asks one bidder in writing, the bidder answers in writing (ENG-33)."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    bid = models.ForeignKey(Bid, on_delete=models.PROTECT, related_name="questions")
    member = models.ForeignKey(CommitteeMember, on_delete=models.PROTECT, related_name="questions")
    text = models.TextField()
    asked_at = models.DateTimeField()
    answer = models.TextField(blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("asked_at",)


class Report(models.Model):
    """评标报告: canonical content, signed by every member."""

    lot = models.OneToOneField(Lot, on_delete=models.PROTECT, related_name="report")
    content = models.JSONField()
    digest = models.CharField(max_length=64)
    drafted_at = models.DateTimeField()
    submitted_at = models.DateTimeField(null=True, blank=True)


class Signature(models.Model):
    """A member's signature under the report, or the dissent in writing; silence after the deadline is consent."""

    report = models.ForeignKey(Report, on_delete=models.PROTECT, related_name="signatures")
    member = models.ForeignKey(CommitteeMember, on_delete=models.PROTECT, related_name="+")
    digest = models.CharField(max_length=64)  # of the report signed
    dissent = models.TextField(blank=True)
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["report", "member"], name="signature_once")]
