"""The demo centre's rooms, and a session in them for every lot that waits for its bids."""

from datetime import timedelta

from platform_site import clock
from trading.models import Lot, Venue
from trading.rehearsal.people import Cast
from trading.services.acts import moment_of
from trading.services.sessions import session_book
from trading.services.venues import venue_open

ADDRESS = "泽安市清江大道 88 号"
ROOMS = (
    ("第一开标室", "opening", f"{ADDRESS}二楼", 60, ()),
    ("第二开标室", "opening", f"{ADDRESS}二楼", 30, ()),
    ("不见面开标大厅", "opening", "", 0, ()),
    ("评标一室", "evaluation", f"{ADDRESS}五楼", 9, ("澜浦市公共资源交易中心",)),
    ("评标二室", "evaluation", f"{ADDRESS}五楼", 7, ()),
    ("专家抽取室", "draw", f"{ADDRESS}四楼", 6, ()),
    ("竞价大厅", "auction", "", 0, ()),
)
HOURS = timedelta(hours=1)


def furnish(cast: Cast) -> list[Venue]:
    """The centre's rooms are in use."""
    actor = cast["operator"].actor
    return [
        venue_open(name=name, kind=kind, virtual=not place, place=place, seats=seats, remote_sites=sites, actor=actor)
        for name, kind, place, seats, sites in ROOMS
    ]


def plan_sessions(cast: Cast, rooms: list[Venue]) -> int:
    """Every lot that waits for bids has its opening and, where a committee will sit, its draw and evaluation planned.

    The first room that is free is taken. How many sessions.
    """
    actor, count, centre = cast["operator"].actor, 0, cast.subjects["centre"]
    lots = Lot.objects.filter(tender__centre=centre, state="bidding").select_related("tender").order_by("pk")
    for lot in lots:
        deadline = moment_of(lot, "bid_deadline")
        if deadline is None or deadline <= clock.now():
            continue
        wanted = [("opening", None, 2 * HOURS)]
        if "committee" in lot.terms:
            wanted += [("draw", deadline + HOURS, HOURS), ("evaluation", deadline + 5 * HOURS, 4 * HOURS)]
        for kind, start, length in wanted:
            at = start or deadline
            free = [room for room in rooms if room.kind == kind and _free(room, at, at + length)]
            if free:
                session_book(lot_id=lot.pk, venue_id=free[0].pk, kind=kind, starts_at=start, length=length, actor=actor)
                count += 1
    return count


def _free(room: Venue, start: object, end: object) -> bool:
    return room.virtual or not room.sessions.filter(state="booked", starts_at__lt=end, ends_at__gt=start).exists()
