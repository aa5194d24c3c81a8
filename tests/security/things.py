"""What the routes' arguments may stand for: one thing of every kind the database holds, or one that never was."""

from functools import cached_property
from typing import Any
from uuid import UUID

from django.db.models import Max, Model
from django.urls import NoReverseMatch, reverse

from credit.models import Qualification, QualificationDoubt, SubjectKey
from experts.models import Application, Draw, Expert, Invitation
from platform_site.ledger.models import Checkpoint, Entry, Position
from platform_site.messages.models import Message
from platform_site.sealing.models import PlainFile, Trustee, Upload
from tests.security.walk import Route
from trading.models import Bid, BidQuestion, Bond, Challenge, Instrument, Letter, Lot, Notice, StoredFile
from trading.rehearsal.people import Cast

NOBODY = UUID(int=0)


def first(model: type[Model], *order: str, **filters: Any) -> UUID:
    """The key of the first such row; nobody's where there is none."""
    found = model.objects.filter(**filters).order_by(*order).values_list("pk", flat=True).first()
    return found or NOBODY


class Things:
    """Arguments by name, worked out once for one state of the database.

    Bids, receipts, uploads, letters and messages are `bidder1`'s, the invitation the first drawn expert's by user name:
    what is one's own and what is a stranger's is told by them.
    """

    def __init__(self, cast: Cast) -> None:
        self.cast = cast
        self.lot = Lot.objects.select_related("tender").get()

    @cached_property
    def mine(self) -> str:
        return self.cast["bidder1"].code

    @cached_property
    def size(self) -> int:
        return Checkpoint.objects.aggregate(last=Max("size"))["last"] or 1

    @cached_property
    def bid(self) -> Bid | None:
        return Bid.objects.standing().filter(lot=self.lot, subject__code=self.mine).first()

    @cached_property
    def plain(self) -> UUID:
        return first(PlainFile, "number", result_id=self.bid.envelope_id) if self.bid else NOBODY

    @cached_property
    def entry(self) -> Entry:
        return Position.objects.select_related("entry").order_by("-position").first().entry

    @cached_property
    def values(self) -> dict[str, Any]:
        """Argument name -> value, for most routes."""
        document = first(StoredFile, "stored_at", documentversion__lot=self.lot)
        return {
            "reference": self.lot.tender.reference,
            "number": self.lot.number,
            "notice_id": first(Notice, "published_at", lot=self.lot, state="published"),
            "file_id": document,
            "bid_id": self.bid.pk if self.bid else NOBODY,
            "challenge_id": first(Challenge, lot=self.lot),
            "bond_id": first(Bond, lot=self.lot, subject__code=self.mine),
            "question_id": first(BidQuestion, bid__lot=self.lot),
            "draw_id": first(Draw),
            "application_id": first(Application),
            "expert_id": Expert.objects.order_by("user__username").values_list("public_id", flat=True)[0],
            "invitation_id": first(Invitation, "expert__user__username"),
            "key_id": first(SubjectKey, subject__code=self.mine),
            "qualification_id": first(Qualification, subject__code=self.mine, source="self", withdrawn_at__isnull=True),
            "doubt_id": first(QualificationDoubt),
            "message_id": first(Message, "created_at", user=self.cast["bidder1"].user),
            "upload_id": first(Upload, "begun_at", owner_ref=self.mine),
            "trustee_id": first(Trustee, "pk"),
            "lot_ref": self.lot.ledger_ref,
            "code": self.mine,
            "username": "bidder1",
            "token": "nobody",
            "subscription_id": NOBODY,
            "name": "title",
            "form": "csv",
            "slug": "project",
            "item": "plan",
            "place": 1,
            "verb": "correct_notice",
            "order_id": NOBODY,
            "outage_id": NOBODY,
            "venue_key": NOBODY,
            "session_id": NOBODY,
            "procedure_id": "engineering.open",
            "rule_id": "ENG-10",
            "entry_id": self.entry.pk,
            "entry_hash": bytes(self.entry.leaf_hash).hex(),
            "digest": "0" * 64,
            "sha256": "0" * 64,
            "letter_id": first(Letter, lot=self.lot, subject__code=self.mine),
            "instrument_id": first(Instrument, lot=self.lot, kind="report"),
            "size": self.size,
            "old": 1,
            "new": self.size,
        }

    def of(self, route: Route) -> dict[str, Any]:
        """The arguments of one route. A name nobody here knows is a KeyError: say in `values` what it stands for."""
        special = {
            "ledger:tile": {"level": "0", "number": "000", "width": str(self.size % 256)},
            "ledger:sealed-batch": {"number": "000"},
            "disclosure:verify-paper": {"code": "0000"},
            "credit:invitation-revoke": {"code": self.mine, "invitation_id": 1},
            "trading:evaluation-file": {"file_id": self.plain},
        }.get(route.name, {})
        return {name: special[name] if name in special else self.values[name] for name in route.arguments}

    def url(self, route: Route) -> str:
        """The route's address here."""
        try:
            return reverse(route.name, kwargs=self.of(route))
        except NoReverseMatch as none:
            raise AssertionError(f"{route.name}: no address for {self.of(route)}") from none
