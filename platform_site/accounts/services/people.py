"""Signing up, passwords, and the console's way to reset a lost second factor."""

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django_otp.plugins.otp_totp.models import TOTPDevice

from platform_site import ledger
from platform_site.accounts import policy
from platform_site.accounts.actors import Actor
from platform_site.accounts.models import User
from platform_site.accounts.refusals import Refused, Violation


@transaction.atomic
def user_sign_up(
    *, username: str, name: str, password: str, address: str = "", email: str = "", phone: str = "", demo_role: str = ""
) -> User:
    """A person exists and may sign in. Open to everybody, at once, without review (PLT-03).

    Raises:
        Refused: `user.taken`, the user name is; `password.weak`, with every reason.
    """
    user = User(username=User.normalize_username(username.strip()), name=name.strip(), email=email, phone=phone)
    user.demo_role = demo_role
    _set_password(user, password)
    try:
        with transaction.atomic():
            user.save()
    except IntegrityError:
        raise Refused([Violation("user.taken", facts={"username": user.username})]) from None
    actor = Actor(kind="person", user_id=user.public_id, address=address)
    ledger.append("user.signed_up", subject=user.ref, actor=actor, facts={})
    return user


@transaction.atomic
def password_change(*, user: User, old: str, new: str, actor: Actor) -> User:
    """`user` signs in with `new` from now on.

    Raises:
        Refused: `password.wrong`, the old one does not match; `password.weak`.
    """
    if not user.check_password(old):
        raise Refused([Violation("password.wrong")])
    _set_password(user, new)
    user.save(update_fields=["password"])
    ledger.append("user.password_changed", subject=user.ref, actor=actor, facts={})
    return user


def _set_password(user: User, password: str) -> None:
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise Refused([Violation("password.weak", facts={"reasons": "；".join(error.messages)})]) from None
    user.set_password(password)


@transaction.atomic
def second_factor_reset(*, user: User, actor: Actor) -> None:
    """`user` has no second factor and must enrol again before any official duty counts.

    Raises:
        PermissionDenied: `actor` is not the console: a lost telephone is reported in person.
    """
    policy.require(actor, "console")
    TOTPDevice.objects.filter(user=user).delete()
    ledger.append("user.second_factor_reset", subject=user.ref, actor=actor, facts={})
