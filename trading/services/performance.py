"""履约: changes of the contract, milestones, acceptance, payment with the interest of every day too late (ENG-50)."""

from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from platform_site import clock
from platform_site.accounts.actors import Actor
from platform_site.accounts.refusals import Refused, Violation
from trading import addresses
from trading.digests import digest_of, plain
from trading.kernel.procedure import Book
from trading.kernel.time import counted
from trading.models import Contract, ContractChange, Lot, Milestone, Payment
from trading.services.acts import acting
from trading.services.alerts import tell_initiator, tell_subjects
from trading.services.enquiries import text_of
from trading.services.notices import notice_write, noticed
from trading.services.terms import money

FEN = Decimal("0.01")


def price_of(contract: Contract) -> Decimal:
    """Yuan the contract is worth now, with its changes. One query."""
    last = contract.changes.order_by("-number").values_list("amount_cny", flat=True).first()
    return last if last is not None else contract.amount_cny


def period_of(contract: Contract) -> int | None:
    """Days of the contract's period now. One query."""
    last = contract.changes.exclude(period_days=None).order_by("-number").values_list("period_days", flat=True).first()
    said = contract.particulars.get("period_days")
    return last if last is not None else int(said) if said else None


def contract_change(
    *,
    lot_id: int,
    kind: str,
    reason: str,
    amount_cny: Decimal | None = None,
    period_days: int | None = None,
    needed: str = "",
    actor: Actor,
) -> ContractChange:
    """The contract is worth and lasts what the change says from now on, in public; the contract as signed stays.

    Args:
        kind: adjust (as the contract itself provides) | addition (further work, goods or services).
        amount_cny, period_days: the new totals; None keeps them.
        needed: for an addition of the size that must be tendered: why only the original contractor can do it.

    Raises:
        PermissionDenied: neither initiator nor agency.
        Refused: `contract.unchanged`; `contract.addition_over` (实施条例 第九条); no reason; an unknown kind.
    """
    if kind not in ContractChange.KINDS:
        raise Refused([Violation("fact.missing", "ENG-53", facts={"fact": "kind"})])
    reason = text_of(reason, field="reason", limit=1000)
    wanted = money(amount_cny, field="amount_cny")

    def values(lot: Lot, now: datetime) -> dict[str, Any]:
        contract = lot.contract
        price, period = price_of(contract), period_of(contract)
        grown = [c.difference_cny for c in contract.changes.filter(kind="addition")]
        more = (wanted or price) - price if kind == "addition" else Decimal(0)
        return {
            "reason": reason,
            "changed": (wanted or price) != price or (period_days or period) != period,
            # All additions count together: many small ones are one large one.
            "added_cny": sum(grown, Decimal(0)) + more if more > 0 else Decimal(0),
            "needed": needed.strip(),
            "kind": lot.tender.kind,
            "mandatory": lot.tender.mandatory,
        }

    with acting("change_contract", lot_id=lot_id, actor=actor, values=values) as act:
        contract = Contract.objects.select_for_update().get(lot=act.lot)
        price, period = price_of(contract), period_of(contract)
        said = {
            "number": contract.changes.count() + 1,
            "kind": kind,
            "reason": reason,
            "needed": needed.strip(),
            "amount_before_cny": price,
            "amount_cny": wanted or price,
            "period_before": period,
            "period_days": period_days or period,
        }
        change = ContractChange.objects.create(
            contract=contract, digest=digest_of(plain({**said, "contract": contract.digest})), at=act.now, **said
        )
        winner = act.lot.standing_award.subject
        notice = notice_write(
            act,
            "contract_change",
            f"{act.lot.title}合同变更公告（第{change.number}次）",
            {
                **said,
                "kind_name": change.get_kind_display(),
                "party_a": act.lot.tender.initiator.name,
                "party_b": winner.name,
                "contract_digest": contract.digest,
                "change_digest": change.digest,
            },
        )
        act.entry("contract.changed", {**noticed(notice), "change": change.digest, "amount_cny": change.amount_cny})
        tell_subjects(
            [winner.code],
            about=f"notice:{notice.id}",
            title=notice.title,
            body=reason,
            url=addresses.notice(notice),
        )
    return change


