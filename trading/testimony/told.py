"""The entries about some lots, and the comparison of a row with what they say."""

import itertools
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any
from uuid import UUID

from django.db.models import F

from platform_site.ledger.models import Entry, Private
from platform_site.ledger.registers import Finding
from platform_site.ledger.values import plain
from trading.models import Lot, Notice

LOTS_AT_ONCE = 100


@dataclass(frozen=True, slots=True)
class Said:
    """One entry as the checks read it. `held` are its private facts not yet erased."""

    event: str
    facts: Mapping[str, Any]
    held: Mapping[str, Any]
    entry: UUID
    position: int | None
    leaf: str


class Told:
    """What public entries say about these lots, in the order of the record. Four queries."""

    def __init__(self, lots: Iterable[Lot]) -> None:
        self.lots = list(lots)
        self._by_subject: dict[str, list[Said]] = defaultdict(list)
        refs = [lot.ledger_ref for lot in self.lots]
        self._read([*refs, *{lot.tender.ledger_ref for lot in self.lots}], sealed=False)
        found = Notice.objects.filter(lot__in=self.lots).select_related("lot__tender")
        self.notices = {str(notice.pk): notice for notice in found}

    def sealed_about(self, refs: Iterable[str]) -> None:
        """Sealed entries about these rows are read too. Two queries."""
        self._read(list(refs), sealed=True)

    def public_about(self, refs: Iterable[str]) -> None:
        """Public entries about these rows are read too, as newer than what was read before. Two queries."""
        self._read(list(refs), sealed=False)

    def _read(self, refs: list[str], *, sealed: bool) -> None:
        entries = Entry.objects.filter(subject__in=refs, sealed=sealed).select_related("place")
        rows = list(entries.order_by(F("place__position").asc(nulls_last=True), "recorded_at"))
        held = dict(
            Private.objects.filter(pk__in=[row.pk for row in rows if row.private]).values_list("pk", "openings")
        )
        for row in rows:
            # What is no opening was put there by hand: the walk over the entries names it, here it says nothing.
            openings = {name: one for name, one in held.get(row.pk, {}).items() if isinstance(one, dict)}
            opened = {name: one.get("value") for name, one in openings.items()}
            self._by_subject[row.subject].append(
                Said(row.event, row.facts, opened, row.pk, row.position, bytes(row.leaf_hash).hex())
            )

    def all(self, ref: str, *events: str) -> list[Said]:
        """Entries about `ref`, of these events if any are named, oldest first."""
        return [one for one in self._by_subject.get(ref, ()) if not events or one.event in events]

    def last(self, ref: str, *events: str) -> Said | None:
        """The newest of them."""
        found = self.all(ref, *events)
        return found[-1] if found else None

    def anew(self, ref: str, *events: str) -> list[Said]:
        """Those of them since an evaluation was last set aside: what was said before it holds no longer."""
        found = self.all(ref, *events, "evaluation.redone")
        start = max((n for n, one in enumerate(found) if one.event == "evaluation.redone"), default=-1)
        return [one for one in found[start + 1 :] if not events or one.event in events]

    def text(self, said: Said | None) -> Mapping[str, Any]:
        """The content of the notice an entry names; {} without one. Its digest is compared elsewhere."""
        notice = self.notices.get(str(said.facts.get("notice"))) if said else None
        return notice.content if notice else {}


def differing(what: str, ref: str, said: Said | None, pairs: Mapping[str, tuple[Any, Any]]) -> Iterator[Finding]:
    """A finding for every column whose value is not the one said: {column: (is, said)}."""
    for column, (value, told) in pairs.items():
        if not same(value, told):
            why = f"{what}: {column} is {_short(value)}, the record says {_short(told)}"
            yield Finding("row", why, str(said.entry) if said else "", said.position if said else None, ref)


def missing(what: str, ref: str, said: Said) -> Finding:
    """The entry speaks of a row that is not there."""
    return Finding("row", f"{what} is gone, {said.event} speaks of it", str(said.entry), said.position, ref)


def unspoken(what: str, ref: str) -> Finding:
    """A row no entry speaks of."""
    return Finding("row", f"{what}: no entry ever said so", subject=ref)


def same(value: Any, told: Any) -> bool:
    """Whether a column's value is what JSON says: money by its amount, times by their moment."""
    if isinstance(value, Decimal) and told is not None:
        try:
            return Decimal(str(told)) == value
        except InvalidOperation:
            return False
    if isinstance(value, datetime) and isinstance(told, str):
        try:
            return datetime.fromisoformat(told) == value
        except ValueError:
            return False
    return plain(value) == plain(told)


def moment(text: Any) -> datetime | None:
    """A moment out of a lot's moments or a notice; None where there is none."""
    return datetime.fromisoformat(text) if isinstance(text, str) and text else None


def groups(rows: Iterator[Any], size: int) -> Iterator[list[Any]]:
    """The rows, `size` at a time."""
    while group := list(itertools.islice(rows, size)):
        yield group


def _short(value: Any) -> str:
    text = repr(plain(value))
    return text if len(text) <= 80 else f"{text[:77]}…"
