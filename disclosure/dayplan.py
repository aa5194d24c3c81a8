"""What closes and opens when: the day plan, near deadlines, everything announced. Read from the read models.

The times stand in the notices; nothing here knows who will come.
"""

from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import Count, F, Q, QuerySet

from disclosure import categories
from disclosure.listwords import MOMENTS
from disclosure.models import ListedLot, ListedSession
from platform_site import clock
from platform_site.web import moments as said

RUNNING = {"opening": "正在解密", "opened": "已开标", "last_call": "询问是否继续竞价", "timed": "限时竞价中"}
# Sessions of a lot the calendar shows by themselves; an opening or an auction stands in the row of its lot already.
SESSIONS = {"evaluation": "评标", "draw": "抽取专家"}
WITH_THE_LOT = ("opening", "auction")
PER_PAGE = 200


def waiting() -> QuerySet[ListedLot]:
    """Announced lots that wait for a public moment, soonest first, those whose clock stands still last."""
    return ListedLot.objects.exclude(waits_for="").order_by(F("waits_until").asc(nulls_last=True), "reference")


def waiting_from(after: str = "") -> tuple[list[ListedLot], str]:
    """One page of them, and the reference the next page begins behind ("" where there is none). Two queries."""
    found = waiting()
    last = waiting().filter(reference=after).first() if after else None
    if last is not None and last.waits_until is not None:
        later = Q(waits_until__gt=last.waits_until) | Q(waits_until=last.waits_until, reference__gt=last.reference)
        found = found.filter(later | Q(waits_until__isnull=True))
    elif last is not None:
        found = found.filter(waits_until__isnull=True, reference__gt=last.reference)
    rows = list(found[: PER_PAGE + 1])
    return rows[:PER_PAGE], rows[PER_PAGE - 1].reference if len(rows) > PER_PAGE else ""


def open_counts() -> dict[str, int]:
    """How many lots are announced and open, by category: that is public, who wants them is not. One query."""
    found = ListedLot.objects.exclude(waits_for="").order_by().values_list("category").annotate(n=Count("pk"))
    return {**dict.fromkeys(categories.names(), 0), **dict(found)}


def days_from(first: date, count: int) -> list[tuple[date, list[dict[str, Any]]]]:
    """For each of these days of China's calendar the rows of components/schedule.html: what was opened, what closes and
    which sessions are held on it, in order of time. Three queries.

    An evaluation or a draw shows its time and nothing else: where it is held would tell where experts can be met.
    """
    start = datetime.combine(first, time(), clock.CHINA)
    end = start + timedelta(days=count)
    opened = ListedLot.objects.filter(opened_at__gte=start, opened_at__lt=end)
    closing = waiting().filter(waits_until__gte=start, waits_until__lt=end)
    rows: dict[date, list[tuple[datetime, str, dict[str, Any]]]] = {first + timedelta(days=n): [] for n in range(count)}
    held = ListedSession.objects.filter(starts_at__gte=start, starts_at__lt=end).select_related("lot")
    rooms = {}
    for one in held:
        if one.kind in WITH_THE_LOT:
            rooms[one.lot_id] = one.room
            continue
        row = {
            "time": said.clock_time(one.starts_at),
            "title": one.lot.title,
            "url": one.lot.path,
            "note": f"{one.lot.place}，至 {said.clock_time(one.ends_at)}",
            "tag": SESSIONS[one.kind],
            "past": one.ends_at <= clock.now(),
        }
        rows[clock.china(one.starts_at).date()].append((one.starts_at, one.lot_id, row))
    for lot in opened:
        assert lot.opened_at is not None
        running = lot.state == "opening"
        kind = {"tag": RUNNING.get(lot.state, "已开标"), "tag_kind": "is-now" if running else "", "past": not running}
        row = _row(lot, lot.opened_at, room=rooms.get(lot.pk, ""), **kind)
        rows[clock.china(lot.opened_at).date()].append((lot.opened_at, lot.pk, row))
    for lot in closing:
        assert lot.waits_until is not None
        row = _row(lot, lot.waits_until, clock=lot.waits_until, what=MOMENTS[lot.waits_for], room=rooms.get(lot.pk, ""))
        rows[clock.china(lot.waits_until).date()].append((lot.waits_until, lot.pk, row))
    return [(day, [row for _, _, row in sorted(found, key=lambda one: one[:2])]) for day, found in rows.items()]


def near(hours: int = 72) -> list[dict[str, Any]]:
    """Deadlines inside the next hours, soonest first, at most eight. One query."""
    now = clock.now()
    soon = waiting().filter(waits_until__gt=now, waits_until__lte=now + timedelta(hours=hours))[:8]
    return [_row(c, c.waits_until, clock=c.waits_until, what=MOMENTS[c.waits_for], dated=True) for c in soon]


def _row(
    lot: ListedLot, at: datetime | None, *, what: str = "", dated: bool = False, room: str = "", **more: Any
) -> dict[str, Any]:
    today = clock.china(clock.now()).date()
    shown = said.clock_time(at) if at else ""
    if dated and at and clock.china(at).date() != today:
        shown = f"{clock.china(at).day}日"
    category = categories.names().get(lot.category, "")
    note = f"{category}，{what}" if dated else "，".join(word for word in (lot.place, room, what) if word)
    return {"time": shown, "title": lot.title, "url": lot.path, "note": note, **more}
