"""Sessions: when and in which room a lot is opened, evaluated, drawn for, auctioned.

No room is taken twice: whoever books locks the lot, then the room, and an exclusion constraint stands behind both. What
is planned moves with its lot by itself: held it gives its room back and waits, postponed it is booked anew, ended it is
freed. A session tells the public its room only where the public may come.
"""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import transaction

from platform_site import clock, ledger, workdays
from platform_site.accounts.actors import CLOCK, Actor
from platform_site.accounts.refusals import Refused, Violation
from trading.kernel.time import through_holds
from trading.locks import lock_lot, lock_venues
from trading.models import Lot, Venue, VenueSession
from trading.models.venue import KINDS
from trading.services.acts import holds_of, moment_of
from trading.services.venues import own_centre

# Where anybody may look on. An evaluation or draw room would tell where experts can be met (招标投标法 第三十八条).
PUBLIC_ROOMS = frozenset({"opening", "auction"})
SHORTEST, LONGEST = timedelta(minutes=10), timedelta(days=5)


def session_book(
    *, lot_id: int, venue_id: int, kind: str, starts_at: datetime | None, length: timedelta, actor: Actor
) -> VenueSession:
    """The lot's session is booked in the room.

    Args:
        kind: opening | evaluation | draw | auction, the room's own.
        starts_at: an opening begins at the bid deadline, whatever is said here.

    Raises:
        PermissionDenied: not the operator of the lot's centre; a room of another.
        Refused: a lot that is not announced, has ended or stands still; booked already; another kind of room or one
            that is closed; a length or time that cannot be; `venue.taken`.
    """
    with transaction.atomic():
        lot, now = lock_lot(lot_id), clock.now()
        venue = _own(lot, venue_id, actor)
        start, wrong = _start(lot, kind, starts_at, now)
        wrong += _unfit(venue, kind, length)
        if known := lot.sessions.exclude(state="freed").filter(kind=kind).first():
            wrong.append(Violation("session.known", facts={"kind": KINDS[kind], "at": known.starts_at}))
        if wrong or start is None:
            raise Refused(wrong)
        if taken := _taken(venue, start, start + length):
            raise Refused([taken])
        session = VenueSession(lot=lot, kind=kind, booked_at=now)
        _place(session, venue, start, length)
        session.planned_at, session.deadline_at = start, moment_of(lot, "bid_deadline")
        session.save()
        _record("session.booked", session, actor)
    return session


def session_move(
    *, session_id: UUID, venue_id: int, starts_at: datetime | None, length: timedelta, actor: Actor
) -> VenueSession:
    """The session is in that room at that time; one that waited is booked again.

    Raises:
        PermissionDenied, Refused: as `session_book`; freed before, or begun.
    """
    with transaction.atomic():
        lot, now = lock_lot(VenueSession.objects.values_list("lot_id", flat=True).get(pk=session_id)), clock.now()
        venue = _own(lot, venue_id, actor)
        session = VenueSession.objects.select_for_update(of=("self",)).select_related("venue").get(pk=session_id)
        start, wrong = _start(lot, session.kind, starts_at, now)
        wrong += _unfit(venue, session.kind, length)
        if session.state == "freed" or (session.state == "booked" and session.starts_at <= now):
            wrong.append(Violation("session.over", facts={"kind": KINDS[session.kind], "at": session.starts_at}))
        if wrong or start is None:
            raise Refused(wrong)
        if taken := _taken(venue, start, start + length, but=session):
            raise Refused([taken])
        _place(session, venue, start, length)
        session.planned_at, session.deadline_at, session.booked_at = start, moment_of(lot, "bid_deadline"), now
        session.save()
        _record("session.moved", session, actor)
    return session


def session_free(*, session_id: UUID, why: str, actor: Actor) -> VenueSession:
    """The room is free again; the session will not take place there.

    Raises:
        PermissionDenied: not the operator of the lot's centre.
        Refused: freed before or begun; no reason.
    """
    from trading.services.enquiries import text_of

    why = text_of(why, field="why", limit=200)
    with transaction.atomic():
        lot = lock_lot(VenueSession.objects.values_list("lot_id", flat=True).get(pk=session_id))
        _own(lot, None, actor)
        session = VenueSession.objects.select_for_update(of=("self",)).get(pk=session_id)
        if session.state == "freed" or (session.state == "booked" and session.starts_at <= clock.now()):
            raise Refused([Violation("session.over", facts={"kind": KINDS[session.kind], "at": session.starts_at})])
        _leave(session, "freed", why, actor)
    return session


def follow(lot: Lot) -> None:
    """What is planned for the lot is where the lot is. The caller holds the lot's lock. One query where nothing is."""
    planned = list(lot.sessions.exclude(state="freed").select_related("venue").order_by("starts_at", "pk"))
    now = clock.now()
    ahead = [session for session in planned if session.state == "waiting" or session.starts_at > now]
    if not ahead:
        return
    if lot.state in lot.procedure.ended:
        for session in ahead:
            _leave(session, "freed", lot.procedure.states[lot.state], CLOCK)
        return
    holds = holds_of(lot)
    if standing := [hold for hold in holds if hold.end is None]:
        for session in ahead:
            if session.state == "booked":
                _leave(session, "waiting", standing[0].reason[:200], CLOCK)
        return
    deadline = moment_of(lot, "bid_deadline")
    for session in ahead:
        if session.kind == "opening":
            start = deadline
        elif deadline and session.deadline_at and deadline > now:
            start = _worked(session.planned_at + (deadline - session.deadline_at))
        else:
            start = through_holds(session.planned_at, holds, since=session.booked_at, keep_hour=True)
        if start and (start != session.starts_at or session.state == "waiting"):
            _seat(session, start)


