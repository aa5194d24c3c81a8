"""Papers: the signed PDF of every published notice, letter and instrument, made after the act's commit, once.

A paper is a rendition. What counts is the canonical content whose digest the act's own entry holds; the paper gets an
entry of its own with the digest of its bytes. Work is found by query (no paper yet, entry covered by a checkpoint), so
losing the wake-up call loses nothing.

The signing moment is written down before the page is set: whatever interrupts the making, the next try gives the same
bytes under the same digest. Whose key signed stands in the paper's entry, its certificate in an entry of its own.

Two workers: an advisory lock, held by the session and gone with the process, keeps the second from making the same
paper at the same time; the row lock and `paper is null` in the writing transaction keep it from counting twice. No
lock of a row is held while a page is set.
"""

import base64
import contextlib
import io
import logging
from collections.abc import Iterator
from datetime import datetime, timedelta
from uuid import UUID

from cryptography.hazmat.primitives.serialization import Encoding
from django.conf import settings
from django.db import connection, transaction

from platform_site import clock, ledger
from platform_site.accounts.actors import CLOCK
from platform_site.failpoints import failpoint
from platform_site.ledger.models import Entry
from platform_site.web import papers, papersigning
from platform_site.web.papersigning import PaperSigner
from trading.models import Instrument, Letter, Lot, Notice, StoredFile
from trading.services.documents import file_keep
from trading.sheets import Sheet, sheet_of

log = logging.getLogger(__name__)

# One run makes at most this many, so that a worker comes back to its other duties; the beat calls again.
AT_MOST = 5
# One run looks at so many: the record may be far behind.
LOOKED_AT = 50
# What could not be made is left alone by this process for so long: it must not keep the others waiting.
UNSEALED, BROKEN = timedelta(seconds=3), timedelta(minutes=10)
_later: dict[UUID, datetime] = {}

Kind = type[Notice] | type[Letter] | type[Instrument]
Row = Notice | Letter | Instrument
# The entry that names a certificate, and what it is about.
NAMED, CERTIFICATES = "papers.certificate_named", "papers"


def make_due(limit: int = AT_MOST) -> int:
    """Papers that are due were made, oldest first, at most `limit`. How many.

    At most PAPERS_AT_ONCE of these run at the same moment over all processes; a further one returns at once.
    """
    with contextlib.ExitStack() as stack:
        slots = (stack.enter_context(claimed(f"papers:{n}")) for n in range(settings.PAPERS_AT_ONCE))
        if not any(slots):
            return 0
        made = 0
        now = clock.machine()
        waiting = [(kind, pk) for kind, pk in due() if pk not in _later or _later[pk] <= now]
        for kind, pk in waiting[:LOOKED_AT]:
            if made == limit:
                break
            if _tried(kind, pk):
                made += 1
        return made


def _tried(kind: Kind, pk: UUID) -> bool:
    """Whether this made the paper; one that fails is logged and waits."""
    _later.pop(pk, None)
    try:
        if paper_make(kind, pk) is not None:
            return True
        _later[pk] = clock.machine() + UNSEALED
    except Exception:
        _later[pk] = clock.machine() + BROKEN
        log.exception("the paper of %s %s could not be made", kind.__name__.lower(), pk)
    return False


def due(limit: int = 500) -> list[tuple[Kind, UUID]]:
    """Published notices, letters and instruments without a paper, oldest first. Three queries."""
    notices = Notice.objects.filter(state="published", paper__isnull=True).order_by("published_at")
    letters = Letter.objects.filter(paper__isnull=True).order_by("issued_at")
    rows: list[tuple[datetime, Kind, UUID]] = []
    rows += [(at, Notice, pk) for at, pk in notices.values_list("published_at", "pk")[:limit]]
    rows += [(at, Letter, pk) for at, pk in letters.values_list("issued_at", "pk")[:limit]]
    instruments = Instrument.objects.filter(paper__isnull=True).order_by("issued_at")
    rows += [(at, Instrument, pk) for at, pk in instruments.values_list("issued_at", "pk")[:limit]]
    return [(kind, pk) for _, kind, pk in sorted(rows, key=lambda row: (row[0], str(row[2])))]


