"""What one subject holds of a lot: documents, questions, objections, filings. Own facts only, so nothing here can tell
of a rival."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, cast

from credit import selectors as credit
from platform_site import workdays
from platform_site.accounts.actors import Actor
from platform_site.sealing import selectors as sealed_things
from platform_site.sealing.selectors import Unfiled
from trading.bidwords import words_of
from trading.kernel import procedure as kernel
from trading.lifeline import Next
from trading.models import Bid, Bond, Challenge, DocumentObtained, DocumentVersion, Enquiry, Lot, Quote
from trading.models.bid import BidQuerySet
from trading.rounds import own_quotes
from trading.services import documents
from trading.services.acts import facts_of
from trading.services.trustees import key_set_in_force

FILED = ("sealed", "opened", "revoked", "lapsed", "returned", "rejected", "left")


@dataclass(frozen=True, slots=True)
class Own:
    """The subject's side of the lot.

    Attributes:
        held: since when the document is held; None while it is not.
        standing: the bid that counts; None before filing and after a withdrawal.
        bids: every filing, newest first, replaced and withdrawn ones too.
        unfiled: ciphertexts that arrived for the lot, or began to, and were not filed.
        quotes: every final quote of a consultation, newest first.
    """

    held: DocumentObtained | None
    standing: Bid | None
    bids: list[Bid]
    enquiries: list[Enquiry]
    challenges: list[Challenge]
    bonds: list[Bond]
    unfiled: Unfiled | None = None
    quotes: tuple[Quote, ...] = ()

    @property
    def quote(self) -> Quote | None:
        """The final quote that counts."""
        return next((quote for quote in self.quotes if quote.state != "replaced"), None)


def own_side(lot: Lot, actor: Actor) -> Own:
    """What the subject acted for holds of the lot. Six queries, seven of a consultation; none for who acts for
    nobody."""
    if not actor.subject_code:
        return Own(None, None, [], [], [], [])
    code = actor.subject_code
    bids = list(bids_of(actor).filter(lot=lot))
    return Own(
        DocumentObtained.objects.filter(lot=lot, subject__code=code).first(),
        next((bid for bid in bids if bid.state in FILED), None),
        bids,
        list(Enquiry.objects.filter(lot=lot, subject__code=code).order_by("-asked_at")),
        list(Challenge.objects.filter(lot=lot, subject__code=code).order_by("number")),
        list(Bond.objects.filter(lot=lot, subject__code=code).select_related("institution").order_by("-declared_at")),
        sealed_things.unfiled(lot.ledger_ref, code),
        tuple(own_quotes(lot, actor)),
    )


def bids_of(actor: Actor) -> BidQuerySet:
    """The filings of the subject acted for, newest first. Never anybody else's, not even once they are open."""
    found = Bid.objects.filter(subject__code=actor.subject_code) if actor.subject_code else Bid.objects.none()
    return found.select_related("subject", "document", "envelope", "filed_by").order_by("-arrived_at", "-pk")


def versions_of(lot: Lot) -> list[DocumentVersion]:
    """Issued versions with their files, newest first. Two queries."""
    issued = lot.documents.filter(issued_at__isnull=False)
    return list(issued.prefetch_related("files").order_by("-number"))


def objection_until(lot: Lot, deadline: datetime | None) -> datetime | None:
    """The moment from which an objection to the document comes too late (ENG-12); None where the book knows none."""
    if deadline is None or "object_document" not in lot.procedure.transitions:
        return None
    number = lot.book.rule("ENG-12")["days"]
    return workdays.window_closes(deadline, int(number.amount), cast(Literal["cd", "wd"], number.unit))


def open_verbs(lot: Lot, facts: kernel.Facts) -> dict[str, bool]:
    """verb -> whether its gates (state, hold, clock) are open now; a verb the book does not know is absent."""
    known = (
        "obtain_documents",
        "ask",
        "object_document",
        "declare_bond",
        "file_bid",
        "withdraw_bid",
        "unlock",
        "file_quote",
        "unlock_quote",
        "object_opening",
        "object_result",
        "sign_up",
        "offer",
        "offer_timed",
        "continue_bidding",
    )
    moves = lot.procedure.transitions
    return {v: kernel.gate(lot.book, lot.procedure, v, facts) is None for v in known if v in moves}


