"""From rows to the database: what is new, what changed, what is the same, what is refused and why.

One import at a time, so that every later row has a higher key than every earlier one and nobody reading by key
misses any; each batch of rows is one transaction, so a process that dies loses at most one batch and doubles nothing.
"""

import contextlib
import hashlib
import json
import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.db import connection, transaction
from django.db.models import Count, Min

from credit import codes
from credit.models import Subject
from disclosure.imports.formats import Format, format_of
from disclosure.imports.reading import KEPT, Opened, opened
from disclosure.imports.rows import RawRow, Reading, RowRejected
from disclosure.models import ImportedNotice, ImportedParty, ImportRun, RejectedRow
from disclosure.models.imported import CONFIDENCE
from platform_site import clock, ledger
from platform_site.accounts.actors import CONSOLE
from platform_site.failpoints import failpoint

log = logging.getLogger(__name__)
BATCH = 200
AHEAD = timedelta(days=366)  # a publication further in the future than this is a slip of the pen
LOCK = 7_190_422  # pg_advisory_lock: one import at a time
_WEAKEST = list(CONFIDENCE)
# What a reader relies on; how a row was filed (kind, category, region) does not make its facts weaker.
_FACTS = frozenset({"published_at", "buyer", "agency", "candidate", "winner", "budget_cny", "amount_cny"})


@dataclass(slots=True)
class Counts:
    """What became of a file's rows: accepted + rejected + unchanged = rows."""

    file: str
    rows: int = 0
    accepted: int = 0
    rejected: int = 0
    unchanged: int = 0

    def data(self) -> dict[str, Any]:
        """As printed by --json."""
        return {name: getattr(self, name) for name in ("file", "rows", "accepted", "rejected", "unchanged")}


@dataclass(slots=True)
class _Row:
    """A row of the batch at hand, with its reading or why there is none."""

    raw: RawRow
    reading: Reading | None
    refusal: RowRejected | None
    digest: str
    key: str = ""


@dataclass(slots=True)
class Listener:
    """What the caller wants to hear while it takes long."""

    progress: Callable[[Counts, int, int], None] = field(default=lambda counts, done, size: None)
    waiting: Callable[[], None] = field(default=lambda: None)


def import_file(path: Path, listener: Listener | None = None) -> Counts:
    """Every row of the file is taken in, kept as rejected with its reason, or was there already.

    Memory does not grow with the file. Only one import runs at a time; another waits.

    Raises:
        reading.FileRefused: the file as a whole cannot be read; nothing was written.
    """
    listener = listener or Listener()
    file = opened(path)
    known = format_of(file)
    with _alone(listener.waiting):
        counts = Counts(path.name)
        run = ImportRun.objects.create(
            file=path.name[:255], source=known.name, sha256=file.sha256, started_at=clock.machine()
        )
        at = 0

        def progress(position: int) -> None:
            nonlocal at
            at = position

        batch: list[_Row] = []
        for raw in known.rows(file, progress):
            batch.append(_row(known, raw))
            if len(batch) == BATCH:
                _land(known, run, batch, counts)
                listener.progress(counts, at, file.size)
                batch = []
        _land(known, run, batch, counts)
        _finish(run, known, file, counts)
        listener.progress(counts, file.size, file.size)
    return counts


