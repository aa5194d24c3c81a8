"""重新招标: a failed lot is tendered anew as a project of its own that links back; after a second failure for want of
bidders the initiator may go without a tender."""

from datetime import datetime
from typing import Any

from platform_site.accounts.actors import Actor
from trading.models import Lot, Notice
from trading.services.acts import acting
from trading.services.enquiries import text_of
from trading.services.notices import notice_write, noticed
from trading.services.tenders import LOT_FIELDS, TENDER_FIELDS, tender_register


def failures_of(lot: Lot) -> int:
    """How often in a row lots of this chain failed for want of bidders, this one included. One query a lot."""
    count, link = 0, lot
    while link is not None and "too_few_at" in link.moments:
        count, link = count + 1, link.retenders
    return count


def retender_register(*, lot_id: int, actor: Actor) -> Lot:
    """The failed lot stands registered anew as a draft of its own, filled in from the former one and linked to it.

    Raises:
        PermissionDenied: neither initiator nor agency.
        Refused: the lot did not fail, or is tendered anew already.
    """

    def values(lot: Lot, now: datetime) -> dict[str, Any]:
        successor = Lot.objects.filter(retenders=lot).select_related("tender").first()
        return {"failed": "failed_at" in lot.moments, "successor": successor.reference if successor else ""}

    with acting("retender", lot_id=lot_id, actor=actor, values=values) as act:
        old, tender = act.lot, act.lot.tender
        columns = {name: getattr(old, name) for name in LOT_FIELDS}
        made = tender_register(
            procedure=tender.procedure,
            trade_category=tender.trade_category,
            title=tender.title,
            initiator=tender.initiator,
            agency=tender.agency,
            centre=tender.centre,
            authority=tender.authority,
            actor=actor,
            lots=[{**columns, "terms": old.terms}],
            **{name: getattr(tender, name) for name in TENDER_FIELDS},
        )
        lot = made.lots.get()
        lot.retenders = old
        lot.save(update_fields=["retenders"])
        act.entry("lot.retendered", {"successor": lot.reference, "failures": failures_of(old)})
    return lot


def tender_forgo(*, lot_id: int, reason: str, approval: str = "", actor: Actor) -> Notice:
    """After two failures the project goes without a tender, in public, with the approving body's word where it needs
    one (30号令 第三十八条).

    Args:
        approval: number of the approving body's consent; needed where the project was approved.

    Raises:
        PermissionDenied: neither initiator nor agency.
        Refused: a first failure; no approval; no reason.
    """
    reason = text_of(reason, field="reason", limit=1000)

    def values(lot: Lot, now: datetime) -> dict[str, Any]:
        approved = bool(lot.tender.approval.get("number"))
        return {"failures": failures_of(lot), "needs_approval": approved, "approval": approval.strip()}

    with acting("forgo_tender", lot_id=lot_id, actor=actor, values=values) as act:
        failures = failures_of(act.lot)
        act.lot.record("forgone_at", act.now)
        notice = notice_write(
            act,
            "forgone",
            f"{act.lot.title}不再招标公告",
            {"reason": reason, "approval_number": approval.strip(), "failures": failures},
        )
        act.entry("lot.tender_forgone", {**noticed(notice), "failures": failures})
    return notice
