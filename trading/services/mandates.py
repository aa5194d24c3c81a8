"""委托招标代理: the initiator signs the mandate with its scope and last day, and may end it; then the agency acts no
more (招标投标法 第十二条、第十五条)."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction

from credit import selectors as credit
from credit.models import Membership, Subject
from platform_site import clock, ledger, workdays
from platform_site.accounts.actors import Actor
from trading import addresses
from trading.kernel.mandates import former_codes, lapsed
from trading.locks import lock_tender
from trading.models import Lot, Tender
from trading.services.acts import Act, acting
from trading.services.alerts import tell_subjects
from trading.services.enquiries import text_of
from trading.services.notices import notice_write, noticed

# Whom the law keeps apart from every agency (招标投标法 第十四条).
OFFICES = frozenset({"authority", "centre"})
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


def agency_appoint(*, lot_id: int, code: str, scope: str, until: date, reason: str, actor: Actor) -> Tender:
    """Another agency acts for the initiator, under a mandate of its own; what the former drafted stays as it is.

    Every lot of the project that is not at its end says so, where it is public by a notice. The former agency reads
    what is public and does nothing more. A project that had none gets its first one likewise.

    Args:
        code: the new agency's.

    Raises:
        PermissionDenied: not the initiator.
        Refused: the former mandate is still in force; no such agency, a suspended one, the same again (its mandate is
            signed anew instead); one that bids here (asked only once the roll is public); a day that has passed; no
            scope, no reason.
    """
    scope = text_of(scope, field="mandate_scope", limit=200)
    reason = text_of(reason, field="reason", limit=1000)
    last = workdays.midnight(until + timedelta(days=1))
    found = Subject.objects.filter(code=code, state="active").first()

    def values(lot: Lot, now: datetime) -> dict[str, Any]:
        return {"agency": True, "until": last, **_fitness(lot, found, now)}

    with transaction.atomic():
        tender = lock_tender(Lot.objects.values_list("tender_id", flat=True).get(pk=lot_id))
        former, told = tender.agency, []
        for pk in tender.lots.order_by("pk").values_list("pk", flat=True):
            if pk != lot_id and not _asks(pk):
                continue
            with acting("appoint_agency", lot_id=pk, actor=actor, values=values) as act:
                assert found is not None
                if not told:
                    ledger.append(
                        "tender.agency_changed",
                        subject=tender,
                        actor=actor,
                        facts={"agency": found.code, "former": former.code if former else "", "rules": ["ENG-49"]},
                    )
                said = {"agency": found.code, "former": former.code if former else "", "scope": scope, "until": last}
                if act.lot.state not in SILENT:
                    content = {
                        "reason": reason,
                        "scope": scope,
                        "until": last,
                        "agency": _named(found),
                        "former": _named(former) if former else None,
                    }
                    title = f"{act.lot.title}{'更换' if former else '委托'}招标代理机构公告"
                    said |= noticed(notice_write(act, "agency", title, content))
                told.append(act.entry("lot.agency_changed", said))
        assert found is not None
        tender.mandate = _succeeding(tender, former, found, scope, last)
        tender.agency = found
        tender.save(update_fields=["agency", "mandate"])
        codes = [found.code, *([former.code] if former else [])]
        body = f"{tender.title}。招标代理机构为{found.name}，{scope}。{reason}"
        lot = Lot.objects.select_related("tender").get(pk=lot_id)
        tell_subjects(codes, about=f"agency:{told[0].id}", title="更换招标代理机构", body=body, url=addresses.work(lot))
    return tender


def _fitness(lot: Lot, found: Subject | None, now: datetime) -> dict[str, Any]:
    """What speaks against an agency. Bids are looked at only once the roll of the lot is public."""
    tender = lot.tender
    stands = tender.agency is not None and lapsed(tender.mandate, now) is None
    if found is None or "agency" not in found.kinds or found.pk == tender.initiator_id or OFFICES & set(found.kinds):
        return {"mandate_stands": stands, "not_an_agency": True, "agency_name": found.name if found else ""}
    opened = "opening_at" in lot.moments
    bidders = (
        {code for bid in lot.bids.standing().select_related("subject") for code in bid.party_codes} if opened else ()
    )
    return {
        "mandate_stands": stands,
        "same_agency": found.pk == tender.agency_id,
        "agency_bids": found.code in bidders,
        "agency_name": found.name,
        "bans": [
            {"authority": ban.authority, "until": ban.until, "article": ban.document_no}
            for ban in credit.standing(found.code, clock.china(now).date(), scope="agency")
        ],
    }


def _asks(lot_pk: int) -> bool:
    """Whether another lot of the project is still at a state in which its agency matters."""
    lot = Lot.objects.select_related("tender").get(pk=lot_pk)
    return lot.state in lot.procedure.transitions["appoint_agency"].source


def _succeeding(tender: Tender, former: Subject | None, found: Subject, scope: str, last: datetime) -> dict[str, Any]:
    """The new mandate; the former agency is kept in it by name, so that it is refused with the reason."""
    now, kept = clock.now().isoformat(), [one for one in tender.mandate.get("former", ()) if one["code"] != found.code]
    if former is not None and former.pk != found.pk:
        kept.append({**_named(former), "replaced_at": now, "successor": found.name})
    return {
        "scope": scope,
        "until": last.isoformat(),
        "confirmed_at": now,
        "signed_at": now,
        **({"former": kept} if kept else {}),
    }


def _named(subject: Subject) -> dict[str, str]:
    return {"name": subject.name, "code": subject.code}


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


def agencies_of(tender: Tender) -> list[str]:
    """Codes of the project's agency and of those it replaced."""
    return [*([tender.agency.code] if tender.agency else []), *former_codes(tender.mandate)]


def acts_for(actor: Actor, codes: Sequence[str]) -> bool:
    """Whether the person also trades for one of these subjects, whomever he acts for now. One query."""
    mine = Membership.objects.in_force(clock.now()).trading().filter(subject__code__in=codes)
    return actor.user_id is not None and mine.filter(user__public_id=actor.user_id).exists()


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