@contextlib.contextmanager
def _alone(waiting: Callable[[], None]) -> Iterator[None]:
    """Within, no other process imports. The lock goes with the connection, so a killed import frees it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [LOCK])
        if not cursor.fetchone()[0]:
            waiting()
            cursor.execute("SELECT pg_advisory_lock(%s)", [LOCK])
    try:
        yield
    finally:
        if connection.connection is not None and not connection.connection.closed:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [LOCK])


def _row(known: Format, raw: RawRow) -> _Row:
    """The row read, or refused with its reason. Never raises for what is in the row."""
    digest = raw.digest or _digest(raw)
    if raw.problem is not None:
        return _Row(raw, None, raw.problem, digest)
    try:
        reading = known.read(raw.data)
        if reading.published_at > clock.machine() + AHEAD:
            raise RowRejected("date.future", reading.published_on.isoformat())
        if reading.published_at > clock.machine() + timedelta(days=1):
            reading.flag("date.ahead")
            reading.fields["published_at"].confidence = "doubtful"
    except RowRejected as refusal:
        return _Row(raw, None, refusal, digest)
    except Exception as problem:
        # A row nobody thought of must not cost the others; it is kept like any other that was refused.
        log.exception("%s: row %d cannot be read", known.name, raw.number)
        return _Row(raw, None, RowRejected("row.unreadable", f"{type(problem).__name__}: {problem}"), digest)
    return _Row(raw, reading, None, digest, f"{known.name}:{reading.record_id}")


def _digest(raw: RawRow) -> str:
    """SHA-256 of what the row says; the order of its fields and blanks between them do not count."""
    if raw.data is None:
        return hashlib.sha256(raw.text.encode("utf-8", "surrogatepass")).hexdigest()
    said = json.dumps(raw.data, sort_keys=True, ensure_ascii=True, separators=(",", ":"), default=str)
    return hashlib.sha256(said.encode()).hexdigest()


@transaction.atomic
def _land(known: Format, run: ImportRun, batch: list[_Row], counts: Counts) -> None:
    """The batch stands in the database and in the run's counts; a handful of queries whatever its size."""
    if not batch:
        return
    keys = {row.key for row in batch if row.reading}
    current = {one.key: one for one in ImportedNotice.objects.current().filter(key__in=keys).defer("body", "raw")}
    fresh: dict[str, _Row] = {}
    met: set[str] = set()
    refused: list[_Row] = []
    same = 0
    for row in batch:
        if row.reading is None:
            refused.append(row)
            continue
        known_digest, in_this_file = _known(row.key, current, fresh, met, run)
        if known_digest == row.digest:
            same += 1
            met.add(row.key)
        elif in_this_file:
            row.refusal = RowRejected("id.twice_in_file", row.reading.record_id)
            refused.append(row)
        else:
            fresh[row.key] = row
    _accept(known, run, list(fresh.values()), current)
    _keep(known, run, refused)
    seen = [current[key].pk for key in met if key in current]
    ImportedNotice.objects.filter(pk__in=seen).exclude(seen=run).update(seen=run)
    counts.rows += len(batch)
    counts.accepted += len(fresh)
    counts.rejected += len(refused)
    counts.unchanged += same
    _count(run, counts)
    failpoint("import.batch.before_commit")


def _known(
    key: str, current: dict[str, ImportedNotice], fresh: dict[str, _Row], met: set[str], run: ImportRun
) -> tuple[str, bool]:
    """(digest of what stands under the key, whether this very file has already said something under it)."""
    if key in fresh:
        return fresh[key].digest, True
    if key in current:
        return current[key].digest, key in met or current[key].seen_id == run.pk
    return "", False


def _accept(known: Format, run: ImportRun, rows: list[_Row], current: dict[str, ImportedNotice]) -> None:
    """The rows are new notices, or new versions that follow the ones they replace."""
    if not rows:
        return
    replaced = [current[row.key].pk for row in rows if row.key in current]
    ImportedNotice.objects.filter(pk__in=replaced).update(current=False)
    notices = [_notice(known, run, row, current.get(row.key)) for row in rows]
    ImportedNotice.objects.bulk_create(notices)
    subjects = _subjects([party.name for row in rows if row.reading for party in row.reading.parties])
    by_code = _by_code([party.code for row in rows if row.reading for party in row.reading.parties if party.code])
    ImportedParty.objects.bulk_create(
        party
        for notice, row in zip(notices, rows, strict=True)
        for party in _parties(notice, row.reading, subjects, by_code)
    )
    _show([notice.origin for notice in notices])


def _notice(known: Format, run: ImportRun, row: _Row, before: ImportedNotice | None) -> ImportedNotice:
    reading = row.reading
    assert reading is not None
    for party in reading.parties:
        if party.code and codes.flaw(party.code):
            reading.flag("code.flawed")
    buyers, agencies = reading.named("buyer"), reading.named("agency")
    return ImportedNotice(
        key=row.key,
        version=before.version + 1 if before else 1,
        origin=reading.origin,
        richness=reading.richness,
        shown=False,
        digest=row.digest,
        source=known.name,
        platform=reading.platform,
        title=reading.title,
        kind=reading.kind,
        category=reading.category,
        region_code=reading.region_code,
        region_name=reading.region_name[:60],
        buyer_name=buyers[0].name[:200] if buyers else "",
        agency_name=agencies[0].name[:200] if agencies else "",
        winner_names=[party.name[:200] for party in reading.named("winner")],
        budget_cny=reading.budget_cny,
        amount_cny=reading.amount_cny,
        published_on=reading.published_on,
        published_at=reading.published_at,
        hour_stated=reading.hour_stated,
        reference=reading.reference[:120],
        url=reading.url,
        body=reading.body,
        fields={name: said.data() for name, said in reading.fields.items()},
        flags=reading.flags,
        confidence=max(
            (said.confidence for name, said in reading.fields.items() if name in _FACTS), key=_WEAKEST.index
        ),
        raw=reading.raw,
        run=run,
        row_number=row.raw.number,
        seen=run,
    )


