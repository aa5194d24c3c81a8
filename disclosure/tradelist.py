"""The public list: published notices, newest first, filtered, paged by key. No totals, no page numbers.

It reads `ListedNotice` and nothing else; what a line tells was decided when it was projected.
"""

import base64
import json
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.http import QueryDict
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from disclosure import categories, finding, folding, selectors
from disclosure.facets import Facets
from disclosure.listwords import DEFAULT_PERIOD, MOMENTS, PERIODS, SOURCES, STAGES
from disclosure.models import ListedNotice, ListedRegion
from platform_site import clock

PER_PAGE = 20
TEXT_LIMIT = 100
# Everything that is asked for stands in the address; these names, and `after` and `before`, are all it may hold.


@dataclass(frozen=True, slots=True)
class Query:
    """What the reader asked for; everything unknown in the address counts as not asked."""

    text: str = ""
    categories: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    region: str = ""
    period: str = DEFAULT_PERIOD
    source: str = ""
    after: str = ""
    before: str = ""
    words: tuple[str, ...] = field(default=())

    @classmethod
    def of(cls, params: Any) -> "Query":
        """Read from a QueryDict."""
        text = "".join(c for c in params.get("q", "").strip()[:TEXT_LIMIT] if c.isprintable())
        region, known = params.get("region", ""), categories.filters()
        return cls(
            text=text,
            words=tuple(folding.words(text)),
            categories=tuple(dict.fromkeys(c for c in params.getlist("category") if c in known)),
            kinds=tuple(dict.fromkeys(k for k in params.getlist("kind") if k in STAGES)),
            region=region if len(region) == 6 and region.isascii() and region.isdigit() else "",
            period=params.get("period") if params.get("period") in PERIODS else DEFAULT_PERIOD,
            source=params.get("source") if params.get("source") in SOURCES else "",
            after=params.get("after", "")[:200],
            before=params.get("before", "")[:200],
        )

    @property
    def unreadable(self) -> bool:
        """Something was typed, but no character of it can be searched for."""
        return bool(self.text) and not self.words

    @property
    def facets(self) -> Facets:
        """What narrows the list besides words and time."""
        return Facets(self.categories, self.kinds, self.region, self.source)

    def address(self) -> str:
        """The same question without a place in the list, as a query string: for feeds, spreadsheets, subscriptions."""
        params = QueryDict(mutable=True)
        if self.text:
            params["q"] = self.text
        params.setlist("category", list(self.categories))
        params.setlist("kind", list(self.kinds))
        for name, value in (("region", self.region), ("source", self.source)):
            if value:
                params[name] = value
        if self.period != DEFAULT_PERIOD:
            params["period"] = self.period
        return params.urlencode()


def matching(query: Query) -> QuerySet[ListedNotice]:
    """Listed notices of the period asked for, unordered; words and facets are `finding`'s."""
    found = selectors.listed()
    if query.period != "all":
        found = found.filter(published_at__gte=clock.now() - timedelta(days=int(query.period)))
    return found


def newest(query: Query, count: int) -> list[ListedNotice]:
    """The newest that fit, whatever place the query names: feeds and spreadsheets.

    Raises:
        finding.TookTooLong: the search met its time limit.
    """
    return [] if query.unreadable else finding.newest(matching(query), list(query.words), count, query.facets)


def page(query: Query) -> dict[str, Any]:
    """One page: items, and the cursors of its neighbours ("" where there is none). Three queries and the limit at most.

    Raises:
        finding.TookTooLong: the search met its time limit.
    """
    if query.unreadable:
        return {"items": [], "before": "", "after": ""}
    found, words = matching(query), list(query.words)
    back = _read(query.before)
    ahead = _read(query.after)
    if back:
        rows = finding.oldest(found.filter(finding.beyond(back, newer=True)), words, PER_PAGE + 1, query.facets)
        more_before, rows = len(rows) > PER_PAGE, rows[:PER_PAGE][::-1]
        more_after = True
    else:
        if ahead:
            found = found.filter(finding.beyond(ahead, newer=False))
        rows = finding.newest(found, words, PER_PAGE + 1, query.facets)
        more_before, more_after, rows = bool(ahead), len(rows) > PER_PAGE, rows[:PER_PAGE]
    return {
        "items": [item(row) | {"title": marked(row.title, words)} for row in rows],
        "before": _write(rows[0]) if rows and more_before else "",
        "after": _write(rows[-1]) if rows and more_after else "",
    }


def marked(title: str, words: list[str]) -> SafeString | str:
    """The title with the words that were searched for in <mark>."""
    found = folding.spans(title, words)
    if not found:
        return title
    shown, at = mark_safe(""), 0
    for start, end in found:
        shown, at = format_html("{}{}<mark>{}</mark>", shown, title[at:start], title[start:end]), end
    return format_html("{}{}", shown, title[at:])


def latest(count: int) -> list[dict[str, Any]]:
    """The newest notices of this platform for the front page. One query."""
    found = selectors.listed(source="own").order_by("-published_at", "-id")
    return [item(row) for row in found[:count]]


def item(row: ListedNotice) -> dict[str, Any]:
    """One row for components/item.html."""
    place = row.region_name or row.region_code
    facts = [fact for fact in (place, row.method) if fact]
    if row.imported:
        facts.append(f"历史公告，来源：{row.source}")
    shown: dict[str, Any] = {
        "title": row.title,
        "url": row.path,
        "tag": categories.name_of(row.category),
        "facts": facts,
        "at": row.published_at,
        "amount": row.amount_cny,
        "amount_label": row.amount_label,
        "side": row.side,
        "ended": row.ended,
    }
    if row.closes_what:
        shown |= {"clock": row.closes_at, "clock_label": MOMENTS[row.closes_what]}
        if row.closes_at is None:
            shown["paused"] = "计时暂停"
    return shown


def regions() -> list[tuple[str, str]]:
    """Regions with a listed notice, by code. One query."""
    return list(ListedRegion.objects.order_by("code").values_list("code", "name")[:4000])


def _write(row: ListedNotice) -> str:
    key = [row.published_at.isoformat(), str(row.pk)]
    return base64.urlsafe_b64encode(json.dumps(key).encode()).decode().rstrip("=")


def _read(cursor: str) -> tuple[datetime, UUID] | None:
    """The place a cursor names; None for none or a broken one."""
    try:
        at, pk = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        moment = datetime.fromisoformat(at)
        return (moment, UUID(pk)) if moment.tzinfo and 1 < moment.year < 9999 else None
    except (ValueError, TypeError, AttributeError, RecursionError):
        return None
