"""Who holds what."""

from datetime import datetime

from django.conf import settings
from django.db.models import QuerySet
from django_otp.plugins.otp_totp.models import TOTPDevice

from platform_site import clock
from platform_site.accounts.actors import Actor
from platform_site.accounts.models import OFFICIAL_DUTIES, TRADER, DutyGrant, User


def grants_of(user: User, *, on: datetime | None = None) -> "QuerySet[DutyGrant]":
    """Grants of platform duties in force (legal now), `trader` left out. One query."""
    return user.duty_grants.in_force(on or clock.now()).exclude(duty=TRADER).order_by("duty", "pk")


def second_factor_due(user: User, *, verified: bool) -> bool:
    """Whether the person holds an official duty that does not count yet for want of a second factor."""
    if settings.MODE == "demo" or verified:
        return False
    return user.duty_grants.in_force(clock.now()).filter(duty__in=OFFICIAL_DUTIES).exists()


def is_official(actor: Actor) -> bool:
    """Whether the person behind `actor` holds a platform duty, also while it does not count for want of a second
    factor. One query; none for machines."""
    if actor.user_id is None:
        return False
    held = DutyGrant.objects.in_force(clock.now()).filter(user__public_id=actor.user_id, duty__in=OFFICIAL_DUTIES)
    return bool(actor.duties) or held.exists()


def has_second_factor(user: User) -> bool:
    """Whether a confirmed device stands."""
    return TOTPDevice.objects.filter(user=user, confirmed=True).exists()


def actor_for(user: User, *, subject_code: str = "", address: str = "", verified: bool = True) -> Actor:
    """The Actor of a signed-in person. One query.

    Args:
        subject_code: whom they act for; empty takes the authority or centre of their duty, where there is one.
        verified: whether the second factor was shown in this session; without it official duties do not count,
            outside the demo.

    The caller has checked the membership behind `subject_code`.
    """
    counts = verified or settings.MODE == "demo"
    held = list(grants_of(user).values_list("duty", "subject_code")) if counts else []
    codes = sorted({code for _, code in held if code})
    return Actor(
        kind="person",
        user_id=user.public_id,
        subject_code=subject_code or (codes[0] if codes else ""),
        duties=frozenset(duty for duty, _ in held),
        address=address,
    )


def user_of(actor: Actor) -> User:
    """The person behind an actor.

    Raises:
        User.DoesNotExist: a machine, or nobody.
    """
    if actor.user_id is None:
        raise User.DoesNotExist(f"no person behind {actor.kind}")
    return User.objects.get(public_id=actor.user_id)


def holders_of(duty: str, *, subject_code: str = "") -> list[User]:
    """Active people who hold `duty` now, for one authority or centre where `subject_code` is given. One query."""
    grants = DutyGrant.objects.in_force(clock.now()).filter(duty=duty)
    if subject_code:
        grants = grants.filter(subject_code=subject_code)
    return list(User.objects.filter(is_active=True, pk__in=grants.values("user_id")).order_by("pk"))
