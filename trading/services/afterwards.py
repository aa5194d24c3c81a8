"""After the award: the written report to supervision, the refund of bid bonds."""

from typing import Any

from platform_site.accounts.actors import Actor
from trading.models import Lot
from trading.services.acts import acting
from trading.services.enquiries import text_of


def award_report(*, lot_id: int, text: str, actor: Actor) -> Lot:
    """The written report on the tender is with the supervising authority (招标投标法 第四十七条).

    Raises:
        PermissionDenied: not the initiator or its agency.
        Refused: no award yet; an empty text. After its fifteen days it is taken all the same and supervision is told.
    """
    said = text_of(text, field="text")
    return _done("report_award", "award.reported", "reported_at", lot_id, actor, {"text": said})


def bonds_refund(*, lot_id: int, note: str, actor: Actor) -> Lot:
    """Every bid bond went back with interest, as the initiator declares (招标投标法实施条例 第五十七条).

    Raises:
        PermissionDenied, Refused: as `award_report`; before the contract is signed.
    """
    said = text_of(note, field="note", limit=1000)
    return _done("refund_bonds", "bonds.refunded", "refunded_at", lot_id, actor, {"note": said})


def _done(verb: str, event: str, moment: str, lot_id: int, actor: Actor, facts: dict[str, Any]) -> Lot:
    with acting(verb, lot_id=lot_id, actor=actor) as act:
        act.lot.record(moment, act.now)
        act.entry(event, facts)
    return act.lot
