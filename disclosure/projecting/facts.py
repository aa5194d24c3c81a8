"""What leaves the trading room for the public: read after its event, never earlier (design §7).

Nothing before `lot.opening_started` depends on who took documents, asked, paid or filed.
"""

from datetime import datetime
from decimal import Decimal
from typing import Any

from disclosure import tradefacts as public
from disclosure.tradefacts import AFTER_AWARD, AFTER_CANDIDATES
from platform_site.holds import selectors as holds
from trading import models as trade
from trading.kernel.factors import factors_of
from trading.kernel.time import HeldFor
from trading.services.mandates import mandate_words

TERMS = (
    "method",
    "criteria",
    "start_price_cny",
    "increment_cny",
    "valuation_cny",
    "consortium_allowed",
    "bond_cny",
    "bond_forms",
)


def public_facts(lot: trade.Lot) -> public.PublicLot:
    """Everything public about an announced lot. At most 16 queries, whatever the number of rows."""
    opening = getattr(lot, "opening", None)
    shown = lot.state in AFTER_CANDIDATES
    awarded = lot.state in AFTER_AWARD
    contract = getattr(lot, "contract", None) if awarded else None
    performed = contract if lot.state in {"contracted", "settled", "archived"} else None
    return public.PublicLot(
        lot=_lot(lot),
        held=tuple(HeldFor(h.start, h.end, h.kind, h.reason, h.article) for h in holds.intervals(lot.ledger_ref)),
        documents=_documents(lot),
        opening_started=opening.started_at if opening else None,
        disclosed_at=opening.disclosed_at if opening else None,
        bids=_bids(lot, opening, rejections=shown) if opening else [],
        remarks=[public.Remark(r["text"], r["answer"] or "") for r in opening.remarks] if opening else [],
        candidates=_candidates(lot) if shown else [],
        committee=_committee(lot) if awarded else [],
        award=_award(lot.standing_award) if awarded else None,
        awards_ended=_awards_ended(lot),
        contract=_contract(contract) if contract else None,
        changes=[_change(one) for one in performed.changes.all()] if performed else [],
        milestones=[_milestone(m) for m in performed.milestones.prefetch_related("payments")] if performed else [],
        challenges=[_challenge(c) for c in lot.challenges.order_by("-number")],
        former=_former(lot),
        factor=_factor(lot),
        posts=[_posted(one) for one in trade.MediaPost.objects.filter(notice__lot=lot).select_related(*POSTED)],
    )


POSTED = ("notice", "outlet")


def _posted(post: trade.MediaPost) -> public.Posted:
    return public.Posted(
        outlet=post.outlet.name,
        kind=post.notice.get_kind_display(),
        url=post.url,
        state=post.state,
        sent_at=post.sent_at,
        due_at=post.due_at,
        posted_at=post.posted_at,
        overdue=post.overdue_told_at is not None,
    )


def _factor(lot: trade.Lot) -> public.Factor | None:
    """The list as published with the notice; the draw once it happened, at the opening."""
    listed = factors_of(lot.terms)
    if not listed:
        return None
    draw = trade.FactorDraw.objects.filter(lot=lot, drawn_at__isnull=False).first()
    if draw is None:
        return public.Factor(list(listed), "", None, {})
    return public.Factor(list(listed), draw.drawn, draw.drawn_at, draw.certificate or {})


def _party(subject: Any) -> public.Party | None:
    return public.Party(subject.code, subject.name) if subject else None


def _lot(lot: trade.Lot) -> public.Lot:
    tender, approval = lot.tender, lot.tender.approval or {}
    amount, base = lot.terms.get("bond_cny"), lot.estimate_cny or lot.ceiling_cny
    return public.Lot(
        tender=public.Tender(
            reference=tender.reference,
            procedure=tender.procedure,
            book_edition=tender.book_edition,
            initiator=public.Party(tender.initiator.code, tender.initiator.name),
            agency=_party(tender.agency),
            centre=_party(tender.centre),
            authority=_party(tender.authority),
            region_code=tender.region_code,
            region_name=tender.region_name,
            investment_code=tender.investment_code,
            funding=tender.funding,
            approval=f"{approval.get('authority', '')} {approval.get('number', '')}".strip(),
            plan=tender.plan.reference if tender.plan else "",
            mandate=mandate_words(tender),
            shared_document=tender.shared_document,
            catalogue=tender.catalogue,
        ),
        number=lot.number,
        title=lot.title,
        state=lot.state,
        scope=lot.scope,
        qualification=lot.qualification,
        period_text=lot.period_text,
        ceiling_cny=lot.ceiling_cny,
        terms={name: lot.terms[name] for name in TERMS if name in lot.terms},
        bond_share=Decimal(amount) / base if amount and base else None,
        moments=dict(lot.moments),
    )


