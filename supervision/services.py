"""Orders of the authority: issued and lifted by its own supervisors, each a hold on the lot and an entry about it."""

from django.core.exceptions import PermissionDenied
from django.db import transaction

from credit.models import Subject
from platform_site import clock, ledger
from platform_site.accounts import policy
from platform_site.accounts.actors import Actor
from platform_site.accounts.refusals import Refused, Violation
from platform_site.holds import services as holds
from platform_site.rules import rule
from supervision.models import Order
from trading import addresses
from trading.models import Lot
from trading.services.alerts import tell_initiator, tell_subjects

# kind of order -> the rule it rests on
RESTS_ON = {"suspend": "CMP-05", "void": "ENG-51"}
TEXT_LIMIT = 2000

ENFORCES = {"CMP-05": "supervision.services.order_issue"}


def own_lot(lot: Lot, actor: Actor) -> None:
    """Return where the actor supervises the lot for its own authority.

    Raises:
        PermissionDenied: another authority's, or no supervisor.
    """
    policy.require(actor, "supervisor")
    if lot.tender.authority is None or lot.tender.authority.code != actor.subject_code:
        raise PermissionDenied("another authority supervises this lot")


@transaction.atomic
def order_issue(*, lot_id: int, kind: str, number: str, text: str, actor: Actor) -> Order:
    """The order stands: the lot is held at once, its moments wait, the initiator is told.

    Args:
        kind: suspend (实施条例 第六十二条) | void (第八十一条; what follows from it the initiator does).
        number: the document's number, unique for the lot.

    Raises:
        PermissionDenied: not a supervisor of the lot's authority.
        Refused: an unknown kind, no number, no text, a number used before, a draft nobody has announced.
    """
    lot = Lot.objects.select_related("tender__authority", "tender__initiator", "tender__agency").get(pk=lot_id)
    own_lot(lot, actor)
    number, text = number.strip(), text.strip()
    for name, value in (("kind", kind if kind in Order.KINDS else ""), ("number", number), ("text", text)):
        if not value:
            raise Refused([Violation("fact.missing", "", facts={"fact": name})])
    if len(number) > 100 or len(text) > TEXT_LIMIT:
        raise Refused([Violation("text.length", facts={"field": "text", "length": len(text), "limit": TEXT_LIMIT})])
    if lot.state in {"registered", "scheduled"}:
        raise Refused([Violation("state.wrong", facts={"state": lot.procedure.states[lot.state], "act": "监督指令"})])
    if Order.objects.filter(lot=lot, number=number).exists():
        raise Refused([Violation("order.known", facts={"number": number})])
    resting = rule(RESTS_ON[kind])
    order = Order.objects.create(
        lot=lot,
        authority=Subject.objects.get(code=actor.subject_code),
        kind=kind,
        number=number,
        text=text,
        issued_at=clock.now(),
    )
    ledger.append(
        "order.issued",
        subject=lot,
        actor=actor,
        facts={
            "order": str(order.id),
            "kind": kind,
            "number": number,
            "authority": order.authority.code,
            "text": text,
            "at": order.issued_at,
            "rules": [resting.id],
        },
    )
    holds.place(
        ref=lot.ledger_ref,
        kind="order",
        reason=f"{Order.KINDS[kind]}（{number}）",
        article=resting.article,
        source_ref=order.ledger_ref,
        actor=actor,
        at=order.issued_at,
    )
    tell_initiator(
        lot, about=order.ledger_ref, title=f"收到监督指令：{Order.KINDS[kind]}", body=f"{number}\n{text}"[:500]
    )
    # Asked without the winning bid, which supervision's login may not read.
    winner = lot.awards.filter(state="standing").values_list("subject__code", flat=True).first()
    if winner:
        tell_subjects(
            [winner],
            about=order.ledger_ref,
            title=f"监督部门{Order.KINDS[kind]}",
            body=number,
            url=addresses.trade(lot),
        )
    return order


@transaction.atomic
def order_lift(*, order_id: object, reason: str, actor: Actor) -> Order:
    """The order's hold has ended and the lot moves on, its moments later by the days it stood still.

    Raises:
        PermissionDenied: not a supervisor of the lot's authority.
        Refused: lifted before; no reason.
    """
    order = Order.objects.select_for_update(of=("self",)).select_related("lot__tender__authority").get(pk=order_id)
    own_lot(order.lot, actor)
    reason = reason.strip()
    if not reason or len(reason) > 500:
        raise Refused([Violation("text.length", facts={"field": "reason", "length": len(reason), "limit": 500})])
    if order.state != "standing":
        raise Refused([Violation("order.lifted", facts={"number": order.number, "at": order.lifted_at})])
    order.state, order.lifted_at, order.lifted_reason = "lifted", clock.now(), reason
    order.save(update_fields=["state", "lifted_at", "lifted_reason"])
    ledger.append(
        "order.lifted",
        subject=order.lot,
        actor=actor,
        facts={
            "order": str(order.id),
            "number": order.number,
            "reason": reason,
            "at": order.lifted_at,
            "rules": [RESTS_ON[order.kind]],
        },
    )
    holds.release(ref=order.lot.ledger_ref, source_ref=order.ledger_ref, actor=actor, reason=reason, at=order.lifted_at)
    tell_initiator(
        order.lot, about=f"{order.ledger_ref}:lifted", title="监督指令已解除", body=f"{order.number}\n{reason}"
    )
    return order
