"""Bids and the roll; sign-ups and offers of a listing."""

from collections.abc import Iterator, Mapping
from typing import Any

from platform_site.ledger.receipts import promise_key, promised_by
from platform_site.ledger.registers import Finding
from platform_site.sealing.canonical import digest
from trading.models import Bid, FactorDraw, Lot, Offer, Opening, Quote, Report, Reserve, SignUp
from trading.testimony.told import Said, Told, differing, missing, moment, unspoken

OUTCOMES = {"opened": "opened", "revoked": "revoked", "withdrawn": "lapsed", "left": "left"}
# The state of the envelope in which a bid of this state lies.
ENVELOPES = {"withdrawn": "retracted", "lapsed": "withdrawn", "rejected": "opened"}


def bids(told: Told) -> Iterator[Finding]:
    """Who filed what when, what became of it and what it offered."""
    rows = list(
        Bid.objects.filter(lot__in=told.lots).select_related("subject", "envelope__result", "document", "lot__tender")
    )
    told.sealed_about(row.ledger_ref for row in rows)
    key = promise_key() if rows else None
    filed = {row.pk: told.last(row.ledger_ref, "bid.filed") for row in rows}
    replaced = {said.facts["replaces"]: said for said in filed.values() if said and said.facts["replaces"]}
    fates = {lot.pk: _Fates(told, lot) for lot in told.lots}
    for row in rows:
        said = filed[row.pk]
        if said is None:
            yield unspoken("bid", row.ledger_ref)
            continue
        yield from differing("bid", row.ledger_ref, said, _filed(key, row, row, said))
        withdrawn = told.last(row.ledger_ref, "bid.withdrawn")
        yield from _fate(row, fates[row.lot_id], said, replaced.get(str(row.pk)), withdrawn)


def _filed(key: Any, row: Bid | Quote, bid: Bid, said: Said) -> dict[str, tuple[Any, Any]]:
    """What a sealed entry says of a filing, in whichever round; `bid` says for which lot and of whom."""
    promised = [str(said.entry), said.leaf, bid.lot.ledger_ref]
    pairs = {
        "lot": (bid.lot.reference, said.facts["lot"]),
        "envelope": (row.envelope.header_sha256, said.facts["envelope"]),
        "document": (row.document.digest, row.envelope.header.get("document")),
        "arrived_at": (row.arrived_at, said.facts["arrived_at"]),
        "entry_id": (row.entry_id, str(said.entry)),
        "promise is signed": (promised_by(key, row.promise), True),
        "promised entry": ([row.promise.get(n) for n in ("id", "entry", "lot")], promised),
        "promised time": (row.arrived_at, row.promise.get("arrived_at")),
    }
    if "for" in said.held:
        pairs["subject"] = (bid.subject.code, said.held["for"])
    return pairs


class _Fates:
    """What the lot's public entries say became of its bids."""

    def __init__(self, told: Told, lot: Lot) -> None:
        self.opened = told.last(lot.ledger_ref, "lot.bids_disclosed")
        # 竞争性磋商: the first responses go to the group, and what they offer is a private fact.
        self.handed = told.last(lot.ledger_ref, "lot.bids_handed_over")
        first = self.handed.facts["results"] if self.handed else ()
        self.kinds = {row["bid"]: row["outcome"] for row in first}
        self.first = {row["bid"]: row for row in self.handed.held.get("results", ())} if self.handed else {}
        last = self.opened.facts["results"] if self.opened else ()
        self.results = self.first | {row["bid"]: row for row in last}
        self.returned = told.last(lot.ledger_ref, "lot.bids_returned", "lot.terminated")
        judged = told.anew(lot.ledger_ref, "report.submitted", "lot.bids_rejected")
        self.judged = judged[-1] if judged else None
        self.rejected: Mapping[str, Mapping[str, Any]] = {}
        if self.judged and self.judged.event == "report.submitted":
            report = Report.objects.filter(lot=lot).first()
            told_rows = report.content.get("rejected", ()) if report else ()
            self.rejected = {row["bid"]: row for row in told_rows}
        elif self.judged:
            self.rejected = {row["bid"]: row for row in told.text(self.judged).get("rejected", ())}


