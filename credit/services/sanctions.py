"""Publishing decisions against subjects, and ending them early. Bans are judged by their dates at each act (CRE-08)."""

from datetime import date

from django.db import IntegrityError, transaction

from credit import codes
from credit.models import SCOPES, Sanction
from platform_site import clock, ledger
from platform_site.accounts import policy
from platform_site.accounts.actors import Actor
from platform_site.accounts.refusals import Refused, Violation


@transaction.atomic
def sanction_publish(
    *,
    subject_code: str,
    subject_name: str,
    kind: str,
    since: date,
    until: date | None,
    article: str,
    authority: str,
    document_no: str,
    decided_on: date,
    reason: str,
    actor: Actor,
    scope: str = "all",
    rule: str = "",
    authority_code: str = "",
) -> Sanction:
    """The decision is public; a ban keeps the subject out from `since` to `until`, both days included.

    Args:
        kind: ban | penalty | record.
        scope: all | engineering | procurement | land | mining | equity | agency.

    Raises:
        PermissionDenied: `actor` supervises nothing and is no import.
        Refused: `sanction.known`, the decision is published already; `sanction.dates`, it ends before it starts.
    """
    policy.require(actor, "supervisor|console|clock")
    if scope not in SCOPES:
        raise ValueError(f"unknown scope {scope!r}")
    if until is not None and until < since:
        raise Refused([Violation("sanction.dates", facts={"since": since, "until": until})])
    try:
        with transaction.atomic():
            sanction = Sanction.objects.create(
                subject_code=codes.normalise(subject_code),
                subject_name=subject_name,
                kind=kind,
                scope=scope,
                since=since,
                until=until,
                rule=rule,
                article=article,
                authority=authority,
                authority_code=authority_code,
                document_no=document_no,
                decided_on=decided_on,
                reason=reason,
                published_at=clock.now(),
            )
    except IntegrityError as error:
        if "sanction_once" not in str(error):
            raise
        raise Refused([Violation("sanction.known", facts={"basis": document_no})]) from None
    ledger.append(
        "sanction.published",
        subject=sanction,
        actor=actor,
        facts={
            "subject": sanction.subject_code,
            "kind": kind,
            "scope": scope,
            "since": since,
            "until": until,
            "article": article,
            "authority": authority,
            "document": document_no,
            "decided_on": decided_on,
        },
    )
    return sanction


@transaction.atomic
def sanction_lift(*, sanction_id: str, on: date, reason: str, actor: Actor) -> Sanction:
    """The sanction ends on `on`, which is its first free day: credit repaired, or the decision withdrawn.

    Raises:
        PermissionDenied: `actor` supervises nothing.
        Refused: `sanction.lifted`, it was lifted before.
    """
    policy.require(actor, "supervisor|console")
    sanction = Sanction.objects.select_for_update().get(pk=sanction_id)
    if sanction.lifted_on is not None:
        raise Refused([Violation("sanction.lifted", facts={"basis": sanction.document_no})])
    sanction.lifted_on, sanction.lift_reason = on, reason
    sanction.save(update_fields=["lifted_on", "lift_reason"])
    ledger.append("sanction.lifted", subject=sanction, actor=actor, facts={"on": on, "reason": reason})
    return sanction
