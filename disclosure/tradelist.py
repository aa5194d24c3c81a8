"""The public list: published notices, newest first, filtered, paged by key. No totals, no page numbers."""

import base64
import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet

from disclosure.dayplan import WORDS
from disclosure.tradepage import CATEGORIES, notice_url
from platform_site import clock
from trading.models import Notice
from trading.rulebooks import PROCEDURES

PER_PAGE = 20
# what a reader looks for -> kinds of notice
KINDS = {
    "tender": ("招标、采购公告", ("tender",)),
    "change": ("变更与澄清", ("clarification", "amendment")),
    "opening": ("开标记录", ("opening",)),
    "result": ("候选人与结果", ("candidates", "award")),
    "contract": ("合同与履约", ("contract",)),
    "end": ("失败与终止", ("failure", "termination")),
    "objection": ("异议答复", ("objection",)),
}
PERIODS = {"90": "近三个月", "365": "近一年", "all": "全部年份"}
DEFAULT_PERIOD = "90"


@dataclass(frozen=True, slots=True)
class Query:
    """What the reader asked for; everything unknown in the address counts as not asked."""

    text: str = ""
    categories: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    region: str = ""
    period: str = DEFAULT_PERIOD
    after: str = ""
    before: str = ""

    @classmethod
    def of(cls, params: Any) -> "Query":
        """Read from a QueryDict."""
        return cls(
            text=params.get("q", "").strip()[:100],
            categories=tuple(c for c in params.getlist("category") if c in CATEGORIES),
            kinds=tuple(k for k in params.getlist("kind") if k in KINDS),
            region=params.get("region", "")[:6],
            period=params.get("period") if params.get("period") in PERIODS else DEFAULT_PERIOD,
            after=params.get("after", ""),
            before=params.get("before", ""),
        )


def matching(query: Query) -> QuerySet[Notice]:
    """Published notices that match; unordered."""
    found = Notice.objects.filter(state="published").select_related("lot__tender__initiator")
    if query.period != "all":
        found = found.filter(published_at__gte=clock.now() - timedelta(days=int(query.period)))
    if query.categories:
        ids = [p.id for p in PROCEDURES.values() if p.category in query.categories]
        found = found.filter(lot__tender__procedure__in=ids)
    if query.kinds:
        found = found.filter(kind__in=[kind for key in query.kinds for kind in KINDS[key][1]])
    if query.region:
        found = found.filter(lot__tender__region_code=query.region)
    for word in query.text.split():
        found = found.filter(
            Q(title__icontains=word)
            | Q(lot__tender__reference__istartswith=word.partition("/")[0])
            | Q(lot__tender__initiator__name__icontains=word)
        )
    return found


def page(query: Query) -> dict[str, Any]:
    """One page: items, and the cursors of its neighbours ("" where there is none). One query."""
    found = matching(query)
    back = _read(query.before)
    ahead = _read(query.after)
    if back:
        rows = list(found.filter(_beyond(back, newer=True)).order_by("published_at", "pk")[: PER_PAGE + 1])
        more_before, rows = len(rows) > PER_PAGE, rows[:PER_PAGE][::-1]
        more_after = True
    else:
        if ahead:
            found = found.filter(_beyond(ahead, newer=False))
        rows = list(found.order_by("-published_at", "-pk")[: PER_PAGE + 1])
        more_before, more_after, rows = bool(ahead), len(rows) > PER_PAGE, rows[:PER_PAGE]
    return {
        "items": [item(notice) for notice in rows],
        "before": _write(rows[0]) if rows and more_before else "",
        "after": _write(rows[-1]) if rows and more_after else "",
    }


def latest(count: int) -> list[dict[str, Any]]:
    """The newest notices for the front page. One query."""
    found = Notice.objects.filter(state="published").select_related("lot__tender__initiator")
    return [item(notice) for notice in found.order_by("-published_at", "-pk")[:count]]


def item(notice: Notice) -> dict[str, Any]:
    """One row for components/item.html. What it tells comes from the published content alone."""
    lot, content = notice.lot, notice.content
    tender, procedure = lot.tender, lot.procedure
    row: dict[str, Any] = {
        "title": notice.title,
        "url": notice_url(lot, notice) if notice.kind == "objection" else trade_url_of(notice),
        "tag": CATEGORIES.get(procedure.category, procedure.category),
        "facts": [tender.region_name or tender.region_code, procedure.title],
        "at": notice.published_at,
        "amount": None,
    }
    until = next((name for name in ("bid_deadline", "listing_until") if lot.recorded.get(name)), "")
    deadline = lot.recorded.get(until)
    if notice.kind in {"tender", "amendment", "clarification"}:
        row |= {
            "amount": lot.ceiling_cny,
            "amount_label": "最高限价" if procedure.category == "engineering" else "预算",
        }
        if lot.state in {"bidding", "announced", "listing"} and deadline:
            row |= {"clock": deadline, "clock_label": WORDS[until]}
        elif lot.state in procedure.ended:
            row["ended"] = procedure.states[lot.state]
        else:
            row["ended"] = "已截止"
    elif notice.kind == "candidates":
        row["side"] = f"{len(content.get('candidates') or [])} 名候选人" if content.get("candidates") else ""
    elif notice.kind in {"failure", "termination"}:
        row |= {"side": content.get("reason", ""), "ended": procedure.states.get(lot.state, "")}
    if row["amount"] is None and not row.get("side"):
        row["side"] = tender.initiator.name
    return row


def trade_url_of(notice: Notice) -> str:
    """The trade page, at the notices."""
    from disclosure.tradepage import trade_url

    return trade_url(notice.lot)


def regions() -> list[tuple[str, str]]:
    """Regions with a published notice, by code. One query."""
    found = (
        Notice.objects.filter(state="published")
        .values_list("lot__tender__region_code", "lot__tender__region_name")
        .distinct()
        .order_by("lot__tender__region_code")
    )
    return [(code, name or code) for code, name in found[:40]]


def _write(notice: Notice) -> str:
    key = [notice.published_at.isoformat(), str(notice.pk)]
    return base64.urlsafe_b64encode(json.dumps(key).encode()).decode().rstrip("=")


def _read(cursor: str) -> tuple[datetime, UUID] | None:
    """The place a cursor names; None for none or a broken one."""
    try:
        at, pk = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        moment = datetime.fromisoformat(at)
        return (moment, UUID(pk)) if moment.tzinfo else None
    except (ValueError, TypeError, AttributeError):
        return None


def _beyond(place: tuple[datetime, UUID], *, newer: bool) -> Q:
    at, pk = place
    if newer:
        return Q(published_at__gt=at) | Q(published_at=at, pk__gt=pk)
    return Q(published_at__lt=at) | Q(published_at=at, pk__lt=pk)
