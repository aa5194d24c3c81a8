"""Who acts for a subject: memberships and the invitations that lead to them."""

import hashlib
import secrets
from datetime import timedelta

from django.db import IntegrityError, transaction

from credit.models import MEMBER_DUTIES, TRADING_DUTIES, Invitation, Membership, Subject
from platform_site import clock, ledger
from platform_site.accounts import policy
from platform_site.accounts.actors import Actor
from platform_site.accounts.models import User
from platform_site.accounts.refusals import Refused, Violation
from platform_site.accounts.selectors import user_of
from platform_site.accounts.services import trader_begin, trader_end

DUTY_NAMES = dict(MEMBER_DUTIES)
INVITATION_LASTS = timedelta(days=7)


def begin(*, subject: Subject, user: User, duty: str, actor: Actor, granted_by: User | None) -> Membership:
    """`user` acts for `subject` with `duty` from now on. Inside the caller's transaction.

    Raises:
        Refused: `membership.held`; `duty.conflict`, a person who runs or supervises the platform cannot trade (PLT-04).
    """
    since = clock.now()
    if duty in TRADING_DUTIES:
        trader_begin(user=user, actor=actor, since=since)
    try:
        with transaction.atomic():
            membership = Membership.objects.create(
                user=user, subject=subject, duty=duty, since=since, granted_by=granted_by
            )
    except IntegrityError as error:
        if "membership_one_open" not in str(error):
            raise
        raise Refused([Violation("membership.held", facts={"duty": DUTY_NAMES[duty]})]) from None
    ledger.append(
        "membership.granted",
        subject=subject,
        actor=actor,
        facts={"duty": duty, "since": since},
        private={"member": user.ref},
    )
    return membership


@transaction.atomic
def membership_grant(*, subject_code: str, user: User, duty: str, actor: Actor) -> Membership:
    """`user` acts for the subject with `duty`. By its manager, or by the console for authorities and centres.

    Raises:
        PermissionDenied: `actor` is neither.
        Refused: see `begin`.
    """
    subject = Subject.objects.select_for_update(no_key=True).get(code=subject_code)
    policy.require(actor, "manager|console", over=subject)
    if duty not in DUTY_NAMES:
        raise ValueError(f"unknown duty {duty!r}")
    granted_by = user_of(actor) if actor.user_id else None
    return begin(subject=subject, user=user, duty=duty, actor=actor, granted_by=granted_by)


@transaction.atomic
def membership_end(*, subject_code: str, user: User, duty: str, actor: Actor) -> Membership:
    """The person's membership has ended: by a manager, or by the person himself.

    Raises:
        PermissionDenied: `actor` is neither.
        Refused: `membership.none`; `membership.last_manager`, a registered subject keeps one manager.
    """
    subject = Subject.objects.select_for_update(no_key=True).get(code=subject_code)
    if actor.user_id != user.public_id:
        policy.require(actor, "manager|console", over=subject)
    open_rows = subject.memberships.filter(until__isnull=True)
    membership = open_rows.filter(user=user, duty=duty).first()
    if membership is None:
        raise Refused([Violation("membership.none", facts={"duty": DUTY_NAMES.get(duty, duty)})])
    if duty == "manager" and not open_rows.filter(duty="manager").exclude(pk=membership.pk).exists():
        raise Refused([Violation("membership.last_manager", facts={"subject": subject.name})])
    membership.until = max(clock.now(), membership.since)
    membership.save(update_fields=["until"])
    ledger.append(
        "membership.ended",
        subject=subject,
        actor=actor,
        facts={"duty": duty, "until": membership.until},
        private={"member": user.ref},
    )
    if not Membership.objects.trading().filter(user=user, until__isnull=True).exists():
        trader_end(user=user, actor=actor)
    return membership


@transaction.atomic
def invitation_make(*, subject_code: str, note: str, duty: str, actor: Actor) -> tuple[Invitation, str]:
    """An invitation stands for seven days (wall time), and its secret token, which is kept nowhere.

    Args:
        note: what the manager recognises the invited person by.

    Raises:
        PermissionDenied: `actor` is no manager of the subject.
    """
    subject = Subject.objects.get(code=subject_code)
    policy.require(actor, "manager", over=subject)
    if duty not in DUTY_NAMES:
        raise ValueError(f"unknown duty {duty!r}")
    token = secrets.token_urlsafe(24)
    now = clock.machine()
    invitation = Invitation.objects.create(
        subject=subject,
        duty=duty,
        note=note,
        token_digest=_digest(token),
        invited_by=user_of(actor),
        created_at=now,
        expires_at=now + INVITATION_LASTS,
    )
    ledger.append("invitation.made", subject=subject, actor=actor, facts={"duty": duty, "until": invitation.expires_at})
    return invitation, token


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def invitation_by_token(token: str) -> Invitation | None:
    """The invitation that `token` opens, while it stands; one answer for every kind of dead link."""
    rows = Invitation.objects.filter(token_digest=_digest(token), accepted_at__isnull=True, revoked_at__isnull=True)
    return rows.filter(expires_at__gt=clock.machine()).select_related("subject", "invited_by").first()


@transaction.atomic
def invitation_accept(*, token: str, actor: Actor) -> Membership:
    """The person behind `actor` acts for the subject that invited; the link is used up.

    Raises:
        PermissionDenied: nobody is signed in.
        Refused: `invitation.dead`, used, revoked, expired or unknown; see `begin`.
    """
    policy.require(actor, "person")
    found = invitation_by_token(token)
    # The row lock and the second look make two clicks on one link one membership.
    invitation = found and Invitation.objects.select_for_update().get(pk=found.pk)
    if invitation is None or invitation.accepted_at or invitation.revoked_at:
        raise Refused([Violation("invitation.dead")])
    user = user_of(actor)
    invitation.accepted_at, invitation.accepted_by = clock.machine(), user
    invitation.save(update_fields=["accepted_at", "accepted_by"])
    return begin(
        subject=invitation.subject, user=user, duty=invitation.duty, actor=actor, granted_by=invitation.invited_by
    )


@transaction.atomic
def invitation_revoke(*, invitation_id: int, actor: Actor) -> Invitation:
    """The link opens nothing any more.

    Raises:
        PermissionDenied: `actor` is no manager of the subject.
        Refused: `invitation.dead`, it was used or revoked already.
    """
    invitation = Invitation.objects.select_for_update(of=("self",)).select_related("subject").get(pk=invitation_id)
    policy.require(actor, "manager", over=invitation.subject)
    if invitation.accepted_at or invitation.revoked_at:
        raise Refused([Violation("invitation.dead")])
    invitation.revoked_at = clock.machine()
    invitation.save(update_fields=["revoked_at"])
    ledger.append("invitation.revoked", subject=invitation.subject, actor=actor, facts={"duty": invitation.duty})
    return invitation
