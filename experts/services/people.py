"""The pool's life: admission, suspension, return, exit; the pool maintainer's, under the pool supervisor's eye (D8)."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction

from experts import specialties as classified
from experts.models import Expert
from experts.rules import rule
from platform_site import clock, ledger
from platform_site.accounts import policy
from platform_site.accounts.actors import Actor
from platform_site.accounts.refusals import Refused, Violation

REGION = re.compile(r"\d{6}\Z")


def entry_faults(specialties: Sequence[str], region_code: str, years: int, *, senior: bool) -> list[Violation]:
    """Why somebody of this standing cannot enter the pool; empty where he can. One query."""
    entry, standard, found = rule("EXP-01"), rule("EXP-02"), []
    need = int(entry["years"].amount)
    if years < need or not senior:
        found.append(Violation("expert.entry", "EXP-01", entry.article, {"years": years, "need": need}))
    if unknown := classified.outside(specialties) or ([] if specialties else [""]):
        found.append(Violation("expert.specialty", "EXP-02", standard.article, {"codes": unknown}))
    if not REGION.match(region_code):
        found.append(Violation("expert.region", facts={"code": region_code}))
    return found


@transaction.atomic
def expert_admit(
    *,
    user: Any,
    specialties: Sequence[str],
    region_code: str,
    years: int,
    senior: bool,
    actor: Actor,
    employer_code: str = "",
    employer_name: str = "",
    employers_past: Sequence[Mapping[str, str]] = (),
    title: str = "",
    born: str = "",
) -> Expert:
    """The person is in the pool, and in its root from the next day on.

    Args:
        years: worked in the field.
        employers_past: {"code", "name", "left": "2024-05"}.
        born: ISO date; "" where unknown.
        senior: holds a senior title or equal standing.

    Raises:
        PermissionDenied: not the pool maintainer.
        Refused: EXP-01 not met, a specialty outside the national classification (EXP-02), already an expert.
    """
    policy.require(actor, "pool_maintainer")
    found = entry_faults(specialties, region_code, years, senior=senior)
    if Expert.objects.filter(user=user).exists():
        found.append(Violation("expert.known"))
    if found:
        raise Refused(found)
    expert = Expert.objects.create(
        user=user,
        specialties=sorted(set(specialties)),
        region_code=region_code,
        employer_code=employer_code,
        employer_name=employer_name,
        employers_past=[dict(one) for one in employers_past],
        title=title,
        born=born,
        years=years,
        admitted_at=clock.now(),
    )
    ledger.append(
        "expert.admitted",
        subject=expert,
        actor=actor,
        facts={"state": expert.state},
        private={
            "user": user.public_id,
            "specialties": expert.specialties,
            "region": region_code,
            "employer": employer_code,
        },
    )
    return expert


def expert_suspend(*, expert_id: int, reason: str, actor: Actor) -> Expert:
    """The expert is not drawn until restored (EXP-10, EXP-11). A draw already opened lists him as suspended."""
    return _move(expert_id, "active", "suspended", reason, actor)


def expert_restore(*, expert_id: int, reason: str, actor: Actor) -> Expert:
    """The expert is drawn again."""
    return _move(expert_id, "suspended", "active", reason, actor)


def expert_exit(*, expert_id: int, reason: str, actor: Actor) -> Expert:
    """The expert has left the pool for good."""
    return _move(expert_id, "active|suspended", "exited", reason, actor)


@transaction.atomic
def _move(expert_id: int, source: str, target: str, reason: str, actor: Actor) -> Expert:
    policy.require(actor, "pool_maintainer|pool_supervisor")
    expert = Expert.objects.select_for_update(no_key=True, of=("self",)).select_related("user").get(pk=expert_id)
    if expert.state not in source.split("|"):
        raise Refused([Violation("expert.state", facts={"state": Expert.STATES[expert.state]})])
    if not reason.strip():
        raise Refused([Violation("fact.missing", facts={"fact": "reason"})])
    expert.state, expert.state_reason = target, reason.strip()[:200]
    expert.save(update_fields=["state", "state_reason"])
    ledger.append(
        f"expert.{target}",
        subject=expert,
        actor=actor,
        facts={"state": target},
        private={"reason": expert.state_reason},
    )
    return expert
