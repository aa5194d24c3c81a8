"""指定媒介: notices are handed over, acknowledgements counted once, lateness and other words told to supervision.

The law's clock (ENG-06) runs from the hand-over. A medium signs {"post", "digest", "url", "at"}; the digest says which
text stands there. What differs or is late blocks nothing here: the notice on this platform is what counts, and the
record says what the medium did.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied, ValidationError
from django.core.validators import URLValidator
from django.db import transaction

from platform_site import clock, ledger
from platform_site.accounts import policy
from platform_site.accounts.actors import CLOCK, Actor
from platform_site.accounts.refusals import Refused, Violation
from platform_site.sealing import signing
from trading.kernel.time import counted
from trading.locks import lock_lot
from trading.models import Lot, MediaOutlet, MediaPost, Notice
from trading.services.alerts import tell_initiator

CONTEXT = "ggzy-media/1 acknowledgement"
# 招标公告和公示信息发布管理办法: notices, candidates, results, and what changes them.
CHANGES = ("amendment", "correction", "postponement", "trustees")
KINDS = ("tender", *CHANGES, "candidates", "award", "failure", "termination")
MONITORS = {"ENG-06": "trading.services.media.acknowledged"}
AT_ONCE = 200


@transaction.atomic
def outlet_register(*, name: str, public_key: str, actor: Actor) -> MediaOutlet:
    """The medium is known by its key. From the console only.

    Raises:
        PermissionDenied: not the console.
    """
    policy.require(actor, "console")
    outlet, made = MediaOutlet.objects.get_or_create(name=name, defaults={"public_key": public_key})
    if made:
        ledger.append("medium.registered", subject=outlet, actor=actor, facts={"name": name, "key": public_key})
    return outlet


def posts_send() -> list[MediaPost]:
    """Every published notice that its document promises to designated media has been handed over. The new posts."""
    outlets = {one.name: one for one in MediaOutlet.objects.filter(ended_at__isnull=True)}
    if not outlets:
        return []
    waiting = Notice.objects.filter(state="published", kind__in=KINDS, lot__terms__media__contained_by=sorted(outlets))
    rows = waiting.filter(posts__isnull=True).exclude(lot__terms__media=[]).select_related("lot__tender")
    return [post for notice in rows.order_by("published_at")[:AT_ONCE] for post in _handed_over(notice, outlets)]


@transaction.atomic
def _handed_over(notice: Notice, outlets: Mapping[str, MediaOutlet]) -> list[MediaPost]:
    lot, now, made = lock_lot(notice.lot_id), clock.now(), []
    if notice.posts.exists():
        return []
    for name in lot.terms.get("media") or ():
        number = lot.book.rule("ENG-06")["media_after_receipt"]
        due = counted(now, int(number.amount), number.unit, "most")
        made.append(MediaPost.objects.create(notice=notice, outlet=outlets[name], sent_at=now, due_at=due))
        facts = {
            "outlet": name,
            "text": str(notice.id),
            "digest": notice.digest,
            "at": now,
            "due": due,
            "rules": ["ENG-06"],
        }
        ledger.append("notice.handed_over", subject=lot, actor=CLOCK, facts=facts)
    return made


def acknowledged(*, outlet_id: UUID, body: Mapping[str, Any], signature: str) -> MediaPost:
    """What the medium says of one post is on file. The same again changes nothing; another digest is told.

    Raises:
        PermissionDenied: no such medium, or not its signature: nothing is kept.
        Refused: not a post of this medium, or words that cannot be read.
    """
    outlet = MediaOutlet.objects.filter(pk=outlet_id, ended_at__isnull=True).first()
    if outlet is None or not signing.verified(outlet.public_key, CONTEXT, dict(body), signature, suite=outlet.suite):
        raise PermissionDenied("not a message of a designated medium")
    key, digest, url = _read(body)
    with transaction.atomic():
        found = MediaPost.objects.filter(pk=key, outlet=outlet).values_list("notice__lot_id", flat=True).first()
        if found is None:
            raise Refused([Violation("media.unknown")])
        lot = lock_lot(found)
        post = MediaPost.objects.select_for_update(no_key=True, of=("self",)).select_related("notice").get(pk=key)
        if digest == post.said_digest or post.state == "posted":
            return post  # twice, or a later word on what already stands there
        _count(lot, post, outlet, digest, url)
    return post


def _read(body: Mapping[str, Any]) -> tuple[UUID, str, str]:
    try:
        key, digest, url = UUID(str(body["post"])), str(body["digest"]), str(body.get("url") or "")
        if url:
            URLValidator(schemes=["http", "https"])(url)
        if len(digest) != 64 or len(url) > 300:
            raise ValueError(digest)
    except (KeyError, ValueError, ValidationError):
        raise Refused([Violation("media.malformed")]) from None
    return key, digest, url


def _count(lot: Lot, post: MediaPost, outlet: MediaOutlet, digest: str, url: str) -> None:
    now, same = clock.now(), digest == post.notice.digest
    told = [] if same else [{"code": "media.differs", "rule": "ENG-06"}]
    if same and now >= post.due_at:
        told.append({"code": "media.late", "rule": "ENG-06"})
    post.said_digest, post.url, post.state = digest, url, "posted" if same else "differs"
    post.posted_at = now if same else None
    post.save(update_fields=["said_digest", "url", "state", "posted_at"])
    facts = {"outlet": outlet.name, "text": str(post.notice_id), "said": digest, "same": same, "rules": ["ENG-06"]}
    facts |= {"at": now, "url": url}
    ledger.append(
        "notice.acknowledged", subject=lot, actor=CLOCK, facts={**facts, **({"warnings": told} if told else {})}
    )
    if not same:
        _tell(lot, post, f"{outlet.name}发布的内容与公告不一致")


def overdue(now: datetime | None = None) -> int:
    """Every post past its time without the notice's own text is told once. How many."""
    now = now or clock.now()
    late = MediaPost.objects.filter(posted_at__isnull=True, overdue_told_at__isnull=True, due_at__lte=now)
    return sum(_overdue(key, lot_id, now) for key, lot_id in late.values_list("pk", "notice__lot_id")[:AT_ONCE])


@transaction.atomic
def _overdue(key: UUID, lot_id: int, now: datetime) -> int:
    lot = lock_lot(lot_id)
    post = MediaPost.objects.select_for_update(no_key=True, of=("self",)).select_related("outlet", "notice").get(pk=key)
    if post.posted_at or post.overdue_told_at:
        return 0
    post.overdue_told_at = now
    post.save(update_fields=["overdue_told_at"])
    told = [{"code": "media.overdue", "rule": "ENG-06"}]
    facts = {
        "outlet": post.outlet.name,
        "text": str(post.notice_id),
        "due": post.due_at,
        "at": now,
        "rules": ["ENG-06"],
    }
    ledger.append("notice.not_acknowledged", subject=lot, actor=CLOCK, facts={**facts, "warnings": told})
    _tell(lot, post, f"{post.outlet.name}没有在期限内发布公告")
    return 1


def _tell(lot: Lot, post: MediaPost, title: str) -> None:
    tell_initiator(lot, about=f"media:{post.pk}:{post.said_digest[:8]}", title=title, body=post.notice.title)
