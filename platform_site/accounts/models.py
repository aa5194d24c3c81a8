"""People and the duties they hold."""

from datetime import datetime
from typing import ClassVar
from uuid import uuid4

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import F, Q

from platform_site import clock
from platform_site.accounts.encrypted import EncryptedTextField
from platform_site.accounts.policy import DUTIES

# `trader` is never granted by hand: credit records it when a person's first trading membership begins, so that the
# one trigger below judges every exclusion.
TRADER = "trader"
DUTY_CHOICES = [*DUTIES.items(), (TRADER, "交易主体人员")]
# Duties whose holder must show a second factor before they count, outside the demo.
OFFICIAL_DUTIES = frozenset(DUTIES)


class UserManager(BaseUserManager["User"]):
    """How users are made and found."""

    def create_user(self, username: str, *, name: str, password: str | None = None, **fields: object) -> "User":
        """A new person who may sign in with `password`; without one, only by demo sign-in."""
        user = self.model(username=self.model.normalize_username(username), name=name, **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user


class User(AbstractBaseUser):
    """A person. The ledger and every public artefact know only `public_id`."""

    public_id = models.UUIDField(unique=True, default=uuid4, editable=False)
    username = models.CharField("用户名", max_length=64, unique=True)
    name = models.CharField("姓名", max_length=64)
    email = models.EmailField("电子邮箱", blank=True)
    phone = EncryptedTextField("手机号码", blank=True, default="")
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(default=clock.machine, editable=False)
    # What this person is in the demo province ("招标代理经办"); only such people may be signed in by one click.
    demo_role = models.CharField(max_length=60, blank=True, default="")

    objects = UserManager()
    USERNAME_FIELD = "username"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]

    def __str__(self) -> str:
        return self.name

    @property
    def ref(self) -> str:
        """How the ledger names this person."""
        return f"user:{self.public_id}"


class DutyGrantQuerySet(models.QuerySet["DutyGrant"]):
    """Grants in the words of the policy."""

    def in_force(self, on: datetime) -> "DutyGrantQuerySet":
        """Grants whose term holds `on`."""
        return self.filter(Q(until__isnull=True) | Q(until__gt=on), since__lte=on)


class DutyGrant(models.Model):
    """A person holds a duty from `since` to `until` (legal time, half-open).

    The trigger `accounts_dutygrant_exclusive` refuses a grant that overlaps one it excludes (A9, D8), also between
    two transactions that do not see each other.
    """

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="duty_grants")
    duty = models.CharField(max_length=20, choices=DUTY_CHOICES)
    # The authority or centre the duty is held for: a supervisor sees its trades, an operator serves its rooms.
    subject_code = models.CharField(max_length=18, blank=True, default="")
    since = models.DateTimeField()
    until = models.DateTimeField(null=True, blank=True)
    granted_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    objects = DutyGrantQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user", "duty", "subject_code"], condition=Q(until__isnull=True), name="duty_grant_one_open"
            ),
            models.CheckConstraint(
                condition=Q(until__isnull=True) | Q(until__gte=F("since")), name="duty_grant_ends_after_start"
            ),
            models.CheckConstraint(condition=Q(duty__in=[d for d, _ in DUTY_CHOICES]), name="duty_grant_known_duty"),
        ]
        indexes = [models.Index(fields=["user", "until"], name="duty_grant_by_user")]

    def __str__(self) -> str:
        return f"{self.duty} of {self.user_id}"
