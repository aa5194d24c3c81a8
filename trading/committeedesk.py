"""A committee on its way: draw, deliveries, representatives to choose from, seats by label; no expert is named here."""

from collections.abc import Sequence
from dataclasses import dataclass

from credit.models import Membership
from experts.models import Draw, Invitation
from platform_site import clock
from trading.models import Committee, CommitteeMember, Lot
from trading.services.committees import conflicted, members_of

FORMING = ("bidding", "opening", "consulting", "opened")
MOST = 100


@dataclass(frozen=True, slots=True)
class Choice:
    """Somebody who may represent the initiator."""

    public_id: str
    user_id: int
    name: str
    side: str
    on: bool


@dataclass(frozen=True, slots=True)
class Delivery:
    """One invitation as the desk may see it: where it stands and when it was sent. Not who, not why he declined."""

    rank: int
    label: str
    state: str
    waiting: bool
    gone: bool
    attempts: tuple[str, ...]
    answered_at: object
    seat: str


@dataclass
class Desk:
    """Draw and committee of one lot.

    Attributes:
        changed: whoever said yes is no longer who sits: form again.
        interests: seats that may not stay now that the bidders are known: (label, why) without names.
    """

    draw: Draw | None
    deliveries: list[Delivery]
    committee: Committee | None
    seats: list[CommitteeMember]
    left: int
    want_members: int
    want_experts: int
    changed: bool
    interests: list[tuple[str, str]]

    @property
    def answered(self) -> bool:
        """Everybody invited has answered."""
        return bool(self.deliveries) and not any(row.waiting for row in self.deliveries)

    @property
    def may_form(self) -> bool:
        """The draw has run and nobody's answer is awaited."""
        return self.draw is not None and self.draw.state == "drawn" and self.answered

    @property
    def settled(self) -> bool:
        """The committee sits and nothing calls for forming it again."""
        return self.committee is not None and not self.changed and not self.interests

    @property
    def want_representatives(self) -> int:
        """How many representatives the document leaves room for."""
        return max(0, self.want_members - self.want_experts)

    @property
    def asked(self) -> int:
        """How many members have said the time is too short. Not who."""
        return len(self.committee.time_asked) if self.committee else 0


def desk_of(lot: Lot) -> Desk:
    """The lot's draw and committee. Eight queries at most."""
    draw = Draw.objects.filter(lot_ref=lot.ledger_ref).first()
    committee = getattr(lot, "committee", None)
    seats = members_of(committee) if committee else []
    rows = list(draw.invitations.select_related("expert").order_by("rank")) if draw else []
    by_user = {seat.user_id: seat.label for seat in seats}
    accepted = {row.expert.user_id for row in rows if row.state == "accepted"}
    seated = {seat.user_id for seat in seats if seat.is_expert}
    wanted = lot.terms.get("committee") or {}
    employers = {row.expert.user_id: row.expert.employer_code for row in rows}
    people = [(seat.user_id, employers.get(seat.user_id, ""), seat.is_expert) for seat in seats]
    interests = conflicted(lot, people) if seats and lot.state in FORMING else {}
    return Desk(
        draw,
        [_delivery(row, by_user.get(row.expert.user_id, "")) for row in rows],
        committee,
        seats,
        committee.members.filter(left_at__isnull=False).count() if committee else 0,
        int(wanted.get("members") or 0),
        int(wanted.get("experts") or 0),
        bool(committee) and accepted != seated,
        [(by_user[user], why) for user, why in interests.items()],
    )


def _delivery(row: Invitation, seat: str) -> Delivery:
    times = tuple(attempt["at"] for attempt in row.attempts)
    gone = row.state not in {"invited", "accepted"}
    words = Invitation.STATES[row.state]
    return Delivery(row.rank, row.label, words, row.state == "invited", gone, times, row.answered_at, seat)


def choices_for(lot: Lot, chosen: Sequence[str] = ()) -> list[Choice]:
    """People who act for the initiator or its agency now. One query."""
    sides = {lot.tender.initiator_id: lot.procedure.initiator}
    if lot.tender.agency_id:
        sides[lot.tender.agency_id] = "招标代理机构"
    rows = Membership.objects.in_force(clock.now()).filter(subject__in=list(sides), user__is_active=True)
    found: dict[int, Choice] = {}
    for row in rows.select_related("user").order_by("user__name", "pk"):
        public = str(row.user.public_id)
        if row.user_id not in found or row.subject_id == lot.tender.initiator_id:
            found[row.user_id] = Choice(public, row.user_id, row.user.name, sides[row.subject_id], public in chosen)
    return sorted(found.values(), key=lambda one: (one.side != lot.procedure.initiator, one.name))


@dataclass(frozen=True, slots=True)
class Forming:
    """One lot on the draw officer's list."""

    lot: Lot
    state: str
    draw: str
    formed: bool


def forming_lots() -> list[Forming]:
    """Lots between announcement and evaluation whose book knows a committee, soonest opening first. Two queries."""
    lots = Lot.objects.filter(state__in=FORMING).select_related("tender__initiator", "committee")
    found = [lot for lot in lots.order_by("next_check", "pk")[:MOST] if "form_committee" in lot.procedure.transitions]
    draws = dict(Draw.objects.filter(lot_ref__in=[lot.ledger_ref for lot in found]).values_list("lot_ref", "state"))
    return [
        Forming(
            lot,
            lot.procedure.states[lot.state],
            Draw.STATES[draws[lot.ledger_ref]] if lot.ledger_ref in draws else "",
            hasattr(lot, "committee"),
        )
        for lot in found
    ]
