"""Declaring, replacing and withdrawing qualifications, and an authority's doubts about them.

A declaration takes effect at once and nobody approves it (B2, PLT-03); a doubt stands beside it and stops nothing.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.urls import reverse

from credit import codes
from credit.models import Qualification, QualificationDoubt, Subject
from credit.selectors import members_of
from platform_site import clock, ledger
from platform_site.accounts import policy
from platform_site.accounts.actors import Actor
from platform_site.accounts.refusals import Refused, Violation
from platform_site.messages import services as messages
from platform_site.workdays import day_of

ENFORCES = {"PLT-03": "credit.services.qualifications.qualification_declare"}
# field: (what a refusal calls it, the most characters, whether it may be empty)
TEXTS = {
    "kind": ("qualification_kind", 80, False),
    "grade": ("qualification_grade", 20, True),
    "number": ("certificate_number", 80, False),
    "issuer": ("issuer", 120, False),
}
REASON_LIMIT = 500


def told(said: Mapping[str, Any]) -> dict[str, Any]:
    """What somebody said of a certificate, as it is stored: blanks single, digits and letters narrow."""
    stored = {name: codes.narrow(str(said.get(name) or "")) for name in TEXTS}
    stored["number"] = codes.certificate_number(stored["number"])
    return {**stored, "valid_from": said.get("valid_from"), "valid_until": said.get("valid_until")}


def faults(said: Mapping[str, Any], today: date) -> list[Violation]:
    """Everything wrong with what is said of a certificate; one that has run out is none of it."""
    found = []
    for name, (fact, most, empty) in TEXTS.items():
        if not said[name] and not empty:
            found.append(Violation("fact.missing", facts={"fact": fact}))
        if len(said[name]) > most:
            found.append(Violation("text.length", facts={"field": fact, "length": len(said[name]), "limit": most}))
    since, until = said["valid_from"], said["valid_until"]
    if since is None:
        found.append(Violation("fact.missing", facts={"fact": "valid_from"}))
    elif since > today:
        found.append(Violation("qualification.ahead", facts={"since": since, "today": today}))
    if since is not None and until is not None and until < since:
        found.append(Violation("qualification.dates", facts={"since": since, "until": until}))
    return found


def stand(
    subject: Subject,
    said: Mapping[str, Any],
    *,
    source: str,
    actor: Actor,
    publisher: str = "",
    replaces: Qualification | None = None,
) -> Qualification:
    """The certificate stands for the locked `subject`, and the one it replaces has ended. Inside the caller's
    transaction.

    Raises:
        Refused: `qualification.known`, the same kind and number stands already from the same source.
    """
    now = clock.now()
    if replaces is not None:
        replaces.withdrawn_at = max(now, replaces.declared_at)
        replaces.save(update_fields=["withdrawn_at"])
    same = subject.qualifications.filter(
        kind=said["kind"], number=said["number"], source=source, withdrawn_at__isnull=True
    )
    if same.exists():
        raise Refused([Violation("qualification.known", facts={"kind": said["kind"], "number": said["number"]})])
    row = Qualification.objects.create(
        subject=subject, source=source, publisher=publisher, declared_at=now, replaces=replaces, **said
    )
    ledger.append(
        "qualification.replaced" if replaces else "qualification.declared",
        subject=subject,
        actor=actor,
        facts={
            "qualification": str(row.pk),
            **said,
            "source": source,
            "publisher": publisher,
            "replaces": str(replaces.pk) if replaces else "",
            "at": now,
        },
    )
    return row


@transaction.atomic
def qualification_declare(
    *,
    subject_code: str,
    kind: str,
    number: str,
    issuer: str,
    valid_from: date | None,
    actor: Actor,
    grade: str = "",
    valid_until: date | None = None,
    replaces: UUID | str | None = None,
) -> Qualification:
    """The subject says what it is qualified for; public and effective at once. One that has run out is taken too.

    Args:
        valid_from, valid_until: first and last day; no end is 长期.
        replaces: the declared certificate that ends with it (renewed, upgraded, mistyped).

    Raises:
        PermissionDenied: `actor` does not act for the subject.
        Refused: something missing or too long, `qualification.dates`, `qualification.ahead`, `qualification.known`,
            or what it should replace has ended (`qualification.ended`) or is an authority's
            (`qualification.published`).
    """
    subject = Subject.objects.select_for_update(no_key=True).get(code=subject_code)
    policy.require(actor, "manager|handler|signer", over=subject)
    said = told(
        {
            "kind": kind,
            "grade": grade,
            "number": number,
            "issuer": issuer,
            "valid_from": valid_from,
            "valid_until": valid_until,
        }
    )
    if found := faults(said, day_of(clock.now())):
        raise Refused(found)
    former = None
    if replaces is not None:
        former = Qualification.objects.select_for_update().get(pk=replaces, subject=subject)
        _own_and_standing(former)
    return stand(subject, said, source="self", actor=actor, replaces=former)


def _own_and_standing(row: Qualification) -> None:
    if row.source != "self":
        raise Refused([Violation("qualification.published", facts={"publisher": row.publisher})])
    if row.withdrawn_at is not None:
        raise Refused([Violation("qualification.ended", facts={"at": row.withdrawn_at})])


@transaction.atomic
def qualification_withdraw(*, qualification_id: UUID | str, actor: Actor, reason: str = "") -> Qualification:
    """The subject takes back what it declared; the row stays and says so.

    Raises:
        PermissionDenied: `actor` does not act for the subject.
        Refused: `qualification.published`, an authority published it; `qualification.ended`; a reason too long.
    """
    row = Qualification.objects.select_for_update(of=("self",)).select_related("subject").get(pk=qualification_id)
    policy.require(actor, "manager|handler|signer", over=row.subject)
    reason = " ".join(reason.split())
    if len(reason) > 200:
        raise Refused([Violation("text.length", facts={"field": "reason", "length": len(reason), "limit": 200})])
    _own_and_standing(row)
    return end(row, reason, actor)


def end(row: Qualification, reason: str, actor: Actor) -> Qualification:
    """The locked row has ended, and the record says why. Inside the caller's transaction."""
    row.withdrawn_at, row.withdrawn_why = max(clock.now(), row.declared_at), reason
    row.save(update_fields=["withdrawn_at", "withdrawn_why"])
    ledger.append(
        "qualification.withdrawn",
        subject=row.subject,
        actor=actor,
        facts={"qualification": str(row.pk), "reason": reason, "at": row.withdrawn_at},
    )
    return row


