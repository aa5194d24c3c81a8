"""Resumable uploads: begin, append, finish. Chunk writes take no database lock; bytes are on disk before we say so."""

import base64
import contextlib
import fcntl
import hashlib
import hmac
import os
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction

from platform_site import clock
from platform_site.accounts.refusals import Refused, Violation
from platform_site.failpoints import failpoint
from platform_site.sealing import age, storage
from platform_site.sealing.models import Upload
from platform_site.sealing.padding import LIMIT

MAX_SIZE = 2 * LIMIT  # bytes of one upload; a part's own limit is in its header
MAX_CHUNK = 4 * 1024 * 1024  # bytes; below DATA_UPLOAD_MAX_MEMORY_SIZE
MAX_UNFINISHED = 600  # uploads one owner may have open: a bid of 500 parts and a replacement begun
ARRIVAL = "20号令 第二十七条"


def upload_begin(
    *, owner_ref: str, key: str, size: int, sha256: str, must_be_sealed: bool = True, lot_ref: str = ""
) -> Upload:
    """An upload stands open; the same key again answers with the same upload, so a lost reply costs nothing.

    Args:
        owner_ref: the subject code that may use it.
        key: idempotency key of the sender's choice, at most 64 characters.
        size: bytes promised.
        sha256: hex, promised.
        must_be_sealed: refuse at the end what is not an age file with one lock (ELE-03).
        lot_ref: the lot it is meant for, so that its owner can be told when the deadline finds it unfinished (ELE-04).

    Raises:
        Refused: impossible size or digest, too many open, or the key was used for other bytes.
    """
    if not 0 < size <= MAX_SIZE:
        raise Refused([Violation("upload.size", facts={"size": size, "most": MAX_SIZE})])
    if len(sha256) != 64 or set(sha256) - set("0123456789abcdef") or not 0 < len(key) <= 64:
        raise Refused([Violation("upload.malformed")])
    with transaction.atomic():
        found = Upload.objects.filter(owner_ref=owner_ref, idempotency_key=key).first()
        if found is None:
            if Upload.objects.filter(owner_ref=owner_ref, finished_at=None).count() >= MAX_UNFINISHED:
                raise Refused([Violation("upload.too_many", facts={"most": MAX_UNFINISHED})])
            found, _ = Upload.objects.get_or_create(
                owner_ref=owner_ref,
                idempotency_key=key,
                defaults={
                    "size": size,
                    "sha256": sha256,
                    "must_be_sealed": must_be_sealed,
                    "lot_ref": lot_ref,
                    "begun_at": clock.machine(),
                },
            )
    if (found.size, found.sha256, found.must_be_sealed) != (size, sha256, must_be_sealed):
        raise Refused([Violation("upload.key_reused")])
    return found


def upload_token(upload_id: UUID) -> str:
    """The capability to write this upload. Derived, never stored: a copy of the database holds none."""
    mac = hmac.new(settings.SECRET_KEY.encode(), b"sealing.upload\0" + upload_id.bytes, hashlib.sha256).digest()
    return base64.urlsafe_b64encode(mac).rstrip(b"=").decode()


def upload_append(*, upload_id: UUID, token: str, offset: int, chunk: bytes, sha256: str) -> Upload:
    """The chunk is on disk behind `offset` and counted. A chunk sent twice is counted once.

    The moment the last byte arrived is stamped before any queue: it is the filing's time (ELE-04).

    Raises:
        Refused: unknown upload or token; a gap (facts.offset says where to go on); other bytes than before; more than
            promised; a chunk damaged on the way.
        OSError: the disk is full; nothing of the chunk is counted, and it may be sent again (a 507 to its sender).
    """
    arrived = clock.now()
    upload = _writable(upload_id, token)
    if not 0 < len(chunk) <= MAX_CHUNK or hashlib.sha256(chunk).hexdigest() != sha256:
        raise Refused([Violation("upload.damaged", "ELE-09", "20号令 第十四条", {"offset": upload.received})])
    if offset < 0 or offset + len(chunk) > upload.size:
        raise Refused([Violation("upload.oversized", facts={"size": upload.size, "offset": upload.received})])
    path = storage.ciphertext_path(upload.id)
    path.parent.mkdir(parents=True, exist_ok=True)
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        # Two senders of one upload take turns here; the row is read again once it is our turn.
        fcntl.flock(handle, fcntl.LOCK_EX)
        try:
            upload.refresh_from_db(fields=["received", "arrived_at"])
        except Upload.DoesNotExist:
            # Swept away between the look and the lock: what we have just created belongs to nothing.
            path.unlink(missing_ok=True)
            raise Refused([Violation("upload.unknown")]) from None
        if offset > upload.received:
            raise Refused([Violation("upload.gap", facts={"offset": upload.received})])
        again = min(len(chunk), upload.received - offset)
        if os.pread(handle, again, offset) != chunk[:again]:
            raise Refused([Violation("upload.differs", facts={"offset": upload.received})])
        fresh = chunk[again:]
        if fresh:
            failpoint("upload.before_write")
            try:
                _write_all(handle, fresh, upload.received)
                os.fsync(handle)
            except OSError:
                # A full disk: what is counted stays, the begun chunk gives its room back and was never acknowledged.
                with contextlib.suppress(OSError):
                    os.ftruncate(handle, upload.received)
                raise
            failpoint("upload.after_write")
            upload.received += len(fresh)
            if upload.received == upload.size:
                upload.arrived_at = arrived
            _changed(upload, received=upload.received, arrived_at=upload.arrived_at)
            failpoint("upload.after_commit")
    finally:
        os.close(handle)
    return upload