def _fate(row: Bid, fates: _Fates, filed: Said, replaced: Said | None, withdrawn: Said | None) -> Iterator[Finding]:
    key = str(row.pk)
    result = fates.results.get(key)
    said: Said | None
    if replaced:
        state, said = "replaced", replaced
    elif withdrawn:
        state, said = "withdrawn", withdrawn
    elif key in fates.rejected:
        state, said = "rejected", fates.judged
    elif result:
        state, said = OUTCOMES[result["outcome"]], fates.opened or fates.handed
    elif fates.returned:
        state, said = "returned", fates.returned
    else:
        state, said = "sealed", filed
    pairs: dict[str, tuple[Any, Any]] = {
        "state": (row.state, state),
        "envelope's state": (row.envelope.state, fates.kinds.get(key) or ENVELOPES.get(state, state)),
        "rejection": (row.rejection, _rejection(fates.rejected.get(key))),
    }
    yield from differing("bid", row.ledger_ref, said, pairs)
    offer = {"offer": (row.offer or None, (result or {}).get("offer") or None)}
    yield from differing("bid", row.ledger_ref, fates.opened or fates.handed or filed, offer)
    yield from _result("bid", row, fates.handed or fates.opened, fates.first.get(key) if fates.handed else result)


def _result(what: str, row: Bid | Quote, said: Said | None, told_result: Mapping[str, Any] | None) -> Iterator[Finding]:
    """What sealing keeps of the opened envelope is what the opening's entry says."""
    found = getattr(row.envelope, "result", None)
    if (found is None) != (told_result is None):
        yield Finding("row", f"{what}: its opening's result and the record differ", subject=row.ledger_ref)
    elif found is not None and told_result is not None:
        pairs = {
            "outcome": (found.kind, told_result["outcome"]),
            "by": (found.by, told_result["by"]),
            "blame": (found.blame, told_result["blame"]),
            "missing": (found.missing, told_result["missing"]),
            "opened offer": (found.offer, told_result.get("quoted", told_result["offer"])),
            "manifest": (found.manifest_sha256, told_result["manifest"]),
        }
        yield from differing(what, row.ledger_ref, said, pairs)


def quotes(told: Told) -> Iterator[Finding]:
    """Who filed which final quote when, and what became of it."""
    found = Quote.objects.filter(bid__lot__in=told.lots).select_related("bid__subject", "bid__lot__tender", "document")
    rows = list(found.select_related("envelope__result"))
    told.sealed_about(row.ledger_ref for row in rows)
    key = promise_key() if rows else None
    filed = {row.pk: told.last(row.ledger_ref, "quote.filed") for row in rows}
    replaced = {said.facts["replaces"] for said in filed.values() if said and said.facts["replaces"]}
    for row in rows:
        said, ref = filed[row.pk], row.bid.lot.ledger_ref
        if said is None:
            yield unspoken("quote", row.ledger_ref)
            continue
        shown = told.last(ref, "lot.bids_disclosed")
        results = {one.get("quote"): one for one in shown.facts["results"]} if shown else {}
        result = results.get(str(row.pk))
        returned = told.last(ref, "lot.quotes_returned")
        state = "replaced" if str(row.pk) in replaced else "returned" if returned else "sealed"
        pairs = _filed(key, row, row.bid, said) | {
            "bid": (str(row.bid_id), said.facts["bid"]),
            "state": (row.state, OUTCOMES[result["outcome"]] if result else state),
            "envelope's state": (row.envelope.state, result["outcome"] if result else state),
        }
        yield from differing("quote", row.ledger_ref, said, pairs)
        yield from _result("quote", row, shown, result)


def _rejection(row: Mapping[str, Any] | None) -> dict[str, Any]:
    if row is None:
        return {}
    return {"grounds": row["grounds"], "ground": row["grounds"][0], "reason": "；".join(row["reasons"])}


def openings(told: Told) -> Iterator[Finding]:
    """The roll, the results, the objections on the spot."""
    rows = {row.lot_id: row for row in Opening.objects.filter(lot__in=told.lots)}
    for lot in told.lots:
        ref, row = lot.ledger_ref, rows.get(lot.pk)
        began = told.last(ref, "lot.opening_started")
        if began is None or row is None:
            if began:
                yield missing("opening", ref, began)
            elif row:
                yield unspoken("opening", ref)
            continue
        yield from differing("opening", ref, began, {"roll": (row.roll, began.facts["roll"])})
        yield from differing("opening", ref, began, {"started_at": (row.started_at, moment(lot.moments["opening_at"]))})
        shown = told.last(ref, "lot.bids_disclosed")
        text = told.text(shown)
        pairs: dict[str, tuple[Any, Any]] = {
            "results": (row.results, shown.facts["results"] if shown else []),
            "disclosed_at": (row.disclosed_at, text.get("disclosed_at") if shown else None),
        }
        if shown:
            pairs["started_at"] = (row.started_at, text.get("started_at"))
        yield from differing("opening", ref, shown or began, pairs)
        yield from _remarks(told, ref, row)


def _remarks(told: Told, ref: str, row: Opening) -> Iterator[Finding]:
    raised = told.all(ref, "opening.objection_raised")
    answers = {said.facts["number"]: said.facts["answer"] for said in told.all(ref, "opening.objection_answered")}
    expected = [(said.facts["text"], answers.get(said.facts["number"], "")) for said in raised]
    found = [(remark["text"], remark.get("answer") or "") for remark in row.remarks]
    yield from differing("opening", ref, raised[-1] if raised else None, {"remarks": (found, expected)})


