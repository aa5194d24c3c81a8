"""Notices: immutable texts in a chain, each with the digest of its canonical content."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from trading.digests import digest_of, plain
from trading.models import Lot, Notice
from trading.services.acts import Act


def notice_write(
    act: Act,
    kind: str,
    title: str,
    content: Mapping[str, Any],
    *,
    publish_at: datetime | None = None,
    follows: Notice | None = None,
) -> Notice:
    """A notice of the lot stands in the act's transaction: published at the act's moment, or scheduled for `publish_at`.

    The caller puts `notice.digest` into its ledger entry. Pages, feeds and the paper read `content` only.
    """
    body = plain({"kind": kind, "title": title, "lot": act.lot.reference, **content})
    return Notice.objects.create(
        lot=act.lot,
        kind=kind,
        title=title,
        content=body,
        digest=digest_of(body),
        state="scheduled" if publish_at else "published",
        publish_at=publish_at or act.now,
        published_at=None if publish_at else act.now,
        follows=follows or last_published(act.lot),
    )


def last_published(lot: Lot) -> Notice | None:
    """The newest published notice of the lot, which the next one links to. One query."""
    return lot.notices.filter(state="published").order_by("-published_at", "-publish_at").first()


def noticed(notice: Notice) -> dict[str, Any]:
    """What an entry says about a notice it published or scheduled."""
    return {"notice": str(notice.id), "kind": notice.kind, "digest": notice.digest}
