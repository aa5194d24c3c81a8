"""Placing and releasing holds. The one way an order, an objection or an outage reaches a lot."""

from collections.abc import Callable
from datetime import datetime

from django.db import IntegrityError, transaction

from platform_site import clock, ledger
from platform_site.accounts.actors import Actor
from platform_site.accounts.refusals import Refused, Violation
from platform_site.holds.models import KINDS, Hold

_listeners: list[Callable[[str], None]] = []


def on_change(listener: Callable[[str], None]) -> Callable[[str], None]:
    """`listener(ref)` runs in the transaction of every hold placed on or released from `ref`.

    Trading recomputes the lot's next moment there. Call it from AppConfig.ready().
    """
    if listener not in _listeners:
        _listeners.append(listener)
    return listener


@transaction.atomic
def place(
    *, ref: str, kind: str, reason: str, article: str, source_ref: str, actor: Actor, at: datetime | None = None
) -> Hold:
    """`ref` stands still from `at` (legal now) until `source_ref` is settled.

    The caller has judged whether `actor` may: a hold knows no duties.

    Args:
        ref: what is held, `lot:…`.
        kind: objection | complaint | order | suspension | outage.
        source_ref: what holds it; the same source holds the same thing once.

    Raises:
        Refused: `hold.doubled`, the source holds it already.
        ValueError: an unknown kind, or no reason: nothing is stopped without one.
    """
    if kind not in dict(KINDS):
        raise ValueError(f"unknown kind of hold {kind!r}")
    if not reason or not source_ref:
        raise ValueError("a hold names its reason and its source")
    try:
        with transaction.atomic():
            hold = Hold.objects.create(
                ref=ref, kind=kind, reason=reason, article=article, source_ref=source_ref, started_at=at or clock.now()
            )
    except IntegrityError as error:
        if "hold_one_open_per_source" not in str(error):
            raise
        raise Refused([Violation("hold.doubled", facts={"ref": ref, "source": source_ref})]) from None
    ledger.append(
        "hold.placed",
        subject=ref,
        actor=actor,
        facts={
            "kind": kind,
            "reason": reason,
            "article": article,
            "source": source_ref,
            "since": hold.started_at,
        },
    )
    _tell(ref)
    return hold


@transaction.atomic
def release(*, ref: str, source_ref: str, actor: Actor, reason: str = "", at: datetime | None = None) -> Hold:
    """The hold of `source_ref` on `ref` has ended; other holds on it stand on.

    Raises:
        Refused: `hold.none`, this source holds nothing here.
    """
    hold = Hold.objects.select_for_update().standing().filter(ref=ref, source_ref=source_ref).first()
    if hold is None:
        raise Refused([Violation("hold.none", facts={"ref": ref, "source": source_ref})])
    hold.ended_at = at or clock.now()
    hold.end_reason = reason
    hold.save(update_fields=["ended_at", "end_reason"])
    ledger.append(
        "hold.released",
        subject=ref,
        actor=actor,
        facts={"kind": hold.kind, "source": source_ref, "reason": reason, "until": hold.ended_at},
    )
    _tell(ref)
    return hold


def _tell(ref: str) -> None:
    for listener in _listeners:
        listener(ref)
