"""The lot a workbench page is about: found for whoever may work on it, 404 for everybody else."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache

from platform_site.accounts.actors import Actor
from platform_site.rows import one_or_none
from platform_site.web.htmx import wants_partial
from trading.models import Lot
from trading.reach import duties_over
from trading.services.acts import not_replaced

SIDE = frozenset({"initiator", "agency"})


def working_lot(
    request: HttpRequest, reference: str, number: int, *, roles: frozenset[str] = SIDE
) -> tuple[Lot, frozenset[str]]:
    """The lot and the roles held over it, at least one of `roles`. One query beyond the actor's own.

    Raises:
        Http404: no such lot, not visible, or none of the roles: a stranger cannot tell which.
    """
    actor = request.actor  # type: ignore[attr-defined]
    found = Lot.objects.visible_to(actor).filter(tender__reference=reference, number=number)
    lot = one_or_none(
        found.select_related("tender__initiator", "tender__agency", "tender__centre", "tender__authority")
    )
    if lot is None:
        refuse_replaced(actor, reference, number)
        raise Http404
    held = lot.tender.party_roles(actor) | duties_over(lot, actor)
    if "winner" in roles:
        held |= lot.party_roles(actor) & {"winner", "partner"}
    if not held & roles:
        refuse_replaced(actor, reference, number)
        raise Http404
    return lot, held


def refuse_replaced(actor: Actor, reference: str, number: int) -> None:
    """Return unless the actor's subject was the project's agency: it is told with the article who acts now.

    Raises:
        Refused: `mandate.replaced`.
    """
    if not actor.subject_code:
        return
    found = one_or_none(Lot.objects.filter(tender__reference=reference, number=number).select_related("tender"))
    if found is not None:
        not_replaced(found, actor)


def lot_page(
    *, roles: frozenset[str] = SIDE, only: Callable[[Lot], bool] | None = None
) -> Callable[[Callable[..., HttpResponse]], Callable[..., HttpResponse]]:
    """The view gets `lot` and `held` instead of the address; signed in, never cached.

    Args:
        only: lots the page is made for; others answer 404.
    """

    def around(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
        @wraps(view)
        def page(request: HttpRequest, reference: str, number: int, *args: Any, **kwargs: Any) -> HttpResponse:
            lot, held = working_lot(request, reference, number, roles=roles)
            if only is not None and not only(lot):
                raise Http404
            return view(request, lot, held, *args, **kwargs)

        asked = never_cache(login_required(page))

        @wraps(view)
        def door(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if not request.user.is_authenticated and wants_partial(request):
                # A session that ended must not swap a sign-in page into a field: what was typed stays on the screen.
                return HttpResponse(status=401)
            return asked(request, *args, **kwargs)

        return door

    return around
