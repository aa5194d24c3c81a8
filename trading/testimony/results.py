"""Committee, marks, report; candidates, challenges, award, letters, contract, archive."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from platform_site.ledger.registers import Finding
from trading.digests import digest_of
from trading.models import (
    Archive,
    Award,
    BidQuestion,
    Candidate,
    Challenge,
    Committee,
    CommitteeMember,
    Contract,
    ContractText,
    Letter,
    Lot,
    Report,
    ReviewMark,
    ScoreMark,
)
from trading.testimony.told import Said, Told, differing, missing, moment, same, unspoken

RECEIVED = {f"challenge.{kind}_received": kind for kind in Challenge.KINDS}


def _one_each(told: Told, model: Any, what: str, *events: str, related: tuple[str, ...] = ()) -> Iterator[Any]:
    """(lot, row, entry) of a table with one row a lot, or a finding where one of the two is missing."""
    rows = {row.lot_id: row for row in model.objects.filter(lot__in=told.lots).select_related(*related)}
    for lot in told.lots:
        row, said = rows.get(lot.pk), told.last(lot.ledger_ref, *events)
        if row and said:
            yield lot, row, said
        elif said:
            yield missing(what, lot.ledger_ref, said)
        elif row:
            yield unspoken(what, lot.ledger_ref)


def committees(told: Told) -> Iterator[Finding]:
    """Who sits, under which label, from which draw."""
    seats: dict[int, list[CommitteeMember]] = {}
    for seat in CommitteeMember.objects.filter(committee__lot__in=told.lots).select_related("user"):
        seats.setdefault(seat.committee_id, []).append(seat)
    for found in _one_each(told, Committee, "committee", "committee.formed", related=("draw",)):
        if isinstance(found, Finding):
            yield found
            continue
        lot, row, said = found
        sitting = [seat for seat in seats.get(row.pk, ()) if seat.left_at is None]
        pairs: dict[str, tuple[Any, Any]] = {
            "draw": (row.draw.ledger_ref if row.draw else "", said.facts["draw"]),
            "members": (
                sorted((seat.label, seat.is_expert) for seat in sitting),
                sorted((one["label"], one["expert"]) for one in said.facts["members"]),
            ),
        }
        if "people" in said.held:
            pairs["people"] = (
                sorted((seat.label, str(seat.user.public_id)) for seat in sitting),
                sorted((one["label"], one["user"]) for one in said.held["people"]),
            )
        asked = told.last(lot.ledger_ref, "evaluation.time_asked")
        pairs["time_asked"] = (len(row.time_asked), asked.facts["asked"] if asked else 0)
        extended = told.last(lot.ledger_ref, "evaluation.time_extended")
        pairs["time_extended_to"] = (row.time_extended_to, extended.facts["until"] if extended else None)
        yield from differing("committee", lot.ledger_ref, said, pairs)


def marks(told: Told) -> Iterator[Finding]:
    """Every mark as its member last gave it. What was erased of an entry is not compared."""
    for model, event in ((ScoreMark, "bid.scored"), (ReviewMark, "bid.reviewed")):
        rows = {}
        for mark in model.objects.filter(member__committee__lot__in=told.lots).select_related("member__committee"):
            rows[mark.member.committee.lot_id, mark.member.label, str(mark.bid_id), mark.item] = mark
        for lot in told.lots:
            entries, whole = told.anew(lot.ledger_ref, event), True
            last: dict[Any, tuple[Said, dict[str, Any]]] = {}
            for said in entries:
                if {"member", "bid", "marks"} <= said.held.keys():
                    for item, columns in said.held["marks"].items():
                        last[lot.pk, said.held["member"], said.held["bid"], item] = said, columns
                else:
                    whole = False
            for key, (said, columns) in last.items():
                mark = rows.pop(key, None)
                if mark is None:
                    yield missing("mark", lot.ledger_ref, said)
                    continue
                pairs = {name: (getattr(mark, name), value) for name, value in columns.items()}
                yield from differing("mark", lot.ledger_ref, said, pairs)
            if whole:
                for key in [key for key in rows if key[0] == lot.pk]:
                    yield unspoken(f"mark of {key[1]} for {key[3]}", lot.ledger_ref)


def questions(told: Told) -> Iterator[Finding]:
    """The committee's questions and their answers."""
    rows = {str(row.pk): row for row in BidQuestion.objects.filter(bid__lot__in=told.lots)}
    for lot in told.lots:
        answers = {one.facts["question"]: one for one in told.all(lot.ledger_ref, "bid.question_answered")}
        for said in told.all(lot.ledger_ref, "bid.questioned"):
            row = rows.pop(said.facts["question"], None)
            if row is None:
                yield missing("question", lot.ledger_ref, said)
                continue
            held = {name: (str(getattr(row, column)), said.held[name])
                    for name, column in (("text", "text"), ("bid", "bid_id")) if name in said.held}  # fmt: skip
            yield from differing("question", lot.ledger_ref, said, held)
            answer = answers.get(str(row.pk))
            if answer is None:
                yield from differing("question", lot.ledger_ref, said, {"answer": (row.answer, "")})
            elif "text" in answer.held:
                yield from differing("question", lot.ledger_ref, answer, {"answer": (row.answer, answer.held["text"])})
    for key in rows:
        yield unspoken("question", f"question:{key}")


