"""The opening room: what everybody sees of it. Before `lot.opening_started` that is the clock and nothing else."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from platform_site.accounts.actors import Actor
from platform_site.sealing import keysets
from platform_site.sealing.models import BidderUnlock, KeySet, ReleasedKey
from platform_site.sealing.selectors import keysets_of
from trading.bidwords import OPENED_BY, OUTCOMES
from trading.digests import digest_of
from trading.kernel.factors import factors_of
from trading.models import Bid, FactorDraw, Lot, Opening, Quote
from trading.rounds import round_of
from trading.services import quotes as final_quotes

CLOSED = ("failed", "terminated")
# Nothing new is told in these states but an objection and its answer.
LIVE = ("bidding", "opening", "quoting", "closing", "opened")


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
    """One trustee of the lot and when it released its key; `gone`: replaced before the opening, none is expected."""

    name: str
    role: str
    released_at: datetime | None
    gone: bool = False


@dataclass(frozen=True, slots=True)
class GuardRow:
    """One key set of the lot with its trustees: the one in force, and those that stood before a trustee was replaced.

    Attributes:
        k: how many of them open together what was sealed to the set.
    """

    fingerprint: str
    k: int
    trustees: tuple[TrusteeRow, ...]

    @property
    def released(self) -> int:
        """How many have released."""
        return sum(row.released_at is not None for row in self.trustees)


@dataclass(frozen=True, slots=True)
class Room:
    """Everything public of an opening.

    Attributes:
        guards: the lot's key sets, the one in force first; empty where the lot runs bidder-only.
        token: changes whenever anything public of the room does.
    """

    opening: Opening | None
    roll: list[RollRow]
    guards: list[GuardRow]
    remarks: list[dict[str, Any]]
    token: str
    factors: tuple[str, ...] = ()  # from which one is drawn; () where the document draws none
    factor: FactorDraw | None = None

    @property
    def k(self) -> int:
        """How many trustees open together what is sealed now; 0 where the lot has none."""
        return self.guards[0].k if self.guards else 0


def room_of(lot: Lot, actor: Actor) -> Room:
    """The room as it stands. Two queries before the opening (the key sets), eight after it.

    Before the opening nothing is read that a filing could have written.
    """
    if lot.state == "bidding" or lot.state in CLOSED:
        return Room(None, [], guards_of(lot), [], digest_of([lot.state, lot.moments.get("bid_deadline", "")])[:16])
    opening = Opening.objects.filter(lot=lot).first()
    if opening is None:
        return Room(None, [], [], [], digest_of([lot.state])[:16])
    guards = guards_of(lot)
    listed_roll: list[Mapping[str, Any]] = opening.roll
    bids: dict[str, Bid | Quote]
    if lot.state == "closing":
        # The roll of the final quotes is public, and the keys that are awaited are theirs.
        quotes = final_quotes.standing(lot)
        listed_roll, bids = final_quotes.roll_of_quotes(quotes), {str(quote.bid_id): quote for quote in quotes}
    else:
        bids = {str(bid.pk): bid for bid in Bid.objects.filter(pk__in=[row["bid"] for row in opening.roll])}
    envelopes = {bid.envelope_id for bid in bids.values()}
    unlocked = set(BidderUnlock.objects.filter(envelope_id__in=envelopes).values_list("envelope_id", flat=True))
    results = {said["bid"]: said for said in opening.results} if opening.disclosed_at else {}
    roll = [_row(lot, row, bids[row["bid"]], unlocked, results.get(row["bid"]), actor) for row in listed_roll]
    if opening.disclosed_at:
        roll.sort(key=lambda row: (row.price is None, row.price or 0, row.arrived_at))
    listed = factors_of(lot.terms)
    drawn = FactorDraw.objects.filter(lot=lot, drawn_at__isnull=False).first() if listed else None
    token = digest_of(
        [
            lot.state,
            lot.moments,
            [[row.released_at is not None for row in guard.trustees] for guard in guards],
            sorted(str(pk) for pk in unlocked),
            opening.remarks,
            opening.disclosed_at,
            drawn.drawn if drawn else "",
        ]
    )[:16]
    return Room(opening, roll, guards, _remarks(opening), token, listed, drawn)


def guards_of(lot: Lot) -> list[GuardRow]:
    """Every key set that was ever in force, with who released what. Two queries, three where a second was assigned."""
    now = round_of(lot)
    rows = keysets_of(now.ref)[::-1]
    if len(rows) > 1 and not now.final:
        said = lot.notices.filter(state="published", kind="trustees").values_list("content__former", flat=True)
        in_force = {lot.key_set_hash, *said}
        rows = [keyset for keyset in rows if keyset.hash in in_force]
    given = ReleasedKey.objects.filter(lot_ref__in=[keyset.pk for keyset in rows])
    at = {(ref, str(trustee)): when for ref, trustee, when in given.values_list("lot_ref", "trustee_id", "released_at")}
    acting = {m["trustee"] for keyset in rows[:1] for m in keyset.document["members"]}

    def row(keyset: KeySet, member: Mapping[str, Any]) -> TrusteeRow:
        key = member["trustee"]
        role = keysets.ROLES.get(member["role"], "")
        return TrusteeRow(member["name"], role, at.get((keyset.pk, key)), gone=key not in acting)

    return [
        GuardRow(
            keysets.set_fingerprint(keyset.document),
            keyset.k,
            tuple(row(keyset, member) for member in keyset.document["members"]),
        )
        for keyset in rows
    ]


def _row(
    lot: Lot, row: Mapping[str, Any], bid: Bid | Quote, unlocked: set[Any], said: Mapping[str, Any] | None, actor: Actor
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
