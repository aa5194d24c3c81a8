"""Registering subjects: effective at once, once, from anywhere (B1, B2, PLT-03, PLT-07)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db import IntegrityError, transaction

from credit import codes
from credit.models import KINDS, Membership, Subject
from credit.services.memberships import begin
from platform_site import clock, ledger
from platform_site.accounts import policy
from platform_site.accounts.actors import Actor
from platform_site.accounts.refusals import Refused, Violation
from platform_site.accounts.selectors import user_of

ENFORCES = {
    "PLT-03": "credit.services.subjects.subject_register",
    "PLT-07": "credit.services.subjects.subject_register",
}
ONCE = "国办发〔2015〕63号 六（十一）"


@transaction.atomic
def subject_register(
    *,
    code: str,
    name: str,
    actor: Actor,
    kinds: Sequence[str] = ("bidder",),
    region_code: str = "",
    legal_person: str = "",
    address: str = "",
    duty: str = "manager",
) -> Subject:
    """The subject is registered and the person behind `actor` is its first manager; both are effective at once.

    A subject known from an import or a notice that nobody acts for yet is taken over with what is typed here.

    Args:
        code: as typed; full-width digits and spaces are fine.
        kinds: what it takes part as; a description, never an admission.
        duty: `official` for authorities and centres, whose people do not trade.

    Raises:
        PermissionDenied: nobody is signed in.
        Refused: a wrong code (`code.length`, `code.alphabet`, `code.check_digit`), no name, `subject.duplicate`
            (PLT-07), or `duty.conflict` because the person runs or supervises the platform (PLT-04).
    """
    policy.require(actor, "person")
    code = codes.normalise(code)
    found = codes.violations(code)
    name = " ".join(name.split())
    if not name:
        found.append(Violation("fact.missing", facts={"fact": "name"}))
    if unknown := [kind for kind in kinds if kind not in KINDS]:
        raise ValueError(f"unknown kinds {unknown}")
    if found:
        raise Refused(found)
    fields = {
        "name": name,
        "kinds": sorted(set(kinds)),
        "region_code": region_code,
        "legal_person": legal_person,
        "address": address,
        "registered_at": clock.now(),
        "origin": "self",
        "code_flaw": "",
    }
    subject = _claim(code, fields) or _create(code, fields)
    ledger.append(
        "subject.registered",
        subject=subject,
        actor=actor,
        facts={"code": code, "name": name, "kinds": subject.kinds, "region": region_code, "state": subject.state},
    )
    begin(subject=subject, user=user_of(actor), duty=duty, actor=actor, granted_by=None)
    return subject


def _create(code: str, fields: dict) -> Subject:
    try:
        with transaction.atomic():
            return Subject.objects.create(code=code, **fields)
    except IntegrityError:
        raise Refused([_duplicate(code)]) from None


def _claim(code: str, fields: dict) -> Subject | None:
    """An imported subject becomes a registered one; None where the code is new."""
    subject = Subject.objects.select_for_update(no_key=True).filter(code=code).first()
    if subject is None:
        return None
    if subject.origin == "self" or Membership.objects.filter(subject=subject).exists():
        raise Refused([_duplicate(code)])
    for field, value in fields.items():
        setattr(subject, field, value)
    subject.save(update_fields=list(fields))
    return subject


def _duplicate(code: str) -> Violation:
    # The name is public; which person registered it is not.
    name = Subject.objects.filter(code=code).values_list("name", flat=True).first() or ""
    return Violation("subject.duplicate", "PLT-07", ONCE, {"code": code, "name": name})


@transaction.atomic
def subject_amend(*, code: str, actor: Actor, **changes: str | Sequence[str]) -> Subject:
    """The subject's own description is changed by its manager: name, kinds, region_code, legal_person, address.

    Raises:
        PermissionDenied: `actor` is no manager of it.
        Refused: an empty name.
    """
    subject = Subject.objects.select_for_update(no_key=True).get(code=code)
    policy.require(actor, "manager", over=subject)
    if strangers := set(changes) - {"name", "kinds", "region_code", "legal_person", "address"}:
        raise ValueError(f"not a description: {sorted(strangers)}")
    if not str(changes.get("name", subject.name)).strip():
        raise Refused([Violation("fact.missing", facts={"fact": "name"})])
    for field, value in changes.items():
        setattr(subject, field, sorted(set(value)) if field == "kinds" else value)
    subject.save(update_fields=list(changes))
    # The legal representative is a person: the leaf holds only a commitment to the name.
    person = {field: changes.pop(field) for field in ("legal_person",) if field in changes}
    ledger.append("subject.amended", subject=subject, actor=actor, facts=dict(changes), private=person)
    return subject


@transaction.atomic
def subject_verify(*, code: str, source: str, actor: Actor) -> Subject:
    """The subject's facts were compared with a shared registry, afterwards (B2). Nothing waited for it.

    Args:
        source: which registry answered.

    Raises:
        PermissionDenied: `actor` is neither an operator nor the clock.
    """
    policy.require(actor, "operator|clock|console")
    subject = Subject.objects.select_for_update(no_key=True).get(code=code)
    subject.verified_at, subject.verified_from = clock.now(), source
    subject.save(update_fields=["verified_at", "verified_from"])
    ledger.append("subject.verified", subject=subject, actor=actor, facts={"source": source})
    return subject


@dataclass(frozen=True, slots=True)
class ImportedRow:
    """What an import did with one row.

    Attributes:
        outcome: created | known | flawed (created, with a failing code) | rejected.
        reason: why it was rejected or what is wrong with its code; "" otherwise.
    """

    code: str
    name: str
    outcome: str
    reason: str = ""


@transaction.atomic
def subjects_import(
    rows: Iterable[dict], *, actor: Actor, origin: str = "import", source: str = ""
) -> list[ImportedRow]:
    """Every row is a subject or a reason why not; a failing code is kept and flagged, never dropped (rulebook §10.1).

    Args:
        rows: code, name and optionally kinds, region_code, legal_person, address.
        origin: `import` for shared data, `notice` for subjects a notice names.

    Raises:
        PermissionDenied: `actor` is neither an operator nor the console or clock.
    """
    policy.require(actor, "operator|console|clock")
    done = [_import_row(row, actor, origin) for row in rows]
    tally = {outcome: sum(row.outcome == outcome for row in done) for outcome in sorted({r.outcome for r in done})}
    ledger.append("subjects.imported", subject="credit", actor=actor, facts={"source": source, "rows": tally})
    return done


def _import_row(row: dict, actor: Actor, origin: str) -> ImportedRow:
    code, name = codes.normalise(str(row.get("code", ""))), " ".join(str(row.get("name", "")).split())
    if not name or not code:
        return ImportedRow(code, name, "rejected", "缺少统一社会信用代码或者名称")
    if len(code) > codes.LENGTH:
        return ImportedRow(code, name, "rejected", codes.flaw(code))
    flaw = codes.flaw(code)
    fields = {field: row[field] for field in ("kinds", "region_code", "legal_person", "address") if row.get(field)}
    subject, created = Subject.objects.get_or_create(
        code=code, defaults={"name": name, "registered_at": clock.now(), "origin": origin, "code_flaw": flaw, **fields}
    )
    if not created:
        return ImportedRow(code, name, "known")
    facts = {"code": code, "name": name, "origin": origin, "flaw": flaw, "state": subject.state}
    ledger.append("subject.imported", subject=subject, actor=actor, facts=facts)
    return ImportedRow(code, name, "flawed" if flaw else "created", flaw)