def milestone_plan(
    *, lot_id: int, title: str, amount_cny: Decimal, planned_on: date, acceptance_days: int, actor: Actor
) -> Milestone:
    """A milestone of the contract stands, with the term of its acceptance; all together are worth no more than it.

    Raises:
        PermissionDenied: neither initiator nor agency.
        Refused: `milestone.over_contract`; an unreadable amount; no title.
    """
    title = text_of(title, field="title", limit=100)
    amount = money(amount_cny, field="amount_cny")
    if amount is None:
        raise Refused([Violation("fact.missing", "ENG-44", facts={"fact": "amount_cny"})])

    def values(lot: Lot, now: datetime) -> dict[str, Any]:
        planned = sum(lot.contract.milestones.values_list("amount_cny", flat=True), Decimal(0))
        return {"milestones_cny": planned + amount, "contract_cny": price_of(lot.contract)}

    with acting("plan_milestone", lot_id=lot_id, actor=actor, values=values) as act:
        contract = Contract.objects.select_for_update().get(lot=act.lot)
        milestone = Milestone.objects.create(
            contract=contract,
            number=contract.milestones.count() + 1,
            title=title,
            amount_cny=amount,
            planned_on=planned_on,
            acceptance_days=acceptance_days,
        )
        act.entry("milestone.planned", _said(milestone) | {"planned_on": planned_on, "days": acceptance_days})
    return milestone


def _said(milestone: Milestone) -> dict[str, Any]:
    return {"milestone": milestone.number, "milestone_title": milestone.title, "amount_cny": milestone.amount_cny}


def _milestone(lot: Lot, number: int, *states: str) -> Milestone:
    """The lot's milestone, locked.

    Raises:
        Refused: there is none, or it stands elsewhere.
    """
    found = Milestone.objects.select_for_update(of=("self",)).filter(contract__lot=lot, number=number).first()
    if found is None or found.state not in states:
        facts = {"number": number, "state": found.get_state_display() if found else ""}
        raise Refused([Violation("milestone.state", "", "", facts)])
    return found


def milestone_deliver(*, lot_id: int, number: int, actor: Actor) -> Milestone:
    """The contractor says the milestone is delivered: acceptance runs, and behind it the term of payment.

    Raises:
        PermissionDenied: not the winner.
        Refused: delivered already.
    """
    with acting("deliver_milestone", lot_id=lot_id, actor=actor) as act:
        milestone = _milestone(act.lot, number, "planned", "refused")
        milestone.state, milestone.delivered_at = "delivered", act.now
        milestone.acceptance_due = counted(act.now, milestone.acceptance_days, "cd", "most")
        # A buyer who takes his time pays from the end of the agreed term all the same (条例 第十条).
        milestone.pay_by = counted(milestone.acceptance_due, payment_days(act.lot), "cd", "most")
        milestone.save()
        clocks(act.lot)
        act.entry("milestone.delivered", _said(milestone) | {"acceptance_due": milestone.acceptance_due})
        tell_initiator(
            act.lot, about=f"delivered:{milestone.pk}:{act.now}", title="承包人已交付，请按期验收", body=milestone.title
        )
    return milestone


def milestone_accept(*, lot_id: int, number: int, passed: bool, opinion: str, actor: Actor) -> Milestone:
    """The milestone is accepted and owed, in public; or refused with the reason, to be delivered again.

    Raises:
        PermissionDenied: neither initiator nor agency.
        Refused: not delivered; no opinion.
    """
    opinion = text_of(opinion, field="opinion", limit=1000)

    def values(lot: Lot, now: datetime) -> dict[str, Any]:
        return {"acceptance_due": _milestone(lot, number, "delivered").acceptance_due}

    with acting("accept_milestone", lot_id=lot_id, actor=actor, values=values) as act:
        milestone = _milestone(act.lot, number, "delivered")
        milestone.state, milestone.opinion = ("accepted" if passed else "refused"), opinion
        if passed:
            milestone.accepted_at = act.now
            due = milestone.acceptance_due or act.now
            milestone.pay_by = counted(min(act.now, due), payment_days(act.lot), "cd", "most")
        else:
            milestone.acceptance_due = milestone.pay_by = None
        milestone.save()
        clocks(act.lot)
        facts = {"passed": passed, "opinion": opinion, "pay_by": milestone.pay_by}
        notice = notice_write(
            act, "acceptance", f"{act.lot.title}验收公告（{milestone.title}）", _said(milestone) | facts
        )
        act.entry(
            "milestone.accepted" if passed else "milestone.refused", {**noticed(notice), **_said(milestone), **facts}
        )
        tell_subjects(
            [act.lot.standing_award.subject.code],
            about=f"notice:{notice.id}",
            title=notice.title,
            body=opinion[:200],
            url=addresses.notice(notice),
        )
    return milestone


def payment_days(lot: Lot) -> int:
    """Days in which a milestone is paid: the contract's, else the statutory ones of whoever pays (ENG-50)."""
    said = lot.contract.particulars
    if said.get("payment_days"):
        return int(said["payment_days"])
    name = "large" if said.get("payer") == "enterprise" else "public"
    return int(lot.book.rule("ENG-50")[name].amount)


def late_rate(book: Book, contract: Contract) -> Decimal:
    """Interest a day for paying late, /1: the contract's rate, else the statutory one (条例 第十七条)."""
    said = contract.particulars.get("late_rate")
    return Decimal(str(said)) if said else Decimal(book.rule("ENG-50")["late_interest"].amount)


