"""指定媒介: where a notice has to appear, and what each medium acknowledged to have published."""

import uuid

from django.db import models

from trading.models.notice import Notice


class MediaOutlet(models.Model):
    """A designated medium with the key it signs its acknowledgements by."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(max_length=100, unique=True)
    suite = models.CharField(max_length=20, default="ed25519")
    public_key = models.CharField(max_length=64)
    ended_at = models.DateTimeField(null=True, blank=True)

    @property
    def ledger_ref(self) -> str:
        """How the ledger names this medium."""
        return f"medium:{self.id}"


class MediaPost(models.Model):
    """One notice at one medium: handed over, due, acknowledged with the digest of what stands there."""

    STATES = {"sent": "已送达，等待发布", "posted": "已发布", "differs": "发布内容不一致"}

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    notice = models.ForeignKey(Notice, on_delete=models.PROTECT, related_name="posts")
    outlet = models.ForeignKey(MediaOutlet, on_delete=models.PROTECT, related_name="posts")
    state = models.CharField(max_length=8, default="sent", choices=STATES)
    sent_at = models.DateTimeField()
    due_at = models.DateTimeField()
    posted_at = models.DateTimeField(null=True, blank=True)  # when the same text stood there first
    said_digest = models.CharField(max_length=64, blank=True)  # of the newest acknowledgement
    url = models.URLField(max_length=300, blank=True)
    overdue_told_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("sent_at", "outlet__name")
        constraints = [models.UniqueConstraint(fields=["notice", "outlet"], name="post_once")]
        indexes = [
            models.Index(
                fields=["due_at"],
                condition=models.Q(posted_at__isnull=True, overdue_told_at__isnull=True),
                name="post_overdue",
            )
        ]