def _seat(session: VenueSession, start: datetime) -> None:
    """The session is at its new time: in its own room, in another of the kind, or it waits for somebody to find one."""
    length = session.ends_at - session.starts_at
    rooms = Venue.objects.filter(centre=session.venue.centre_id, kind=session.venue.kind, state="open")
    known = list(rooms.order_by("virtual", "name").values_list("pk", flat=True))
    locked = lock_venues(*known)
    for pk in sorted(known, key=lambda pk: pk != session.venue_id):
        venue = locked[pk]
        if venue.seats < session.venue.seats and not venue.virtual:
            continue
        if not _taken(venue, start, start + length, but=session):
            _place(session, venue, start, length)
            session.save()
            _record("session.moved", session, CLOCK)
            return
    session.starts_at, session.ends_at = start, start + length
    _leave(session, "waiting", "改期后没有空闲的场地", CLOCK)


def _own(lot: Lot, venue_id: int | None, actor: Actor) -> Venue:
    centre = own_centre(actor)
    if lot.tender.centre_id != centre.pk:
        raise PermissionDenied("another centre's lot")
    if venue_id is None:
        return Venue(centre=centre)
    venue = lock_venues(venue_id).get(venue_id)
    if venue is None or venue.centre_id != centre.pk:
        raise PermissionDenied("another centre's room")
    return venue


def _start(lot: Lot, kind: str, asked: datetime | None, now: datetime) -> tuple[datetime | None, list[Violation]]:
    """When it begins, and what is wrong with that."""
    states = lot.procedure.states
    if lot.state in {"registered", "scheduled"} or lot.state in lot.procedure.ended:
        return None, [Violation("state.wrong", facts={"state": states.get(lot.state, lot.state), "act": "安排场地"})]
    start = moment_of(lot, "bid_deadline") if kind == "opening" else asked
    if start is None:
        standing = next((hold for hold in holds_of(lot) if hold.end is None), None)
        if kind == "opening" and standing:
            facts = {"reason": standing.reason, "since": standing.start, "act": "安排场地"}
            return None, [Violation("hold.standing", "", standing.article, facts)]
        return None, [Violation("fact.missing", facts={"fact": "starts_at"})]
    return start, [Violation("session.past", facts={"at": start})] if start <= now else []


def _unfit(venue: Venue, kind: str, length: timedelta) -> list[Violation]:
    found = []
    if venue.kind != kind:
        found.append(Violation("venue.kind", facts={"name": venue.name, "kind": KINDS.get(kind, "")}))
    if venue.state != "open":
        found.append(Violation("venue.closed", facts={"name": venue.name}))
    if not SHORTEST <= length <= LONGEST:
        found.append(Violation("session.length", facts={"least": 10, "most": LONGEST.days}))
    return found


def _taken(venue: Venue, start: datetime, end: datetime, *, but: VenueSession | None = None) -> Violation | None:
    """Somebody else is in the room then; the caller holds the room's lock."""
    if venue.virtual:
        return None
    others = venue.sessions.filter(state="booked", starts_at__lt=end, ends_at__gt=start)
    other = others.exclude(pk=but.pk if but else None).order_by("starts_at").first()
    if other is None:
        return None
    return Violation("venue.taken", facts={"name": venue.name, "since": other.starts_at, "until": other.ends_at})


def _place(session: VenueSession, venue: Venue, start: datetime, length: timedelta) -> None:
    session.venue, session.shared = venue, venue.virtual
    session.starts_at, session.ends_at = start, start + length
    session.state, session.why = "booked", ""


def _leave(session: VenueSession, state: str, why: str, actor: Actor) -> None:
    session.state, session.why = state, why
    session.save()
    _record(f"session.{state}", session, actor)


def _record(event: str, session: VenueSession, actor: Actor) -> None:
    """One entry about the lot. The room is public where the public may come, else a private fact."""
    room = {"venue": str(session.venue.key), "room": session.venue.name}
    facts: dict[str, Any] = {
        "session": str(session.pk),
        "kind": session.kind,
        "planned": session.state,
        "from": session.starts_at,
        "until": session.ends_at,
        "why": session.why,
    }
    shown = session.kind in PUBLIC_ROOMS
    ledger.append(
        event,
        subject=session.lot,
        actor=actor,
        facts={**facts, **room} if shown else facts,
        private=None if shown else room,
    )


def _worked(at: datetime) -> datetime:
    """The same hour of the first working day from then on."""
    local = clock.china(at)
    day = local.date() if workdays.is_workday(local.date()) else workdays.next_workday(local.date())
    return datetime.combine(day, local.timetz())
