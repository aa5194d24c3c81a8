"""Tender, lot, notices, document versions, enquiries."""

from collections.abc import Iterator, Mapping
from typing import Any

from platform_site.ledger.registers import Finding
from trading.digests import digest_of
from trading.models import DocumentVersion, Enquiry, Lot, Notice
from trading.testimony.told import Said, Told, differing, missing, moment, unspoken

DRAFTS = ("registered", "scheduled")
# What the tender notice says of the lot and its tender, and nobody may change afterwards.
FIXED = ("reference", "category", "investment_code", "approval", "funding")
# What the lot's own moments repeat from the texts of its notices: moment -> (event, name in the text)
FROM_TEXTS = {
    "candidates_at": ("candidates.published", "from"),
    "contract_at": ("contract.signed", "signed_at"),
    "opening_at": ("lot.bids_disclosed", "started_at"),
}


def tenders(told: Told) -> Iterator[Finding]:
    """Procedure, edition, parties as registered."""
    for tender in {lot.tender_id: lot.tender for lot in told.lots}.values():
        said = told.last(tender.ledger_ref, "tender.registered")
        if said is None:
            yield unspoken("tender", tender.ledger_ref)
            continue
        agency = told.last(tender.ledger_ref, "tender.registered", "tender.agency_changed") or said
        pairs = {
            "procedure": (tender.procedure, said.facts["procedure"]),
            "book_edition": (tender.book_edition, said.facts["edition"]),
            "initiator": (tender.initiator.code, said.facts["initiator"]),
            "agency": (tender.agency.code if tender.agency else "", agency.facts["agency"]),
            "centre": (tender.centre.code if tender.centre else "", said.facts["centre"]),
            "shared_document": (tender.shared_document, said.facts.get("shared_document", False)),
        }
        yield from differing("tender", tender.ledger_ref, said, pairs)


def lots(told: Told) -> Iterator[Finding]:
    """Key set, and from the announcement on what the notices say: codes, money, moments."""
    for lot in told.lots:
        ref = lot.ledger_ref
        keys = told.last(ref, "lot.key_set_assigned", "lot.trustees_replaced")
        pairs = {"key_set_hash": (lot.key_set_hash, keys.facts["key_set"] if keys else "")}
        yield from differing("lot", ref, keys, pairs)
        announced = told.last(ref, "lot.announced")
        text = told.text(announced)
        if announced is None or not text:
            continue
        tender = lot.tender
        values = {"category": tender.trade_category, **{n: getattr(tender, n) for n in FIXED if n != "category"}}
        pairs = {name: (value, text.get(name)) for name, value in values.items()}
        pairs["estimate_cny"] = (lot.estimate_cny, text.get("estimate_cny"))
        yield from differing("lot", ref, announced, pairs)
        yield from _moments(told, lot, announced, text)


def _moments(told: Told, lot: Lot, announced: Said, text: Mapping[str, Any]) -> Iterator[Finding]:
    expected: dict[str, tuple[Said, Any]] = {name: (announced, at) for name, at in text.get("moments", {}).items()}
    moved = told.all(lot.ledger_ref, "lot.amended", "lot.postponed", "lot.trustees_replaced")
    for amended in moved:
        if "bid_deadline" in amended.facts:
            expected["bid_deadline"] = (amended, amended.facts["bid_deadline"])
    anew = told.anew(lot.ledger_ref)
    for name, (event, key) in FROM_TEXTS.items():
        if name == "candidates_at" and not any(one.event == event for one in anew):
            continue  # an evaluation that was set aside has no candidates
        if (said := told.last(lot.ledger_ref, event)) and key in told.text(said):
            expected[name] = (said, told.text(said)[key])
    for said in anew:
        # Corrected candidates are public for the whole period anew.
        if said.event == "notice.corrected" and said.facts.get("until") and "candidates_at" in expected:
            expected["candidates_at"] = (said, said.facts["published_at"])
    for name, (said, at) in expected.items():
        yield from differing("lot", lot.ledger_ref, said, {name: (moment(lot.moments.get(name)), at)})


