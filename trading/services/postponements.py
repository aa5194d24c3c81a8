"""延期: the opening moves on, announced before the old deadline; the document stays as it is."""

from datetime import datetime
from typing import Any

from platform_site import clock
from platform_site.accounts.actors import Actor
from trading import addresses
from trading.kernel.time import counted
from trading.models import Lot, Notice
from trading.services.acts import acting
from trading.services.alerts import tell_holders
from trading.services.deadlines import deadline_of, deadline_set
from trading.services.enquiries import text_of
from trading.services.notices import notice_write, noticed
from trading.services.shared import for_every_lot


@for_every_lot()
def lot_postpone(*, lot_id: int, bid_deadline: datetime, reason: str, actor: Actor) -> Notice:
    """Deadline and opening are later, in public and told to every holder; filed bids stay sealed and valid.

    A change of the document is no postponement: trading.services.enquiries.amendment_issue counts the days it leaves.

    Raises:
        PermissionDenied: neither initiator nor agency.
        Refused: after the deadline; a moment that is not later; no reason.
    """
    reason = text_of(reason, field="reason", limit=1000)

    def values(lot: Lot, now: datetime) -> dict[str, Any]:
        return {"was": deadline_of(lot), "bid_deadline": bid_deadline}

    with acting("postpone", lot_id=lot_id, actor=actor, values=values) as act:
        lot, before = act.lot, deadline_of(act.lot)
        deadline_set(act, bid_deadline)
        if validity := lot.terms.get("validity_days"):
            lot.record("validity_until", counted(bid_deadline, int(validity), "cd", "most"))
        number = lot.notices.filter(kind="postponement").count() + 1
        notice = notice_write(
            act,
            "postponement",
            f"{lot.title}延期公告（第{number}次）",
            {"reason": reason, "deadline_before": before, "deadline_after": bid_deadline},
        )
        act.entry("lot.postponed", {**noticed(notice), "bid_deadline": bid_deadline})
        tell_holders(
            lot,
            about=f"notice:{notice.id}",
            title=notice.title,
            body=f"{reason}\n投标截止和开标时间改为 {clock.china(bid_deadline):%Y年%-m月%-d日 %H:%M}。",
            url=addresses.notice(notice),
        )
    return notice