def upload_progress(*, upload_id: UUID, token: str) -> Upload:
    """The upload as it stands, so that a sender knows where to go on.

    Raises:
        Refused: unknown upload or token.
    """
    return _writable(upload_id, token)


def upload_finish(*, upload_id: UUID, token: str) -> Upload:
    """The upload is whole and its digest is the promised one; it may be used in an envelope. Repeatable.

    Raises:
        Refused: bytes missing (facts.offset says where to go on), wrong digest, or not sealed (ELE-03).
    """
    upload = _writable(upload_id, token)
    if upload.finished_at is not None:
        return upload
    if upload.received != upload.size:
        raise Refused([Violation("upload.incomplete", "ELE-04", ARRIVAL, {"offset": upload.received})])
    try:
        stored = storage.ciphertext_path(upload.id).open("rb")
    except FileNotFoundError:
        raise Refused([Violation("upload.unknown")]) from None
    with stored:
        if os.fstat(stored.fileno()).st_size != upload.size:
            raise Refused([Violation("upload.incomplete", "ELE-04", ARRIVAL, {"offset": upload.received})])
        sealed = age.single_lock(stored.read(age.HEADER_LIMIT))
        stored.seek(0)
        if hashlib.file_digest(stored, "sha256").hexdigest() != upload.sha256:
            raise Refused([Violation("upload.digest", "ELE-09", "20号令 第十四条")])
    if upload.must_be_sealed and not sealed:
        raise Refused([Violation("upload.not_sealed", "ELE-03", "20号令 第二十六条")])
    upload.finished_at = clock.machine()
    _changed(upload, finished_at=upload.finished_at)
    return upload


def upload_store(*, owner_ref: str, content: bytes, must_be_sealed: bool = True) -> Upload:
    """`content` is a finished upload at once: for tests, rehearsals and command-line tools that hold the bytes."""
    digest = hashlib.sha256(content).hexdigest()
    upload = upload_begin(
        owner_ref=owner_ref, key=digest, size=len(content), sha256=digest, must_be_sealed=must_be_sealed
    )
    token = upload_token(upload.id)
    for offset in range(upload.received, len(content), MAX_CHUNK):
        chunk = content[offset : offset + MAX_CHUNK]
        check = hashlib.sha256(chunk).hexdigest()
        upload_append(upload_id=upload.id, token=token, offset=offset, chunk=chunk, sha256=check)
    return upload_finish(upload_id=upload.id, token=token)


def _writable(upload_id: UUID, token: str) -> Upload:
    if not hmac.compare_digest(upload_token(upload_id).encode(), token.encode()):
        raise Refused([Violation("upload.unknown")])
    upload = Upload.objects.filter(pk=upload_id).first()
    if upload is None:
        raise Refused([Violation("upload.unknown")])
    return upload


def _changed(upload: Upload, **values: Any) -> None:
    """The row says so.

    Raises:
        Refused: it was swept away meanwhile (`sweeping`).
    """
    if not Upload.objects.filter(pk=upload.pk).update(**values):
        raise Refused([Violation("upload.unknown")])


def _write_all(handle: int, data: bytes, offset: int) -> None:
    """A short write (a full disk on its way) is carried on or raises; never counted."""
    view = memoryview(data)
    while view:
        written = os.pwrite(handle, view, offset)
        view, offset = view[written:], offset + written