def paper_make(kind: Kind, pk: UUID) -> StoredFile | None:
    """The paper stands with its own entry. None: somebody else makes it, it stands already, or no checkpoint covers the
    act's entry yet.

    Raises:
        FontsMissing, SigningImpossible: this machine cannot make it; nothing was written but the signing moment.
    """
    with claimed(f"paper:{pk}") as mine:
        if not mine:
            return None
        row = kind.objects.select_related("lot__tender").get(pk=pk)
        if row.paper_id is not None:
            return None
        sheet = sheet_of(row)
        if sheet.evidence is None:
            return None
        signer = papersigning.current()
        at = _signing_moment(row)
        failpoint("paper.after_moment")
        document = signed(render(sheet), signer, at)
        failpoint("paper.before_write")
        stored = file_keep(f"{sheet.heading}.pdf", io.BytesIO(document), "application/pdf")
        failpoint("paper.after_write")
        written = _written(row, stored, signer, at)
    failpoint("paper.after_commit")
    return written


def made_for(lot: Lot) -> str:
    """Every paper of the lot that can be made now stands. Why the others do not: "" where there are none.

    For rehearsals, which have no worker.
    """
    try:
        for row in _rows(lot):
            paper_make(type(row), row.pk)
    except (papers.FontsMissing, papersigning.SigningImpossible, ImportError, OSError) as error:
        return f"{type(error).__name__}: {error}"
    return ""


def missing_for(lot: Lot) -> list[str]:
    """Headings of the lot's texts that have no paper yet. Three queries."""
    return [sheet_of(row).heading for row in _rows(lot)]


def _rows(lot: Lot) -> list[Row]:
    notices = lot.notices.filter(state="published", paper__isnull=True).select_related("lot__tender")
    letters = lot.letters.filter(paper__isnull=True).select_related("lot__tender")
    return [*notices, *letters, *lot.instruments.filter(paper__isnull=True).select_related("lot__tender")]


def render(sheet: Sheet) -> bytes:
    """The sheet as PDF/A-3b, unsigned: the same sheet, the same bytes. Slow: never under a lock."""
    return papers.pdf(papers.html(sheet.template, sheet.context()))


def signed(document: bytes, signer: PaperSigner, at: datetime) -> bytes:
    """The document with the platform's signature: the same three, the same bytes."""
    return papersigning.sign(document, signer, at, reason="由平台按账本所记内容制作，制作后未经改动")


def _signing_moment(row: Row) -> datetime:
    """When the row's paper is signed: wall time in whole seconds, kept from the first try on."""
    rows = type(row)._default_manager.filter(pk=row.pk)
    rows.filter(paper_at__isnull=True).update(paper_at=clock.machine().replace(microsecond=0))
    return rows.values_list("paper_at", flat=True).get()


@transaction.atomic
def _written(row: Row, stored: StoredFile, signer: PaperSigner, at: datetime) -> StoredFile | None:
    """The paper counts, with its entry: unless one counts already."""
    kind = type(row)
    locked = kind.objects.select_for_update(of=("self",), no_key=True).get(pk=row.pk)
    if locked.paper_id is not None:
        return None
    stored.save(force_insert=True)
    locked.paper = stored
    locked.save(update_fields=["paper"])
    ledger.append(
        f"{kind.__name__.lower()}.paper_rendered",
        subject=row,
        actor=CLOCK,
        # Named `content`, not `digest`: the entry of the act is what the notice is compared with.
        facts={
            "content": row.digest,
            "sha256": stored.sha256,
            "size": stored.size,
            "form": "pdf/a-3b",
            "signed_at": at,
            "certificate": signer.fingerprint,
        },
    )
    _name_certificate(signer)
    failpoint("paper.before_commit")
    return stored


def _name_certificate(signer: PaperSigner) -> None:
    """The record holds the certificate, once: whoever checks a paper takes it from there and not from the paper."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [NAMED])
    if Entry.objects.about(CERTIFICATES).filter(event=NAMED, facts__sha256=signer.fingerprint).exists():
        return
    certificate = signer.certificate
    facts = {
        "sha256": signer.fingerprint,
        "certificate": base64.b64encode(certificate.public_bytes(Encoding.DER)).decode(),
        "subject": certificate.subject.rfc4514_string(),
        "not_before": certificate.not_valid_before_utc,
        "not_after": certificate.not_valid_after_utc,
    }
    ledger.append(NAMED, subject=CERTIFICATES, actor=CLOCK, facts=facts)


@contextlib.contextmanager
def claimed(name: str) -> Iterator[bool]:
    """Whether this session alone holds `name` meanwhile. Gone with the process, however it ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(hashtextextended(%s, 0))", [name])
        mine = bool(cursor.fetchone()[0])
    try:
        yield mine
    finally:
        if mine:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(hashtextextended(%s, 0))", [name])
