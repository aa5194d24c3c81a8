"""A bidder's bond, and what banks and guarantors say of it under their signatures.

A message is judged by what it says and by who signed it, never by when it came: institutions repeat, delay and reorder.
Before the opening every entry is sealed and nothing here is told to anybody but the bidder (ENG-21, PLT-16).
"""

import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction

from credit.models import Subject
from platform_site import clock, ledger
from platform_site.accounts import policy
from platform_site.accounts.actors import Actor
from platform_site.accounts.refusals import Refused, Violation
from platform_site.sealing import signing
from trading import addresses
from trading.locks import lock_bond, lock_lot
from trading.models import Bond, BondInstitution, BondMessage, Lot
from trading.services import bond_orders as orders
from trading.services.acts import acting, moment_of
from trading.services.bond_messages import Said, read
from trading.services.mandates import acts_for, agencies_of
from trading.services.terms import decimal_of

CONTEXT = "portal bond message v1"
OUTCOMES = {
    "accepted": "已记入",
    "repeated": "重复，未再记入",
    "contradiction": "与先前的说法矛盾",
    "unknown_bond": "没有这个子账号",
    "wrong_lot": "标段与子账号不符",
    "wrong_institution": "不是登记的机构",
    "wrong_number": "保函编号不符",
    "unknown_order": "没有这条指令",
    "wrong_amount": "金额与指令不符",
    "future": "时间在将来",
    "malformed": "内容不全",
}
# Clocks of banks run a little differently.
AHEAD = timedelta(minutes=5)
DONE_BY = {"refunded": "refund", "released": "release", "forfeited": "forfeit", "claimed": "claim"}


def institution_register(
    *, name: str, kind: str, public_key: str, actor: Actor, annual_rate: Decimal = Decimal(0)
) -> BondInstitution:
    """Messages under this key count from now on. The same name again answers with what stands.

    Raises:
        PermissionDenied: anybody but the console.
        ValueError: another key under a known name.
    """
    policy.require(actor, "console")
    with transaction.atomic():
        found = BondInstitution.objects.filter(name=name).first()
        if found is None:
            found = BondInstitution.objects.create(name=name, kind=kind, public_key=public_key, annual_rate=annual_rate)
            facts = {"name": name, "kind": kind, "public_key": public_key, "annual_rate": annual_rate}
            ledger.append("bond.institution_registered", subject=found, actor=actor, facts=facts)
        elif found.public_key != public_key:
            raise ValueError(f"{name} has another key")
    return found


def required_of(lot: Lot) -> Decimal | None:
    """Yuan the document asks for; None where it asks for none or the book knows no declared bonds."""
    return decimal_of(lot.terms, "bond_cny") if "declare_bond" in lot.procedure.transitions else None


def bond_declare(
    *, lot_id: int, form: str, institution_id: UUID | None, actor: Actor, payer_account: str = "",
    guarantee_number: str = "",
) -> Bond:  # fmt: skip
    """The bidder has a bond with an account of its own, into which the money is paid or under which the guarantee is
    confirmed. A written promise (免缴承诺) stands at once.

    Raises:
        Refused: no bond asked for, a form the document does not take, one stands already, no basic account or number,
            after the deadline.
    """
    if not actor.subject_code:
        raise Refused([Violation("subject.missing")])
    given = {"payer_account": payer_account.strip()[:40], "guarantee_number": guarantee_number.strip()[:60]}

    def values(lot: Lot, now: datetime) -> dict[str, Any]:
        agencies = agencies_of(lot.tender)
        return {
            **given,
            "form": form,
            "forms": lot.terms.get("bond_forms") or (),
            "required_cny": required_of(lot),
            "standing": lot.bonds.standing().filter(subject__code=actor.subject_code).exists(),
            "is_operator": lot.tender.centre_id is not None and lot.tender.centre.code == actor.subject_code,
            "is_agency_or_initiator": bool(lot.tender.party_roles(actor)) or actor.subject_code in agencies,
            "agency_person": acts_for(actor, agencies),
        }

    with acting("declare_bond", lot_id=lot_id, actor=actor, values=values) as act:
        promise = form == "commitment"
        institution = BondInstitution.objects.filter(pk=institution_id, ended_at__isnull=True).first()
        if institution is None and not promise:
            raise Refused([act.lot.book.violation("fact.missing", "ENG-16", fact="institution")])
        bond = Bond.objects.create(
            lot=act.lot,
            subject=Subject.objects.get(code=actor.subject_code),
            institution=None if promise else institution,
            form=form,
            state="held" if promise else "declared",
            account="".join(secrets.choice("0123456789") for _ in range(20)),
            payer_account=given["payer_account"] if form in orders.MONEY else "",
            guarantee_number=given["guarantee_number"] if form == "guarantee" else "",
            required_cny=required_of(act.lot),
            declared_at=act.now,
            confirmed_at=act.now if promise else None,
            value_at=act.now if promise else None,
        )
        facts = {"lot": act.lot.reference, "form": form, "required_cny": bond.required_cny, "bond_state": bond.state}
        act.entry("bond.declared", facts, sealed=True, subject=bond)
    return bond


