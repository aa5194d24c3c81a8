"""A centre's rooms: taken into use, and closed when nothing is planned there any more."""

from collections.abc import Sequence

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction

from credit.models import Subject
from platform_site import clock, ledger
from platform_site.accounts import policy
from platform_site.accounts.actors import Actor
from platform_site.accounts.refusals import Refused, Violation
from trading.locks import lock_venues
from trading.models import Venue
from trading.models.venue import ROOMS

NAME, PLACE, SITES, SEATS = 60, 200, 20, 5000


def own_centre(actor: Actor) -> Subject:
    """The centre the operator acts for.

    Raises:
        PermissionDenied: no operator, or not of a centre.
    """
    policy.require(actor, "operator")
    centre = Subject.objects.filter(code=actor.subject_code, kinds__contains=["centre"]).first()
    if centre is None:
        raise PermissionDenied("rooms are a centre's own")
    return centre


def venue_open(
    *,
    name: str,
    kind: str,
    virtual: bool = False,
    place: str = "",
    seats: int = 0,
    remote_sites: Sequence[str] = (),
    actor: Actor,
) -> Venue:
    """The room can be booked from now on.

    Args:
        kind: opening | evaluation | draw | auction: what is held there.
        virtual: it has no walls, so any number of sessions are held in it at once; it has no place and no seats.
        remote_sites: other places that take part over the line (远程异地), up to twenty names.

    Raises:
        PermissionDenied: no operator of a centre.
        Refused: no name, an unknown kind, a real room without a place or seats, a name used before.
    """
    centre, name, place = own_centre(actor), name.strip(), place.strip()
    sites = [site for one in remote_sites if (site := one.strip())]
    missing = {
        "name": not 0 < len(name) <= NAME,
        "kind": kind not in ROOMS,
        "place": not virtual and not 0 < len(place) <= PLACE,
        "seats": not virtual and not 0 < seats <= SEATS,
        "remote_sites": len(sites) > SITES or any(len(site) > NAME for site in sites),
    }
    if wrong := [Violation("fact.missing", facts={"fact": fact}) for fact, is_wrong in missing.items() if is_wrong]:
        raise Refused(wrong)
    try:
        with transaction.atomic():
            venue = Venue.objects.create(
                centre=centre,
                name=name,
                kind=kind,
                virtual=virtual,
                place="" if virtual else place,
                seats=0 if virtual else seats,
                remote_sites=sites,
                opened_at=clock.now(),
            )
            ledger.append(
                "venue.opened",
                subject=venue,
                actor=actor,
                facts={"centre": centre.code, "name": name, "kind": kind, "virtual": virtual, "state": "open"},
            )
    except IntegrityError as error:
        if "venue_named_once" not in str(error):
            raise
        raise Refused([Violation("venue.known", facts={"name": name})]) from None
    return venue


@transaction.atomic
def venue_close(*, venue_id: int, actor: Actor) -> Venue:
    """Nothing new is booked there; what was held there stays on the record.

    Raises:
        PermissionDenied: another centre's.
        Refused: closed before; something is still planned there.
    """
    centre = own_centre(actor)
    venue = lock_venues(venue_id).get(venue_id)
    if venue is None or venue.centre_id != centre.pk:
        raise PermissionDenied("another centre's room")
    if venue.state != "open":
        raise Refused([Violation("venue.closed", facts={"name": venue.name})])
    ahead = venue.sessions.filter(state="booked", ends_at__gt=clock.now()).count()
    if ahead:
        raise Refused([Violation("venue.in_use", facts={"name": venue.name, "count": ahead})])
    venue.state = "closed"
    venue.save(update_fields=["state"])
    ledger.append("venue.closed", subject=venue, actor=actor, facts={"state": "closed"})
    return venue
