"""The inbox. A row is written in the act's own transaction; the mail follows from the row."""

from uuid import uuid4

from django.conf import settings
from django.db import models
from django.db.models import Q

MAIL_STATES = [
    ("none", "不发邮件"),
    ("waiting", "待发"),
    ("sending", "正在发送"),
    ("handed", "已交邮件服务器，未回执"),
    ("sent", "已发"),
    ("failed", "发送失败"),
]


class Message(models.Model):
    """One message to one person. The same `dedupe` reaches a person once."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="inbox")
    title = models.CharField(max_length=200)
    body = models.TextField()
    url = models.CharField(max_length=300, blank=True, default="")  # a path of this site
    dedupe = models.CharField(max_length=200)
    created_at = models.DateTimeField()  # legal time
    read_at = models.DateTimeField(null=True, blank=True)
    mail_state = models.CharField(max_length=8, choices=MAIL_STATES, default="none")
    mail_tries = models.PositiveSmallIntegerField(default=0)
    mail_next_at = models.DateTimeField(null=True, blank=True)  # wall time; when to try, or when a claim lapses

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "dedupe"], name="message_once"),
            models.CheckConstraint(condition=Q(mail_state__in=[s for s, _ in MAIL_STATES]), name="message_mail_state"),
        ]
        indexes = [
            models.Index(fields=["user", "-created_at"], name="message_inbox"),
            models.Index(
                fields=["mail_next_at"], condition=Q(mail_state__in=["waiting", "sending"]), name="message_mail_due"
            ),
        ]

    def __str__(self) -> str:
        return self.title
