"""Granting and ending duties. Nobody inside the web can give himself power: grants come from the server's console.

Exclusions (A9 operator ⟂ supervisor ⟂ trader; D8 the pool's three ends) are judged here for good words, and again by
the trigger on the table, which also sees what a parallel transaction is about to commit.
"""

from datetime import datetime

from django.db import IntegrityError, transaction

from platform_site import clock, ledger
from platform_site.accounts import policy
from platform_site.accounts.actors import Actor
from platform_site.accounts.models import DUTY_CHOICES, TRADER, DutyGrant, User
from platform_site.accounts.refusals import Refused, Violation

ENFORCES = {"PLT-04": "platform_site.accounts.services.duties.duty_grant"}
SEPARATION = "招标投标法实施条例 第五条；国办发〔2015〕63号 七（十三）"
EXCLUSION = "accounts_dutygrant_exclusive"
NAMES = dict(DUTY_CHOICES)


@transaction.atomic
def duty_grant(
    *, user: User, duty: str, actor: Actor, subject_code: str = "", since: datetime | None = None,
    until: datetime | None = None,
) -> DutyGrant:  # fmt: skip
    """`user` holds `duty` from `since` (legal now) to `until` (open).

    Args:
        subject_code: the authority or centre the duty is held for.

    Raises:
        PermissionDenied: `actor` is not the console.
        Refused: `duty.conflict`, a duty held in that time excludes it (PLT-04); `duty.held`, it is held already.
        ValueError: no such duty, or `trader`, which follows from memberships.
    """
    policy.require(actor, "console")
    if duty not in policy.DUTIES:
        raise ValueError(f"unknown duty {duty!r}")
    since = since or clock.now()
    return _grant(user, duty, actor, subject_code, since, until)


def _grant(
    user: User, duty: str, actor: Actor, subject_code: str, since: datetime, until: datetime | None
) -> DutyGrant:
    overlapping = DutyGrant.objects.filter(user=user).exclude(until__lte=since)
    if until:
        overlapping = overlapping.filter(since__lt=until)
    held = set(overlapping.values_list("duty", flat=True))
    if against := policy.conflicting(held, duty):
        raise Refused([_conflict(against, duty)])
    try:
        with transaction.atomic():
            grant = DutyGrant.objects.create(
                user=user,
                duty=duty,
                subject_code=subject_code,
                since=since,
                until=until,
                granted_by=User.objects.filter(public_id=actor.user_id).first() if actor.user_id else None,
            )
    except IntegrityError as error:
        if getattr(getattr(error.__cause__, "diag", None), "constraint_name", "") == EXCLUSION:
            held = set(DutyGrant.objects.filter(user=user).values_list("duty", flat=True))
            raise Refused([_conflict(policy.conflicting(held, duty), duty)]) from None
        if "duty_grant_one_open" in str(error):
            raise Refused([Violation("duty.held", facts={"wanted": NAMES[duty]})]) from None
        raise
    ledger.append(
        "duty.granted",
        subject=user.ref,
        actor=actor,
        facts={"duty": duty, "for": subject_code, "since": since, "until": until},
    )
    return grant


def _conflict(held: frozenset[str], wanted: str) -> Violation:
    facts = {"held": "、".join(sorted(NAMES[duty] for duty in held)), "wanted": NAMES[wanted]}
    return Violation("duty.conflict", "PLT-04", SEPARATION, facts)


@transaction.atomic
def duty_end(*, user: User, duty: str, actor: Actor, subject_code: str = "", at: datetime | None = None) -> DutyGrant:
    """The open grant of `duty` has ended.

    Raises:
        PermissionDenied: `actor` is not the console.
        Refused: `duty.none`, it is not held.
    """
    policy.require(actor, "console")
    return _end(user, duty, actor, subject_code, at)


def _end(user: User, duty: str, actor: Actor, subject_code: str, at: datetime | None) -> DutyGrant:
    open_grants = DutyGrant.objects.select_for_update().filter(user=user, duty=duty, until__isnull=True)
    grant = open_grants.filter(subject_code=subject_code).first()
    if grant is None:
        raise Refused([Violation("duty.none", facts={"wanted": NAMES.get(duty, duty)})])
    grant.until = max(at or clock.now(), grant.since)
    grant.save(update_fields=["until"])
    ledger.append(
        "duty.ended", subject=user.ref, actor=actor, facts={"duty": duty, "for": subject_code, "until": grant.until}
    )
    return grant


def trader_begin(*, user: User, actor: Actor, since: datetime) -> None:
    """`user` is a trader from `since`; nothing happens where they are one already. Called by credit with a membership.

    Raises:
        Refused: `duty.conflict`, the person runs or supervises the platform (PLT-04).
    """
    # The row lock makes two first memberships of one person wait for each other.
    User.objects.select_for_update(no_key=True).get(pk=user.pk)
    if not DutyGrant.objects.filter(user=user, duty=TRADER, until__isnull=True).exists():
        _grant(user, TRADER, actor, "", since, None)


def trader_end(*, user: User, actor: Actor) -> None:
    """`user` is a trader no longer; nothing happens where they were none. Called by credit with the last membership."""
    User.objects.select_for_update(no_key=True).get(pk=user.pk)
    if DutyGrant.objects.filter(user=user, duty=TRADER, until__isnull=True).exists():
        _end(user, TRADER, actor, "", None)
