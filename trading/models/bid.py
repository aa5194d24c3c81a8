"""From documents to opening: holders, enquiries, bids, the roll. Ids of secret things are random."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q

from platform_site.accounts.actors import Actor
from trading.kernel.consortium import members_of
from trading.models.notice import DocumentVersion
from trading.models.tender import Lot

ENFORCES = {"ENG-21": "trading.models.bid.BidQuerySet.visible_to"}


class DocumentObtained(models.Model):
    """Who took the tender document. Secret from everybody but the taker until `lot.opening_started`."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    lot = models.ForeignKey(Lot, on_delete=models.PROTECT, related_name="obtained")
    subject = models.ForeignKey("credit.Subject", on_delete=models.PROTECT, related_name="+")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["lot", "subject"], name="documents_obtained_once")]


class Enquiry(models.Model):
    """A question on the document, under a per-lot pseudonym; the answer goes to every holder."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    lot = models.ForeignKey(Lot, on_delete=models.PROTECT, related_name="enquiries")
    subject = models.ForeignKey("credit.Subject", on_delete=models.PROTECT, related_name="+")
    pseudonym = models.CharField(max_length=20)
    text = models.TextField()
    asked_at = models.DateTimeField()
    answer = models.TextField(blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)


class BidQuerySet(models.QuerySet):
    """Bids, as the sentences of selectors."""

    def visible_to(self, viewer: Actor) -> "BidQuerySet":
        """The bidder's own always; everybody's once the lot's opening has started and contents are disclosed."""
        shown = Q(lot__state__in=AFTER_DISCLOSURE)
        return self.filter(shown | Q(subject__code=viewer.subject_code)) if viewer.subject_code else self.filter(shown)

    def standing(self) -> "BidQuerySet":
        """Filed and neither replaced nor withdrawn: at most one per bidder and lot."""
        return self.exclude(state__in=("withdrawn", "replaced"))


AFTER_DISCLOSURE = ("opened", "evaluating", "reported", "publicity", "awarded", "vacated", "contracted", "archived")


class Bid(models.Model):
    """One sealed filing. A replacement is a new row; the old one keeps its receipt."""

    STATES = {
        "sealed": "已封存",
        "replaced": "已替换",
        "withdrawn": "已撤回",
        "opened": "已开标",
        "revoked": "视为撤销",
        "lapsed": "视为撤回",
        "returned": "原样退回",
        "rejected": "已否决",
        "left": "退出磋商",
    }

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    lot = models.ForeignKey(Lot, on_delete=models.PROTECT, related_name="bids")
    subject = models.ForeignKey("credit.Subject", on_delete=models.PROTECT, related_name="+")
    filed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=10, default="sealed", choices=STATES)
    envelope = models.OneToOneField("sealing.Envelope", on_delete=models.PROTECT, related_name="+")
    document = models.ForeignKey(DocumentVersion, on_delete=models.PROTECT, related_name="+")
    idempotency_key = models.UUIDField(unique=True)
    arrived_at = models.DateTimeField()  # last byte, legal time, stamped before any queue or lock
    promise = models.JSONField(default=dict)  # the receipt given at once
    entry_id = models.UUIDField(null=True)  # its sealed ledger entry
    offer = models.JSONField(null=True, blank=True)  # canonical offer, null until disclosed
    rejection = models.JSONField(default=dict, blank=True)  # {"ground": 1…7, "reason"} from the committee

    objects = BidQuerySet.as_manager()

    @property
    def member_codes(self) -> tuple[str, ...]:
        """Codes of the consortium's members besides the bidder, as the envelope names them; () for a bidder alone."""
        return members_of(self.envelope.header)

    @property
    def party_codes(self) -> tuple[str, ...]:
        """Everybody who bids in this bid: the bidder first."""
        return (self.subject.code, *self.member_codes)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["lot", "subject"],
                condition=~Q(state__in=("withdrawn", "replaced")),
                name="one_standing_bid_per_bidder",
            )
        ]

    @property
    def ledger_ref(self) -> str:
        """How the ledger names this bid."""
        return f"bid:{self.id}"


class FilingArrival(models.Model):
    """A filing on its way: stamped at the door, before any queue or lock. The opening waits until it is settled."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    lot = models.ForeignKey(Lot, on_delete=models.PROTECT, related_name="arrivals")
    arrived_at = models.DateTimeField()  # legal time
    noted_at = models.DateTimeField()  # wall time; an arrival older than its patience was cut off and is settled


class Opening(models.Model):
    """The opening of a lot: the roll written before any key, and what became of each envelope."""

    lot = models.OneToOneField(Lot, on_delete=models.PROTECT, related_name="opening")
    started_at = models.DateTimeField()
    roll = models.JSONField()  # [{bid, subject, name, arrived_at, digest}]
    disclosed_at = models.DateTimeField(null=True, blank=True)
    results = models.JSONField(default=list, blank=True)  # [{bid, outcome, by, missing}]
    remarks = models.JSONField(default=list, blank=True)  # objections on the spot with answers
