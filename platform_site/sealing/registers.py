"""Sealed and opened files against what was promised of them: the header's digest is in the record, all hangs on it."""

import hashlib
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings

from platform_site.ledger.registers import Finding
from platform_site.sealing import storage
from platform_site.sealing.envelope import header_bytes, part_entries
from platform_site.sealing.models import Envelope, OpeningResult, PlainFile


def sealed_files_unchanged() -> Iterator[Finding]:
    """Every envelope whose header or ciphertexts are not those that were filed; every opened file that changed."""
    for envelope in Envelope.objects.prefetch_related("parts__upload").iterator(200):
        ref = f"envelope:{envelope.id}"
        if hashlib.sha256(header_bytes(envelope.header)).hexdigest() != envelope.header_sha256:
            yield Finding("file", "an envelope's header is not the one that was filed", subject=ref)
            continue
        promised = [(number, entry["sha256"]) for number, entry in enumerate(part_entries(envelope.header))]
        if [(part.number, part.upload.sha256) for part in envelope.parts.all()] != promised:
            yield Finding("file", "an envelope's parts are not those of its header", subject=ref)
        for part in envelope.parts.all():
            if _digest(storage.ciphertext_path(part.upload_id)) != promised[part.number % len(promised)][1]:
                yield Finding("file", f"part {part.number} of an envelope is missing or has other bytes", subject=ref)
    for file in PlainFile.objects.select_related("result").iterator():
        if _digest(Path(settings.MEDIA_ROOT) / file.path) != file.sha256:
            yield Finding("file", f"{file.name} is missing or has other bytes", subject=f"envelope:{file.result_id}")
    # Said with the opening, and compared there by the room that wrote it; here only that nothing is without a result.
    for result in OpeningResult.objects.filter(envelope__state="sealed").iterator():
        yield Finding("row", "a sealed envelope has a result", subject=f"envelope:{result.envelope_id}")


def _digest(path: Path) -> str:
    if not path.is_file():
        return ""
    with path.open("rb") as stored:
        return hashlib.file_digest(stored, "sha256").hexdigest()
