"""Opening a lot's envelopes: gather and decrypt outside any lock, then record everything together.

opened = open_envelopes(lot_ref, final=time_is_up)
if ready(opened):
    with transaction.atomic():
        ...lock the lot...
        record(opened)
        ledger.append("lot.opened", ...)
"""

import shutil
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from uuid import UUID

from django.conf import settings
from django.db import transaction

from platform_site import clock
from platform_site.accounts.refusals import Refused, Violation
from platform_site.sealing import hooks, storage
from platform_site.sealing.envelope import Blame, EnvelopeRefused
from platform_site.sealing.models import (
    BidderUnlock,
    Envelope,
    KeySet,
    OpeningResult,
    PlainFile,
    ReleasedKey,
)
from platform_site.sealing.selectors import keysets_of
from platform_site.sealing.services.envelopes import wraps_bytes
from platform_site.sealing.unseal import Bundle, Outcome, decrypt


@dataclass(frozen=True, slots=True)
class Opened:
    """One envelope's outcome, not yet recorded: who, what, and the folder its plaintext files wait in."""

    envelope_id: UUID
    subject_code: str
    outcome: Outcome
    folder: Path


def open_envelopes(lot_ref: str, *, final: bool = False) -> list[Opened]:
    """What every sealed envelope of the lot comes to with the keys now in. Writes no row; takes no lock.

    Args:
        final: the time for keys is over; what still waits becomes 视为撤回 (bidder-only: 视为撤销).

    Raises:
        Refused: opening has not started.
    """
    if not hooks.opening_started(lot_ref):
        raise Refused([Violation("opening.not_started", "ELE-05", "20号令 第二十七条")])
    given = keys_given(lot_ref)
    envelopes = Envelope.objects.filter(lot_ref=lot_ref, state="sealed").order_by("arrived_at", "id")
    unlocks = dict(BidderUnlock.objects.filter(envelope__in=envelopes).values_list("envelope_id", "identity"))
    results = []
    for envelope in envelopes.prefetch_related("parts"):
        folder = storage.workshop()
        try:
            keyset, secrets = given.of(envelope)
            outcome = decrypt(
                bundle_of(envelope, keyset),
                secrets=secrets,
                unlock=unlocks.get(envelope.pk),
                out_dir=folder,
                final=final,
            )
        except EnvelopeRefused as refused:  # the row itself is damaged
            outcome = Outcome("withdrawn", Blame(refused.blame.code, "platform", refused.blame.detail))
        results.append(Opened(envelope.pk, envelope.subject_code, outcome, folder))
    return results


def ready(opened: Sequence[Opened]) -> bool:
    """Whether nothing waits for keys any more, so that contents may appear together."""
    return all(one.outcome.kind != "waiting" for one in opened)


def missing(opened: Sequence[Opened]) -> dict[UUID, tuple[str, ...]]:
    """Who could still help, by envelope: "bidder" or names of trustees."""
    return {one.envelope_id: one.outcome.missing for one in opened if one.outcome.kind == "waiting"}


@transaction.atomic
def record(opened: Sequence[Opened]) -> list[OpeningResult]:
    """Every outcome is written, every plaintext file in its place, all at once. The caller locks and writes the ledger.

    Raises:
        Refused: an envelope still waits for keys, or is no longer sealed (another worker was faster).
    """
    if not ready(opened):
        raise Refused(
            [Violation("opening.keys_missing", "ELE-06", "20号令 第二十九条", {"waiting": len(missing(opened))})]
        )
    rows = Envelope.objects.select_for_update(no_key=True).in_bulk([one.envelope_id for one in opened])
    if any(rows[one.envelope_id].state != "sealed" for one in opened):
        raise Refused([Violation("opening.already_recorded")])
    results = []
    for one in opened:
        envelope, outcome = rows[one.envelope_id], one.outcome
        envelope.state = outcome.kind
        envelope.save(update_fields=["state"])
        result = OpeningResult.objects.create(
            envelope=envelope,
            kind=outcome.kind,
            by=outcome.by,
            blame=asdict(outcome.blame) if outcome.blame else None,
            missing=list(outcome.missing),
            defects=[asdict(defect) for defect in outcome.defects],
            offer=dict(outcome.offer),
            manifest_sha256=outcome.manifest_sha256,
            recorded_at=clock.now(),
        )
        home = storage.plain_folder(envelope.pk)
        PlainFile.objects.bulk_create(
            PlainFile(
                result=result,
                number=file.index,
                name=file.name,
                media_type=file.media_type,
                size=file.size,
                sha256=file.sha256,
                path=str(home.relative_to(settings.MEDIA_ROOT) / file.path.name),
            )
            for file in outcome.files
        )
        if outcome.files:
            storage.settle(one.folder, home)
        else:
            shutil.rmtree(one.folder, ignore_errors=True)
        results.append(result)
    return results


def discard(opened: Sequence[Opened]) -> None:
    """Plaintext of outcomes that will not be recorded is off the disk."""
    for one in opened:
        shutil.rmtree(one.folder, ignore_errors=True)


@dataclass(frozen=True, slots=True)
class Given:
    """A lot's key sets, in their order, each with the keys given away by member number."""

    sets: tuple[tuple[KeySet, Mapping[int, str]], ...]

    def of(self, envelope: Envelope) -> tuple[KeySet | None, Mapping[int, str]]:
        """The set the envelope was sealed to and its keys.

        An envelope that names none of them is judged by the first, whose fault it then shows.
        """
        named = envelope.header.get("trustee_set") if isinstance(envelope.header, dict) else ""
        return next((one for one in self.sets if one[0].hash == named), self.sets[0] if self.sets else (None, {}))


def keys_given(lot_ref: str) -> Given:
    """The lot's key sets, and the released keys of each by member number. Two queries."""
    rows = keysets_of(lot_ref)
    released: dict[str, dict[str, str]] = {row.pk: {} for row in rows}
    for ref, trustee, secret in ReleasedKey.objects.filter(lot_ref__in=list(released)).values_list(
        "lot_ref", "trustee_id", "secret"
    ):
        released[ref][str(trustee)] = secret
    return Given(tuple((row, _by_number(row, released[row.pk])) for row in rows))


def _by_number(keyset: KeySet, secrets: Mapping[str, str]) -> dict[int, str]:
    members = enumerate(keyset.document["members"])
    return {number: secrets[m["trustee"]] for number, m in members if m["trustee"] in secrets}


def bundle_of(envelope: Envelope, keyset: KeySet | None) -> Bundle:
    """Everything held about the envelope, for `decrypt` or `manifest_again`.

    Raises:
        EnvelopeRefused: its row is damaged.
    """
    if not isinstance(envelope.header, dict):
        raise EnvelopeRefused("header.fields", "platform")
    return Bundle(
        header=envelope.header,
        signature=envelope.signature,
        wraps=wraps_bytes(envelope),
        parts=[storage.ciphertext_path(part.upload_id) for part in envelope.parts.all()],
        public_key=envelope.public_key,
        lot=envelope.lot_ref,
        subject=envelope.subject_code,
        # Which versions could be answered was judged at filing; now the signed header speaks for itself.
        documents=[envelope.header.get("document", "")],
        keyset=keyset.document if keyset else None,
        purpose=envelope.purpose,
    )
