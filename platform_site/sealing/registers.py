"""Sealed and opened files against what was promised of them: the header's digest is in the record, all hangs on it.

What came out of an envelope is held against the envelope itself: its manifest is decrypted once more with the keys
given away at the opening, so that a file changed together with its row is found. The manifest's own digest stands in
the opening's entry, and is compared with the result's row by the room that wrote the entry.
"""

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.conf import settings

from platform_site.ledger.registers import Finding
from platform_site.sealing import storage
from platform_site.sealing.canonical import NotCanonical, canonical
from platform_site.sealing.envelope import EnvelopeRefused, header_bytes, part_entries
from platform_site.sealing.models import BidderUnlock, Envelope, OpeningResult, PlainFile
from platform_site.sealing.services.opening import bundle_of, keys_given
from platform_site.sealing.unseal import manifest_again

AT_ONCE = 200
LISTED = ("index", "name", "media_type", "size", "sha256")


def sealed_files_unchanged() -> Iterator[Finding]:
    """Every envelope whose header or ciphertexts are not those that were filed; every opened file that changed."""
    for envelope in Envelope.objects.prefetch_related("parts__upload").iterator(AT_ONCE):
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


def tools_unchanged() -> Iterator[Finding]:
    """Every kept offline sealing tool that is no longer what its name, and the notices that print it, promise."""
    for path in sorted(storage.tool_path("*").parent.glob("[!.]*.html")):
        if _digest(path) != path.stem:
            yield Finding("file", f"the offline sealing tool {path.stem} has other bytes")


def opened_as_sealed() -> Iterator[Finding]:
    """Every opened envelope whose result, offer or list of files is not what its own manifest says."""
    results = OpeningResult.objects.filter(kind="opened").select_related("envelope")
    ordered = results.order_by("envelope__lot_ref", "pk").prefetch_related("files", "envelope__parts")
    lot_ref, keyset, secrets = None, None, {}
    for result in ordered.iterator(AT_ONCE):
        envelope, ref = result.envelope, f"envelope:{result.envelope_id}"
        if envelope.lot_ref != lot_ref:
            lot_ref = envelope.lot_ref
            keyset, secrets = keys_given(lot_ref)
        unlock = BidderUnlock.objects.filter(pk=envelope.pk).values_list("identity", flat=True).first()
        try:
            manifest = manifest_again(bundle_of(envelope, keyset), secrets=secrets, unlock=unlock)
        except (EnvelopeRefused, KeyError, TypeError, ValueError):  # a row so damaged that it cannot even be read
            manifest = None
        if manifest is None:
            yield Finding("envelope", "an opened envelope does not open again with the keys given away", subject=ref)
            continue
        if hashlib.sha256(canonical(manifest)).hexdigest() != result.manifest_sha256:
            yield Finding("envelope", "an opened envelope's manifest is not the one of its opening", subject=ref)
        if canonical(manifest["offer"]) != _text(result.offer):
            yield Finding("envelope", "an opened envelope's offer is not the one in its manifest", subject=ref)
        rows = [(f.number, f.name, f.media_type, f.size, f.sha256) for f in result.files.all()]
        if rows != [tuple(listed[name] for name in LISTED) for listed in manifest["files"]]:
            yield Finding("envelope", "an opened envelope's files are not those of its manifest", subject=ref)


def _text(value: Any) -> bytes:
    try:
        return canonical(value)
    except NotCanonical:
        return b""


def _digest(path: Path) -> str:
    if not path.is_file():
        return ""
    with path.open("rb") as stored:
        return hashlib.file_digest(stored, "sha256").hexdigest()
