"""An official whose duty does not count yet for want of a second factor is led to it instead of a bare 403."""

from collections.abc import Callable

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from platform_site.accounts import selectors
from platform_site.accounts.requests import second_factor_shown
from platform_site.web.htmx import wants_partial


class SecondFactor:
    """Turns a refused permission into the second-factor page where that is what was missing."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """A redirect for pages; None, the plain 403, for everything else."""
        if not isinstance(exception, PermissionDenied) or not request.user.is_authenticated:
            return None
        if request.path.startswith("/api/") or wants_partial(request):
            return None
        if not selectors.second_factor_due(request.user, verified=second_factor_shown(request)):
            return None
        if request.method == "GET":
            request.session["after_second_factor"] = request.get_full_path()
        return redirect("accounts:second-factor")
