"""Requests as views behind `login_required` and `ActingFor` know them: for annotations."""

from django.http import HttpRequest

from platform_site.accounts.actors import Actor
from platform_site.accounts.models import User


class ActedRequest(HttpRequest):
    """Any request: `actor` says who acts, a stranger included."""

    actor: Actor


class PersonRequest(ActedRequest):
    """A signed-in person's request."""

    user: User  # type: ignore[assignment]


def second_factor_shown(request: HttpRequest) -> bool:
    """Whether this session showed the second factor. django-otp puts the answer on the user; the public face has no
    django-otp, and nobody's duties count there."""
    asked = getattr(request.user, "is_verified", None)
    return bool(asked and asked())