def bond_callback(*, institution_id: UUID, body: Mapping[str, Any], signature: str) -> str:
    """What the institution said is on file with its outcome, and counted once however often it comes.

    Returns:
        A key of OUTCOMES. A repeated message answers as the first one did.

    Raises:
        PermissionDenied: no such institution, or not its signature: nothing is kept.
    """
    bank = BondInstitution.objects.filter(pk=institution_id, ended_at__isnull=True).first()
    if bank is None or not signing.verified(bank.public_key, CONTEXT, dict(body), signature, suite=bank.suite):
        raise PermissionDenied("not a message of a registered institution")
    number = body.get("id")
    if not isinstance(number, str) or not 0 < len(number) <= 64:
        raise PermissionDenied("a message without its number cannot be told from its repetition")
    try:
        return _judge(bank, number, body, signature)
    except IntegrityError:
        # Two deliveries of one message at one time: the other one is on file now.
        return _judge(bank, number, body, signature)


@transaction.atomic
def _judge(bank: BondInstitution, number: str, body: Mapping[str, Any], signature: str) -> str:
    try:
        said = read(body)
    except (ValueError, KeyError, TypeError):
        return _known(bank, number, body, signature) or _file(bank, number, body, signature, "malformed")
    found = Bond.objects.filter(account=said.account).values_list("pk", "lot_id").first()
    if found is None:
        return _known(bank, number, body, signature) or _file(bank, number, body, signature, "unknown_bond")
    lot = lock_lot(found[1])
    bond = lock_bond(found[0])
    if known := _known(bank, number, body, signature):
        return known
    if fault := _fault(bank, lot, bond, said):
        return _file(bank, number, body, signature, fault, bond)
    if said.kind == "credit":
        return _credited(lot, bond, said, bank, body, signature)
    if said.kind == "guarantee":
        return _guaranteed(lot, bond, said, bank, body, signature)
    outcome = orders.settle(lot, bond, said)
    counted = said.amount if said.kind == "claimed" and outcome == "accepted" else Decimal(0)
    return _file(bank, number, body, signature, outcome, bond, txn=said.txn, counted=counted)


def _known(bank: BondInstitution, number: str, body: Mapping[str, Any], signature: str) -> str:
    """How the message was answered before; "" if it is new. Another content under its number is a contradiction."""
    rows = BondMessage.objects.filter(institution=bank, message_id=number).exclude(outcome="contradiction")
    row = rows.only("outcome", "body").first()
    if row is None:
        return ""
    if row.body == dict(body):
        return row.outcome
    return _file(bank, number, body, signature, "contradiction")


def _file(
    bank: BondInstitution, number: str, body: Mapping[str, Any], signature: str, outcome: str,
    bond: Bond | None = None, *, txn: str = "", counted: Decimal = Decimal(0),
) -> str:  # fmt: skip
    BondMessage.objects.create(
        institution=bank, message_id=number, bond=bond, kind=str(body.get("kind", ""))[:12], txn=txn,
        body=dict(body), signature=signature[:128], outcome=outcome, counted_cny=counted, received_at=clock.now(),
    )  # fmt: skip
    return outcome