def factor_draws(told: Told) -> Iterator[Finding]:
    """Who was bound to which nonce, and which factor came of it by which certificate."""
    rows = {row.lot_id: row for row in FactorDraw.objects.filter(lot__in=told.lots)}
    for lot in told.lots:
        ref, row = lot.ledger_ref, rows.get(lot.pk)
        bound = {said.facts["role"]: said for said in told.all(ref, "lot.factor_committed")}
        drawn = told.last(ref, "lot.factor_drawn")
        if row is None or not bound:
            if said := drawn or next(iter(bound.values()), None):
                yield missing("factor draw", ref, said)
            elif row:
                yield unspoken("factor draw", ref)
            continue
        last = list(bound.values())[-1]
        pairs: dict[str, tuple[Any, Any]] = {
            "commitments": (row.commitments, {role: said.facts["commitment"] for role, said in bound.items()}),
            "sealed_nonces": (
                {role: digest(sealed) for role, sealed in row.sealed_nonces.items()},
                {role: said.facts["sealed"] for role, said in bound.items()},
            ),
        }
        yield from differing("factor draw", ref, last, pairs)
        pairs = {
            "certificate": (row.certificate, drawn.facts["certificate"] if drawn else None),
            "drawn_at": (row.drawn_at, drawn.facts["at"] if drawn else None),
        }
        yield from differing("factor draw", ref, drawn or last, pairs)


def reserves(told: Told) -> Iterator[Finding]:
    """What was sealed as a listing's reserve, and what it came to."""
    rows = Reserve.objects.filter(lot__in=told.lots).select_related("envelope__result", "lot__tender")
    by_digest = {(row.lot_id, row.envelope.header_sha256): row for row in rows}
    for lot in told.lots:
        ref, opened = lot.ledger_ref, told.last(lot.ledger_ref, "reserve.opened")
        sealed = told.all(ref, "reserve.sealed")
        replaced = {said.facts["replaces"] for said in sealed}
        for said in sealed:
            row = by_digest.pop((lot.pk, said.facts["envelope"]), None)
            if row is None:
                yield missing("reserve", ref, said)
                continue
            came = opened if opened and opened.facts["envelope"] == said.facts["envelope"] else None
            kept = "replaced" if said.facts["envelope"] in replaced else "sealed"
            pairs: dict[str, tuple[Any, Any]] = {
                "arrived_at": (row.arrived_at, said.facts["arrived_at"]),
                "sealed_to": (row.envelope.header.get("trustee_set"), said.facts["sealed_to"]),
                "state": (row.state, came.facts["outcome"] if came else kept),
                "amount_cny": (row.amount_cny, came.facts["amount_cny"] if came else None),
            }
            result = getattr(row.envelope, "result", None)
            if came and result:
                pairs["manifest"] = (result.manifest_sha256, came.facts["manifest"])
            yield from differing("reserve", ref, came or said, pairs)
    for (pk, _), _row in by_digest.items():
        yield unspoken("reserve", next(lot.ledger_ref for lot in told.lots if lot.pk == pk))


def listings(told: Told) -> Iterator[Finding]:
    """Who takes part, and every offer under its pseudonym."""
    signed = list(SignUp.objects.filter(lot__in=told.lots).select_related("subject", "lot__tender"))
    told.sealed_about(f"sign-up:{row.pk}" for row in signed)
    for row in signed:
        ref = f"sign-up:{row.pk}"
        said = told.last(ref, "listing.signed_up")
        if said is None:
            yield unspoken("sign-up", ref)
            continue
        pairs = {"lot": (row.lot.reference, said.facts["lot"])}
        if "for" in said.held:
            pairs["subject"] = (row.subject.code, said.held["for"])
        yield from differing("sign-up", ref, said, pairs)
    offers = {str(row.pk): row for row in Offer.objects.filter(lot__in=told.lots).select_related("sign_up")}
    for lot in told.lots:
        for said in told.all(lot.ledger_ref, "offer.made"):
            offer = offers.pop(said.facts["offer"], None)
            if offer is None:
                yield missing("offer", f"offer:{said.facts['offer']}", said)
                continue
            pairs = {
                "lot": (offer.lot_id, lot.pk),
                "amount_cny": (offer.amount_cny, said.facts["amount"]),
                "bidder": (offer.sign_up.pseudonym, said.facts["bidder"]),
                "at": (offer.at, moment(said.facts["at"])),
            }
            yield from differing("offer", f"offer:{offer.pk}", said, pairs)
    for key in offers:
        yield unspoken("offer", f"offer:{key}")
