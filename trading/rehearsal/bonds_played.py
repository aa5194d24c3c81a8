"""Bid bonds on the stage: declared, confirmed by the stand-ins, given back, kept."""

from trading import bank_standin
from trading.models import Award, Bond, BondInstitution, Lot
from trading.rehearsal.people import Cast
from trading.rehearsal.stage import Script, Step
from trading.services import bond_orders, bonds, successions


def bonded(cast: Cast, lot: Lot, username: str, *, late: bool = False) -> Script:
    """The bidder's bond, where the document asks for one: bidder2 by a guarantee, the others by transfer where the
    document takes money too (a guarantee it always takes, ENG-16).

    Args:
        late: declared only; nothing comes in before the deadline.
    """
    if bonds.required_of(lot) is None:
        return
    form = "transfer" if username != "bidder2" and "transfer" in lot.terms["bond_forms"] else "guarantee"
    name = bank_standin.NAMES["guarantor" if form == "guarantee" else "bank"]
    bond = yield Step("投标人", "登记投标保证金", lambda: declare(cast, lot, username, form))
    if not late:
        yield Step(name, "确认投标保证金", lambda: bank_standin.pay(bond))


def declare(cast: Cast, lot: Lot, username: str, form: str = "transfer") -> Bond:
    """The bidder declared its bond with the stand-in of that form."""
    kind = "guarantor" if form == "guarantee" else "bank"
    return bonds.bond_declare(
        lot_id=lot.pk,
        form=form,
        institution_id=BondInstitution.objects.get(name=bank_standin.NAMES[kind]).pk,
        payer_account="" if form == "guarantee" else f"6222{cast[username].pk:012d}",
        guarantee_number=f"BH-{lot.pk}-{cast[username].pk}" if form == "guarantee" else "",
        actor=cast[username].actor,
    )


def too_late(cast: Cast, lot: Lot, username: str) -> Script:
    """Money that came after the deadline is no bond: it goes back at once, and the roll says there is none."""
    bond = Bond.objects.get(lot=lot, subject__code=cast[username].code)
    yield Step("演练银行", "确认截止后到账的款项", lambda: bank_standin.pay(bond))
    yield from returned()


def returned() -> Script:
    """What the clock owes is ordered, and institutions carry every order out."""
    yield Step("服务器时钟", "办理应退还的投标保证金", bond_orders.bonds_due)
    yield Step("演练银行", "办理退还和划转", lambda: bond_orders.orders_send(bank_standin.door))


def forfeited(cast: Cast, lot: Lot) -> Script:
    """The winner will not sign: the loser's bond stays the loser's, the winner's goes to the initiator, and the second
    candidate has the award."""
    found = {bond.subject.code: bond for bond in lot.bonds.select_related("subject").order_by("declared_at")}
    winner = Award.objects.filter(lot=lot).earliest("pk").subject.code
    agent, person = cast["agency"].actor, next(p for p in cast.people.values() if p.code == winner)
    yield Step(
        "中标人",
        "书面放弃中标",
        lambda: successions.award_give_up(lot_id=lot.pk, reason="材料涨价，无力承接。", actor=person.actor),
    )
    reason = "中标人书面放弃中标，无正当理由不订立合同。"
    yield Step(
        "招标代理机构",
        "取消中标资格",
        lambda: successions.award_cancel(lot_id=lot.pk, ground="refused", reason=reason, actor=agent),
        state="vacated",
    )
    loser = next(code for code in found if code != winner)
    for code, ground, refused in (
        (winner, "late_documents", "forfeit.ungrounded"),
        (loser, "no_contract", "forfeit.not_so"),
        (winner, "no_contract", ""),
    ):
        yield Step(
            "招标人",
            "不予退还投标保证金",
            lambda c=code, g=ground: bond_orders.bond_forfeit(
                bond_id=found[c].id, ground=g, reason="书面表示不订立合同。", actor=cast["initiator"].actor
            ),
            refused=refused,
        )
    yield from returned()
    yield Step(
        "招标代理机构",
        "依次确定第二候选人为中标人",
        lambda: successions.award_next(lot_id=lot.pk, rank=2, actor=agent),
    )


def missing(lot: Lot) -> set[str]:
    """Ids of the bids on the roll without a bond, in a lot where somebody has one."""
    roll = lot.opening.roll
    held = {row["bid"] for row in roll if row.get("bond") == "held"}
    return {row["bid"] for row in roll} - held if held else set()