def reports(told: Told) -> Iterator[Finding]:
    """The text that was signed and submitted, and under which labels."""
    for found in _one_each(told, Report, "report", "report.drafted", "report.submitted"):
        if isinstance(found, Finding):
            yield found
            continue
        lot, row, said = found
        submitted = next(reversed(told.anew(lot.ledger_ref, "report.submitted")), None)
        pairs: dict[str, tuple[Any, Any]] = {
            "digest": (row.digest, said.facts["digest"]),
            "content": (digest_of(row.content), said.facts["digest"]),
            "submitted": (row.submitted_at is not None, submitted is not None),
        }
        if submitted:
            pairs["submitted_at"] = (row.submitted_at, moment(lot.moments.get("report_at")))
        yield from differing("report", lot.ledger_ref, said, pairs)
        signed = {one.facts["member"]: one for one in told.anew(lot.ledger_ref, "report.signed")}
        rows = {one.member.label: one for one in row.signatures.select_related("member")}
        for label, one in signed.items():
            if label not in rows:
                yield missing(f"signature of {label}", lot.ledger_ref, one)
                continue
            signature = rows.pop(label)
            pairs = {
                "digest": (signature.digest, one.facts["digest"]),
                "dissent": (bool(signature.dissent), one.facts["dissent"]),
            }
            if "dissent" in one.held:
                pairs["dissent's text"] = (signature.dissent, one.held["dissent"])
            yield from differing(f"signature of {label}", lot.ledger_ref, one, pairs)
        for label in rows:
            yield unspoken(f"signature of {label}", lot.ledger_ref)


def candidates(told: Told) -> Iterator[Finding]:
    """Ranks, prices and points as the submitted report gave them."""
    reports = {row.lot_id: row.content for row in Report.objects.filter(lot__in=told.lots)}
    rows: dict[int, list[Candidate]] = {}
    for row in Candidate.objects.filter(lot__in=told.lots).order_by("lot", "rank"):
        rows.setdefault(row.lot_id, []).append(row)
    for lot in told.lots:
        said = next(reversed(told.anew(lot.ledger_ref, "candidates.published", "lot.awarded")), None)
        content = reports.get(lot.pk)
        if said is None or content is None:
            if lot.pk in rows:
                yield unspoken("candidates", lot.ledger_ref)
            continue
        ranking = {row["bid"]: row for row in content["ranking"]}
        told_rows = [
            (n, bid, Decimal(ranking[bid]["price_cny"]), {**ranking[bid]["parts"], "total": ranking[bid]["total"]})
            for n, bid in enumerate(content["candidates"], 1)
        ]
        found = [(row.rank, str(row.bid_id), row.price_cny, row.points) for row in rows.get(lot.pk, ())]
        if found != told_rows:
            why = "the candidates are not those of the submitted report"
            yield Finding("row", why, str(said.entry), said.position, lot.ledger_ref)


def challenges(told: Told) -> Iterator[Finding]:
    """What was objected, until when it had to be answered, and how it was."""
    rows = {str(row.pk): row for row in Challenge.objects.filter(lot__in=told.lots)}
    for lot in told.lots:
        answers = {one.facts["challenge"]: one for one in told.all(lot.ledger_ref, "challenge.answered")}
        for said in told.all(lot.ledger_ref, *RECEIVED):
            row = rows.pop(said.facts["challenge"], None)
            if row is None:
                yield missing("challenge", f"challenge:{said.facts['challenge']}", said)
                continue
            pairs: dict[str, tuple[Any, Any]] = {
                "lot": (row.lot_id, lot.pk),
                "kind": (row.kind, RECEIVED[said.event]),
                "number": (row.number, said.facts["number"]),
                "reply_by": (row.reply_by, said.facts["reply_by"]),
                **{name: (getattr(row, name), said.held[name]) for name in ("title", "text") if name in said.held},
            }
            answer = answers.get(str(row.pk))
            text = told.text(answer)
            pairs["upheld"] = (row.upheld, answer.facts["upheld"] if answer else None)
            pairs["reply"] = (row.reply, text.get("reply") if answer else "")
            pairs["affects_result"] = (row.affects_result, bool(text.get("affects_result")) if answer else False)
            pairs["answered"] = (row.replied_at is not None, answer is not None)
            if answer:
                pairs["received_at"] = (row.received_at, text.get("received_at"))
            yield from differing("challenge", row.ledger_ref, answer or said, pairs)
    for row in rows.values():
        yield unspoken("challenge", row.ledger_ref)