def _documents(lot: trade.Lot) -> list[public.Version]:
    """Issued versions, newest first."""
    issued = lot.documents.filter(issued_at__isnull=False).prefetch_related("files").order_by("-number")
    return [
        public.Version(
            version.number,
            version.issued_at,
            [public.File(str(f.pk), f.name, f.sha256, f.size, f.path) for f in version.files.all()],
        )
        for version in issued
    ]


def _bids(lot: trade.Lot, opening: Any, *, rejections: bool) -> list[public.OpenedBid]:
    """The roll, with what became of each envelope once everything was disclosed together."""
    results = {r["bid"]: r for r in opening.results} if opening.disclosed_at else {}
    rejected = (
        {str(b.pk): b.rejection for b in lot.bids.exclude(rejection={}).only("rejection")}
        if rejections and opening.disclosed_at
        else {}
    )
    found = []
    for line in opening.roll:
        result = results.get(line["bid"], {})
        found.append(
            public.OpenedBid(
                code=line["subject"],
                name=line["name"],
                arrived_at=datetime.fromisoformat(line["arrived_at"]),
                digest=line["digest"],
                members=tuple(one["name"] for one in line.get("members", ())),
                outcome=result.get("outcome", ""),
                opened_by=result.get("by", ""),
                offer=result.get("offer") or {},
                rejection=rejected.get(line["bid"], {}),
            )
        )
    # Cheapest first once prices are public; before that in the order of the roll.
    return sorted(found, key=lambda b: (b.price is None, b.price or 0)) if results else found


def _candidates(lot: trade.Lot) -> list[public.Candidate]:
    return [
        public.Candidate(c.rank, public.Party(c.bid.subject.code, c.bid.subject.name), c.price_cny, c.points)
        for c in lot.candidates.select_related("bid__subject")
    ]


def _committee(lot: trade.Lot) -> list[public.Seat]:
    """Who sat, by label: public with the award (招标投标法 第三十七条)."""
    committee = getattr(lot, "committee", None)
    if committee is None:
        return []
    sitting = committee.members.filter(left_at__isnull=True).select_related("user").order_by("label")
    return [public.Seat(m.label, m.user.name, m.is_expert, m.is_chair) for m in sitting]


def _award(found: Any, *, ended: bool = False) -> public.Award | None:
    if found is None:
        return None
    who = public.Party(found.subject.code, found.subject.name)
    if not ended:
        return public.Award(who, found.amount_cny, found.at)
    return public.Award(who, found.amount_cny, found.at, found.get_state_display(), found.ended_at, found.ended_reason)


def _awards_ended(lot: trade.Lot) -> list[public.Award]:
    if "award_at" not in lot.moments and lot.state not in {"vacated", "failed", "archived"}:
        return []
    ended = lot.awards.exclude(state="standing").select_related("subject")
    return [told for one in ended if (told := _award(one, ended=True)) is not None]


def _contract(found: trade.Contract) -> public.Contract:
    said = found.particulars
    return public.Contract(
        found.amount_cny, found.signed_at, found.digest, said.get("period_days"), said.get("quality") or ""
    )


def _change(one: trade.ContractChange) -> public.Change:
    return public.Change(one.number, one.at, one.get_kind_display(), one.reason, one.amount_cny, one.period_days)


def _milestone(one: trade.Milestone) -> public.Milestone:
    payments = [
        public.Payment(pay.paid_on, pay.amount_cny, pay.late_days, pay.interest_paid_cny) for pay in one.payments.all()
    ]
    return public.Milestone(one.title, one.amount_cny, one.get_state_display(), one.pay_by, payments)


def _challenge(one: trade.Challenge) -> public.Challenged:
    """An objection without its filer; what it says is public with its answer."""
    answered = one.replied_at is not None
    return public.Challenged(
        number=f"异-{one.number:02d}",
        about=one.get_kind_display(),
        title=one.title if answered else "",
        received_at=one.received_at,
        reply_by=one.reply_by,
        replied_at=one.replied_at,
        reply=one.reply if answered else "",
        upheld=one.upheld if answered else None,
    )


def _former(lot: trade.Lot) -> public.Named | None:
    if not lot.retenders_id:
        return None
    former = trade.Lot.objects.select_related("tender").get(pk=lot.retenders_id)
    return public.Named(former.reference, former.title)
