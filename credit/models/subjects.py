"""Organisations, the regions they sit in, and the people who act for them."""

from datetime import datetime

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from platform_site import clock
from platform_site.accounts.actors import Actor

ORIGINS = [("self", "自行登记"), ("import", "数据共享导入"), ("notice", "公告载明")]
STATES = [("active", "有效"), ("closed", "已注销")]
# What a subject takes part as. A description for pages and lists, never an admission ticket: PLT-03, PLT-07.
KINDS = {
    "initiator": "招标人、采购人、出让人、转让方",
    "bidder": "投标人、供应商、竞买人、受让方",
    "agency": "代理机构",
    "authority": "行政监督部门",
    "centre": "公共资源交易中心",
    "bank": "银行、保函机构",
    "trustee": "公证、电子认证机构",
}
# A member with one of these duties trades; an official (公职人员) of an authority or centre does not.
TRADING_DUTIES = ("manager", "handler", "signer")
MEMBER_DUTIES = [("manager", "主体管理员"), ("handler", "经办人"), ("signer", "签章人"), ("official", "公职人员")]


class Region(models.Model):
    """An administrative region (GB/T 2260), dated, because areas merge and split; keep the code used at the event."""

    code = models.CharField(max_length=6)
    name = models.CharField(max_length=60)
    parent = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="children")
    since = models.DateField(null=True, blank=True)
    until = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["code"], condition=Q(until__isnull=True), name="region_one_in_force"),
            models.CheckConstraint(condition=Q(code__regex=r"^[0-9]{6}$"), name="region_six_digits"),
        ]
        ordering = ["code"]

    def __str__(self) -> str:
        return self.name


class Subject(models.Model):
    """Any organisation with a unified social credit code: registered once, acting everywhere (B1, PLT-07)."""

    code = models.CharField("统一社会信用代码", max_length=18, unique=True)
    name = models.CharField("名称", max_length=200)
    kinds = ArrayField(models.CharField(max_length=12, choices=list(KINDS.items())), default=list, blank=True)
    # Six digits as they were at registration. Not a foreign key: some systems use codes outside the tree.
    region_code = models.CharField("所在地区划代码", max_length=6, blank=True, default="")
    legal_person = models.CharField("法定代表人", max_length=60, blank=True, default="")
    address = models.CharField("住所", max_length=300, blank=True, default="")
    registered_at = models.DateTimeField()
    origin = models.CharField(max_length=8, choices=ORIGINS, default="self")
    # Why an imported code fails its check digits; never set on a self-registered subject.
    code_flaw = models.CharField(max_length=200, blank=True, default="")
    # Verified against the shared registry afterwards (B2); registration does not wait for it.
    verified_at = models.DateTimeField(null=True, blank=True)
    verified_from = models.CharField(max_length=120, blank=True, default="")
    state = models.CharField(max_length=8, choices=STATES, default="active")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(origin="self") | Q(code_flaw=""), name="subject_self_code_is_right"),
            models.CheckConstraint(condition=Q(state__in=[s for s, _ in STATES]), name="subject_known_state"),
        ]
        indexes = [models.Index(fields=["name"], name="subject_by_name")]

    def __str__(self) -> str:
        return self.name

    @property
    def ledger_ref(self) -> str:
        """How the ledger names this subject."""
        return f"subject:{self.code}"

    @property
    def kind_names(self) -> list[str]:
        """What the subject takes part as, in words."""
        return [KINDS[kind] for kind in self.kinds if kind in KINDS]

    def party_roles(self, actor: Actor) -> frozenset[str]:
        """`member` and the membership duties the person holds here, while acting for this subject."""
        if actor.user_id is None or actor.subject_code != self.code:
            return frozenset()
        mine = self.memberships.in_force(clock.now()).filter(user__public_id=actor.user_id)
        duties = set(mine.values_list("duty", flat=True))
        return frozenset(duties | {"member"}) if duties else frozenset()


class MembershipQuerySet(models.QuerySet["Membership"]):
    """Memberships in the words of the service."""

    def in_force(self, on: datetime) -> "MembershipQuerySet":
        """Memberships whose term holds `on`."""
        return self.filter(Q(until__isnull=True) | Q(until__gt=on), since__lte=on)

    def trading(self) -> "MembershipQuerySet":
        """Memberships that make their person a trader (A9)."""
        return self.filter(duty__in=TRADING_DUTIES)


class Membership(models.Model):
    """A person acts for a subject with a duty, from `since` to `until` (legal time, half-open)."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="memberships")
    subject = models.ForeignKey(Subject, on_delete=models.PROTECT, related_name="memberships")
    duty = models.CharField(max_length=10, choices=MEMBER_DUTIES)
    since = models.DateTimeField()
    until = models.DateTimeField(null=True, blank=True)
    granted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    objects = MembershipQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user", "subject", "duty"], condition=Q(until__isnull=True), name="membership_one_open"
            ),
            models.CheckConstraint(
                condition=Q(until__isnull=True) | Q(until__gte=F("since")), name="membership_ends_after_start"
            ),
            models.CheckConstraint(condition=Q(duty__in=[d for d, _ in MEMBER_DUTIES]), name="membership_known_duty"),
        ]
        indexes = [models.Index(fields=["user", "until"], name="membership_by_user")]

    def __str__(self) -> str:
        return f"{self.user_id} {self.duty} of {self.subject_id}"


class Invitation(models.Model):
    """A manager's invitation to a colleague: a link that works once, until it expires (wall time)."""

    subject = models.ForeignKey(Subject, on_delete=models.PROTECT, related_name="invitations")
    duty = models.CharField(max_length=10, choices=MEMBER_DUTIES)
    # What the manager wrote to recognise the invited person by; not an identity.
    note = models.CharField(max_length=60)
    token_digest = models.CharField(max_length=64, unique=True)
    invited_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True, blank=True)
    accepted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    revoked_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.note} to {self.subject_id}"
