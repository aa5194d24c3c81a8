"""The centre's own pages: whoever holds the operator's duty for a centre, and a 404 for everybody else."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.views.decorators.cache import never_cache

from credit.models import Subject
from platform_site.accounts.requests import PersonRequest


def centre_page(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """The view gets the centre the signed-in operator acts for. One query beyond the actor's own."""

    @wraps(view)
    def page(request: PersonRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        actor = request.actor
        found = (
            "operator" in actor.duties
            and Subject.objects.filter(code=actor.subject_code, kinds__contains=["centre"]).first()
        )
        if not found:
            raise Http404
        return view(request, found, *args, **kwargs)

    return never_cache(login_required(page))