def notices(told: Told) -> Iterator[Finding]:
    """State, times, kind, title and digest of every notice an entry names; no published notice without one."""
    named: dict[str, tuple[Lot, Said]] = {}
    state: dict[str, str] = {}
    for lot in told.lots:
        waiting = ""
        for said in told.all(lot.ledger_ref):
            if said.event in ("lot.notice_recalled", "lot.terminated", "lot.notice_scheduled") and waiting:
                state[waiting], waiting = "recalled", ""
            if notice := said.facts.get("notice"):
                named[notice] = (lot, said)
                state[notice] = "scheduled" if said.event == "lot.notice_scheduled" else "published"
                waiting = notice if said.event == "lot.notice_scheduled" else ""
    for key, (lot, said) in named.items():
        notice = told.notices.get(key)
        if notice is None:
            yield missing("notice", f"notice:{key}", said)
            continue
        pairs = {
            "lot": (notice.lot_id, lot.pk),
            "kind": (notice.kind, said.facts["kind"]),
            "state": (notice.state, state[key]),
            "digest": (digest_of(notice.content), said.facts["digest"]),
            "title": (notice.title, _title(notice)),
        }
        if state[key] == "published":
            pairs["published_at"] = (notice.published_at, said.facts.get("published_at"))
        elif "publish_at" in said.facts:
            pairs["publish_at"] = (notice.publish_at, said.facts["publish_at"])
            pairs["published_at"] = (notice.published_at, None)
        yield from differing("notice", notice.ledger_ref, said, pairs)
    for key, notice in told.notices.items():
        if key not in named:
            yield unspoken(f"notice {notice.title}", notice.ledger_ref)


def _title(notice: Notice) -> str:
    """As its text has it; the text of an answered objection has the objection's own title instead."""
    if notice.kind != "objection":
        return str(notice.content.get("title"))
    return f"{notice.content['lot_title']}异议答复（异-{notice.content['number']:02d}）"


def documents(told: Told) -> Iterator[Finding]:
    """Terms, files and the lot's columns of every version give the digest its entry holds; the lot repeats the last."""
    rows = DocumentVersion.objects.filter(lot__in=told.lots).prefetch_related("files").order_by("lot", "number")
    versions: dict[int, dict[int, DocumentVersion]] = {}
    for row in rows:
        versions.setdefault(row.lot_id, {})[row.number] = row
    for lot in told.lots:
        if lot.state == "registered":
            continue  # the draft is open
        ref, held = lot.ledger_ref, versions.get(lot.pk, {})
        first = told.last(ref, "lot.notice_scheduled")
        said = ([first] if first else []) + told.all(ref, "lot.amended")
        columns = {"scope": lot.scope, "qualification": lot.qualification, "ceiling_cny": lot.ceiling_cny}
        for number in range(len(said), 0, -1):
            version = held.pop(number, None)
            if version is None:
                yield missing(f"document version {number}", ref, said[number - 1])
                continue
            changes = {row["field"]: row for row in told.text(said[number - 1]).get("changes", ())}
            columns |= {name: changes[name]["after"] for name in columns if name in changes}
            whole = {
                "lot": ref,
                "number": number,
                "terms": version.terms,
                "files": sorted(file.sha256 for file in version.files.all()),
                **columns,
            }
            told_digest = said[number - 1].facts["document"]
            pairs = {
                "digest": (version.digest, told_digest),
                "what it is the digest of": (digest_of(whole), told_digest),
            }
            if number == len(said):
                pairs["terms"] = (lot.terms, version.terms)
            yield from differing(f"document version {number}", ref, said[number - 1], pairs)
            columns |= {name: changes[name]["before"] for name in columns if name in changes}
        for number in held:
            yield unspoken(f"document version {number}", ref)


def enquiries(told: Told) -> Iterator[Finding]:
    """The question as it was asked, by whom; the answer as it was published."""
    rows = list(Enquiry.objects.filter(lot__in=told.lots).select_related("subject", "lot__tender"))
    told.sealed_about(f"enquiry:{row.pk}" for row in rows)
    answers = {
        (lot.pk, pair["question"], pair["answer"])
        for lot in told.lots
        for said in told.all(lot.ledger_ref, "lot.clarified")
        for pair in told.text(said).get("answers", ())
    }
    for row in rows:
        ref = f"enquiry:{row.pk}"
        asked = told.last(ref, "enquiry.asked")
        if asked is None:
            yield unspoken("enquiry", ref)
            continue
        pairs = {"text": (row.text, asked.facts["text"]), "lot": (row.lot.reference, asked.facts["lot"])}
        if "for" in asked.held:
            pairs["subject"] = (row.subject.code, asked.held["for"])
        yield from differing("enquiry", ref, asked, pairs)
        if row.answer and (row.lot_id, row.text, row.answer) not in answers:
            yield Finding("row", "enquiry: its answer is not the published one", str(asked.entry), subject=ref)
