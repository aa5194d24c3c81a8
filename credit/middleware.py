"""`request.actor`: who acts, for which subject, holding which duties, from which address."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils.functional import SimpleLazyObject

from credit import selectors
from platform_site.accounts.actors import Actor
from platform_site.accounts.addresses import client_address
from platform_site.accounts.requests import second_factor_shown
from platform_site.accounts.selectors import actor_for

SESSION_KEY = "acting_for"


class ActingFor:
    """Sets `request.actor`, worked out at first use: a page that asks nothing costs no query."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.actor = SimpleLazyObject(lambda: acting_for(request))  # type: ignore[attr-defined]
        return self.get_response(request)


def acting_for(request: HttpRequest) -> Actor:
    """The actor behind a request. Two queries for a person, none for a stranger.

    The subject is the one chosen in the session while the membership stands; with a single membership, that one. A
    chosen subject whose membership has ended is dropped, never silently replaced by another of several.
    """
    address = client_address(request)
    if not request.user.is_authenticated:
        return Actor(address=address)
    codes = selectors.codes_acted_for(request.user)
    chosen = request.session.get(SESSION_KEY, "")
    if chosen not in codes:
        chosen = next(iter(codes)) if len(codes) == 1 else ""
    return actor_for(request.user, subject_code=chosen, address=address, verified=second_factor_shown(request))
