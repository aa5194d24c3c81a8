"""The pool's life: admission, suspension, return, exit; the pool maintainer's, under the pool supervisor's eye (D8)."""

import re
from collections.abc import Sequence
from typing import Any

from django.db import transaction

from experts.models import Expert
from experts.rules import rule
from platform_site import clock, ledger
from platform_site.accounts import policy
from platform_site.accounts.actors import Actor
from platform_site.accounts.refusals import Refused, Violation

# 公共资源交易评标专家专业分类标准: a letter and one to three pairs of digits.
SPECIALTY = re.compile(r"[ABC]\d{2}(\d{2}){0,2}\Z")
REGION = re.compile(r"\d{6}\Z")


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
    title: str = "",
) -> Expert:
    """The person is in the pool, and in its root from the next day on.

    Args:
        years: worked in the field.
        senior: holds a senior title or equal standing.

    Raises:
        PermissionDenied: not the pool maintainer.
        Refused: EXP-01 not met, a specialty outside the national classification (EXP-02), already an expert.
    """
    policy.require(actor, "pool_maintainer")
    entry, standard = rule("EXP-01"), rule("EXP-02")
    found = []
    if years < int(entry["years"].amount) or not senior:
        need = int(entry["years"].amount)
        found.append(Violation("expert.entry", "EXP-01", entry.article, {"years": years, "need": need}))
    if unknown := [code for code in specialties if not SPECIALTY.match(code)] or ([] if specialties else [""]):
        found.append(Violation("expert.specialty", "EXP-02", standard.article, {"codes": unknown}))
    if not REGION.match(region_code):
        found.append(Violation("expert.region", facts={"code": region_code}))
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
        title=title,
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
