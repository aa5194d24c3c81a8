"""A lot as the public may know it, written into the read models. What is not read here is in no list, feed or count.

Everything comes from published notices, the lot's public state and moments, and, once its event has happened, from the
opening, the candidates and the award. Nothing before `lot.opening_started` asks who took documents, asked, paid or
filed (design §7).
"""

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import Min

from disclosure.listwords import SELLING
from disclosure.models import ListedLot, ListedNotice, ListedParty, ListedSession
from disclosure.projecting import cells, trades
from disclosure.projecting.columns import columns
from disclosure.projecting.notices import own_row
from disclosure.projecting.regions import noted
from disclosure.tradefacts import AFTER_AWARD, AFTER_CANDIDATES
from platform_site import clock
from platform_site.accounts.actors import ANONYMOUS
from platform_site.holds import selectors as holds
from platform_site.ledger.models import Entry
from trading import addresses
from trading.kernel.procedure import Facts, moment
from trading.kernel.time import HeldFor
from trading.models import Lot
from trading.services.sessions import PUBLIC_ROOMS

# States in which a lot waits for a public moment, and the moment: the first that its procedure knows.
WAITING = {
    "bidding": ("bid_deadline",),
    "announced": ("listing_from", "disclosure_until"),
    "listing": ("listing_until",),
}
# A notice that is only scheduled is named by this entry, and is nobody's to know.
NOT_YET = "lot.notice_scheduled"


def project(reference: str, *, upto: int) -> None:
    """The lot's rows say what is public of it; there are none while it is not announced.

    Args:
        reference: tender and number.
        upto: positions behind it are not read: notices published by them come with them.
    """
    tender, _, number = reference.rpartition("/")
    if not number.isdecimal():
        return  # what is sealed for a draw stands in the record under `lot` too
    found = Lot.objects.visible_to(ANONYMOUS).filter(tender__reference=tender, number=int(number))
    lot = found.select_related(
        "tender__initiator", "tender__agency", "tender__centre", "tender__authority", "tender__plan", "opening"
    ).first()
    since = lot and lot.notices.filter(state="published").aggregate(since=Min("published_at"))["since"]
    if lot is None or since is None:
        return
    listed, counted_in = _listed(lot, since), cells.key_of(reference)
    ListedLot.objects.bulk_create(
        [listed], update_conflicts=True, unique_fields=["reference"], update_fields=columns(ListedLot)
    )
    if counted_in or listed.award_at:
        cells.made_anew([counted_in, cells.key_of(reference)])
    _sessions(lot, listed)
    _parties(lot, listed)
    _notices(lot, listed, upto)
    trades.project(lot)


def _listed(lot: Lot, since: datetime) -> ListedLot:
    procedure, tender = lot.procedure, lot.tender
    waits_for = next((name for name in WAITING.get(lot.state, ()) if name in procedure.moments), "")
    opening = getattr(lot, "opening", None)
    row = ListedLot(
        reference=lot.reference,
        path=addresses.trade(lot),
        title=lot.title,
        category=lot.category,
        procedure=procedure.id,
        method=procedure.title,
        state=lot.state,
        state_name=procedure.states[lot.state],
        ended=lot.state in procedure.ended,
        region_code=tender.region_code,
        region_name=tender.region_name,
        place=tender.centre.name if tender.centre else "网上",
        centre_code=tender.centre.code if tender.centre else "",
        authority_code=tender.authority.code if tender.authority else "",
        waits_for=waits_for,
        waits_until=_moment(lot, waits_for) if waits_for else None,
        announced_at=since,
        opened_at=opening.started_at if opening else None,
        base_cny=_base(lot),
    )
    award = lot.standing_award if lot.state in AFTER_AWARD else None
    if award is not None:
        row.award_at, row.amount_cny = award.at, award.amount_cny
        row.winner_code, row.winner_name = award.subject.code, award.subject.name
        if row.base_cny is not None and sells(lot):
            row.gained_cny = row.amount_cny - row.base_cny
        elif row.base_cny is not None:
            row.saved_cny = row.base_cny - row.amount_cny
    return row


