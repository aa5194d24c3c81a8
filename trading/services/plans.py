"""招标计划: published by the initiator, changed and cancelled in public, and linked to by the project that follows."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction

from credit.models import Subject
from platform_site import clock, ledger
from platform_site.accounts import policy
from platform_site.accounts.actors import Actor
from platform_site.accounts.refusals import Refused
from trading import references
from trading.digests import digest_of, plain
from trading.kernel import procedure as kernel
from trading.locks import lock_plan
from trading.models import PlanNotice, Tender, TenderPlan
from trading.rulebooks import book_for
from trading.rulebooks.planning import PLAN
from trading.services.acts import traders_only
from trading.services.enquiries import text_of

# The facts a plan states; an estimate is Decimal yuan, the month of the notice "2026-05".
FIELDS = (
    "title",
    "trade_category",
    "kind",
    "procedure",
    "scope",
    "estimate_cny",
    "notice_month",
    "region_code",
    "region_name",
    "investment_code",
    "funding",
)


def plan_publish(*, initiator: Subject, said: Mapping[str, Any], actor: Actor) -> TenderPlan:
    """The plan is public; no project has to follow, and it replaces no notice.

    Raises:
        PermissionDenied: `actor` does not act for the initiator, or holds an office.
        Refused: a fact missing, a month that has passed.
    """
    with transaction.atomic():
        now = clock.now()
        plan = TenderPlan(
            reference=f"JH-{references.trade_reference(said.get('trade_category') or 'A99', initiator.code, now)}",
            initiator=initiator,
            state="drafted",
            published_at=now,
        )
        content = content_of(plan, said)
        move = _judged("publish_plan", plan, actor, now, _asked(content, now))
        plan.state = move.target
        plan.save()
        _written(plan, "plan", content, "plan.published", actor, now)
    return plan


def plan_change(*, plan_id: int, said: Mapping[str, Any], reason: str, actor: Actor) -> PlanNotice:
    """A new text says what has changed since the last one, and why.

    Raises:
        PermissionDenied: not the plan's initiator.
        Refused: nothing changed, no reason, a project already registered on it, a cancelled plan.
    """
    with transaction.atomic():
        plan, now = lock_plan(plan_id), clock.now()
        before = plan.said
        content = content_of(plan, {**before.content, **said})
        changes = [name for name in FIELDS if content.get(name) != before.content.get(name)]
        asked = {**_asked(content, now), **_use(plan), "reason": reason.strip(), "changes": changes}
        _judged("change_plan", plan, actor, now, asked)
        content |= {"changes": changes, "reason": text_of(reason, field="reason", limit=1000)}
        return _written(plan, "plan_change", content, "plan.changed", actor, now)


def plan_cancel(*, plan_id: int, reason: str, actor: Actor) -> PlanNotice:
    """The plan is taken back in public; its texts stay.

    Raises:
        PermissionDenied: not the plan's initiator.
        Refused: no reason, or a project already registered on it.
    """
    with transaction.atomic():
        plan, now = lock_plan(plan_id), clock.now()
        move = _judged("cancel_plan", plan, actor, now, {**_use(plan), "reason": reason.strip()})
        content = {**plan.said.content, "changes": [], "reason": text_of(reason, field="reason", limit=1000)}
        plan.state = move.target
        plan.save(update_fields=["state"])
        return _written(plan, "plan_cancel", content, "plan.cancelled", actor, now)


def plan_for(*, reference: str, initiator: Subject, actor: Actor) -> TenderPlan:
    """The plan a project of `initiator` is being registered on, locked until the project stands.

    Raises:
        Refused: no such plan, cancelled, or another initiator's; a stranger's plan and a missing one look the same.
    """
    plan = TenderPlan.objects.filter(reference=reference.strip()).first()
    facts = kernel.Facts(
        "published", clock.now(), values={"own": plan is not None and plan.initiator_id == initiator.pk}
    )
    book = book_for("engineering.open", on=clock.china(clock.now()).date())
    if found := kernel.judge(book, PLAN, "link_plan", facts):
        raise Refused(found)
    assert plan is not None
    locked = lock_plan(plan.pk)
    if shut := kernel.gate(book, PLAN, "link_plan", kernel.Facts(locked.state, clock.now())):
        raise Refused([shut])
    return locked


def content_of(plan: TenderPlan, said: Mapping[str, Any]) -> dict[str, Any]:
    """The canonical content of a text: FIELDS as they were given, and who plans."""
    given = {name: said.get(name) for name in FIELDS}
    if isinstance(given["estimate_cny"], Decimal):
        given["estimate_cny"] = given["estimate_cny"].quantize(Decimal("0.01"))
    content = {name: value.strip() if isinstance(value, str) else value for name, value in given.items()}
    content |= {"reference": plan.reference, "initiator": {"name": plan.initiator.name, "code": plan.initiator.code}}
    return plain({name: value for name, value in content.items() if value not in (None, "")})


def _asked(content: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    return {**content, "this_month": clock.china(now).strftime("%Y-%m")}


def _use(plan: TenderPlan) -> dict[str, Any]:
    """The project registered on the plan, if any. One query."""
    tender = Tender.objects.filter(plan=plan).order_by("pk").first()
    return {"tender": tender.title if tender else ""}


def _judged(verb: str, plan: TenderPlan, actor: Actor, now: datetime, values: Mapping[str, Any]) -> kernel.Transition:
    move, book = PLAN.transitions[verb], book_for("engineering.open", on=clock.china(now).date())
    policy.require(actor, move.actor, over=plan)
    traders_only(actor)
    if found := kernel.judge(book, PLAN, verb, kernel.Facts(plan.state, now, values=values)):
        raise Refused(found)
    return move


def _written(
    plan: TenderPlan, kind: str, content: Mapping[str, Any], event: str, actor: Actor, now: datetime
) -> PlanNotice:
    """The text stands, with its entry, in the act's transaction."""
    number = plan.texts.count() + 1
    title = f"{content['title']}{PlanNotice.KINDS[kind]}"
    body = plain({**content, "kind_of_text": kind, "number": number})
    text = PlanNotice.objects.create(
        plan=plan, number=number, kind=kind, title=title, content=body, digest=digest_of(body), published_at=now
    )
    ledger.append(
        event,
        subject=plan,
        actor=actor,
        facts={
            "state": plan.state,
            "rules": ["ENG-56"],
            "plan_text": str(text.id),
            "kind": kind,
            "digest": text.digest,
            "published_at": now,
        },
    )
    return text
