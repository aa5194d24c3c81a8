"""Publishing decisions against subjects, and ending them early. Bans are judged by their dates at each act (CRE-08)."""

from datetime import date, timedelta

from django.db import IntegrityError, transaction

from credit import codes
from credit.models import SCOPES, Sanction
from credit.rules import rule as credit_rule
from platform_site import clock, ledger, workdays
from platform_site.accounts import policy
from platform_site.accounts.actors import Actor
from platform_site.accounts.refusals import Refused, Violation

TERMS = ("CRE-01", "CRE-02", "CRE-03", "CRE-04", "CRE-05")
ENFORCES = dict.fromkeys(TERMS, "credit.services.sanctions.term_violations")
DAY = timedelta(days=1)


def term_violations(rule_id: str, scope: str, since: date, until: date | None) -> list[Violation]:
    """Why a ban from `since` to `until` (included) is no term its rule allows; empty where it is, or names none.

    One year from 1 March ends on the last of February; a decision that writes 1 March again is not refused for a day.
    """
    if rule_id not in TERMS:
        return []
    law = credit_rule(rule_id)
    prefix = "procurement_" if scope == "procurement" and "procurement_min" in law.values else ""
    least, most = int(law[f"{prefix}min"].amount), int(law[f"{prefix}max"].amount)
    first_lawful = workdays.same_day_later(since, 12 * least) - DAY
    last_lawful = workdays.same_day_later(since, 12 * most)
    if until is not None and first_lawful <= until <= last_lawful:
        return []
    facts = {"since": since, "until": until, "least": least, "most": most}
    remedy = {"field": "until", "value": last_lawful if until is None or until > last_lawful else first_lawful}
    return [Violation("sanction.term", rule_id, law.article, facts, remedy)]


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
        Refused: `sanction.known`, the decision is published already; `sanction.dates`, it ends before it starts;
            `sanction.term`, a supervisor's ban is shorter or longer than its article allows (CRE-01 … CRE-05). A
            decision taken over from elsewhere is kept as it is.
    """
    policy.require(actor, "supervisor|console|clock")
    if scope not in SCOPES:
        raise ValueError(f"unknown scope {scope!r}")
    if until is not None and until < since:
        raise Refused([Violation("sanction.dates", facts={"since": since, "until": until})])
    judged = kind == "ban" and policy.may(actor, "supervisor")
    if judged and (wrong := term_violations(rule, scope, since, until)):
        raise Refused(wrong)
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