def _sessions(lot: Lot, listed: ListedLot) -> None:
    """Sessions that have a room and a time; the room where the public may come. Two queries and what changed."""
    booked = lot.sessions.filter(state="booked").select_related("venue")
    rows = [
        ListedSession(
            id=one.pk,
            lot=listed,
            kind=one.kind,
            room=one.venue.name if one.kind in PUBLIC_ROOMS else "",
            place=one.venue.place if one.kind in PUBLIC_ROOMS else "",
            starts_at=one.starts_at,
            ends_at=one.ends_at,
        )
        for one in booked
    ]
    ListedSession.objects.filter(lot=listed).exclude(pk__in=[row.pk for row in rows]).delete()
    if rows:
        ListedSession.objects.bulk_create(
            rows, update_conflicts=True, unique_fields=["id"], update_fields=columns(ListedSession)
        )


def _moment(lot: Lot, name: str) -> Any:
    intervals = holds.intervals(lot.ledger_ref)
    held = tuple(HeldFor(h.start, h.end, h.kind, h.reason, h.article) for h in intervals)
    return moment(lot.book, lot.procedure, name, Facts(lot.state, clock.now(), lot.recorded, {}, held))


def sells(lot: Lot) -> bool:
    """Whether a deal is counted by what it adds (增值) and not by what it saves."""
    said = lot.tender.catalogue.get("treatment")
    return said == "gained" if said else lot.procedure.category in SELLING


def _base(lot: Lot) -> Decimal | None:
    if sells(lot):
        start = lot.terms.get("start_price_cny")
        return Decimal(start) if start else None
    return lot.ceiling_cny


def _parties(lot: Lot, listed: ListedLot) -> None:
    """Initiator and agency from the notice on, bidders from the opening on, candidates and winner from theirs on."""
    wanted: dict[tuple[str, str], ListedParty] = {}

    def add(role: str, code: str, name: str, at: Any) -> None:
        wanted.setdefault((code, role), ListedParty(lot=listed, code=code, name=name, role=role, at=at))

    add("initiator", lot.tender.initiator.code, lot.tender.initiator.name, listed.announced_at)
    if lot.tender.agency:
        add("agency", lot.tender.agency.code, lot.tender.agency.name, listed.announced_at)
    opening = getattr(lot, "opening", None)
    for line in opening.roll if opening else ():
        for one in ({"code": line["subject"], "name": line["name"]}, *line.get("members", ())):
            add("bidder", one["code"], one["name"], opening.started_at)
    if lot.state in AFTER_CANDIDATES and (since := lot.recorded.get("candidates_at")):
        for candidate in lot.candidates.select_related("bid__subject"):
            add("candidate", candidate.bid.subject.code, candidate.bid.subject.name, since)
    if listed.award_at:
        add("winner", listed.winner_code, listed.winner_name, listed.award_at)
    there = {(party.code, party.role): party for party in listed.parties.all()}
    ListedParty.objects.filter(pk__in=[one.pk for key, one in there.items() if key not in wanted]).delete()
    for key, party in wanted.items():
        if (old := there.get(key)) is not None:
            party.pk = old.pk
    fresh = [party for key, party in wanted.items() if key not in there]
    moved = [p for k, p in wanted.items() if k in there and (p.at, p.name) != (there[k].at, there[k].name)]
    ListedParty.objects.bulk_create(fresh)
    ListedParty.objects.bulk_update(moved, ["at", "name"])


def _notices(lot: Lot, listed: ListedLot, upto: int) -> None:
    """Every published notice whose publishing entry is numbered has its row; one that is withdrawn has none."""
    positions = _published_at_positions(lot, upto)
    published = lot.notices.filter(state="published", pk__in=positions)
    rows = [own_row(lot, listed, notice, positions[str(notice.pk)]) for notice in published]
    ListedNotice.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["id"], update_fields=columns(ListedNotice)
    )
    if rows:
        noted([(lot.tender.region_code, lot.tender.region_name)])


def _published_at_positions(lot: Lot, upto: int) -> dict[str, int]:
    """Notice id -> the position that made it public."""
    named = Entry.objects.about(lot.ledger_ref).numbered().filter(facts__has_key="notice", place__position__lte=upto)
    found: dict[str, int] = {}
    for entry in _unscheduled(named):
        found.setdefault(entry.facts["notice"], entry.position or 0)
    return found


def _unscheduled(entries: Iterable[Entry]) -> Iterable[Entry]:
    return (entry for entry in entries if entry.event != NOT_YET)
