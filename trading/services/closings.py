"""What the initiator still owes after the award, and ending a tender before there is one."""

from typing import Any

from platform_site.accounts.actors import Actor
from platform_site.sealing import services as sealing
from trading import addresses
from trading.models import Lot
from trading.services import bond_orders
from trading.services.acts import acting
from trading.services.alerts import tell_holders, tell_initiator, tell_subjects
from trading.services.enquiries import text_of
from trading.services.notices import notice_write, noticed


def award_reported(*, lot_id: int, actor: Actor) -> Lot:
    """The written report on the tender has gone to the supervising authority (招标投标法 第四十七条).

    Raises:
        PermissionDenied: neither initiator nor agency.
        Refused: before the award.
    """
    with acting("report_award", lot_id=lot_id, actor=actor) as act:
        act.lot.record("award_reported_at", act.now)
        authority = act.lot.tender.authority
        act.entry("award.reported", {"authority": authority.code if authority else ""})
        if authority:
            tell_subjects(
                [authority.code],
                about=f"reported:{act.lot.pk}",
                title="招标投标情况书面报告",
                body=act.lot.title,
                url=addresses.trade(act.lot),
            )
    return act.lot


def bonds_refunded(*, lot_id: int, actor: Actor) -> Lot:
    """Every bond that lies with us is on its way back with interest, each by one order (招标投标法实施条例 第五十七条).

    Where nothing lies here, none was asked for or none was declared, the initiator states that all is back. The moment
    `bonds_refunded_at` stands once the last of them has left. A second time orders nothing a second time.

    Raises:
        PermissionDenied: neither initiator nor agency.
        Refused: before the contract.
    """
    with acting("refund_bonds", lot_id=lot_id, actor=actor) as act:
        ordered = bond_orders.return_all(act.lot, "contract", actor=actor)
        if bond_orders.outstanding(act.lot):
            act.entry("bonds.return_ordered", {"ordered": ordered})
            return act.lot
        act.lot.record("bonds_refunded_at", act.now)
        act.entry("bonds.refunded")
        codes = list(act.lot.bids.standing().values_list("subject__code", flat=True))
        tell_subjects(
            codes,
            about=f"refunded:{act.lot.pk}",
            title="招标人告知已退还投标保证金及利息",
            body=act.lot.title,
            url=addresses.trade(act.lot),
        )
    return act.lot


def lot_terminate(*, lot_id: int, reason: str, refund: str, actor: Actor) -> Lot:
    """The tender has ended in public with its reason; envelopes that were never opened stay sealed and go back.

    Raises:
        PermissionDenied: neither initiator nor agency.
        Refused: nothing said about the reason or about fees and bonds (招标投标法实施条例 第三十一条).
    """
    said: dict[str, Any] = {"reason": reason.strip(), "refund": refund.strip()}
    if said["reason"] and said["refund"]:
        said = {name: text_of(text, field=name, limit=1000) for name, text in said.items()}
    with acting("terminate", lot_id=lot_id, actor=actor, values=said) as act:
        opened = "opening_at" in act.lot.moments
        announced = act.lot.notices.filter(state="published").exists()
        act.lot.notices.filter(state="scheduled").update(state="recalled")
        sealed = act.lot.bids.select_for_update(of=("self",)).filter(state="sealed").select_related("subject")
        codes = [bid.subject.code for bid in sealed]
        for bid in sealed:
            sealing.envelope_retire(bid.envelope_id, "returned")
            bid.state = "returned"
            bid.save(update_fields=["state"])
        act.lot.record("terminated_at", act.now)
        facts: dict[str, Any] = dict(said)
        if announced:
            notice = notice_write(act, "termination", f"{act.lot.title}终止公告", {**said, "opened": opened})
            facts = noticed(notice)
            tell_holders(act.lot, about=f"terminated:{act.lot.pk}", title=notice.title, body=said["reason"])
        act.entry("lot.terminated", facts)
        tell_subjects(
            codes,
            about=f"terminated-bid:{act.lot.pk}",
            title="招标已终止，投标文件原样退回",
            body=said["refund"],
            url=addresses.trade(act.lot),
        )
        tell_initiator(act.lot, about=f"terminated:{act.lot.pk}", title="招标已终止", body=act.lot.title)
    return act.lot
