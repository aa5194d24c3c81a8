"""The opening room: what everybody sees of it. Before `lot.opening_started` that is the clock and nothing else."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from platform_site.accounts.actors import Actor
from platform_site.sealing import keysets
from platform_site.sealing.models import BidderUnlock, KeySet, ReleasedKey
from trading.bidwords import OPENED_BY, OUTCOMES
from trading.digests import digest_of
from trading.models import Bid, Lot, Opening

CLOSED = ("failed", "terminated")
# Nothing new is told in these states but an objection and its answer.
LIVE = ("bidding", "opening", "opened")


@dataclass(frozen=True, slots=True)
class RollRow:
    """One bidder of the roll; `offer` and `outcome` only after every content appeared together.

    Attributes:
        unlocked: the bidder's own browser has given its key.
        share: how far the price lies under the maximum price (negative: above), as a share of it.
    """

    name: str
    arrived_at: datetime
    digest: str
    mine: bool
    members: tuple[str, ...] = ()  # of the consortium besides the bidder, by name
    bond: str = ""  # 投标保证金 as the roll has it; "" where the document asks for none
    unlocked: bool = False
    outcome: str = ""
    by: str = ""
    missing: tuple[str, ...] = ()
    blame: str = ""
    price: Decimal | None = None
    share: Decimal | None = None
    period: str = ""
    quality: str = ""
    manager: str = ""

    @property
    def under(self) -> Decimal | None:
        """`share` without its sign, for the words 低 and 高."""
        return None if self.share is None else abs(self.share)


@dataclass(frozen=True, slots=True)
class TrusteeRow:
    """One trustee of the lot and when it released its key."""

    name: str
    role: str
    released_at: datetime | None


@dataclass(frozen=True, slots=True)
class Room:
    """Everything public of an opening.

    Attributes:
        k: how many trustees open every envelope together; 0 where the lot has none.
        token: changes whenever anything public of the room does.
    """

    opening: Opening | None
    roll: list[RollRow]
    trustees: list[TrusteeRow]
    k: int
    remarks: list[dict[str, Any]]
    token: str

    @property
    def released(self) -> int:
        """How many trustees have released."""
        return sum(row.released_at is not None for row in self.trustees)


def room_of(lot: Lot, actor: Actor) -> Room:
    """The room as it stands. One query before the opening (the key set), six after it.

    Before the opening nothing is read that a filing could have written.
    """
    keyset = KeySet.objects.filter(pk=lot.ledger_ref).first()
    k = keyset.document["k"] if keyset else 0
    if lot.state == "bidding" or lot.state in CLOSED:
        rows = [TrusteeRow(m["name"], keysets.ROLES.get(m["role"], ""), None) for m in _members(keyset)]
        return Room(None, [], rows, k, [], digest_of([lot.state, lot.moments.get("bid_deadline", "")])[:16])
    opening = Opening.objects.filter(lot=lot).first()
    if opening is None:
        return Room(None, [], [], k, [], digest_of([lot.state])[:16])
    released = dict(ReleasedKey.objects.filter(lot_ref=lot.ledger_ref).values_list("trustee_id", "released_at"))
    by_id = {str(pk): at for pk, at in released.items()}
    trustees = [
        TrusteeRow(m["name"], keysets.ROLES.get(m["role"], ""), by_id.get(m["trustee"])) for m in _members(keyset)
    ]
    bids = {str(bid.pk): bid for bid in Bid.objects.filter(pk__in=[row["bid"] for row in opening.roll])}
    envelopes = {bid.envelope_id for bid in bids.values()}
    unlocked = set(BidderUnlock.objects.filter(envelope_id__in=envelopes).values_list("envelope_id", flat=True))
    results = {said["bid"]: said for said in opening.results} if opening.disclosed_at else {}
    roll = [_row(lot, row, bids[row["bid"]], unlocked, results.get(row["bid"]), actor) for row in opening.roll]
    if opening.disclosed_at:
        roll.sort(key=lambda row: (row.price is None, row.price or 0, row.arrived_at))
    token = digest_of(
        [
            lot.state,
            lot.moments,
            sorted(by_id),
            sorted(str(pk) for pk in unlocked),
            opening.remarks,
            opening.disclosed_at,
        ]
    )[:16]
    return Room(opening, roll, trustees, k, _remarks(opening), token)


def _members(keyset: KeySet | None) -> list[Mapping[str, Any]]:
    return keyset.document["members"] if keyset else []


def _row(
    lot: Lot, row: Mapping[str, Any], bid: Bid, unlocked: set[Any], said: Mapping[str, Any] | None, actor: Actor
) -> RollRow:
    known: dict[str, Any] = {
        "name": row["name"],
        "arrived_at": datetime.fromisoformat(row["arrived_at"]),
        "digest": row["digest"],
        "mine": bool(actor.subject_code) and row["subject"] == actor.subject_code,
        "members": tuple(one["name"] for one in row.get("members", ())),
        "bond": {"": "", "held": "有效", "short": "不足"}.get(row.get("bond", ""), "没有"),
        "unlocked": bid.envelope_id in unlocked,
    }
    if said is None:
        return RollRow(**known)
    offer = said.get("offer") or {}
    price = amount_of(offer.get("price_cny"))
    share = (lot.ceiling_cny - price) / lot.ceiling_cny if price is not None and lot.ceiling_cny else None
    days = offer.get("period_days")
    return RollRow(
        **known,
        outcome=OUTCOMES[said["outcome"]],
        by=OPENED_BY.get(said["by"], ""),
        missing=tuple("本人" if name == "bidder" else name for name in said["missing"]),
        blame=(said["blame"] or {}).get("code", ""),
        price=price,
        share=share,
        period=f"{days} 日" if isinstance(days, int) else "",
        quality=words(offer.get("quality")),
        manager=words(offer.get("manager")),
    )


def amount_of(text: Any) -> Decimal | None:
    """The price an offer states; None where its bidder wrote something else."""
    try:
        amount = Decimal(text) if isinstance(text, str) else None
    except InvalidOperation:
        return None
    return amount if amount is not None and amount.is_finite() and 0 < amount < 10**14 else None


def words(text: Any) -> str:
    """What an offer says in words, short."""
    return text[:60] if isinstance(text, str) else ""


def _remarks(opening: Opening) -> list[dict[str, Any]]:
    names = {row["subject"]: row["name"] for row in opening.roll}
    return [
        {**said, "place": place, "name": names.get(said["by"], ""), "at": datetime.fromisoformat(said["at"])}
        for place, said in enumerate(opening.remarks, start=1)
    ]