# -- doubts ------------------------------------------------------------------------------------------------------------


@transaction.atomic
def doubt_mark(*, qualification_id: UUID | str, reason: str, actor: Actor) -> QualificationDoubt:
    """存疑: the authority's remark stands beside the certificate, public at once, and the subject is told.

    It stops nothing: the certificate stays as it was declared (PLT-03).

    Raises:
        PermissionDenied: `actor` supervises nothing, or for no authority.
        Refused: no reason or one too long; `qualification.ended`; `doubt.known`, the authority has said so already.
    """
    authority = _authority(actor)
    row = Qualification.objects.select_related("subject").get(pk=qualification_id)
    reason = _reasoned(reason)
    if row.withdrawn_at is not None:
        raise Refused([Violation("qualification.ended", facts={"at": row.withdrawn_at})])
    try:
        with transaction.atomic():
            doubt = QualificationDoubt.objects.create(
                qualification=row, authority=authority, reason=reason, marked_at=clock.now()
            )
    except IntegrityError as error:
        if "doubt_one_standing" not in str(error):
            raise
        raise Refused([Violation("doubt.known", facts={"number": row.number})]) from None
    ledger.append(
        "qualification.doubted",
        subject=row.subject,
        actor=actor,
        facts={
            "doubt": str(doubt.pk),
            "qualification": str(row.pk),
            "authority": authority.code,
            "reason": reason,
            "at": doubt.marked_at,
        },
    )
    _tell(row, f"doubt:{doubt.pk}", f"{authority.name}对一项资质标注存疑", f"{row.title}（{row.number}）\n{reason}")
    return doubt


@transaction.atomic
def doubt_end(*, doubt_id: UUID | str, reason: str, actor: Actor) -> QualificationDoubt:
    """The authority's own doubt has ended; it stays on the record with why.

    Raises:
        PermissionDenied: another authority's, or no supervisor.
        Refused: no reason or one too long; `doubt.ended` before.
    """
    authority = _authority(actor)
    found = QualificationDoubt.objects.select_for_update(of=("self",)).select_related("qualification__subject")
    doubt = found.get(pk=doubt_id)
    if doubt.authority_id != authority.pk:
        raise PermissionDenied("another authority's doubt")
    reason = _reasoned(reason)
    if doubt.ended_at is not None:
        raise Refused([Violation("doubt.ended", facts={"at": doubt.ended_at})])
    doubt.ended_at, doubt.end_reason = max(clock.now(), doubt.marked_at), reason
    doubt.save(update_fields=["ended_at", "end_reason"])
    row = doubt.qualification
    ledger.append(
        "qualification.doubt_ended",
        subject=row.subject,
        actor=actor,
        facts={"doubt": str(doubt.pk), "qualification": str(row.pk), "reason": reason, "at": doubt.ended_at},
    )
    _tell(row, f"doubt:{doubt.pk}:ended", "一项资质的存疑标注已解除", f"{row.title}（{row.number}）\n{reason}")
    return doubt


def _authority(actor: Actor) -> Subject:
    policy.require(actor, "supervisor")
    authority = Subject.objects.filter(code=actor.subject_code).first()
    if authority is None:
        raise PermissionDenied("supervises for no authority")
    return authority


def _reasoned(reason: str) -> str:
    reason = reason.strip()
    if not reason or len(reason) > REASON_LIMIT:
        facts = {"field": "reason", "length": len(reason), "limit": REASON_LIMIT}
        raise Refused([Violation("text.length", facts=facts)])
    return reason


def _tell(row: Qualification, about: str, title: str, body: str) -> None:
    url = reverse("credit:qualifications", args=[row.subject.code])
    messages.deliver(members_of(row.subject.code), dedupe=about, title=title, body=body, url=url)
