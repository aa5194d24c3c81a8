"""What an authority sees of its own trades: states, what lies ahead, leads. Nothing that is still secret."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import QuerySet

from platform_site.accounts.actors import Actor
from platform_site.holds import selectors as holds
from platform_site.ledger.models import Entry
from platform_site.rules import ALL
from trading.kernel import procedure as kernel
from trading.kernel.time import HeldFor
from trading.models import Lot

DRAFTS = ("registered", "scheduled")
LEADS_SHOWN = 20
LEADS_SINCE = timedelta(days=90)
# Neutral words for what a warn effect told: never a verdict.
LEADS = {
    "plan.too_short": "公告距招标计划不足三十日",
    "consortium.twice": "联合体一方同时参加两个投标",
    "media.differs": "指定媒介发布的内容不一致",
    "media.late": "指定媒介晚于期限发布",
    "media.overdue": "指定媒介没有在期限内发布",
    "text.unreasonable": "资格条件用词需要核对",
    "mandatory.reached": "申报为非必须招标，但已达规模标准",
    "mandatory.split": "多个标段合计达到规模标准",
    "bidders.related": "投标人之间存在关联信息",
    "bidders.agency_related": "投标人与招标代理机构存在关联信息",
    "committee.replaced": "评标委员会成员有更换",
    "price.low": "报价明显低于其他投标",
    "bids.few_valid": "有效投标不足三个",
    "validity.over": "定标时投标有效期已过",
    "deadline.missed": "办理时间晚于法定期限",
    "contract.subcontract": "合同涉及主体工程分包",
    "payment.too_long": "付款期限长于规定",
    "payment.low_rate": "逾期利率与法定不一致",
    "acceptance.late": "验收晚于约定的期限",
    "payment.late": "付款晚于期限",
    "amount.under_floor": "保证金低于规定比例",
}


@dataclass(frozen=True, slots=True)
class Watched:
    """One lot as the board shows it: state, the next thing and its moment, whether it stands still."""

    lot: Lot
    state: str
    ahead: kernel.Due | None
    held: str


def lots_of(actor: Actor) -> QuerySet[Lot]:
    """Announced lots of the trades the actor's authority supervises. One query."""
    found = Lot.objects.exclude(state__in=DRAFTS).select_related("tender__initiator", "tender__authority")
    return found.filter(tender__authority__code=actor.subject_code).order_by("next_check", "-pk")


def watched(lots: list[Lot], now: datetime) -> list[Watched]:
    """The lots with what lies ahead, soonest first, those at an end last. One query (holds)."""
    intervals = holds.intervals_by_ref([lot.ledger_ref for lot in lots])
    rows = []
    for lot in lots:
        stretches = tuple(
            HeldFor(h.start, h.end, h.kind, h.reason, h.article) for h in intervals.get(lot.ledger_ref, ())
        )
        facts = kernel.Facts(lot.state, now, lot.recorded, {}, stretches)
        ahead = kernel.due(lot.book, lot.procedure, facts)
        standing = [h.reason for h in stretches if h.end is None]
        rows.append(
            Watched(lot, lot.procedure.states[lot.state], ahead[0] if ahead else None, standing[0] if standing else "")
        )
    last = datetime.max.replace(tzinfo=now.tzinfo)
    return sorted(rows, key=lambda row: (row.ahead is None, row.ahead.at if row.ahead and row.ahead.at else last))


def leads(lots: list[Lot], now: datetime) -> list[dict[str, Any]]:
    """What warn effects of the books told about these lots, newest first. One query."""
    by_ref = {lot.ledger_ref: lot for lot in lots}
    entries = Entry.objects.filter(
        subject__in=list(by_ref), sealed=False, facts__has_key="warnings", legal_at__gte=now - LEADS_SINCE
    ).order_by("-legal_at")[:LEADS_SHOWN]
    return [_lead(entry, by_ref[entry.subject], told) for entry in entries for told in entry.facts["warnings"]]


def _lead(entry: Entry, lot: Lot, told: dict[str, str]) -> dict[str, Any]:
    act = lot.procedure.transitions.get(entry.facts.get("act", ""))
    return {
        "id": f"{entry.pk}-{told['code'].replace('.', '-')}",
        "title": LEADS.get(told["code"], told["code"]),
        "lot": lot,
        "text": f"{lot.title}：{act.title if act else entry.event}",
        "at": entry.legal_at,
        "rule": told["rule"],
        "article": ALL[told["rule"]].article if told["rule"] else "",
        "red": told["code"] == "bidders.related",
        "base_rate": None,
        "judged": None if told["code"] == "deadline.missed" else 0,
    }
