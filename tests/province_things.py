"""What there is in the demo province, looked up for addresses: a lot in a state, a notice, one's own filing."""

from collections.abc import Callable
from typing import Any

from django.db import transaction

from credit.models import QualificationDoubt, Subject
from credit.selectors import memberships_of
from credit.services.memberships import invitation_make
from disclosure.services import subscriptions
from experts.models import Application, Draw, Invitation
from platform_site.accounts.models import User
from platform_site.accounts.selectors import actor_for
from platform_site.ledger import layout
from platform_site.ledger.models import Checkpoint, Entry
from platform_site.sealing import offline
from platform_site.sealing.models import PlainFile, Trustee
from platform_site.web.papers import verify_code
from trading.models import (
    Bid,
    Challenge,
    CommitteeMember,
    Instrument,
    Letter,
    Lot,
    Notice,
    PlanNotice,
    StoredFile,
    VenueSession,
)

ENGINEERING = "engineering.open"


def lot_in(state: str, procedure: str = ENGINEERING, **more: Any) -> Lot:
    """The newest lot of the province in this state."""
    return Lot.objects.filter(state=state, tender__procedure=procedure, **more).select_related("tender").latest("pk")


def place(lot: Lot, *more: Any) -> list[Any]:
    """A lot's arguments in an address, and what comes after them."""
    return [lot.tender.reference, lot.number, *more]


def at(state: str, procedure: str = ENGINEERING) -> Callable[[], list[Any]]:
    """Arguments of a lot in this state."""
    return lambda: place(lot_in(state, procedure))


def filed_lot() -> Lot:
    """A lot with filings whose deadline lies ahead."""
    return lot_in("bidding", pk__in=Bid.objects.filter(state="sealed").values("lot"))


def shared_lot() -> Lot:
    """A lot that shares its document with another, announced."""
    return lot_in("bidding", tender__shared_document=True)


def obtained_lot() -> Lot:
    """A lot whose document has been obtained and nothing filed for yet."""
    return lot_in("bidding", obtained__subject__code=code_of("bidder1"), bids=None)


def subscription_token() -> list[Any]:
    """Arguments of the link by which bidder1 leaves a subscription without signing in."""
    person = User.objects.get(username="bidder1")
    return [subscriptions.token_of(subscriptions.subscribe(user=person, words="水厂"))]


def plan_titled(words: str) -> list[Any]:
    """Arguments of the tender plan of this project."""
    return [PlanNotice.objects.filter(title__contains=words).latest("published_at").plan.reference]


def notice_of(kind: str, procedure: str = ENGINEERING) -> list[Any]:
    """Arguments of the newest published notice of a kind."""
    found = Notice.objects.filter(kind=kind, state="published", lot__tender__procedure=procedure)
    notice = found.select_related("lot__tender").latest("published_at")
    return place(notice.lot, notice.pk)


def shared_notice() -> list[Any]:
    """Arguments of the notice of a document several lots share."""
    lot = shared_lot()
    return place(lot, lot.notices.get(kind="tender", state="published").pk)


def notice_with_paper() -> list[Any]:
    """Arguments of a notice whose PDF the worker has made."""
    notice = Notice.objects.filter(paper__isnull=False).select_related("lot__tender").earliest("published_at")
    return place(notice.lot, notice.pk)


def notice_code() -> list[Any]:
    """The 核验码 of a published notice."""
    return [verify_code(Notice.objects.filter(state="published").earliest("published_at").digest)]


def letter(kind: str = "award") -> Letter:
    """The newest letter of a kind."""
    found = Letter.objects.filter(kind=kind).select_related("lot__tender")
    return (found if kind == "deal" else found.filter(lot__tender__procedure=ENGINEERING)).latest("issued_at")


def letter_place(kind: str = "award") -> list[Any]:
    """Arguments of that letter; its initiator's agency may read it."""
    found = letter(kind)
    return place(found.lot, found.pk)


def instrument_place(kind: str = "report") -> list[Any]:
    """Arguments of the newest report or cover of an engineering lot."""
    found = Instrument.objects.filter(kind=kind, lot__tender__procedure=ENGINEERING).select_related("lot__tender")
    newest = found.latest("issued_at")
    return place(newest.lot, newest.pk)


def own_bid() -> Bid:
    """A sealed filing of bidder1."""
    return Bid.objects.filter(subject__code=code_of("bidder1"), state="sealed").latest("arrived_at")


