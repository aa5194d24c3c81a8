"""A published notice as a line of the public list. It is made of the notice's own words and its lot's public state."""

from typing import Any

from disclosure.folding import haystack
from disclosure.listwords import TRADE_WORDS, stage_of
from disclosure.models import ListedLot, ListedNotice
from trading import addresses
from trading.models import Lot, Notice

ASKING = frozenset({"tender", "amendment", "clarification"})
AT_THE_NOTICE = frozenset({"objection"})  # a line that leads to the notice itself, not to its trade


def own_row(lot: Lot, listed: ListedLot, notice: Notice, position: int) -> ListedNotice:
    """The line of a notice of this platform."""
    tender, content = lot.tender, notice.content
    winners = "、".join(_winners(notice.kind, content))
    row = ListedNotice(
        id=notice.pk,
        category=listed.category,
        kind=notice.kind,
        stage=stage_of(notice.kind),
        title=notice.title,
        path=addresses.notice(notice) if notice.kind in AT_THE_NOTICE else listed.path,
        reference=lot.reference,
        method=listed.method,
        region_code=tender.region_code,
        region_name=tender.region_name,
        province=tender.region_code[:2],
        city=tender.region_code[:4],
        buyer_name=tender.initiator.name,
        agency_name=tender.agency.name if tender.agency else "",
        winner_names=winners,
        published_at=notice.published_at,
        position=position,
        digest=notice.digest,
    )
    row.haystack = haystack(row.title, row.reference, row.buyer_name, row.agency_name, winners)
    _side(row, lot, listed, content)
    return row


def _winners(kind: str, content: dict[str, Any]) -> list[str]:
    """Names the notice itself makes public as candidates or winner."""
    if kind == "candidates":
        return [str(one["name"]) for one in content.get("candidates") or [] if one.get("name")]
    if kind in {"cancellation", "set_aside"}:
        return []  # they name who is the winner no longer
    winner = content.get("winner")
    if isinstance(winner, dict):
        return [str(winner["name"])] if winner.get("name") else []
    return [winner] if isinstance(winner, str) and winner else []


def _side(row: ListedNotice, lot: Lot, listed: ListedLot, content: dict[str, Any]) -> None:
    """What stands at the right of the line: an amount and a deadline, or words."""
    if row.kind in ASKING:
        row.amount_cny = lot.ceiling_cny
        row.amount_label = TRADE_WORDS[lot.procedure.category]["asked"]
        if listed.waits_for:
            row.closes_what, row.closes_at = listed.waits_for, listed.waits_until
        else:
            row.ended = listed.state_name if listed.ended else "已截止"
    elif row.kind == "candidates":
        row.side = f"{len(content['candidates'])} 名候选人" if content.get("candidates") else ""
    elif row.kind in {"failure", "termination", "forgone"}:
        row.side, row.ended = str(content.get("reason", ""))[:300], listed.state_name
    if row.amount_cny is None and not row.side:
        row.side = row.buyer_name
