"""Doors of an evaluation's pages: the member's own seat, or one of the roles around it; 404 for everybody else."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.views.decorators.cache import never_cache

from platform_site.accounts.actors import Actor
from platform_site.accounts.requests import PersonRequest
from platform_site.rows import one_or_none
from platform_site.web.htmx import wants_partial
from trading.models import CommitteeMember, Lot
from trading.reach import duties_over

View = Callable[..., HttpResponseBase]
PARTIES = ("tender__initiator", "tender__agency", "tender__centre", "tender__authority")


def seat_at(actor: Actor, reference: str, number: int) -> CommitteeMember | None:
    """The seat the actor holds now in the lot's committee, with lot, committee and draw. One query."""
    if actor.user_id is None:
        return None
    mine = CommitteeMember.objects.filter(user__public_id=actor.user_id, left_at__isnull=True)
    found = mine.filter(committee__lot__tender__reference=reference, committee__lot__number=number)
    return one_or_none(found.select_related("committee__draw", *(f"committee__lot__{one}" for one in PARTIES)))


def seated(view: View) -> View:
    """The view gets `lot` and `seat` instead of the address; a stranger cannot tell the room from no room.

    A signed-out script gets 401 and no redirect, so that no form of another page is taken for its answer.
    """

    @never_cache
    @wraps(view)
    def page(request: PersonRequest, reference: str, number: int, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not request.user.is_authenticated and wants_partial(request):
            return HttpResponse(status=401)
        return inside(request, reference, number, *args, **kwargs)

    @login_required
    def inside(request: PersonRequest, reference: str, number: int, *args: Any, **kwargs: Any) -> HttpResponseBase:
        seat = seat_at(request.actor, reference, number)
        if seat is None:
            raise Http404
        return view(request, seat.committee.lot, seat, *args, **kwargs)

    return page


def held_over(lot: Lot, actor: Actor) -> frozenset[str]:
    """Roles that matter around an evaluation: the lot's side, operator, draw officer, the authority's supervisor.

    Supervision is the lot's own authority's: nobody else's officer reads how a member scored. No query.
    """
    held = set(lot.tender.party_roles(actor)) | duties_over(lot, actor, ("operator", "draw_officer"))
    authority = lot.tender.authority
    if "supervisor" in actor.duties and authority is not None and authority.code == actor.subject_code:
        held.add("supervisor")
    return frozenset(held)


def desk_page(*, roles: frozenset[str]) -> Callable[[View], View]:
    """The view gets `lot` and `held`, at least one of `roles`; for lots whose book knows a committee."""

    def around(view: View) -> View:
        @never_cache
        @login_required
        @wraps(view)
        def page(request: PersonRequest, reference: str, number: int, *args: Any, **kwargs: Any) -> HttpResponseBase:
            actor = request.actor
            found = Lot.objects.visible_to(actor).filter(tender__reference=reference, number=number)
            lot = one_or_none(found.select_related(*PARTIES, "committee__draw"))
            if lot is None or "form_committee" not in lot.procedure.transitions:
                raise Http404
            held = held_over(lot, actor)
            if not held & roles:
                raise Http404
            return view(request, lot, held, *args, **kwargs)

        return page

    return around