def late_days(pay_by: datetime | None, paid_on: date) -> int:
    """Whole days after the last day of the term; the term ends at 24:00."""
    if pay_by is None:
        return 0
    last = clock.china(pay_by - timedelta(microseconds=1)).date()
    return max(0, (paid_on - last).days)


def interest_of(amount: Decimal, rate: Decimal, days: int) -> Decimal:
    """Yuan of interest on `amount` for `days`, to the fen."""
    return (amount * rate * days).quantize(FEN, rounding=ROUND_HALF_UP)


def open_amount(milestone: Milestone) -> Decimal:
    """Yuan of the milestone not yet paid. One query."""
    return milestone.amount_cny - sum(milestone.payments.values_list("amount_cny", flat=True), Decimal(0))


def milestone_pay(
    *,
    lot_id: int,
    number: int,
    amount_cny: Decimal,
    paid_on: date,
    interest_paid_cny: Decimal | None = None,
    actor: Actor,
) -> Payment:
    """The payment is a fact, with the days it was late and the interest owed for them; late ones are told.

    Raises:
        PermissionDenied: neither initiator nor agency.
        Refused: `payment.over`; a day that has not come (`payment.future`); a milestone nobody delivered.
    """
    amount = money(amount_cny, field="amount_cny")
    interest_paid = money(interest_paid_cny, field="interest_paid_cny") or Decimal("0.00")
    if amount is None:
        raise Refused([Violation("fact.missing", "ENG-50", facts={"fact": "amount_cny"})])
    found: dict[str, Any] = {}

    def values(lot: Lot, now: datetime) -> dict[str, Any]:
        if paid_on > clock.china(now).date():
            raise Refused([Violation("payment.future", "ENG-50", facts={"paid_on": paid_on})])
        milestone = _milestone(lot, number, "delivered", "accepted")
        days, rate = late_days(milestone.pay_by, paid_on), late_rate(lot.book, lot.contract)
        found.update(late_days=days, rate=rate, interest_cny=interest_of(amount, rate, days))
        return {"amount_cny": amount, "open_cny": open_amount(milestone), **found}

    with acting("pay_milestone", lot_id=lot_id, actor=actor, values=values) as act:
        milestone = _milestone(act.lot, number, "delivered", "accepted")
        payment = Payment.objects.create(
            milestone=milestone,
            amount_cny=amount,
            paid_on=paid_on,
            interest_paid_cny=interest_paid,
            recorded_at=act.now,
            **found,
        )
        if milestone.state == "accepted" and open_amount(milestone) == 0:
            milestone.state = "paid"
            milestone.save(update_fields=["state"])
        clocks(act.lot)
        act.entry(
            "milestone.paid_for",
            {
                "milestone": number,
                "amount_cny": amount,
                "paid_on": paid_on,
                "interest_paid_cny": interest_paid,
                "milestone_state": milestone.state,
                **found,
            },
        )
        tell_subjects(
            [act.lot.standing_award.subject.code],
            about=f"paid:{payment.pk}",
            title="招标人登记已付款，请确认",
            body=f"{milestone.title}：{amount} 元",
            url=addresses.performance(act.lot),
        )
    return payment


def payment_confirm(*, lot_id: int, payment_id: int, actor: Actor) -> Payment:
    """The contractor has confirmed that the money came. Repeatable.

    Raises:
        PermissionDenied: not the winner.
        Refused: `payment.unknown`, no such payment here.
    """
    with acting("confirm_payment", lot_id=lot_id, actor=actor) as act:
        mine = Payment.objects.filter(milestone__contract__lot=act.lot)
        payment = mine.select_for_update(of=("self",)).filter(pk=payment_id).first()
        if payment is None:
            raise Refused([Violation("payment.unknown")])
        if payment.confirmed_at is not None:
            act.written = payment
            return payment
        payment.confirmed_at = act.now
        payment.save(update_fields=["confirmed_at"])
        act.entry("payment.confirmed", {"milestone": payment.milestone.number, "amount_cny": payment.amount_cny})
    return payment


def clocks(lot: Lot) -> None:
    """The lot's next acceptance and payment are those of its milestones; the caller saves."""
    rows = Milestone.objects.filter(contract__lot=lot)
    ahead = {
        "acceptance_due": rows.filter(state="delivered").values_list("acceptance_due", flat=True),
        "payment_due": rows.filter(state__in=("delivered", "accepted")).values_list("pay_by", flat=True),
    }
    for name, found in ahead.items():
        soonest = min((at for at in found if at is not None), default=None)
        lot.moments = {kept: at for kept, at in lot.moments.items() if kept != name}
        if soonest is not None:
            lot.record(name, soonest)
