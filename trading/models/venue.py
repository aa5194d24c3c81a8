"""A centre's rooms and what is held in them."""

import uuid

from django.db import models
from django.db.models import F, Q

from trading.models.tender import Lot

KINDS = {"opening": "开标", "evaluation": "评标", "draw": "抽取专家", "auction": "竞价"}
ROOMS = {"opening": "开标室", "evaluation": "评标室", "draw": "抽取室", "auction": "竞价室"}


class Venue(models.Model):
    """场地: a room with a place and seats, or a virtual one, which takes any number at once.

    What it is never changes, only whether it is in use: what was held there was held in that room.
    """

    STATES = {"open": "使用中", "closed": "停用"}

    # A number as primary key: the constraint that keeps sessions apart compares ranges of it.
    key = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    centre = models.ForeignKey("credit.Subject", on_delete=models.PROTECT, related_name="venues")
    name = models.CharField(max_length=60)
    kind = models.CharField(max_length=10, choices=ROOMS)
    virtual = models.BooleanField(default=False)
    place = models.CharField(max_length=200, blank=True)  # where it is; "" for a virtual one
    seats = models.PositiveSmallIntegerField(default=0)
    remote_sites = models.JSONField(default=list, blank=True)  # names of other places that take part over the line
    state = models.CharField(max_length=8, default="open", choices=STATES)
    opened_at = models.DateTimeField()

    class Meta:
        ordering = ("kind", "name")
        constraints = [models.UniqueConstraint(fields=["centre", "name"], name="venue_named_once")]

    def __str__(self) -> str:
        return self.name

    @property
    def ledger_ref(self) -> str:
        """How the ledger names this room."""
        return f"venue:{self.key}"


class VenueSession(models.Model):
    """场次: one lot's opening, evaluation, draw or auction in a room, half-open from `starts_at` to `ends_at`.

    `waiting` has no room and no time: the lot stands still, or no room was free when it moved. Two booked sessions
    never overlap in one real room: the migration's exclusion constraint `venue_one_at_a_time` keeps them apart.
    """

    STATES = {"booked": "已安排", "waiting": "待安排", "freed": "已释放"}

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    lot = models.ForeignKey(Lot, on_delete=models.PROTECT, related_name="sessions")
    kind = models.CharField(max_length=10, choices=KINDS)
    venue = models.ForeignKey(Venue, on_delete=models.PROTECT, related_name="sessions")
    # Of the room, repeated for the constraint: a virtual one takes any number at once.
    shared = models.BooleanField(default=False)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    # As somebody planned it, and the lot's deadline at that time: what is moved on is counted from these.
    planned_at = models.DateTimeField()
    deadline_at = models.DateTimeField(null=True, blank=True)
    state = models.CharField(max_length=8, default="booked", choices=STATES)
    why = models.CharField(max_length=200, blank=True)  # why it waits or was freed
    booked_at = models.DateTimeField()

    class Meta:
        ordering = ("starts_at", "pk")
        constraints = [
            models.UniqueConstraint(fields=["lot", "kind"], condition=~Q(state="freed"), name="session_one_of_a_kind"),
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="session_ends_after_start"),
        ]
        indexes = [models.Index(fields=["venue", "starts_at"], name="session_by_venue")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.lot_id}"
