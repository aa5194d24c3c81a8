"""A list query as an Atom feed (RFC 4287). It tells what the list tells."""

from datetime import UTC, datetime

from django.conf import settings
from django.urls import reverse
from django.utils.feedgenerator import Atom1Feed, rfc3339_date

from disclosure import categories, tradelist
from disclosure.listwords import MOMENTS
from disclosure.models import ListedNotice
from platform_site import clock

ENTRIES = 50
EPOCH = datetime(2015, 1, 1, tzinfo=UTC)  # of a feed in which nothing was published yet


class _Feed(Atom1Feed):
    """Atom whose `updated` is the newest entry's, so that unchanged contents are unchanged bytes."""

    def latest_post_date(self) -> datetime:
        """When the newest entry was published."""
        return max((item["pubdate"] for item in self.items), default=EPOCH)


def atom(query: tradelist.Query) -> str:
    """The newest ENTRIES notices that fit.

    Raises:
        finding.TookTooLong: the search met its time limit.
    """
    address = query.address()
    tail = f"?{address}" if address else ""
    feed = _Feed(
        title=f"{settings.SITE_NAME}公告" + (f"：{clean(query.text)}" if query.text else ""),
        link=f"{settings.ORIGIN}{reverse('disclosure:trades')}{tail}",
        feed_url=f"{settings.ORIGIN}{reverse('disclosure:feed')}{tail}",
        description="",
        subtitle="按发布时间，新的在前",
        author_name=settings.SITE_NAME,
        language="zh-CN",
    )
    for row in tradelist.newest(query, ENTRIES):
        feed.add_item(
            title=clean(row.title),
            link=f"{settings.ORIGIN}{row.path}",
            description=clean(_summary(row)),
            unique_id=f"urn:uuid:{row.pk}",
            pubdate=row.published_at,
            updateddate=row.published_at,
            categories=[categories.name_of(row.category)],
        )
    return feed.writeString("utf-8")


def _summary(row: ListedNotice) -> str:
    parts = [row.region_name, row.method, row.buyer_name]
    if row.closes_what and row.closes_at:
        parts.append(f"{MOMENTS[row.closes_what]} {rfc3339_date(clock.china(row.closes_at))}")
    if row.imported:
        parts.append(f"历史公告，来源：{row.source}")
    return "；".join(part for part in parts if part)


def clean(text: str) -> str:
    """The text without the characters XML does not have."""
    return "".join(c for c in text if c in "\t\n\r" or (c >= " " and c not in "\ufffe\uffff"))
