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

from platform_site.ledger.models import Entry
from platform_site.ledger.registers import Finding
from platform_site.sealing import age, hooks, keysets, signing, storage
from platform_site.sealing.canonical import NotCanonical, canonical
from platform_site.sealing.envelope import EnvelopeRefused, header_bytes, part_entries
from platform_site.sealing.models import BidderUnlock, Envelope, KeySet, OpeningResult, PlainFile, ReleasedKey
from platform_site.sealing.services.opening import Given, bundle_of, keys_given
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


def key_sets_as_recorded() -> Iterator[Finding]:
    """Every key set that is not the one its entry names, and every signature or released key that does not fit it."""
    named = _named_sets()
    for keyset in KeySet.objects.prefetch_related("countersignatures").iterator(AT_ONCE):
        ref, document = hooks.ledger_subject(keyset.lot_ref), keyset.document
        if _set_hash(document) != keyset.hash or document.get("lot") != keyset.lot_ref or document["k"] != keyset.k:
            yield Finding("row", f"key set {keyset.lot_ref}: its document is not the one its digest names", subject=ref)
            continue
        if (ref, keyset.hash) not in named:
            yield Finding("row", f"key set {keyset.lot_ref}: no entry ever named it", subject=ref)
        signatures = {str(one.trustee_id): one.signature for one in keyset.countersignatures.all()}
        if len(keysets.countersigners(document, signatures)) != len(signatures):
            yield Finding("row", f"key set {keyset.lot_ref}: a countersignature is not its member's", subject=ref)
        recipients = {member["trustee"]: member for member in document["members"]}
        for given in ReleasedKey.objects.filter(lot_ref=keyset.lot_ref):
            if not _fits(given, recipients.get(str(given.trustee_id)), keyset):
                yield Finding("row", f"key set {keyset.lot_ref}: a released key is not its member's", subject=ref)


def _named_sets() -> set[tuple[str, str]]:
    """(subject, digest) of every key set an entry names: of a lot, or of a draw."""
    assigned = ("lot.key_set_assigned", "lot.final_key_set_assigned", "lot.key_set_proposed", "draw.opened")
    entries = Entry.objects.filter(event__in=assigned)
    rows = entries.values_list("subject", "facts")
    return {(subject, facts.get("key_set") or facts.get("keyset")) for subject, facts in rows.iterator(AT_ONCE)}


def _set_hash(document: Any) -> str:
    try:
        return keysets.set_hash(document)
    except (NotCanonical, TypeError, ValueError):
        return ""


def _fits(given: ReleasedKey, member: Any, keyset: KeySet) -> bool:
    """Whether the secret is the member's, and its signature, where it came with one, that of the member."""
    try:
        if member is None or age.recipient_of(given.secret) != member["recipient"]:
            return False
    except age.CannotOpen:
        return False
    said = keysets.release_statement(keyset.lot_ref, keyset.hash, member["serial"], given.secret)
    return not given.signature or signing.verified(
        member["signing_key"], keysets.RELEASE_CONTEXT, said, given.signature
    )


def opened_as_sealed() -> Iterator[Finding]:
    """Every opened envelope whose result, offer or list of files is not what its own manifest says."""
    results = OpeningResult.objects.filter(kind="opened").select_related("envelope")
    ordered = results.order_by("envelope__lot_ref", "pk").prefetch_related("files", "envelope__parts")
    lot_ref, given = None, Given(())
    for result in ordered.iterator(AT_ONCE):
        envelope, ref = result.envelope, f"envelope:{result.envelope_id}"
        if envelope.lot_ref != lot_ref:
            lot_ref = envelope.lot_ref
            given = keys_given(lot_ref)
        keyset, secrets = given.of(envelope)
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
