"""Notices: immutable texts in a chain, each with the digest of its canonical content."""

import logging
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from celery import current_app
from django.db import transaction

from platform_site.sealing import offline
from trading.digests import digest_of, plain
from trading.models import Lot, Notice
from trading.services.acts import Act

log = logging.getLogger(__name__)


def notice_write(
    act: Act,
    kind: str,
    title: str,
    content: Mapping[str, Any],
    *,
    publish_at: datetime | None = None,
    follows: Notice | None = None,
) -> Notice:
    """A notice of the lot stands in the act's transaction: published at once, or scheduled for `publish_at`.

    The caller puts `notice.digest` into its ledger entry. Pages, feeds and the paper read `content` only: it says by
    itself which lot it is about, who issues it and on which articles it rests.
    """
    body = plain({**frame(act, kind, title), **content})
    notice = Notice.objects.create(
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
    wake_papers()
    return notice


def frame(act: Act, kind: str, title: str) -> dict[str, Any]:
    """What every text of a lot says of itself, as it stands at the act."""
    tender = act.lot.tender
    # The record of an opening is the centre's; every other text is issued by whose trade it is.
    issuer = tender.centre if kind == "opening" and tender.centre else tender.initiator
    articles = [act.lot.book.article(rule) for rule in act.move.rules]
    return {
        "kind": kind,
        "title": title,
        "lot": act.lot.reference,
        "lot_title": act.lot.title,
        "issuer": {"name": issuer.name, "code": issuer.code},
        "article": "；".join(dict.fromkeys(article for article in articles if article)),
        **_tool(act.lot),
    }


def _tool(lot: Lot) -> dict[str, str]:
    """The digest of the offline sealing tool, in every notice of a lot that takes sealed bids."""
    sha256 = offline.named() if "file_bid" in lot.procedure.transitions else ""
    return {"sealing_tool": sha256} if sha256 else {}


def wake_papers() -> None:
    """Once this has committed a worker looks for papers to make. Losing the call loses nothing: the beat looks too."""
    transaction.on_commit(_wake)


def _wake() -> None:
    # By its name: a service does not know the tasks above it.
    try:
        current_app.send_task("trading.tasks.papers_due")
    except Exception:
        log.warning("no broker to wake; the beat will find the papers", exc_info=True)


def last_published(lot: Lot) -> Notice | None:
    """The newest published notice of the lot, which the next one links to. One query."""
    return lot.notices.filter(state="published").order_by("-published_at", "-publish_at").first()


def noticed(notice: Notice) -> dict[str, Any]:
    """What an entry says about a notice it published or scheduled."""
    said = {"notice": str(notice.id), "kind": notice.kind, "digest": notice.digest}
    return {**said, "published_at": notice.published_at} if notice.published_at else said
