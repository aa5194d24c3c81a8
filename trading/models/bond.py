"""投标保证金 as facts: who vouches, one row per bond, what banks said, what was ordered of them.

Number, names and payments are secret until `lot.opening_started` (ENG-21, PLT-16): ids are random, entries sealed.
"""

import uuid
from decimal import Decimal

from django.db import models
from django.db.models import Q

from platform_site.accounts.actors import Actor
from platform_site.accounts.encrypted import EncryptedTextField
from trading.models.tender import Lot

ENFORCES = {"PLT-16": "trading.models.bond.BondQuerySet.visible_to"}
ZERO = Decimal("0.00")


def _money(**more: object) -> models.DecimalField:
    return models.DecimalField(max_digits=16, decimal_places=2, **more)  # type: ignore[arg-type]


class BondInstitution(models.Model):
    """A bank or guarantor whose signed messages count."""

    KINDS = {"bank": "银行", "guarantor": "担保机构"}

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(max_length=100, unique=True)
    kind = models.CharField(max_length=10, choices=KINDS)
    suite = models.CharField(max_length=20, default="ed25519")
    public_key = models.CharField(max_length=64)
    # 同期存款利率, /1 a year, as the bank states it; zero for a guarantor.
    annual_rate = models.DecimalField(max_digits=7, decimal_places=6, default=ZERO)
    ended_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return self.name

    @property
    def ledger_ref(self) -> str:
        """How the ledger names it."""
        return f"institution:{self.id}"


class BondQuerySet(models.QuerySet["Bond"]):
    """Bonds, as the sentences of selectors."""

    def visible_to(self, viewer: Actor) -> "BondQuerySet":
        """The bidder's own always; everybody's once the opening of the lot has started. A lot that never opened
        keeps its bonds to their owners for good."""
        shown = Q(lot__opening__isnull=False)
        return self.filter(shown | Q(subject__code=viewer.subject_code)) if viewer.subject_code else self.filter(shown)

    def standing(self) -> "BondQuerySet":
        """Neither given back nor kept: at most one per bidder and lot."""
        return self.filter(state__in=STANDING)


STANDING = ("declared", "short", "held")


class Bond(models.Model):
    """One bidder's bond for one lot. Money: received = balance + refunded + forfeited, to the fen."""

    STATES = {
        "declared": "待到账",
        "short": "不足",
        "held": "有效",
        "returning": "退还中",
        "returned": "已退还",
        "keeping": "不予退还，划转中",
        "kept": "不予退还",
    }

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    lot = models.ForeignKey(Lot, on_delete=models.PROTECT, related_name="bonds")
    subject = models.ForeignKey("credit.Subject", on_delete=models.PROTECT, related_name="+")
    institution = models.ForeignKey(BondInstitution, on_delete=models.PROTECT, related_name="+", null=True)
    form = models.CharField(max_length=12)  # a key of vocabulary.BOND_FORMS
    state = models.CharField(max_length=10, default="declared", choices=STATES)
    account = models.CharField(max_length=24, unique=True)  # 子账号: random, of this bond alone
    payer_account = EncryptedTextField(blank=True, default="")  # 基本账户
    guarantee_number = models.CharField(max_length=60, blank=True)
    guarantee_until = models.DateField(null=True, blank=True)
    required_cny = _money()
    received_cny = _money(default=ZERO)
    refunded_cny = _money(default=ZERO)  # principal that left
    interest_cny = _money(default=ZERO)  # beside it
    forfeited_cny = _money(default=ZERO)
    declared_at = models.DateTimeField()
    value_at = models.DateTimeField(null=True, blank=True)  # when the bank says the last of it was there
    confirmed_at = models.DateTimeField(null=True, blank=True)  # when the bank told us
    ground = models.CharField(max_length=20, blank=True)  # a key of vocabulary.RETURNS or FORFEITS
    return_by = models.DateTimeField(null=True, blank=True)  # the law's last moment for giving it back
    check_at = models.DateTimeField(null=True, blank=True, db_index=True)  # when the clock looks at it next

    objects = BondQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["lot", "subject"],
                condition=Q(state__in=("declared", "short", "held")),
                name="bond_one_standing",
            ),
            models.CheckConstraint(
                condition=Q(received_cny__gte=models.F("refunded_cny") + models.F("forfeited_cny")),
                name="bond_never_overdrawn",
            ),
        ]

    @property
    def ledger_ref(self) -> str:
        """How the ledger names this bond."""
        return f"bond:{self.id}"

    @property
    def balance_cny(self) -> Decimal:
        """Yuan of it that lie with us."""
        return self.received_cny - self.refunded_cny - self.forfeited_cny


class BondMessage(models.Model):
    """What an institution said under its signature, and what came of it. Never edited; no unsigned word gets here."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    institution = models.ForeignKey(BondInstitution, on_delete=models.PROTECT, related_name="+")
    message_id = models.CharField(max_length=64)  # the institution's own
    bond = models.ForeignKey(Bond, on_delete=models.PROTECT, related_name="messages", null=True)
    kind = models.CharField(max_length=12)
    txn = models.CharField(max_length=64, blank=True)  # the institution's number of the money's movement
    body = models.JSONField()
    signature = models.CharField(max_length=128)
    outcome = models.CharField(max_length=20)  # a key of services.bonds.OUTCOMES
    counted_cny = _money(default=ZERO)  # what it added to the bond's money
    received_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["institution", "message_id"], condition=~Q(outcome="contradiction"), name="bond_message_once"
            ),
            models.UniqueConstraint(
                fields=["institution", "txn"], condition=Q(counted_cny__gt=0), name="bond_money_counted_once"
            ),
        ]


class BondOrder(models.Model):
    """What the institution was told to do, once: its id is the institution's idempotency key."""

    KINDS = {"refund": "退还", "release": "退回保函", "forfeit": "划转招标人", "claim": "向保证人索付"}
    STATES = {"queued": "待发出", "sent": "已发出", "confirmed": "已办结", "failed": "未办成"}

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    bond = models.ForeignKey(Bond, on_delete=models.PROTECT, related_name="orders")
    kind = models.CharField(max_length=8, choices=KINDS)
    state = models.CharField(max_length=10, default="queued", choices=STATES)
    amount_cny = _money()
    interest_cny = _money(default=ZERO)
    ground = models.CharField(max_length=20)
    queued_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True, blank=True)
    confirmed_at = models.DateTimeField(null=True, blank=True)
    txn = models.CharField(max_length=64, blank=True)

    class Meta:
        ordering = ("queued_at", "id")
        constraints = [
            models.UniqueConstraint(
                fields=["bond"], condition=Q(state__in=("queued", "sent")), name="bond_one_order_under_way"
            )
        ]
        indexes = [models.Index(fields=["queued_at"], condition=Q(state="queued"), name="bond_order_due")]
