"""Tender documents: store a file, one version after another, obtain with one click."""

import hashlib
import os
from pathlib import Path
from typing import BinaryIO
from uuid import uuid4

from django.conf import settings
from django.db import IntegrityError, transaction

from platform_site import clock, ledger
from platform_site.accounts.actors import Actor
from platform_site.accounts.refusals import Refused, Violation
from platform_site.failpoints import failpoint
from trading.digests import digest_of
from trading.models import DocumentObtained, DocumentVersion, Lot, StoredFile
from trading.services.acts import acting
from trading.services.shared import for_every_lot

# One file of a tender document. Large bids go through sealing's resumable uploads, never through here.
FILE_LIMIT = 512 * 1024 * 1024


def file_store(name: str, content: BinaryIO, content_type: str = "application/octet-stream") -> StoredFile:
    """The file lies on disk under its digest, flushed, before its row exists. Streams; call it outside any lock.

    Raises:
        Refused: `upload.oversized`, `upload.empty`, `upload.name`.
    """
    stored = file_keep(name, content, content_type)
    stored.save(force_insert=True)
    return stored


def file_keep(name: str, content: BinaryIO, content_type: str = "application/octet-stream") -> StoredFile:
    """The file lies on disk; its row is the caller's to save, in the transaction that says what the file is.

    Raises:
        Refused: as `file_store`.
    """
    name = Path(name).name.strip()
    if not name or len(name) > 200 or any(ord(c) < 32 for c in name):
        raise Refused([Violation("upload.name", facts={"name": name[:60]})])
    folder = Path(settings.MEDIA_ROOT) / "documents"
    folder.mkdir(parents=True, exist_ok=True)
    arriving = folder / f".arriving-{uuid4()}"
    hashed, size = hashlib.sha256(), 0
    try:
        with arriving.open("xb") as out:
            while chunk := content.read(1 << 20):
                size += len(chunk)
                if size > FILE_LIMIT:
                    raise Refused([Violation("upload.oversized", facts={"limit": FILE_LIMIT})])
                hashed.update(chunk)
                out.write(chunk)
            out.flush()
            os.fsync(out.fileno())
        if not size:
            raise Refused([Violation("upload.empty")])
        failpoint("file_store.before_rename")
        digest = hashed.hexdigest()
        home = folder / digest[:2] / digest
        home.parent.mkdir(exist_ok=True)
        arriving.rename(home)
    finally:
        arriving.unlink(missing_ok=True)
    return StoredFile(
        name=name,
        sha256=digest,
        size=size,
        path=str(home.relative_to(settings.MEDIA_ROOT)),
        content_type=content_type,
        stored_at=clock.machine(),
    )


def document_digest(lot: Lot, version: DocumentVersion) -> str:
    """What a bid answers: the digest over the lot's terms and the version's files."""
    files = [] if version.pk is None else list(version.files.order_by("sha256").values_list("sha256", flat=True))
    return digest_of(
        {
            "lot": lot.ledger_ref,
            "number": version.number,
            "terms": version.terms,
            "files": files,
            "scope": lot.scope,
            "qualification": lot.qualification,
            "ceiling_cny": lot.ceiling_cny,
        }
    )


def current_version(lot: Lot) -> DocumentVersion | None:
    """The newest issued version. One query."""
    return lot.documents.filter(issued_at__isnull=False).order_by("-number").first()


@for_every_lot()
def documents_obtain(*, lot_id: int, actor: Actor, user_id: int) -> DocumentObtained:
    """The subject holds the document: one click, nothing that can refuse beyond the clock (20号令 第二十一条).

    A second click changes nothing. The entry is sealed until the opening has started.

    Raises:
        Refused: before the issue starts or after the bid deadline; `subject.missing` without a subject to act for.
    """
    from credit.models import Subject

    if not actor.subject_code:
        raise Refused([Violation("subject.missing")])
    if held := DocumentObtained.objects.filter(lot_id=lot_id, subject__code=actor.subject_code).first():
        return held
    try:
        with acting("obtain_documents", lot_id=lot_id, actor=actor) as act:
            subject = Subject.objects.get(code=actor.subject_code)
            held = DocumentObtained.objects.create(lot=act.lot, subject=subject, user_id=user_id, at=act.now)
            act.entry("documents.obtained", {"lot": act.lot.reference}, sealed=True, subject=f"obtained:{held.id}")
    except IntegrityError:
        # Two tabs: the other one was first.
        with transaction.atomic():
            return DocumentObtained.objects.get(lot_id=lot_id, subject__code=actor.subject_code)
    return held


def ledger_pin(file: StoredFile, *, subject: object, actor: Actor, event: str) -> None:
    """An entry holds the digest of a stored file; used for renditions made after the act."""
    ledger.append(
        event, subject=subject, actor=actor, facts={"file": str(file.id), "sha256": file.sha256, "size": file.size}
    )
