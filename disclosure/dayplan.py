"""What closes and opens when: the day plan, near deadlines, everything announced.

The times stand in the notices; nothing here knows who will come.
"""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from disclosure.tradepage import CATEGORIES, trade_url
from platform_site import clock
from platform_site.holds import selectors as holds
from platform_site.web import moments as said
from trading.kernel.procedure import Facts, moment
from trading.kernel.time import HeldFor
from trading.models import Lot

# States in which a lot waits for a public moment, and the moment.
CLOSING = {"bidding": "bid_deadline", "announced": "listing_from", "listing": "listing_until"}
WORDS = {"bid_deadline": "投标截止", "listing_from": "挂牌开始", "listing_until": "挂牌截止"}
RUNNING = {"opening": "正在解密", "opened": "已开标", "last_call": "询问是否继续竞价", "timed": "限时竞价中"}


@dataclass(frozen=True, slots=True)
class Closing:
    """One lot and the moment it waits for; `at` None while a hold keeps the clock."""

    lot: Lot
    what: str
    at: datetime | None


def closings() -> list[Closing]:
    """Every announced lot that waits for a public moment, soonest first, paused ones last. Two queries."""
    lots = list(
        Lot.objects.filter(state__in=CLOSING).select_related("tender__initiator", "tender__centre").order_by("pk")
    )
    held = holds.intervals_by_ref([lot.ledger_ref for lot in lots])
    now, found = clock.now(), []
    for lot in lots:
        intervals = tuple(HeldFor(h.start, h.end, h.kind, h.reason, h.article) for h in held.get(lot.ledger_ref, ()))
        name = CLOSING[lot.state]
        at = moment(lot.book, lot.procedure, name, Facts(lot.state, now, lot.recorded, {}, intervals))
        found.append(Closing(lot, WORDS[name], at))
    return sorted(found, key=lambda c: (c.at is None, c.at or now))


def opened_between(first: date, last: date) -> list[Lot]:
    """Lots whose opening started on these days of China's calendar, both included, in order. One query."""
    start = datetime.combine(first, time(), clock.CHINA)
    end = datetime.combine(last, time(), clock.CHINA) + timedelta(days=1)
    found = Lot.objects.filter(opening__started_at__gte=start, opening__started_at__lt=end)
    return list(found.select_related("tender__centre", "opening").order_by("opening__started_at"))


def day_plan(day: date, waiting: list[Closing], opened: list[Lot]) -> list[dict[str, Any]]:
    """Rows of components/schedule.html: what was opened on `day`, what closes on it. No query."""
    rows = []
    for lot in opened:
        at = lot.opening.started_at
        if clock.china(at).date() != day:
            continue
        running = lot.state == "opening"
        tag = RUNNING.get(lot.state, "已开标")
        rows.append((at, _row(lot, at, tag=tag, tag_kind="is-now" if running else "", past=not running)))
    for one in waiting:
        if one.at is not None and clock.china(one.at).date() == day:
            rows.append((one.at, _row(one.lot, one.at, clock=one.at, what=one.what)))
    return [row for _, row in sorted(rows, key=lambda pair: pair[0])]


def near(waiting: list[Closing], hours: int = 72) -> list[dict[str, Any]]:
    """Deadlines inside the next hours, soonest first, at most eight."""
    now = clock.now()
    soon = [c for c in waiting if c.at is not None and now < c.at <= now + timedelta(hours=hours)]
    return [_row(c.lot, c.at, clock=c.at, what=c.what, dated=True) for c in soon[:8]]


def _row(lot: Lot, at: datetime | None, *, what: str = "", dated: bool = False, **more: Any) -> dict[str, Any]:
    place = lot.tender.centre.name if lot.tender.centre else "网上"
    today = clock.china(clock.now()).date()
    shown = said.clock_time(at) if at else ""
    if dated and at and clock.china(at).date() != today:
        shown = f"{clock.china(at).day}日"
    category = CATEGORIES.get(lot.procedure.category, "")
    note = f"{category}，{what}" if dated else "，".join(word for word in (place, what) if word)
    return {"time": shown, "title": lot.title, "url": trade_url(lot), "note": note, **more}


def open_counts(waiting: list[Closing]) -> dict[str, int]:
    """How many lots are announced and open, by category. Announced lots are public; who wants them is not."""
    counts = dict.fromkeys(CATEGORIES, 0)
    for one in waiting:
        counts[one.lot.procedure.category] += 1
    return counts
