"""更正: a published text is never edited; a new notice says what is wrong in it and what is right."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any
from uuid import UUID

from platform_site.accounts.actors import Actor
from platform_site.accounts.refusals import Refused, Violation
from trading import addresses
from trading.models import Lot, Notice
from trading.services.acts import acting, moment_of
from trading.services.alerts import tell_holders, tell_subjects
from trading.services.enquiries import text_of
from trading.services.notices import notice_write, noticed

# Nothing of who competes may be told before the opening; afterwards the roll is public.
BEFORE_OPENING = ("bidding",)


def notice_correct(*, lot_id: int, notice_id: UUID, before: str, after: str, reason: str, actor: Actor) -> Notice:
    """A correction stands beside the notice and links to it; the notice stays as it is, marked as corrected.

    Words are corrected, never moments or conditions: those move by an amendment. A corrected publicity of candidates
    starts its period anew, because the public could not judge what it was not told.

    Args:
        before: the wrong words, exactly as they stand in the notice.
        after: the right ones.

    Raises:
        PermissionDenied: neither initiator nor agency.
        Refused: `correction.not_there`, the words are not in the notice or are not changed; `notice.unknown`.
    """
    before, after = text_of(before, field="before", limit=500), text_of(after, field="after", limit=500)
    reason = text_of(reason, field="reason", limit=1000)

    def values(lot: Lot, now: datetime) -> dict[str, Any]:
        notice = _published(lot, notice_id)
        return {"before": before, "found": before != after and any(before in said for said in texts(notice.content))}

    with acting("correct_notice", lot_id=lot_id, actor=actor, values=values) as act:
        lot, wrong = act.lot, _published(act.lot, notice_id)
        until = None
        if wrong.kind == "candidates" and lot.state == "publicity":
            lot.record("candidates_at", act.now)
            until = moment_of(lot, "publicity_ends")
        number = lot.notices.filter(kind="correction").count() + 1
        notice = notice_write(
            act,
            "correction",
            f"{lot.title}更正公告（第{number}次）",
            {
                "corrects": str(wrong.id),
                "corrects_title": wrong.title,
                "corrects_digest": wrong.digest,
                "before": before,
                "after": after,
                "reason": reason,
                "until": until,
            },
            follows=wrong,
        )
        act.entry("notice.corrected", {**noticed(notice), "corrects": str(wrong.id), "until": until})
        about, body = f"notice:{notice.id}", f"“{before}”更正为“{after}”。"
        tell_holders(lot, about=about, title=notice.title, body=body, url=addresses.notice(notice))
        if lot.state not in BEFORE_OPENING:
            codes = list(lot.bids.standing().values_list("subject__code", flat=True))
            tell_subjects(codes, about=about, title=notice.title, body=body, url=addresses.notice(notice))
    return notice


def _published(lot: Lot, notice_id: UUID) -> Notice:
    found = lot.notices.filter(pk=notice_id, state="published").first()
    if found is None:
        raise Refused([Violation("notice.unknown", "ENG-54", lot.book.article("ENG-54"))])
    return found


def texts(content: Any) -> Iterator[str]:
    """Every text somewhere inside a canonical content."""
    if isinstance(content, str):
        yield content
    elif isinstance(content, dict):
        for value in content.values():
            yield from texts(value)
    elif isinstance(content, list):
        for value in content:
            yield from texts(value)


def corrected_by(notices: list[Notice]) -> dict[str, Notice]:
    """Of a lot's notices: id of each that was corrected -> the newest correction of it."""
    return {n.content["corrects"]: n for n in notices if n.kind == "correction" and n.state == "published"}
