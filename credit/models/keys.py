"""Public keys of subjects. The private halves were made in a browser and never reach the server."""

from uuid import uuid4

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from credit.models.subjects import Subject

AGE_X25519 = "age-x25519"


class SubjectKey(models.Model):
    """One key pair's public halves: an age recipient to encrypt to and an Ed25519 key to verify signatures with."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    subject = models.ForeignKey(Subject, on_delete=models.PROTECT, related_name="keys")
    suite = models.CharField(max_length=20, default=AGE_X25519)
    recipient = models.CharField(max_length=120, unique=True)  # age1…
    verify_key = models.CharField(max_length=64, unique=True)  # Ed25519, 32 bytes in lower-case hex
    fingerprint = models.CharField(max_length=64, unique=True)  # SHA-256 in hex, see services.keys.fingerprint
    label = models.CharField(max_length=60)
    since = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)
    registered_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(revoked_at__isnull=True) | Q(revoked_at__gte=F("since")),
                name="subject_key_ends_after_start",
            ),
        ]
        indexes = [models.Index(fields=["subject", "revoked_at"], name="subject_key_by_subject")]

    def __str__(self) -> str:
        return f"{self.label} {self.fingerprint[:8]}"
