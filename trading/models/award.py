"""Candidates, challenges, award, contract, archive."""

import uuid

from django.db import models

from trading.models.bid import Bid
from trading.models.notice import StoredFile
from trading.models.tender import Lot


class Candidate(models.Model):
    """中标候选人 with rank and points as published."""

    lot = models.ForeignKey(Lot, on_delete=models.PROTECT, related_name="candidates")
    bid = models.ForeignKey(Bid, on_delete=models.PROTECT, related_name="+")
    rank = models.PositiveSmallIntegerField()
    price_cny = models.DecimalField(max_digits=16, decimal_places=2)
    points = models.JSONField(default=dict)  # by part and "total", as strings

    class Meta:
        ordering = ("rank",)
        constraints = [models.UniqueConstraint(fields=["lot", "rank"], name="candidate_rank_once")]


class Challenge(models.Model):
    """异议 (engineering) or 质疑 (procurement) to the initiator. The filer is known to the handling side only."""

    KINDS = {"document": "招标文件", "opening": "开标", "result": "评标结果"}

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    lot = models.ForeignKey(Lot, on_delete=models.PROTECT, related_name="challenges")
    number = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=10, choices=KINDS)
    subject = models.ForeignKey("credit.Subject", on_delete=models.PROTECT, related_name="+")
    title = models.CharField(max_length=200)
    text = models.TextField()
    received_at = models.DateTimeField()
    reply_by = models.DateTimeField(null=True, blank=True)
    reply = models.TextField(blank=True)
    upheld = models.BooleanField(null=True)
    affects_result = models.BooleanField(default=False)  # upheld, and the published result cannot stand
    replied_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["lot", "number"], name="challenge_number_once")]

    @property
    def ledger_ref(self) -> str:
        """How the ledger and holds name this challenge."""
        return f"challenge:{self.id}"


class Award(models.Model):
    """中标: the winner, told in the same act as every loser. A lot has one that stands; former ones keep their end."""

    STATES = {"standing": "有效", "cancelled": "中标资格已取消", "void": "中标无效"}

    lot = models.ForeignKey(Lot, on_delete=models.PROTECT, related_name="awards")
    state = models.CharField(max_length=10, default="standing", choices=STATES)
    bid = models.ForeignKey(Bid, on_delete=models.PROTECT, related_name="+", null=True)
    subject = models.ForeignKey("credit.Subject", on_delete=models.PROTECT, related_name="+")
    amount_cny = models.DecimalField(max_digits=16, decimal_places=2)
    at = models.DateTimeField()
    given_up_at = models.DateTimeField(null=True, blank=True)  # 放弃中标, in the winner's own words
    given_up = models.TextField(blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_ground = models.CharField(max_length=20, blank=True)
    ended_reason = models.TextField(blank=True)

    class Meta:
        ordering = ("at", "pk")
        constraints = [
            models.UniqueConstraint(fields=["lot"], condition=models.Q(state="standing"), name="award_one_standing")
        ]

    @property
    def ledger_ref(self) -> str:
        """How the ledger names this award: by its lot, which has one that stands."""
        return self.lot.ledger_ref


class Letter(models.Model):
    """A text to one addressee, written in the act of the award: 中标通知书, 中标结果通知书, 成交确认书. Never edited.

    Only the addressee, the initiator and its agency read it. The record holds the digests, never the name.
    """

    KINDS = {"award": "中标通知书", "result": "中标结果通知书", "deal": "成交确认书"}

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    lot = models.ForeignKey(Lot, on_delete=models.PROTECT, related_name="letters")
    subject = models.ForeignKey("credit.Subject", on_delete=models.PROTECT, related_name="+")
    award = models.ForeignKey(Award, on_delete=models.PROTECT, related_name="letters", null=True)
    kind = models.CharField(max_length=10, choices=KINDS)
    content = models.JSONField()  # canonical; page and paper are rendered from it alone
    digest = models.CharField(max_length=64)  # SHA-256 of the RFC 8785 form of content, which holds the random id
    issued_at = models.DateTimeField()
    paper = models.ForeignKey(StoredFile, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    paper_at = models.DateTimeField(null=True, blank=True)  # the paper's signing moment, kept before it is made

    class Meta:
        constraints = [models.UniqueConstraint(fields=["award", "subject"], name="letter_once")]
        indexes = [
            models.Index(fields=["issued_at"], condition=models.Q(paper__isnull=True), name="letter_paper_due"),
            models.Index(fields=["digest"], opclasses=["varchar_pattern_ops"], name="letter_by_code"),
        ]

    @property
    def ledger_ref(self) -> str:
        """How the ledger names this letter."""
        return f"letter:{self.id}"


class ContractText(models.Model):
    """The contract's text as it was sent to the members of a consortium; the newest is in force. Never edited."""

    award = models.ForeignKey(Award, on_delete=models.PROTECT, related_name="texts")
    number = models.PositiveSmallIntegerField()
    particulars = models.JSONField()
    digest = models.CharField(max_length=64)
    at = models.DateTimeField()

    class Meta:
        ordering = ("number",)
        constraints = [models.UniqueConstraint(fields=["award", "number"], name="contract_text_once")]


class ContractAssent(models.Model):
    """A member of the consortium has signed one text of the contract (招标投标法 第三十一条)."""

    text = models.ForeignKey(ContractText, on_delete=models.PROTECT, related_name="assents")
    subject = models.ForeignKey("credit.Subject", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["text", "subject"], name="contract_assent_once")]


class Instrument(models.Model):
    """A text for the file of a lot, written in the act it tells of: 评标报告 as handed in, 档案封面 of the package.

    Never edited; read by those the act concerns, never public. The record holds the digest.
    """

    KINDS = {"report": "评标报告", "cover": "档案封面"}

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    lot = models.ForeignKey(Lot, on_delete=models.PROTECT, related_name="instruments")
    kind = models.CharField(max_length=10, choices=KINDS)
    content = models.JSONField()  # canonical; page and paper are rendered from it alone
    digest = models.CharField(max_length=64)  # SHA-256 of the RFC 8785 form of content, which holds the random id
    issued_at = models.DateTimeField()
    paper = models.ForeignKey(StoredFile, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    paper_at = models.DateTimeField(null=True, blank=True)  # the paper's signing moment, kept before it is made

    class Meta:
        ordering = ("issued_at", "pk")
        indexes = [
            models.Index(fields=["issued_at"], condition=models.Q(paper__isnull=True), name="instrument_paper_due"),
            models.Index(fields=["digest"], opclasses=["varchar_pattern_ops"], name="instrument_by_code"),
        ]

    @property
    def ledger_ref(self) -> str:
        """How the ledger names this instrument."""
        return f"instrument:{self.id}"


class Contract(models.Model):
    """书面合同: its particulars equal the tender and the winning bid."""

    lot = models.OneToOneField(Lot, on_delete=models.PROTECT, related_name="contract")
    amount_cny = models.DecimalField(max_digits=16, decimal_places=2)
    particulars = models.JSONField(default=dict)  # subject, period, quality, performance bond …
    digest = models.CharField(max_length=64)
    signed_at = models.DateTimeField()


class Archive(models.Model):
    """One package per lot, verifiable years later without us."""

    lot = models.OneToOneField(Lot, on_delete=models.PROTECT, related_name="archive")
    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
