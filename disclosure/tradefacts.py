"""What the public may know of a lot, as one value. Read after the event, never earlier (design §7).

`public_facts` is the whole list of what leaves the trading room for the public page: what is not here is not public.
Nothing before `lot.opening_started` depends on who took documents, asked, paid or filed.
"""

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from platform_site.holds import selectors as holds
from trading.kernel.time import HeldFor
from trading.models import Lot

AFTER_CANDIDATES = frozenset({"publicity", "awarded", "vacated", "contracted", "archived"})
AFTER_AWARD = frozenset({"awarded", "vacated", "contracted", "archived"})
METHODS = {"composite": "综合评估法", "lowest": "经评审的最低投标价法"}


@dataclass(frozen=True, slots=True)
class OpenedBid:
    """One line of the opening.

    Attributes:
        members: names of the consortium's members besides the bidder.
        outcome: "" while keys are awaited, else opened | revoked | withdrawn.
        opened_by: bidder | trustees.
        offer: the offer as opened, {} before.
        rejection: {"ground", "reason"} once the committee rejected it and the candidates are public.
    """

    code: str
    name: str
    arrived_at: datetime
    digest: str
    members: tuple[str, ...] = ()
    outcome: str = ""
    opened_by: str = ""
    offer: dict[str, Any] = field(default_factory=dict)
    rejection: dict[str, Any] = field(default_factory=dict)

    @property
    def price(self) -> Decimal | None:
        """Yuan; None where nothing was opened."""
        said = self.offer.get("price_cny")
        return Decimal(said) if said else None


@dataclass(frozen=True, slots=True)
class PublicLot:
    """A lot as the public knows it. Lists are empty, values None, until their event."""

    lot: Lot
    held: tuple[HeldFor, ...]
    notices: list[Any]
    documents: list[Any]
    opening_started: datetime | None
    disclosed_at: datetime | None
    bids: list[OpenedBid]
    remarks: list[dict[str, Any]]
    candidates: list[Any]
    committee: list[dict[str, Any]]
    award: Any
    contract: Any
    archive: Any
    challenges: list[dict[str, Any]]
    siblings: list[Lot]
    awards_ended: list[Any] = field(default_factory=list)
    changes: list[Any] = field(default_factory=list)
    milestones: list[Any] = field(default_factory=list)
    former: Lot | None = None
    successor: Lot | None = None


def lot_of(reference: str, number: int) -> Lot:
    """The announced lot. One query.

    Raises:
        Lot.DoesNotExist: no such lot, or not announced: both look the same.
    """
    from platform_site.accounts.actors import ANONYMOUS

    found = Lot.objects.visible_to(ANONYMOUS).select_related(
        "tender__initiator", "tender__agency", "tender__centre", "tender__authority", "tender__plan"
    )
    return found.get(tender__reference=reference, number=number)


def public_facts(lot: Lot) -> PublicLot:
    """Everything public about an announced lot. At most 14 queries, whatever the number of rows."""
    intervals = holds.intervals(lot.ledger_ref)
    opening = getattr(lot, "opening", None)
    shown = lot.state in AFTER_CANDIDATES
    return PublicLot(
        lot=lot,
        held=tuple(HeldFor(h.start, h.end, h.kind, h.reason, h.article) for h in intervals),
        notices=list(lot.notices.filter(state="published").order_by("published_at", "publish_at")),
        documents=list(lot.documents.filter(issued_at__isnull=False).prefetch_related("files").order_by("-number")),
        opening_started=opening.started_at if opening else None,
        disclosed_at=opening.disclosed_at if opening else None,
        bids=_bids(lot, opening, rejections=shown) if opening else [],
        remarks=[{k: r[k] for k in ("text", "at", "answer")} for r in opening.remarks] if opening else [],
        candidates=list(lot.candidates.select_related("bid__subject")) if shown else [],
        committee=_committee(lot) if lot.state in AFTER_AWARD else [],
        award=lot.standing_award if lot.state in AFTER_AWARD else None,
        contract=_one(lot, "contract"),
        archive=_one(lot, "archive"),
        challenges=[_challenge(c) for c in lot.challenges.order_by("-number")],
        siblings=list(lot.tender.lots.visible_to(_nobody()).exclude(pk=lot.pk).order_by("number")),
        **_afterwards(lot),
    )


def _afterwards(lot: Lot) -> dict[str, Any]:
    """What only a lot that got so far has: awards that ended, the contract's performance, the tenders before and after.

    A draft that tenders the lot anew is nobody's business until it is announced.
    """
    found: dict[str, Any] = {}
    if "award_at" in lot.moments or lot.state in {"vacated", "failed", "archived"}:
        found["awards_ended"] = list(lot.awards.exclude(state="standing").select_related("subject"))
    if lot.state in {"contracted", "archived"} and (contract := getattr(lot, "contract", None)):
        found["changes"] = list(contract.changes.all())
        found["milestones"] = list(contract.milestones.prefetch_related("payments"))
    if lot.retenders_id:
        found["former"] = Lot.objects.select_related("tender").get(pk=lot.retenders_id)
    if "failed_at" in lot.moments:
        announced = Lot.objects.visible_to(_nobody()).select_related("tender")
        found["successor"] = announced.filter(retenders=lot).first()
    return found


def _nobody() -> Any:
    from platform_site.accounts.actors import ANONYMOUS

    return ANONYMOUS


def _one(lot: Lot, name: str) -> Any:
    return getattr(lot, name, None) if lot.state in AFTER_AWARD else None


def _bids(lot: Lot, opening: Any, *, rejections: bool) -> list[OpenedBid]:
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
            OpenedBid(
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


def _committee(lot: Lot) -> list[dict[str, Any]]:
    """Who sat, by label: public with the award (招标投标法 第三十七条)."""
    committee = getattr(lot, "committee", None)
    if committee is None:
        return []
    sitting = committee.members.filter(left_at__isnull=True).select_related("user").order_by("label")
    return [{"label": m.label, "name": m.user.name, "expert": m.is_expert, "chair": m.is_chair} for m in sitting]


def _challenge(challenge: Any) -> dict[str, Any]:
    """An objection without its filer; what it says is public with its answer."""
    answered = challenge.replied_at is not None
    return {
        "number": f"异-{challenge.number:02d}",
        "about": challenge.get_kind_display(),
        "title": challenge.title if answered else "",
        "received_at": challenge.received_at,
        "reply_by": challenge.reply_by,
        "replied_at": challenge.replied_at,
        "reply": challenge.reply if answered else "",
        "upheld": challenge.upheld if answered else None,
    }