def _parties(
    notice: ImportedNotice, reading: Reading | None, subjects: dict[str, int], by_code: dict[str, int]
) -> list[ImportedParty]:
    places: dict[str, int] = {}
    found = []
    for party in reading.parties if reading else []:
        places[party.role] = places.get(party.role, 0) + 1
        found.append(
            ImportedParty(
                notice=notice,
                role=party.role,
                position=places[party.role],
                name=party.name[:200],
                code=party.code[:40],
                code_flaw=codes.flaw(party.code)[:200] if party.code else "",
                amount_cny=party.amount_cny,
                subject_id=by_code.get(party.code) or subjects.get(party.name),
            )
        )
    return found


def _subjects(names: list[str]) -> dict[str, int]:
    """Names that are exactly one subject's. One query."""
    found = Subject.objects.filter(name__in=set(names)).values("name").annotate(n=Count("pk"), only=Min("pk"))
    return {row["name"]: row["only"] for row in found if row["n"] == 1}


def _by_code(stated: list[str]) -> dict[str, int]:
    """Subjects by the codes that notices print. One query, none without codes."""
    return dict(Subject.objects.filter(code__in=set(stated)).values_list("code", "pk")) if stated else {}


def _show(origins: list[str]) -> None:
    """Of the rows that tell of one notice the fullest is shown; among equals the newest."""
    rows = ImportedNotice.objects.current().filter(origin__in=set(origins))
    best: dict[str, int] = {}
    for origin, pk in rows.order_by("richness", "pk").values_list("origin", "pk"):
        best[origin] = pk
    rows.exclude(pk__in=best.values()).filter(shown=True).update(shown=False)
    rows.filter(pk__in=best.values(), shown=False).update(shown=True)


def _keep(known: Format, run: ImportRun, refused: list[_Row]) -> None:
    """Every refused row is kept with its reason and what it said; one met before stands once, under its last run."""
    kept = [
        RejectedRow(
            source=known.name,
            file=run.file,
            row_number=row.raw.number,
            record_id=_id_of(known, row.raw),
            reason=row.refusal.reason,
            why=_storable(row.refusal.why)[:500],
            raw=_storable(row.raw.text[:KEPT]),
            raw_bytes=row.raw.size or len(row.raw.text.encode("utf-8", "surrogatepass")),
            digest=row.digest,
            first_run=run,
            last_run=run,
        )
        for row in refused
        if row.refusal
    ]
    RejectedRow.objects.bulk_create(
        kept,
        update_conflicts=True,
        unique_fields=["source", "row_number", "digest", "reason"],
        update_fields=["last_run", "file"],
    )


def _id_of(known: Format, raw: RawRow) -> str:
    value = raw.data.get(known.id_field) if known.id_field and isinstance(raw.data, dict) else ""
    return _storable(str(value or ""))[:120]


def _storable(text: str) -> str:
    """Text that the database can hold and that shows what it could not: NUL as ␀."""
    return text.replace("\0", "␀").encode("utf-8", "replace").decode()


def _count(run: ImportRun, counts: Counts) -> None:
    numbers = {name: getattr(counts, name) for name in ("rows", "accepted", "rejected", "unchanged")}
    ImportRun.objects.filter(pk=run.pk).update(**numbers)


@transaction.atomic
def _finish(run: ImportRun, known: Format, file: Opened, counts: Counts) -> None:
    """The run is finished and the record knows which file was taken in, though its rows are no acts of ours."""
    ImportRun.objects.filter(pk=run.pk).update(finished_at=clock.machine())
    ledger.append(
        "history.imported",
        subject=f"import:{run.pk}",
        actor=CONSOLE,
        facts={"source": known.name, "sha256": file.sha256, **counts.data()},
    )


def relink() -> int:
    """Parties whose name has meanwhile become exactly one subject's are tied to it. How many."""
    unique = Subject.objects.values("name").annotate(n=Count("pk"), only=Min("pk")).filter(n=1)
    linked = 0
    for row in unique.iterator():
        linked += ImportedParty.objects.filter(name=row["name"], subject__isnull=True).update(subject=row["only"])
    return linked
