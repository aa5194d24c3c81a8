"""What every request passes: one pinned clock, one shape for refusals, honest Vary headers."""

import errno
import logging
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.cache import patch_vary_headers

from platform_site import clock
from platform_site.accounts.refusals import NoRoom, Refused
from platform_site.web import refusals, typed
from platform_site.web.htmx import wants_partial

log = logging.getLogger(__name__)

# No room left, or none left for us.
FULL = frozenset({errno.ENOSPC, errno.EDQUOT})
GetResponse = Callable[[HttpRequest], HttpResponse]

HTMX_HEADERS = ("HX-Request", "HX-Boosted", "HX-History-Restore-Request")


class PinnedClock:
    """One request sees one clock: the offset is read once, so no act straddles a moved clock."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path.startswith(settings.STATIC_URL):
            return self.get_response(request)
        with clock.pinned():
            return self.get_response(request)


class VaryOnHtmx:
    """A view that asked `wants_partial` answers with the Vary headers that its answer depends on."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if getattr(request, "varies_on_htmx", False):
            patch_vary_headers(response, HTMX_HEADERS)
        return response


class Refusals:
    """Turns `Refused` into a 409 in the words of templates/refusals/: a page, a partial or JSON.

    Whoever draws the page, nothing that was typed is lost by it.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return typed.given_back(request, self.get_response(request))

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """The 409 (507 where our disk is full), or None for any other exception."""
        if isinstance(exception, OSError) and exception.errno in FULL:
            log.critical("the disk is full: %s", exception)
            exception = NoRoom()
        if not isinstance(exception, Refused):
            return None
        status = exception.status
        if request.path.startswith("/api/") or "application/json" in request.headers.get("Accept", ""):
            body = {"violations": [refusals.as_data(violation) for violation in exception.violations]}
            return JsonResponse(body, status=status, json_dumps_params={"ensure_ascii": False})
        context = {"violations": exception.violations}
        if not wants_partial(request):
            return render(request, "409.html", context, status=status)
        response = render(request, "components/refusal.html", context, status=status)
        # The frame keeps an empty #refusal at the top of every page: whatever the request meant to replace stays as is.
        response.headers["HX-Retarget"] = "#refusal"
        response.headers["HX-Reswap"] = "innerHTML show:#refusal:top"
        return response