def _fault(bank: BondInstitution, lot: Lot, bond: Bond, said: Said) -> str:
    """What is wrong with the message itself, before anything is counted."""
    if bond.institution_id != bank.pk:
        return "wrong_institution"
    if said.lot != lot.reference:
        return "wrong_lot"
    if said.at > clock.now() + AHEAD:
        return "future"
    if said.kind in {"credit", "claimed", "refunded", "forfeited"} and not (said.txn and said.amount > 0):
        return "malformed"
    if said.kind in {"credit", "claimed"}:
        before = BondMessage.objects.filter(institution=bank, txn=said.txn, counted_cny__gt=0).first()
        if before is not None:
            same = before.bond_id == bond.pk and before.counted_cny == said.amount
            return "repeated" if same else "contradiction"
    if (said.kind == "credit") != (bond.form in orders.MONEY) and said.kind in {"credit", "guarantee"}:
        return "malformed"
    if said.kind == "guarantee" and said.number != bond.guarantee_number:
        return "wrong_number"
    return ""


def _credited(lot: Lot, bond: Bond, said: Said, bank: BondInstitution, body: Mapping[str, Any], signature: str) -> str:
    """The money is the bond's, whatever is wrong with it; what may not stay goes back at once."""
    bond.received_cny += said.amount
    bond.value_at, bond.confirmed_at = max(filter(None, [bond.value_at, said.at])), clock.now()
    outcome = _file(bank, said.id, body, signature, "accepted", bond, txn=said.txn, counted=said.amount)
    stranger = said.payer_name != bond.subject.name or said.payer_account != bond.payer_account
    _weigh(lot, bond, said, ground="payer" if stranger else "")
    return outcome


def _guaranteed(
    lot: Lot, bond: Bond, said: Said, bank: BondInstitution, body: Mapping[str, Any], signature: str
) -> str:
    """The guarantor stands behind the number: for how much, until when (ENG-15: as long as the bid is valid)."""
    bond.value_at, bond.confirmed_at, bond.guarantee_until = said.at, clock.now(), said.valid_until
    outcome = _file(bank, said.id, body, signature, "accepted", bond)
    _weigh(lot, bond, said)
    return outcome


def _weigh(lot: Lot, bond: Bond, said: Said, *, ground: str = "") -> None:
    """The bond's state after what came in, with its entry; whatever may not stay is ordered back in the same act."""
    deadline = moment_of(lot, "bid_deadline")
    if deadline is not None and said.at >= deadline:
        ground = "late"
    elif bond.state not in ("declared", "short", "held"):
        ground = ground or "surplus"
    elif lot.state in ("failed", "terminated"):
        ground = ground or lot.state
    if not ground:
        bond.state = "held" if _enough(lot, bond, said) else "short"
    bond.save()
    orders.entry(
        lot, bond, "bond.confirmed",
        {"kind": said.kind, "amount_cny": said.amount, "received_cny": bond.received_cny, "at": said.at,
         "bond_state": bond.state, "valid_until": said.valid_until},
    )  # fmt: skip
    if ground:
        orders.order_return(lot, bond, ground)
    orders.tell_bidder(bond, f"confirmed:{said.id}", f"投标保证金{Bond.STATES[bond.state]}", addresses.bid(lot))


def _enough(lot: Lot, bond: Bond, said: Said) -> bool:
    if bond.form != "guarantee":
        return bond.received_cny >= bond.required_cny
    until = lot.recorded.get("validity_until")
    long = until is None or (said.valid_until is not None and said.valid_until >= clock.china(until).date())
    return long and said.amount >= bond.required_cny


def withdrawn(lot: Lot, subject_code: str, *, return_by: datetime) -> None:
    """The bid was withdrawn: unless another is filed, the bond goes back within the law's days (ENG-23). Own rows only.

    The clock looks a day before the last one, or at the deadline where that comes first.
    """
    deadline = lot.recorded.get("bid_deadline", return_by)
    check = min(deadline, return_by - timedelta(days=1))
    lot.bonds.standing().filter(subject__code=subject_code).update(return_by=return_by, check_at=check)
