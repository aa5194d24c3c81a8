"""委托招标代理: the initiator signs the mandate with its scope and last day, and may end it; then the agency acts no
more (招标投标法 第十二条、第十五条)."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction

from platform_site import clock, workdays
from platform_site.accounts.actors import Actor
from trading import addresses
from trading.locks import lock_tender
from trading.models import Lot, Tender
from trading.services.acts import Act, acting
from trading.services.alerts import tell_subjects
from trading.services.enquiries import text_of
from trading.services.notices import notice_write, noticed

SILENT = ("registered", "scheduled")  # nothing of the lot is public yet


def mandate_sign(*, lot_id: int, scope: str, until: date, actor: Actor) -> Tender:
    """The mandate of the project's agency stands as the initiator signed it: what for, and until the end of which day.

    A second signature extends or narrows it, also after an end.

    Raises:
        PermissionDenied: not the initiator: an agency signs no mandate for itself.
        Refused: the project has no agency; a day that has passed; no scope.
    """
    scope = text_of(scope, field="mandate_scope", limit=200)
    last = workdays.midnight(until + timedelta(days=1))

    def values(lot: Lot, now: datetime) -> dict[str, Any]:
        return {"agency": lot.tender.agency_id is not None, "until": last}

    with transaction.atomic():
        tender = lock_tender(Lot.objects.values_list("tender_id", flat=True).get(pk=lot_id))
        with acting("sign_mandate", lot_id=lot_id, actor=actor, values=values) as act:
            kept = {name: value for name, value in tender.mandate.items() if name not in {"ended_at", "ended_reason"}}
            said = {"scope": scope, "until": last.isoformat(), "confirmed_at": act.now.isoformat()}
            _told(
                act, tender, {**kept, **said}, "lot.mandate_signed", "招标代理委托公告", {"scope": scope, "until": last}
            )
    return tender


def mandate_end(*, lot_id: int, reason: str, actor: Actor) -> Tender:
    """The mandate has ended: from now on the initiator acts itself, the agency still reads what it did.

    Raises:
        PermissionDenied: not the initiator.
        Refused: no mandate in force; no reason.
    """
    reason = text_of(reason, field="reason", limit=1000)

    def values(lot: Lot, now: datetime) -> dict[str, Any]:
        return {"agency": lot.tender.agency_id is not None, "in_force": "ended_at" not in lot.tender.mandate}

    with transaction.atomic():
        tender = lock_tender(Lot.objects.values_list("tender_id", flat=True).get(pk=lot_id))
        with acting("end_mandate", lot_id=lot_id, actor=actor, values=values) as act:
            said = {"ended_at": act.now.isoformat(), "ended_reason": reason}
            mandate = {**tender.mandate, **said}
            _told(
                act,
                tender,
                mandate,
                "lot.mandate_ended",
                "终止招标代理委托公告",
                {"reason": reason, "ended_at": act.now},
            )
    return tender


def _told(
    act: Act, tender: Tender, mandate: dict[str, Any], event: str, heading: str, content: Mapping[str, Any]
) -> None:
    """The tender holds the mandate; where the lot is public a notice says so; the agency is told."""
    assert tender.agency is not None
    tender.mandate = mandate
    tender.save(update_fields=["mandate"])
    act.lot.tender.mandate = mandate
    facts: dict[str, Any] = {"agency": tender.agency.code, **content}
    if act.lot.state not in SILENT:
        said = {**content, "agency": {"name": tender.agency.name, "code": tender.agency.code}}
        facts |= noticed(notice_write(act, "agency", f"{act.lot.title}{heading}", said))
    act.entry(event, facts)
    tell_subjects(
        [tender.agency.code],
        about=f"mandate:{act.written.id}",
        title=heading.removesuffix("公告"),
        body=f"{tender.title}。{content.get('reason') or content.get('scope')}",
        url=addresses.work(act.lot),
    )


def mandate_words(tender: Tender) -> str:
    """The mandate in a line; "" where the project has no agency."""
    if tender.agency is None or not tender.mandate:
        return ""
    said = tender.mandate
    parts = [str(said.get("scope") or "")]
    if at := said.get("ended_at"):
        parts.append(f"已于 {clock.china(datetime.fromisoformat(at)):%Y-%m-%d} 终止")
    elif at := said.get("until"):
        parts.append(f"至 {clock.china(datetime.fromisoformat(at) - timedelta(seconds=1)):%Y-%m-%d}")
    return "，".join(part for part in parts if part)
