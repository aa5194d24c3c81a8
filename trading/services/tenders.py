"""Register a project, shape its lots, submit and publish the notice."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction

from credit import selectors as credit
from credit.models import Subject
from platform_site import clock, ledger
from platform_site.accounts.actors import CLOCK, Actor
from platform_site.accounts.refusals import Refused, Violation
from platform_site.sealing import keysets
from platform_site.sealing import services as sealing
from platform_site.sealing.models import KeySet
from trading import references
from trading.kernel import mandates
from trading.kernel import procedure as kernel
from trading.locks import lock_lot, lock_tender
from trading.models import DocumentVersion, Lot, Notice, StoredFile, Tender
from trading.rulebooks import PROCEDURES, book_for
from trading.services.acts import acting, facts_of, mandated, not_replaced, traders_only
from trading.services.catalogue import catalogue_entry
from trading.services.documents import document_digest
from trading.services.factors import factor_announced
from trading.services.notices import notice_write, noticed
from trading.services.plans import plan_for
from trading.services.shared import for_every_lot, lots_said, of_the_document
from trading.services.terms import draft_values

TITLE_LIMIT = 200
TENDER_FIELDS = (
    "region_code",
    "region_name",
    "investment_code",
    "funding",
    "approval",
    "funds_secured",
    "state_controlled",
    "mandatory",
    "kind",
    "mandate",
)
LOT_FIELDS = (
    "title",
    "scope",
    "qualification",
    "period_text",
    "period_days",
    "estimate_cny",
    "ceiling_cny",
)
SET_BY_HAND = (
    *("notice_at", "documents_from", "documents_until", "bid_deadline"),
    *("listing_from", "listing_until", "disclosure_until", "bidding_from"),
)


@transaction.atomic
def tender_register(
    *,
    procedure: str,
    trade_category: str,
    title: str,
    initiator: Subject,
    centre: Subject,
    actor: Actor,
    lots: Sequence[Mapping[str, Any]],
    agency: Subject | None = None,
    authority: Subject | None = None,
    source: Mapping[str, Any] | None = None,
    plan: str = "",
    shared_document: bool = False,
    **fields: Any,
) -> Tender:
    """The project is registered with its lots, under the edition of the book in force today.

    Args:
        lots: {"title", "scope", "qualification", "period_days", "period_text", "estimate_cny", "ceiling_cny", "terms"}
            each.
        source: where the draft was read from, for a draft made out of a notice.
        plan: reference of the initiator's own 招标计划 that the project follows; "" for none.
        shared_document: whether several lots share one document and one notice; a single lot shares with nobody.
        fields: any of TENDER_FIELDS; a region given by its code alone gets its name from the tree of regions.

    Raises:
        PermissionDenied: `actor` does not act for the initiator or its mandated agency.
        Refused: a title that is empty or longer than 200 characters, no lot, an unknown procedure; what the trade
            catalogue in force does not allow.
    """
    if procedure not in PROCEDURES:
        raise Refused([Violation("procedure.unknown", facts={"procedure": procedure})])
    for text in (title, *(lot.get("title") or title for lot in lots)):
        if not text.strip() or len(text) > TITLE_LIMIT:
            raise Refused([Violation("title.length", facts={"length": len(text), "limit": TITLE_LIMIT})])
    if not lots:
        raise Refused([Violation("fact.missing", facts={"fact": "lots"})])
    if code := fields.get("region_code", ""):
        # Whoever gave the code alone is not shown a number for a place.
        fields["region_name"] = fields.get("region_name") or credit.region_name(code)
    now = clock.now()
    if "mandate" in fields:
        fields["mandate"] = mandates.claimed(fields["mandate"])
    today = clock.china(now).date()
    known = [amount for lot in lots if (amount := lot.get("estimate_cny") or lot.get("ceiling_cny"))]
    entry = catalogue_entry(
        procedure=procedure,
        code=trade_category,
        region=fields.get("region_code", ""),
        kind=fields.get("kind", "works"),
        amount=sum(known, Decimal(0)) if known else None,
        mandatory=fields.get("mandatory", True),
        state_controlled=fields.get("state_controlled", True),
        centre=centre.region_code,
        on=today,
    )
    tender = Tender(
        reference=references.trade_reference(trade_category, centre.code, now),
        title=title.strip(),
        procedure=procedure,
        trade_category=trade_category,
        initiator=initiator,
        agency=agency,
        centre=centre,
        authority=authority,
        book_edition=book_for(procedure, on=today).edition,
        catalogue=entry,
        registered_at=now,
        source=dict(source or {}),
        shared_document=shared_document and len(lots) > 1,
        **{name: fields[name] for name in TENDER_FIELDS if name in fields},
    )
    if not tender.party_roles(actor):
        from django.core.exceptions import PermissionDenied

        raise PermissionDenied("only the initiator or its mandated agency registers a project")
    traders_only(actor)
    if plan.strip():
        tender.plan = plan_for(reference=plan, initiator=initiator, actor=actor)
    tender.save()
    ledger.append(
        "tender.registered",
        subject=tender,
        actor=actor,
        facts={
            "procedure": procedure,
            "edition": tender.book_edition,
            "initiator": initiator.code,
            "agency": agency.code if agency else "",
            "centre": centre.code,
            "lots": len(lots),
            "rules": ["PLT-01", "PLT-07"],
            **({"catalogue": entry["row"], "must_enter": entry["must"]} if entry else {}),
            **({"plan": tender.plan.reference} if tender.plan else {}),
            **({"shared_document": True} if tender.shared_document else {}),
        },
    )
    for number, given in enumerate(lots, 1):
        lot = Lot(
            tender=tender,
            number=number,
            title=(given.get("title") or title).strip(),
            **{name: given[name] for name in LOT_FIELDS if name in given and name != "title"},
        )
        lot.terms = dict(given.get("terms") or {})
        lot.record("registered_at", now)
        lot.save()
        ledger.append(
            "lot.registered",
            subject=lot,
            actor=actor,
            facts={"state": lot.state, "act": "register", "rules": ["PLT-01"]},
        )
    return tender


@for_every_lot(of_the_document)
@transaction.atomic
def lot_shape(
    *,
    lot_id: int,
    actor: Actor,
    columns: Mapping[str, Any] = {},
    terms: Mapping[str, Any] = {},
    moments: Mapping[str, datetime] = {},
    tender: Mapping[str, Any] = {},
) -> Lot:
    """The draft holds what was typed; nothing is judged yet but that it is still a draft. No ledger entry: not an act.

    Raises:
        PermissionDenied: not the initiator or its agency.
        Refused: `notice.frozen`, the notice is out; `title.length`.
    """
    from platform_site.accounts import policy

    lot = lock_lot(lot_id)
    not_replaced(lot, actor)
    policy.require(actor, "initiator|agency", over=lot)
    mandated(lot, actor, clock.now())
    if lot.state != "registered":
        raise Refused([Violation("notice.frozen", facts={"state": lot.procedure.states[lot.state]})])
    for name, value in columns.items():
        if name not in LOT_FIELDS:
            raise ValueError(f"a lot has no draft field {name}")
        if name == "title" and not 0 < len(value.strip()) <= TITLE_LIMIT:
            raise Refused([Violation("title.length", facts={"length": len(value), "limit": TITLE_LIMIT})])
        setattr(lot, name, value)
    lot.terms = {**lot.terms, **terms}
    for name, at in moments.items():
        if name not in SET_BY_HAND:
            raise ValueError(f"{name} is counted, not set")
        if at is None:
            lot.moments = {kept: said for kept, said in lot.moments.items() if kept != name}
        else:
            lot.record(name, at)
    lot.save()
    if tender:
        owner = lock_tender(lot.tender_id)
        if strangers := set(tender) - {*TENDER_FIELDS, "authority"}:
            raise ValueError(f"a tender has no draft field {strangers}")
        if "mandate" in tender:
            # Its signature is an act of its own; what was signed is not reworded in a form.
            typed = mandates.claimed(tender["mandate"])
            kept = owner.mandate if "confirmed_at" in owner.mandate else {**owner.mandate, **typed}
            tender = {**tender, "mandate": kept}
        said = {**tender, **({"authority": _authority(tender["authority"])} if "authority" in tender else {})}
        changed = {name: value for name, value in said.items() if getattr(owner, name) != value}
        # What several lots share stands as the first of them announced it.
        if changed and (out := owner.lots.exclude(state="registered").first()):
            raise Refused([Violation("notice.frozen", facts={"state": out.procedure.states[out.state]})])
        for name, value in changed.items():
            setattr(owner, name, value)
        owner.save()
        lot.tender = owner
    return lot


def _authority(code: str | None) -> Subject | None:
    """The supervising authority behind a code; None for none.

    Raises:
        Refused: no authority is registered under the code.
    """
    if not code:
        return None
    found = Subject.objects.filter(code=code, kinds__contains=["authority"]).first()
    if found is None:
        raise Refused([Violation("fact.missing", "PLT-11", facts={"fact": "authority"})])
    return found


def draft_checks(lot: Lot, now: datetime) -> list[tuple[str, str, Violation | None]]:
    """Every rule of the notice against the draft as it stands: (rule, no | hm | ok, violation), worst first."""
    facts = facts_of(lot, now, draft_values(lot, now))
    return kernel.checks(lot.book, lot.procedure, "schedule_notice", facts)


@for_every_lot()
def key_set_assign(*, lot_id: int, trustees: Sequence[Any], k: int, actor: Actor) -> str:
    """The lot's key set is signed and bound to it; its hash. The trustees' own check runs in sealing.

    Raises:
        Refused: `notice.frozen`; initiator and operator together reach k, a supervising authority among them, no keys
            left.
    """
    with transaction.atomic():
        lot = lock_lot(lot_id)
        from platform_site.accounts import policy

        not_replaced(lot, actor)
        policy.require(actor, "initiator|agency", over=lot)
        mandated(lot, actor, clock.now())
        if lot.state != "registered":
            # The set stands in the notice; a later entry would say of the keys what is not so.
            raise Refused([Violation("notice.frozen", facts={"state": lot.procedure.states[lot.state]})])
        # What the keys are for decides when they are free: bids at the opening, a reserve once bidding has closed.
        reserved = "seal_reserve" in lot.procedure.transitions
        not_before = lot.recorded.get("listing_until" if reserved else "bid_deadline")
        event = "listing.closed" if reserved else "lot.opening_started"
        keyset = sealing.assign_keyset(lot.ledger_ref, trustees, k, not_before=not_before, release_event=event)
        lot.key_set_hash = keyset.hash
        lot.save(update_fields=["key_set_hash"])
        ledger.append(
            "lot.key_set_assigned",
            subject=lot,
            actor=actor,
            facts={"key_set": keyset.hash, "k": k, "rules": ["ELE-05"]},
        )
        if lot.final_ref:
            # The keys of the first round are public before the second begins: it has keys of its own.
            second = sealing.assign_keyset(lot.final_ref, trustees, k, release_event="lot.quotes_opening_started")
            said = {"key_set": second.hash, "set": second.pk, "k": k, "rules": ["ELE-05"]}
            ledger.append("lot.final_key_set_assigned", subject=lot, actor=actor, facts=said)
    return keyset.hash


@for_every_lot()
def notice_schedule(*, lot_id: int, actor: Actor, files: Sequence[StoredFile] = ()) -> Notice:
    """The notice waits for its minute, with version 1 of the document; from now on the draft is frozen.

    Raises:
        PermissionDenied, Refused: as `acting`; every rule the draft breaks at once.
    """
    with acting("schedule_notice", lot_id=lot_id, actor=actor, values=draft_values) as act:
        lot, at = act.lot, act.lot.recorded["notice_at"]
        if at < act.now:
            raise Refused([Violation("notice.past", facts={"at": at, "now": act.now})])
        lot.notices.filter(state="scheduled").update(state="recalled")
        version, _ = DocumentVersion.objects.get_or_create(lot=lot, number=1, defaults={"digest": "", "terms": {}})
        version.terms = lot.terms
        if files:
            version.files.set(files)
        version.digest = document_digest(lot, version)
        version.save()
        notice = notice_write(
            act, "tender", f"{announced_as(lot)}{lot.procedure.title}公告", notice_content(lot, version), publish_at=at
        )
        if validity := lot.terms.get("validity_days"):
            from trading.kernel.time import counted

            lot.record("validity_until", counted(lot.recorded["bid_deadline"], int(validity), "cd", "most"))
        act.entry("lot.notice_scheduled", {**noticed(notice), "publish_at": at, "document": version.digest})
    return notice


def notice_publish(*, lot_id: int, actor: Actor = CLOCK, now: datetime | None = None) -> Notice:
    """The notice is public and bidding is open. Once: a second call is refused by the state.

    Raises:
        Refused: before its minute, or a rule broken since it was submitted.
    """
    with acting("publish_notice", lot_id=lot_id, actor=actor, values=draft_values, now=now) as act:
        notice = act.lot.notices.select_for_update().get(state="scheduled", kind="tender")
        notice.state, notice.published_at = "published", act.now
        notice.save(update_fields=["state", "published_at"])
        version = act.lot.documents.get(number=1)
        version.issued_at = max(act.now, act.lot.recorded.get("documents_from", act.now))
        version.save(update_fields=["issued_at"])
        plan = act.lot.tender.plan
        act.entry(
            "lot.announced",
            {
                **noticed(notice),
                "document": version.digest,
                "key_set": act.lot.key_set_hash,
                **({"plan": plan.reference} if plan else {}),
            },
        )
    return notice


@for_every_lot()
def notice_recall(*, lot_id: int, actor: Actor) -> None:
    """The scheduled notice is taken back before its minute; the draft opens again."""
    with acting("recall_notice", lot_id=lot_id, actor=actor) as act:
        act.lot.notices.filter(state="scheduled").update(state="recalled")
        act.entry("lot.notice_recalled")


def announced_as(lot: Lot) -> str:
    """Under what name the lot is announced: the project's where several lots share the document."""
    return lot.tender.title if lot.tender.shared_document else lot.title


