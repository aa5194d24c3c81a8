"""The second factor of officials: a TOTP device, enrolled once, shown at every sign-in. Wall time, never legal time."""

from django.db import transaction
from django_otp.plugins.otp_totp.models import TOTPDevice

from platform_site import ledger
from platform_site.accounts.actors import Actor
from platform_site.accounts.models import User
from platform_site.accounts.refusals import Refused, Violation


@transaction.atomic
def second_factor_begin(*, user: User) -> TOTPDevice:
    """A device waits for its first code. One waiting device a person, so that a reloaded page shows the same square.

    Raises:
        Refused: `second_factor.enrolled`, there is a confirmed one; only the console resets it.
    """
    User.objects.select_for_update(no_key=True).get(pk=user.pk)
    if TOTPDevice.objects.filter(user=user, confirmed=True).exists():
        raise Refused([Violation("second_factor.enrolled")])
    device, _ = TOTPDevice.objects.get_or_create(user=user, confirmed=False, defaults={"name": "手机动态口令"})
    return device


@transaction.atomic
def second_factor_confirm(*, user: User, token: str, actor: Actor) -> TOTPDevice | None:
    """The waiting device that shows `token` is the person's second factor; None where the code is wrong.

    Not a refusal, so that the failed attempt is counted: a raised exception would roll the throttle back.
    """
    device = TOTPDevice.objects.select_for_update().filter(user=user, confirmed=False).first()
    if device is None or not device.verify_is_allowed()[0] or not device.verify_token(token):
        return None
    device.confirmed = True
    device.save(update_fields=["confirmed"])
    ledger.append("user.second_factor_enrolled", subject=user.ref, actor=actor, facts={})
    return device


@transaction.atomic
def second_factor_match(*, user: User, token: str) -> TOTPDevice | None:
    """The confirmed device that shows `token`, or None; a wrong code counts against the throttle."""
    for device in TOTPDevice.objects.select_for_update().filter(user=user, confirmed=True):
        if device.verify_is_allowed()[0] and device.verify_token(token):
            return device
    return None
