"""For whom and as what: what the workbench bar says."""

from typing import Any

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.functional import SimpleLazyObject

from credit import selectors
from credit.models import MEMBER_DUTIES
from platform_site.accounts.policy import DUTIES

DUTY_NAMES = dict(MEMBER_DUTIES)


def identity(request: HttpRequest) -> dict[str, Any]:
    """`identity`: subject, person, role, choices, switch_url; worked out only where a template asks."""
    return {"identity": SimpleLazyObject(lambda: _identity(request))}


def _identity(request: HttpRequest) -> dict[str, Any]:
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return {}
    actor = request.actor  # type: ignore[attr-defined]
    memberships = selectors.memberships_of(user)
    mine = [m for m in memberships if m.subject.code == actor.subject_code]
    roles = [DUTIES[duty] for duty in DUTIES if duty in actor.duties] or [DUTY_NAMES[m.duty] for m in mine]
    subjects = {m.subject.code: m.subject for m in memberships}
    named = subjects.get(actor.subject_code) or selectors.subject_by_code(actor.subject_code)
    return {
        "subject": named.name if named else "",
        "person": user.name,
        "role": "、".join(roles),
        "choices": list(subjects.values()) if len(subjects) > 1 else [],
        "switch_url": _address("credit:act-for"),
    }


def _address(name: str) -> str:
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""