def notice_content(lot: Lot, version: DocumentVersion) -> dict[str, Any]:
    """What a tender notice says: the canonical content that page and paper are rendered from."""
    tender, said = lot.tender, lot.recorded
    return {
        "reference": tender.reference,
        # Scheduling checks many rules; what the notice rests on is the duty to announce.
        "article": "；".join(lot.book.article(rule) for rule in lot.procedure.transitions["publish_notice"].rules),
        "procedure": lot.procedure.title,
        "category": tender.trade_category,
        "initiator": {"name": tender.initiator.name, "code": tender.initiator.code},
        "agency": {"name": tender.agency.name, "code": tender.agency.code} if tender.agency else None,
        "authority": tender.authority.name if tender.authority else "",
        "investment_code": tender.investment_code,
        "approval": tender.approval,
        "funding": tender.funding,
        "region": tender.region_name or tender.region_code,
        "scope": lot.scope,
        "qualification": lot.qualification,
        "period": lot.period_text,
        "ceiling_cny": lot.ceiling_cny,
        "estimate_cny": lot.estimate_cny,
        "terms": lot.terms,
        **lots_said(lot),
        "moments": {name: said[name] for name in SET_BY_HAND if name in said},
        "document": version.digest,
        "key_set": key_set_said(lot),
        "edition": tender.book_edition,
        **factor_announced(lot),
        **({"retenders": lot.retenders.reference} if lot.retenders_id else {}),
        **({"plan": {"reference": tender.plan.reference, "at": tender.plan.published_at}} if tender.plan else {}),
    }


def key_set_said(lot: Lot) -> dict[str, Any]:
    """The trustees and fingerprints that stand in the notice; {} for a lot that runs without. One query."""
    keyset = KeySet.objects.filter(pk=lot.ledger_ref).first()
    return key_set_shown_as(keyset) if keyset else {}


def key_set_shown_as(keyset: KeySet) -> dict[str, Any]:
    """Names, fingerprints and threshold of a key set, as notices print them."""
    members = keyset.document["members"]
    return {
        "k": keyset.k,
        "hash": keyset.hash,
        "fingerprint": keysets.set_fingerprint(keyset.document),
        "members": [
            {"name": m["name"], "role": keysets.ROLES[m["role"]], "fingerprint": keysets.member_fingerprint(m)}
            for m in members
        ],
    }
