"""What stands still, and since when."""

from dataclasses import dataclass
from datetime import datetime

from platform_site.holds.models import Hold


@dataclass(frozen=True, slots=True)
class Interval:
    """One stretch of standing still; `end` is None while it lasts."""

    start: datetime
    end: datetime | None
    kind: str
    reason: str
    article: str
    source_ref: str


def standing(*refs: str, on: datetime | None = None) -> list[Hold]:
    """Holds on any of `refs` not yet released (or standing at `on`), oldest first. One query."""
    return list(Hold.objects.filter(ref__in=refs).standing(on).order_by("started_at", "pk"))


def intervals(*refs: str) -> list[Interval]:
    """Every stretch in which any of `refs` stood still, oldest first, for counting through them. One query."""
    rows = Hold.objects.filter(ref__in=refs).order_by("started_at", "pk")
    return [Interval(h.started_at, h.ended_at, h.kind, h.reason, h.article, h.source_ref) for h in rows]


def intervals_by_ref(refs: list[str]) -> dict[str, list[Interval]]:
    """`intervals` for many at once; refs never held are absent. One query."""
    found: dict[str, list[Interval]] = {}
    for h in Hold.objects.filter(ref__in=refs).order_by("started_at", "pk"):
        interval = Interval(h.started_at, h.ended_at, h.kind, h.reason, h.article, h.source_ref)
        found.setdefault(h.ref, []).append(interval)
    return found


def refs_held_by(source_ref: str) -> set[str]:
    """What this source still holds. One query."""
    return set(Hold.objects.filter(source_ref=source_ref).standing().values_list("ref", flat=True))