def receipt() -> list[Any]:
    """Arguments of bidder1's receipt."""
    bid = own_bid()
    return place(Lot.objects.select_related("tender").get(pk=bid.lot_id), bid.pk)


def document_file() -> list[Any]:
    """Arguments of a file of the document bidder1 has obtained."""
    lot = obtained_lot()
    return place(lot, StoredFile.objects.filter(documentversion__lot=lot).latest("stored_at").pk)


def public_file() -> list[Any]:
    """Arguments of a document's file that is public, for the opening has started."""
    lot = lot_in("publicity")
    return place(lot, StoredFile.objects.filter(documentversion__lot=lot).latest("stored_at").pk)


def seated_expert(state: str = "evaluating") -> str:
    """The user name of an expert who sits in the committee of the lot in this state."""
    found = CommitteeMember.objects.filter(committee__lot=lot_in(state), is_expert=True, left_at__isnull=True)
    return found.order_by("label").values_list("user__username", flat=True)[0]


def sheet() -> list[Any]:
    """Arguments of one bid before the committee at work."""
    lot = lot_in("evaluating")
    return place(lot, lot.bids.filter(state="opened").order_by("arrived_at")[0].pk)


def sheet_file() -> list[Any]:
    """Arguments of a file of that bid."""
    bid = Bid.objects.get(pk=sheet()[2])
    return [*sheet(), PlainFile.objects.filter(result_id=bid.envelope_id)[0].pk]


def evaluation_file() -> list[Any]:
    """Arguments of a document file in the committee's room."""
    lot = lot_in("evaluating")
    return place(lot, StoredFile.objects.filter(documentversion__lot=lot).latest("stored_at").pk)


def draw() -> list[Any]:
    """Arguments of a finished draw."""
    return [Draw.objects.filter(state="drawn").latest("drawn_at").pk]


def application(state: str) -> Application:
    """The newest application for entry into the pool in this state."""
    return Application.objects.filter(state=state).latest("submitted_at")


def invited() -> Invitation:
    """An invitation somebody accepted."""
    return Invitation.objects.select_related("expert__user").filter(state="accepted").latest("sent_at")


def code_of(username: str) -> str:
    """The code of the subject the person acts for."""
    return memberships_of(User.objects.get(username=username))[0].subject.code


def manager_of(username: str) -> Any:
    """The person as an actor for the own subject."""
    return actor_for(User.objects.get(username=username), subject_code=code_of(username))


@transaction.atomic
def invitation_token() -> list[Any]:
    """The secret of a colleague's invitation that stands. Made when asked for: it is kept nowhere."""
    made = invitation_make(
        subject_code=code_of("bidder1"), note="投标专员", duty="handler", actor=manager_of("bidder1")
    )
    return [made[1]]


def public_entry() -> Entry:
    """An entry that stands in the record with a position."""
    return Entry.objects.numbered().public()[0]


def newest_size() -> int:
    """Leaves under the newest checkpoint."""
    return Checkpoint.objects.latest("size").size


def first_tile() -> list[Any]:
    """Arguments of the first tile of leaves, as far as it is filled."""
    size = newest_size()
    return ["0", layout.numbered(0)] if size >= 256 else ["0", layout.numbered(0), str(size)]


def subject_code(username: str) -> Callable[[], list[Any]]:
    """Arguments of somebody's subject."""
    return lambda: [code_of(username)]


def centre_code() -> list[Any]:
    """Arguments of the trading centre's subject."""
    return [Subject.objects.filter(kinds__contains=["centre"]).earliest("pk").code]


def trustee() -> list[Any]:
    """Arguments of a trustee."""
    return [Trustee.objects.earliest("pk").pk]


def objected_lot() -> Lot:
    """A lot somebody objected about."""
    return Challenge.objects.select_related("lot__tender").latest("received_at").lot


def sealing_tool() -> str:
    """The digest of the offline tool that notices name."""
    return offline.named()


def doubted() -> list[Any]:
    """A qualification an authority doubts."""
    return [QualificationDoubt.objects.filter(ended_at__isnull=True).earliest("marked_at").qualification_id]


def planned_session() -> list[Any]:
    """A session in a room of the centre."""
    return [VenueSession.objects.filter(state="booked").order_by("starts_at", "pk").first().pk]
