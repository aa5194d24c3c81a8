"""Entry into the pool: somebody asks, the pool maintainer decides. 招标投标法 第三十七条; 实施条例 第四十五条."""

import re
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from credit import codes
from credit.selectors import codes_named
from experts.models import Application, Expert
from experts.rules import rule
from experts.services.people import entry_faults, expert_admit
from platform_site import clock, ledger
from platform_site.accounts import policy
from platform_site.accounts.actors import Actor
from platform_site.accounts.refusals import Refused, Violation
from platform_site.accounts.selectors import user_of
from platform_site.messages import services as messages

MONTH = re.compile(r"\d{4}-(0[1-9]|1[0-2])\Z")
# A working life: who is younger or older than that has mistyped the date.
YOUNGEST, OLDEST = 18, 100


@dataclass(frozen=True, slots=True)
class Said:
    """What an applicant says of himself.

    Attributes:
        specialties: codes of the national classification.
        employers_past: {"code", "name", "left": "2024-05"} of those left within three years.
        senior: holds a senior title or equal standing.
        years: worked in the field.
        healthy, truthful: the declarations every applicant makes.
    """

    specialties: tuple[str, ...]
    region_code: str
    employer_name: str
    title: str
    senior: bool
    years: int
    born: date
    healthy: bool
    truthful: bool
    employer_code: str = ""
    employers_past: tuple[dict[str, str], ...] = field(default_factory=tuple)


@transaction.atomic
def application_submit(*, said: Said, actor: Actor) -> Application:
    """The application waits for the pool maintainer.

    Raises:
        Refused: EXP-01 or EXP-02 not met, a declaration missing, a date that cannot be; in the pool already, or an
            application that waits already.
    """
    user, today = user_of(actor), clock.china(clock.now()).date()
    found = entry_faults(said.specialties, said.region_code, said.years, senior=said.senior)
    if not (said.healthy and said.truthful):
        found.append(Violation("application.undeclared"))
    if said.employer_code:
        found += codes.violations(said.employer_code)
    if not YOUNGEST <= _age(said.born, today) < OLDEST:
        found.append(Violation("application.born"))
    found += [
        Violation("application.employer", facts={"name": one.get("name", "")})
        for one in said.employers_past
        if not one.get("name", "").strip() or not MONTH.match(one.get("left", "")) or one["left"] > f"{today:%Y-%m}"
    ]
    if Expert.objects.filter(user=user).exists():
        found.append(Violation("expert.known"))
    if Application.objects.filter(user=user, state="submitted").exists():
        found.append(Violation("application.waiting"))
    if found:
        raise Refused(found)
    try:
        with transaction.atomic():
            made = Application.objects.create(
                user=user,
                specialties=sorted(set(said.specialties)),
                region_code=said.region_code,
                employer_code=said.employer_code,
                employer_name=said.employer_name,
                employers_past=_with_codes(said.employers_past),
                title=said.title,
                senior=said.senior,
                years=said.years,
                born=said.born.isoformat(),
                submitted_at=clock.now(),
            )
    except IntegrityError:
        # The same form twice at once.
        raise Refused([Violation("application.waiting")]) from None
    ledger.append("application.submitted", subject=made, actor=actor, facts={"state": made.state})
    return made


def _with_codes(employers: tuple[dict[str, str], ...]) -> list[dict[str, str]]:
    """The employers with their codes, as far as the register of subjects knows the name: an interest is found by it."""
    known = codes_named(one["name"] for one in employers)
    return [{**one, "code": one.get("code") or known.get(one["name"], "")} for one in employers]


def _age(born: date, on: date) -> int:
    return on.year - born.year - ((on.month, on.day) < (born.month, born.day))


@transaction.atomic
def application_withdraw(*, application_id: UUID, actor: Actor) -> Application:
    """The applicant takes it back.

    Raises:
        PermissionDenied: somebody else's.
        Refused: decided already.
    """
    made = _open(application_id, lambda made: policy.require(actor, "applicant", over=made))
    return _decided(made, "withdrawn", "", actor)


@transaction.atomic
def application_decide(*, application_id: UUID, admit: bool, actor: Actor, reason: str = "") -> Application:
    """The applicant is in the pool, and in its root from the next day on, or is told why not.

    Raises:
        PermissionDenied: not the pool maintainer.
        Refused: decided already, the maintainer's own, a rejection without a reason; entry no longer possible.
    """
    made = _open(application_id, lambda _: policy.require(actor, "pool_maintainer"))
    if "applicant" in made.party_roles(actor):
        raise Refused([Violation("application.own", "EXP-06", rule("EXP-06").article)])
    if not admit and not reason.strip():
        raise Refused([Violation("fact.missing", facts={"fact": "reason"})])
    if admit:
        expert_admit(
            user=made.user,
            specialties=made.specialties,
            region_code=made.region_code,
            years=made.years,
            senior=made.senior,
            actor=actor,
            employer_code=made.employer_code,
            employer_name=made.employer_name,
            employers_past=made.employers_past,
            title=made.title,
            born=made.born,
        )
    _decided(made, "admitted" if admit else "rejected", reason.strip()[:200], actor)
    messages.deliver(
        [made.user_id],
        dedupe=f"{made.ledger_ref}:{made.state}",
        title=f"评标专家入库申请：{made.get_state_display()}",
        body=made.reason or "次日起列入专家库，被抽中时另行通知。",
        url="/experts/apply/",
    )
    return made


def _open(application_id: UUID, permitted: Any) -> Application:
    rows = Application.objects.select_for_update(no_key=True, of=("self",)).select_related("user")
    made = rows.get(pk=application_id)
    permitted(made)
    if made.state != "submitted":
        raise Refused([Violation("application.decided", facts={"state": made.get_state_display()})])
    return made


def _decided(made: Application, state: str, reason: str, actor: Actor) -> Application:
    made.state, made.decided_at, made.reason = state, clock.now(), reason
    made.save(update_fields=["state", "decided_at", "reason"])
    private = {"reason": reason} if reason else None
    ledger.append(f"application.{state}", subject=made, actor=actor, facts={"state": state}, private=private)
    return made
