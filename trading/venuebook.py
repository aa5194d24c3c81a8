"""A centre's rooms and sessions as its operator sees them."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db.models import Q

from credit.models import Subject
from platform_site import clock
from trading.models import Lot, Venue, VenueSession

WEEK = timedelta(days=7)
MOST = 200


@dataclass(frozen=True, slots=True)
class Book:
    """What stands on the page.

    Attributes:
        venues: every room, those in use first.
        days: the coming seven days with their booked sessions, in order of time.
        waiting: sessions that have lost their room or stand still with their lot.
        unplanned: announced lots of the centre that nobody has booked an opening for.
    """

    venues: list[Venue]
    days: list[tuple[date, list[VenueSession]]]
    waiting: list[VenueSession]
    unplanned: list[Lot]


def book_of(centre: Subject) -> Book:
    """The page's rows from today on. Four queries."""
    today = clock.china(clock.now()).date()
    start = datetime.combine(today, time(), clock.CHINA)
    sessions = VenueSession.objects.filter(venue__centre=centre).select_related("lot__tender", "venue")
    coming = sessions.filter(state="booked", starts_at__gte=start, starts_at__lt=start + WEEK)
    days: dict[date, list[VenueSession]] = {}
    for one in coming.order_by("starts_at", "venue__name"):
        days.setdefault(clock.china(one.starts_at).date(), []).append(one)
    venues = list(Venue.objects.filter(centre=centre))
    planned = Q(sessions__kind="opening") & ~Q(sessions__state="freed")
    lots = Lot.objects.filter(tender__centre=centre, state="bidding").select_related("tender")
    return Book(
        venues=sorted(venues, key=lambda venue: venue.state != "open"),
        days=sorted(days.items()),
        waiting=list(sessions.filter(state="waiting").order_by("starts_at")[:MOST]),
        unplanned=list(lots.exclude(planned).order_by("next_check", "pk")[:MOST]),
    )


def bookable(centre: Subject) -> list[Lot]:
    """Announced lots of the centre a session can be booked for, soonest first. One query."""
    lots = Lot.objects.filter(tender__centre=centre).exclude(
        state__in=("registered", "scheduled", "contracted", "settled", "archived", "failed", "terminated")
    )
    return list(lots.select_related("tender").order_by("next_check", "-pk")[:MOST])
