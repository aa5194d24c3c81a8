"""The text of a consortium's contract goes to its members, and each of them signs it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from credit import selectors as credit
from platform_site.accounts.actors import Actor
from platform_site.accounts.refusals import Refused, Violation
from trading import addresses
from trading.digests import digest_of
from trading.models import ContractAssent, ContractText, Lot
from trading.services import joint_contracts
from trading.services.acts import acting
from trading.services.alerts import tell_initiator, tell_subjects
from trading.services.awards import contract_values, contract_whole
from trading.services.terms import money


def contract_offer(*, lot_id: int, particulars: Mapping[str, Any], actor: Actor) -> ContractText:
    """The text is with leader and members for signature; a former text counts no longer.

    Args:
        particulars: as `awards.contract_sign` takes them.

    Raises:
        PermissionDenied: neither initiator nor agency.
        Refused: the winner is no consortium; price, term, quality or subject differ from the bid; a bond over its cap.
    """
    amount = money(particulars.get("amount_cny"), field="amount_cny")
    if amount is None:
        raise Refused([Violation("fact.missing", "ENG-44", facts={"fact": "amount_cny"})])
    bonds = {name: money(particulars.get(name), field=name) for name in ("performance_bond_cny", "retention_cny")}

    def values(lot: Lot, now: datetime) -> dict[str, Any]:
        return contract_values(lot, particulars, amount, bonds)

    with acting("offer_contract", lot_id=lot_id, actor=actor, values=values) as act:
        award = act.lot.standing_award
        partners = joint_contracts.partners_of(award)
        if not partners:
            raise Refused([Violation("contract.no_consortium", "ENG-25", act.lot.book.article("ENG-25"))])
        whole = contract_whole(act.lot, award, particulars, amount, bonds)
        text = ContractText.objects.create(
            award=award, number=award.texts.count() + 1, particulars=whole, digest=digest_of(whole), at=act.now
        )
        act.entry("contract.text_sent", {"number": text.number, "contract": text.digest, "parties": len(partners) + 1})
        tell_subjects(
            [award.subject.code, *(one.code for one in partners)],
            about=f"contract_text:{award.pk}:{text.number}",
            title="请签署合同文本",
            body=f"{act.lot.title}。联合体各方应当共同与招标人签订合同。",
            url=f"{addresses.work(act.lot)}acts/join_contract/",
        )
    return text


def contract_join(*, lot_id: int, digest: str, actor: Actor) -> ContractAssent:
    """The member acted for has signed exactly this text. A second click is no second act.

    Raises:
        PermissionDenied: neither the winner nor a member of the winning consortium.
        Refused: another text is in force, or none.
    """
    done = ContractAssent.objects.filter(
        text__award__lot=lot_id,
        text__digest=digest,
        subject__code=actor.subject_code or "",
        text__award__state="standing",
    ).first()
    if done is not None and joint_contracts.in_force(done.text.award) == done.text:
        return done

    def values(lot: Lot, now: datetime) -> dict[str, Any]:
        text = joint_contracts.in_force(lot.standing_award)
        return {"in_force": text is not None and text.digest == digest}

    with acting("join_contract", lot_id=lot_id, actor=actor, values=values) as act:
        text = joint_contracts.in_force(act.lot.standing_award)
        assert text is not None
        subject = credit.subject_by_code(actor.subject_code)
        assert subject is not None
        assent = ContractAssent.objects.create(text=text, subject=subject, at=act.now)
        act.entry("contract.joined", {"contract": digest, "subject": subject.code})
        left = [who.name for who, signed in joint_contracts.signers(act.lot.standing_award) if signed is None]
        body = f"{subject.name}已签署" + (f"，尚待{'、'.join(left)}" if left else "，各方均已签署，可以订立合同")
        tell_initiator(
            act.lot,
            about=f"joined:{text.pk}:{subject.code}",
            title="联合体成员签署合同",
            body=f"{act.lot.title}。{body}。",
        )
    return assent