def awards(told: Told) -> Iterator[Finding]:
    """Who won, for how much, and how each award but the last ended. A listing has no bid behind its award."""
    rows: dict[int, list[Award]] = {}
    for row in Award.objects.filter(lot__in=told.lots).select_related("subject").order_by("at", "pk"):
        rows.setdefault(row.lot_id, []).append(row)
    for lot in told.lots:
        entries, found = told.all(lot.ledger_ref, "lot.awarded"), rows.get(lot.pk, [])
        ends = told.all(lot.ledger_ref, *ENDED)
        for said in entries[len(found) :]:
            yield missing("award", lot.ledger_ref, said)
        for _ in found[len(entries) :]:
            yield unspoken("award", lot.ledger_ref)
        for n, (row, said) in enumerate(zip(found, entries, strict=False)):
            end = ends[n] if n < len(ends) else None
            yield from differing("award", lot.ledger_ref, said, _award(lot, row, said, end))


# event that ends an award -> its state
ENDED = {"award.cancelled": "cancelled", "award.set_aside": "void"}


def _award(lot: Lot, row: Award, said: Said, end: Said | None) -> dict[str, tuple[Any, Any]]:
    facts = said.facts
    pairs: dict[str, tuple[Any, Any]] = {
        "subject": (row.subject.code, facts.get("subject", facts.get("winner"))),
        "amount_cny": (row.amount_cny, facts.get("amount_cny", facts.get("amount"))),
        "bid": (str(row.bid_id) if row.bid_id else None, facts.get("bid")),
        "state": (row.state, ENDED[end.event] if end else "standing"),
        "ended": (row.ended_at is not None, end is not None),
    }
    if end is None:
        pairs["at"] = (row.at, moment(lot.moments.get("award_at")))
    elif end.event == "award.cancelled":
        pairs["ended_ground"] = (row.ended_ground, end.facts["ground"])
    return pairs


def letters(told: Told) -> Iterator[Finding]:
    """Every letter the award named is there and addressed to whom its text says."""
    rows: dict[int, list[Letter]] = {}
    for row in Letter.objects.filter(lot__in=told.lots).select_related("subject", "award"):
        rows.setdefault(row.lot_id, []).append(row)
    for lot in told.lots:
        said, there = told.last(lot.ledger_ref, "lot.awarded"), {row.digest for row in rows.get(lot.pk, ())}
        for one in told.all(lot.ledger_ref, "lot.awarded"):
            for digest in set(one.facts.get("letters", ())) - there:
                yield missing(f"letter {digest[:12]}", lot.ledger_ref, one)
        for row in rows.get(lot.pk, ()):
            pairs = {
                "lot": (lot.reference, row.content.get("lot")),
                "kind": (row.kind, row.content.get("kind")),
                "subject": (row.subject.code, (row.content.get("addressee") or {}).get("code")),
                "issued_at": (row.issued_at, row.content.get("issued_at")),
                "award_at": (row.award.at if row.award else None, row.content.get("issued_at")),
            }
            yield from differing("letter", row.ledger_ref, said, pairs)


def contracts(told: Told) -> Iterator[Finding]:
    """Amount and particulars as signed."""
    for found in _one_each(told, Contract, "contract", "contract.signed"):
        if isinstance(found, Finding):
            yield found
            continue
        lot, row, said = found
        pairs = {
            "amount_cny": (row.amount_cny, said.facts["amount_cny"]),
            "digest": (row.digest, said.facts["contract"]),
            "particulars": (digest_of(row.particulars), said.facts["contract"]),
            "signed_at": (row.signed_at, told.text(said).get("signed_at")),
        }
        yield from differing("contract", lot.ledger_ref, said, pairs)


def contract_texts(told: Told) -> Iterator[Finding]:
    """Texts sent to the members of a consortium, and who signed which."""
    rows = ContractText.objects.filter(award__lot__in=told.lots).select_related("award__lot__tender")
    for text in rows.prefetch_related("assents__subject"):
        ref = text.award.lot.ledger_ref
        sent = [one for one in told.all(ref, "contract.text_sent") if one.facts["contract"] == text.digest]
        joined = {
            one.facts["subject"] for one in told.all(ref, "contract.joined") if one.facts["contract"] == text.digest
        }
        if not sent:
            yield unspoken("contract text", ref)
            continue
        pairs = {
            "number": (text.number, sent[-1].facts["number"]),
            "particulars": (digest_of(text.particulars), text.digest),
            "signed by": (sorted(one.subject.code for one in text.assents.all()), sorted(joined)),
        }
        yield from differing("contract text", ref, sent[-1], pairs)


def archives(told: Told) -> Iterator[Finding]:
    """The package whose digest was archived."""
    for found in _one_each(told, Archive, "archive", "lot.archived", related=("file",)):
        if isinstance(found, Finding):
            yield found
            continue
        lot, row, said = found
        pairs = {
            "file": (row.file_id, said.facts["file"]),
            "sha256": (row.file.sha256, said.facts["sha256"]),
            "size": (row.file.size, said.facts["size"]),
        }
        if not same(row.made_at, moment(lot.moments.get("archived_at"))):
            pairs["made_at"] = (row.made_at, lot.moments.get("archived_at"))
        yield from differing("archive", lot.ledger_ref, said, pairs)
