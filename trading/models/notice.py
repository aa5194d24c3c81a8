"""Notices (immutable, chained), document versions and stored files."""

import uuid

from django.db import models

from trading.models.tender import Lot


class StoredFile(models.Model):
    """One published or filed file on disk, named by its digest. Never overwritten."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(max_length=200)
    sha256 = models.CharField(max_length=64, db_index=True)
    size = models.PositiveBigIntegerField()
    path = models.CharField(max_length=300)  # below MEDIA_ROOT
    content_type = models.CharField(max_length=100, default="application/octet-stream")
    stored_at = models.DateTimeField()


class DocumentVersion(models.Model):
    """One version of a lot's tender document; a bid answers exactly one."""

    lot = models.ForeignKey(Lot, on_delete=models.PROTECT, related_name="documents")
    number = models.PositiveSmallIntegerField()
    files = models.ManyToManyField(StoredFile)
    digest = models.CharField(max_length=64)  # SHA-256 of the canonical list of file digests and terms
    terms = models.JSONField(default=dict)  # the terms as they stood
    issued_at = models.DateTimeField(null=True, blank=True)  # null until published

    class Meta:
        constraints = [models.UniqueConstraint(fields=["lot", "number"], name="document_version_once")]


class Notice(models.Model):
    """A published text. Never edited; a change is a new notice that links to the one it follows."""

    KINDS = {
        "tender": "招标公告",
        "clarification": "澄清",
        "amendment": "变更公告",
        "opening": "开标记录",
        "candidates": "中标候选人公示",
        "award": "中标结果公告",
        "failure": "招标失败公告",
        "termination": "终止公告",
        "objection": "异议答复",
        "contract": "合同公告",
        "postponement": "延期公告",
        "outage": "系统故障顺延公告",
        "trustees": "更换受托人公告",
        "correction": "更正公告",
        "agency": "招标代理委托公告",
        "cancellation": "取消中标资格公告",
        "set_aside": "中标无效公告",
        "redo": "重新评标公告",
        "forgone": "不再招标公告",
        "contract_change": "合同变更公告",
        "acceptance": "验收公告",
        "settlement": "交易结果公告",
    }

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    lot = models.ForeignKey(Lot, on_delete=models.PROTECT, related_name="notices")
    kind = models.CharField(max_length=20, choices=KINDS)
    title = models.CharField(max_length=300)
    content = models.JSONField()  # canonical; the page and the paper are rendered from it
    digest = models.CharField(max_length=64)  # SHA-256 of the RFC 8785 form of content
    state = models.CharField(max_length=12, default="scheduled")  # scheduled | published | recalled
    publish_at = models.DateTimeField()
    published_at = models.DateTimeField(null=True, blank=True)
    follows = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="followed_by")
    paper = models.ForeignKey(StoredFile, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    paper_at = models.DateTimeField(null=True, blank=True)  # the paper's signing moment, kept before it is made

    class Meta:
        ordering = ("publish_at", "pk")
        indexes = [
            models.Index(
                fields=["published_at"],
                condition=models.Q(state="published", paper__isnull=True),
                name="notice_paper_due",
            ),
            # 核验码 is the beginning of the digest.
            models.Index(fields=["digest"], opclasses=["varchar_pattern_ops"], name="notice_by_code"),
        ]

    @property
    def ledger_ref(self) -> str:
        """How the ledger names this notice."""
        return f"notice:{self.id}"