def bidder_next(lot: Lot, own: Own, facts: kernel.Facts, verbs: Mapping[str, bool]) -> Next:
    """The bidder's next step in the law's words."""
    said, moves = words_of(lot.procedure), lot.procedure.transitions

    def step(title: str, verb: str = "", until: datetime | None = None, note: str = "", **more: Any) -> Next:
        rule = moves[verb].rules[0] if verb in moves and moves[verb].rules else ""
        return Next(title, lot.book.article(rule), rule, until, note, verb=verb, **more)

    if facts.state == "bidding":
        deadline = kernel.moment(lot.book, lot.procedure, "bid_deadline", facts)
        standing = next((h for h in facts.holds if h.end is None), None)
        paused = f"{standing.reason}，截止时间相应顺延" if standing and deadline is None else ""
        if own.standing:
            return step(f"等待{said.opening}", "start_opening", deadline, f"距{said.deadline}", paused=paused)
        if not own.held and verbs.get("obtain_documents"):
            return step(f"获取{said.document}", "obtain_documents", deadline, f"距{said.deadline}", paused=paused)
        if verbs.get("file_bid"):
            return step(said.filing, "file_bid", deadline, f"距{said.deadline}", paused=paused)
        return step(f"{said.opening}即将开始", "start_opening")
    if facts.state == "opening":
        closes = kernel.moment(lot.book, lot.procedure, "opening_closes", facts)
        if own.standing and own.standing.state == "sealed":
            return step(f"解密{said.bid}", "unlock", closes, "距解密截止")
        return step(f"公布{said.bid}", "disclose_bids", closes, "距解密截止")
    if facts.state == "quoting":
        deadline = kernel.moment(lot.book, lot.procedure, "final_deadline", facts)
        if own.quote:
            return step("等待开启最后报价", "start_quotes", deadline, "距最后报价截止时间")
        if own.standing and own.standing.state == "opened":
            return step("提交最后报价", "file_quote", deadline, "距最后报价截止时间")
    if facts.state == "closing" and own.quote and own.quote.state == "sealed":
        closes = kernel.moment(lot.book, lot.procedure, "final_closes", facts)
        return step("解密最后报价", "unlock_quote", closes, "距解密截止")
    return Next(lot.procedure.states[facts.state])


def ticket_of(lot: Lot, actor: Actor, now: datetime) -> dict[str, Any] | None:
    """What the offline tool must know to seal a bid of the actor's subject; None while it could not be filed.

    Text, whole numbers and the key set's document, as canonical JSON wants them. Nothing in it is about a rival.
    """
    subject = credit.subject_by_code(actor.subject_code) if actor.subject_code else None
    key = credit.active_key(actor.subject_code) if actor.subject_code else None
    facts = facts_of(lot, now)
    version = documents.current_version(lot)
    if subject is None or key is None or version is None or not open_verbs(lot, facts).get("file_bid"):
        return None
    said = words_of(lot.procedure)
    deadline = kernel.moment(lot.book, lot.procedure, "bid_deadline", facts)
    standing = key_set_in_force(lot)
    guarded = sealed_things.lot_status(standing.pk) if standing else None
    guarded = guarded or {"keyset": None, "countersignatures": {}}
    return {
        "lot": lot.ledger_ref,
        "reference": lot.reference,
        "title": lot.title,
        "document": version.digest,
        "version": version.number,
        "subject": subject.code,
        "subject_name": subject.name,
        "recipient": key.recipient,
        "fingerprint": key.fingerprint,
        "keyset": guarded["keyset"],
        "countersignatures": guarded["countersignatures"],
        "deadline": deadline.isoformat() if deadline else "",
        "issued": now.isoformat(),
        "ceiling": str(lot.ceiling_cny) if lot.ceiling_cny is not None else "",
        "period": str(lot.period_days or ""),
        "words": {
            "offer": said.offer,
            "period": said.period,
            "manager": said.manager,
            "manager_needed": said.manager_needed,
        },
    }
