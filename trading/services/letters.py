"""Letters of the award: one to the winner, one to everybody else, written in the award's own act and read by nobody
but their addressee and the side that sent them (招标投标法 第四十五条).

The public entry holds their digests only. Each text holds a random id of its own, so a digest tells nobody anything.
"""

from collections.abc import Mapping
from typing import Any
from uuid import uuid4

from credit.models import Subject
from platform_site.accounts.actors import Actor
from trading import addresses
from trading.digests import digest_of, plain
from trading.models import Award, Bid, Letter, Lot
from trading.paperwords import words_of
from trading.services.acts import Act, moment_of
from trading.services.alerts import tell_subjects
from trading.services.notices import frame, wake_papers
from trading.services.tallies import GROUNDS

# (book, kind of letter) -> the rules it rests on
RESTS_ON = {
    ("engineering", "award"): ("ENG-42", "ENG-43"),
    ("engineering", "result"): ("ENG-42", "ENG-45"),
    ("procurement", "award"): ("GP-33", "GP-34"),
    ("procurement", "result"): ("GP-33", "GP-39"),
    ("land", "deal"): ("LND-11", "LND-09"),
    ("mining", "deal"): ("MIN-06", "MIN-09"),
    ("equity", "deal"): ("SOE-13", "SOE-01"),
    ("catalogued", "deal"): ("PLT-20",),
}


def award_letter(act: Act, award: Award) -> Letter:
    """中标通知书 to the winner: what was won, for how much, until when the contract is signed."""
    offer = _offer(award.bid)
    said = {
        "amount_cny": award.amount_cny,
        "filed_at": award.bid.arrived_at if award.bid else None,
        "scope": act.lot.scope,
        **{name: offer.get(name) for name in ("period_days", "quality", "manager")},
        "performance_bond_share": act.lot.terms.get("performance_bond_share"),
        "contract_due": moment_of(act.lot, "contract_due"),
    }
    return _write(act, "award", award, award.subject, said)


def result_letter(act: Act, award: Award, bid: Bid, report: Mapping[str, Any]) -> Letter:
    """中标结果通知书 to one who did not win: who did, and why not this one."""
    row = next((row for row in report["ranking"] if row["bid"] == str(bid.pk)), {})
    said = {
        "winner": award.subject.name,
        "amount_cny": award.amount_cny,
        "outcome": bid.state,
        # The grounds of the law, as published; the members' own words stay with committee and supervision.
        "grounds": [GROUNDS[ground] for ground in bid.rejection.get("grounds", ())],
        "place": row.get("place"),
        "total": row.get("total"),
    }
    return _write(act, "result", award, bid.subject, said)


def deal_letter(act: Act, award: Award) -> Letter:
    """成交确认书 of a listing or an auction."""
    said = {
        "amount_cny": award.amount_cny,
        "scope": act.lot.scope,
        "contract_due": moment_of(act.lot, "contract_due"),
    }
    return _write(act, "deal", award, award.subject, said)


def _offer(bid: Bid | None) -> Mapping[str, Any]:
    return (bid.offer or {}) if bid else {}


def _write(act: Act, kind: str, award: Award, subject: Subject, said: Mapping[str, Any]) -> Letter:
    words, identity = words_of(act.lot.procedure), uuid4()
    heading = words.result if kind == "result" else words.award
    rules = RESTS_ON.get((act.lot.procedure.category, kind), act.move.rules)
    body = plain(
        {
            **frame(act, kind, heading),
            "article": "；".join(dict.fromkeys(act.lot.book.article(rule) for rule in rules)),
            "id": str(identity),
            "addressee": {"name": subject.name, "code": subject.code},
            "issued_at": act.now,
            **said,
        }
    )
    wake_papers()
    return Letter.objects.create(
        id=identity,
        lot=act.lot,
        award=award,
        subject=subject,
        kind=kind,
        content=body,
        digest=digest_of(body),
        issued_at=act.now,
    )


def deliver(letter: Letter) -> None:
    """The addressee's people are told, with the way to the letter."""
    heading, about = letter.content["title"], f"award:{letter.award_id}"
    if letter.kind == "result":
        body = f"{letter.content['lot_title']}：贵方未中标，结果和原因见通知书。感谢参与。"
    else:
        words, amount = words_of(letter.lot.procedure), letter.content["amount_cny"]
        body = f"{letter.content['lot_title']}：贵方为{words.winner}，{words.price} {amount} 元。请按期订立书面合同。"
    tell_subjects([letter.subject.code], about=about, title=heading, body=body, url=addresses.letter(letter))


def readable(lot: Lot, actor: Actor) -> Any:
    """The letters of the lot `actor` may read: the own ones; all of them for initiator and agency. One query or two."""
    found = Letter.objects.filter(lot=lot).select_related("subject", "paper").order_by("kind", "subject__name")
    if lot.tender.party_roles(actor):
        return found
    return found.filter(subject__code=actor.subject_code) if actor.subject_code else found.none()
