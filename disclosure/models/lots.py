"""One row for every announced lot and one for each party it publicly has. Written by the projection alone."""

from django.db import models
from django.db.models import Q


class ListedLot(models.Model):
    """Where an announced lot stands: what the calendar, the front page, the deals and a subject's page are made of.

    Attributes:
        waits_for: the public moment it waits for, bid_deadline | listing_from | listing_until | disclosure_until | "".
        waits_until: when that is; None while the clock stands still.
        opened_at: when the opening started; None before.
        base_cny: maximum price or budget (buying), start price (selling), yuan; None where none was stated.
        saved_cny, gained_cny: yuan below the base when buying, above it when selling; None without a deal or a base.
    """

    reference = models.CharField(max_length=50, primary_key=True)  # tender and number, as in URLs: A07…/1
    path = models.CharField(max_length=120)
    title = models.CharField(max_length=200)
    category = models.CharField(max_length=12)
    procedure = models.CharField(max_length=40)
    method = models.CharField(max_length=60)
    state = models.CharField(max_length=20)
    state_name = models.CharField(max_length=40)
    ended = models.BooleanField(default=False)
    region_code = models.CharField(max_length=6, blank=True, default="")
    region_name = models.CharField(max_length=60, blank=True, default="")
    place = models.CharField(max_length=200)
    centre_code = models.CharField(max_length=18, blank=True, default="")
    authority_code = models.CharField(max_length=18, blank=True, default="")
    waits_for = models.CharField(max_length=20, blank=True, default="")
    waits_until = models.DateTimeField(null=True, blank=True)
    announced_at = models.DateTimeField()
    opened_at = models.DateTimeField(null=True, blank=True)
    award_at = models.DateTimeField(null=True, blank=True)
    amount_cny = models.DecimalField(max_digits=16, decimal_places=2, null=True, blank=True)
    base_cny = models.DecimalField(max_digits=16, decimal_places=2, null=True, blank=True)
    saved_cny = models.DecimalField(max_digits=16, decimal_places=2, null=True, blank=True)
    gained_cny = models.DecimalField(max_digits=16, decimal_places=2, null=True, blank=True)
    winner_code = models.CharField(max_length=18, blank=True, default="")
    winner_name = models.CharField(max_length=200, blank=True, default="")

    class Meta:
        indexes = [
            models.Index(fields=["waits_until", "reference"], condition=~Q(waits_for=""), name="lot_waiting"),
            models.Index(fields=["opened_at"], condition=Q(opened_at__isnull=False), name="lot_opened"),
            models.Index(fields=["award_at", "reference"], condition=Q(award_at__isnull=False), name="lot_deals"),
            models.Index(
                fields=["category", "region_code", "centre_code", "authority_code", "award_at"],
                condition=Q(award_at__isnull=False),
                name="lot_cells",
            ),
        ]

    def __str__(self) -> str:
        return self.title


class ListedParty(models.Model):
    """A subject takes part in a lot in a role the public already knows of."""

    ROLES = {
        "initiator": "招标人、采购人、出让人",
        "agency": "代理机构",
        "bidder": "投标人、供应商、竞买人",
        "candidate": "候选人",
        "winner": "中标人、成交人、竞得人",
    }

    lot = models.ForeignKey(ListedLot, on_delete=models.CASCADE, related_name="parties")
    code = models.CharField(max_length=18)
    name = models.CharField(max_length=200)
    role = models.CharField(max_length=10, choices=ROLES)
    at = models.DateTimeField()  # when this became public

    class Meta:
        constraints = [models.UniqueConstraint(fields=["lot", "code", "role"], name="party_once")]
        indexes = [models.Index(fields=["code", "role", "at"], name="party_by_subject")]


class ListedSession(models.Model):
    """A session of an announced lot that has a room and a time. `room` is "" where the public may not come."""

    id = models.UUIDField(primary_key=True, editable=False)
    lot = models.ForeignKey(ListedLot, on_delete=models.CASCADE, related_name="sessions")
    kind = models.CharField(max_length=10)
    room = models.CharField(max_length=60, blank=True, default="")
    place = models.CharField(max_length=200, blank=True, default="")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()

    class Meta:
        ordering = ("starts_at", "pk")
        indexes = [models.Index(fields=["starts_at"], name="session_by_time")]
