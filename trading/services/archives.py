"""归档: one package per lot that verifies years later with the network switched off."""

import io
import json
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings

from platform_site import clock, ledger
from platform_site.accounts.actors import Actor
from platform_site.accounts.refusals import Refused, Violation
from platform_site.ledger import genesis
from platform_site.ledger import selectors as record
from platform_site.ledger.models import Checkpoint, Entry
from platform_site.ledger.publishing import signed_note
from platform_site.ledger.script import bundle
from platform_site.sealing import storage
from platform_site.sealing.keysets import number_of
from platform_site.sealing.models import Envelope, ReleasedKey
from platform_site.sealing.selectors import keysets_of
from trading.digests import canonical, digest_of, plain
from trading.models import Archive, Lot, StoredFile
from trading.services.acts import acting, admitted
from trading.services.documents import file_store
from trading.services.instruments import cover_written
from trading.services.notices import wake_papers
from trading.services.papers import CERTIFICATES, NAMED, missing_for
from trading.services.reserves import PURPOSE as RESERVE
from trading.sheets import sheet_of


@dataclass(frozen=True, slots=True)
class Package:
    """A package before it is stored.

    Attributes:
        content: the zip's bytes.
        members: what is in it, by name.
        broken: names of what no longer matches its digest.
    """

    content: bytes
    members: dict[str, bytes]
    broken: list[str]


def archive_make(*, lot_id: int, actor: Actor, without_papers: str = "") -> Archive:
    """The lot's package is stored and its digest is on the record; the lot is archived.

    The package is gathered before the lock; the act's own entry is not in it, but its digest is in that entry, and so
    is that of the cover, which says what lies in the package.

    Args:
        without_papers: why the package goes without the papers that are not made. For a rehearsal on a machine that
            cannot set a page; no page of ours offers it.

    Raises:
        PermissionDenied: the actor neither runs the lot nor its centre.
        Refused: the lot is not at its end, something stored no longer matches its digest, or the record's newest
            checkpoint does not yet cover every entry of the lot (`archive.waiting`: a minute at most), or papers of the
            lot are still to be made (`archive.papers`).
    """
    lot = Lot.objects.select_related("tender__initiator", "tender__agency").get(pk=lot_id)
    admitted("archive", lot, actor, clock.now())
    if not without_papers and (missing := missing_for(lot)):
        wake_papers()
        raise Refused([Violation("archive.papers", facts={"papers": missing})])
    packed = package(lot)
    stored = file_store(f"{lot.reference.replace('/', '-')}.zip", io.BytesIO(packed.content), "application/zip")
    with acting("archive", lot_id=lot_id, actor=actor, values={"broken": packed.broken}) as act:
        act.lot.record("archived_at", act.now)
        archive = Archive.objects.create(lot=act.lot, file=stored, made_at=act.now)
        cover = cover_written(act, archive, packed.members)
        said = {"file": str(stored.id), "sha256": stored.sha256, "size": stored.size, "instrument": cover.digest}
        act.entry("lot.archived", said | ({"without_papers": without_papers} if without_papers else {}))
    return archive


def package(lot: Lot) -> Package:
    """Everything of the lot that proves something, as one zip.

    In it: manifest.json (digest of every member), entries/ with proofs and checkpoint, notices/, papers/ as they were
    signed with papers.json that says what each is, certificates/ as the record names them, documents/, envelopes/
    with headers, wraps and ciphertexts, keys/ as released, factor.json where one was drawn, evaluation.json,
    contract.json, course/ with evaluations
    that were set aside and the performance of the contract, and verify.py itself.
    """
    members: dict[str, bytes] = {}
    broken: list[str] = []
    for notice in lot.notices.filter(state="published"):
        members[f"notices/{notice.id}.json"] = canonical(notice.content)
        if digest_of(notice.content) != notice.digest:
            broken.append(f"notice {notice.id}")
    _papers(members, broken, lot)
    for version in lot.documents.prefetch_related("files"):
        for file in version.files.all():
            _file(members, broken, f"documents/{version.number}/{file.sha256}-{file.name}", file)
    _record(members, lot)
    _envelopes(members, lot)
    _evaluation(members, lot)
    members["verify.py"] = bundle()
    members["manifest.json"] = _json(
        {
            "lot": lot.ledger_ref,
            "title": lot.title,
            "procedure": lot.tender.procedure,
            "edition": str(lot.tender.book_edition),
            "members": {name: _sha(data) for name, data in sorted(members.items())},
        }
    )
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, data in sorted(members.items()):
            # A fixed date: the same content packs to the same bytes.
            packed.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), data)
    return Package(out.getvalue(), members, broken)


def _papers(members: dict[str, bytes], broken: list[str], lot: Lot) -> None:
    """Papers of notices, letters and instruments, each with the entry that names its bytes and its key."""
    kinds = (lot.notices.filter(state="published"), lot.letters.all(), lot.instruments.all())
    made = [row for rows in kinds for row in rows.filter(paper__isnull=False).select_related("paper")]
    entries = Entry.objects.filter(subject__in=[row.ledger_ref for row in made], event__endswith=".paper_rendered")
    rendered = {entry.subject: entry for entry in entries.numbered()}
    if len(rendered) < len(made):
        raise Refused([Violation("archive.waiting")])
    certificates = list(Entry.objects.about(CERTIFICATES).filter(event=NAMED).numbered())
    names = _entries(members, [*rendered.values(), *certificates])
    said = []
    for row in made:
        _file(members, broken, f"papers/{row.pk}.pdf", row.paper)
        said.append(
            {
                "file": f"papers/{row.pk}.pdf",
                "title": sheet_of(row).heading,
                "content": row.digest,
                "sha256": row.paper.sha256,
                "entry": names[rendered[row.ledger_ref].pk],
            }
        )
    members["papers.json"] = _json(sorted(said, key=lambda one: str(one["entry"])))
    for entry in certificates:
        members[f"certificates/{entry.facts['sha256']}.json"] = _json({**entry.facts, "entry": names[entry.pk]})


def _record(members: dict[str, bytes], lot: Lot) -> None:
    _entries(members, list(record.entries_for(lot.ledger_ref)))
    if newest := Checkpoint.objects.order_by("-size").first():
        members["checkpoint"] = signed_note(newest).encode()
    members["keys.json"] = _json(genesis.public_keys())


def _entries(members: dict[str, bytes], entries: Sequence[Entry]) -> dict[UUID, str]:
    """The numbered entries are in the package, each with its proof. Their names there by id, without an ending.

    Raises:
        Refused: `archive.waiting`, no checkpoint covers one of them yet.
    """
    proofs = ledger.proofs(entries)
    if len(proofs) < len({entry.pk for entry in entries}):
        raise Refused([Violation("archive.waiting")])
    names = {}
    for entry in entries:
        names[entry.pk] = name = f"entries/{entry.position:012d}"
        members[f"{name}.proof"] = proofs[entry.pk].encode()
        members[f"{name}.json"] = canonical({"leaf": entry.leaf.decode(), "facts": entry.facts, "event": entry.event})
    return names


def _envelopes(members: dict[str, bytes], lot: Lot) -> None:
    rounds = [ref for ref in (lot.ledger_ref, lot.final_ref) if ref]
    sets = [keyset for ref in rounds for keyset in keysets_of(ref)]
    given: dict[str, list[dict[str, str]]] = {lot.ledger_ref: [], **{keyset.pk: [] for keyset in sets}}
    for k in ReleasedKey.objects.filter(lot_ref__in=list(given)).select_related("trustee").order_by("released_at"):
        said = {"trustee": str(k.trustee_id), "name": k.trustee.name, "secret": k.secret, "signature": k.signature}
        given[k.lot_ref].append(said)
    for keyset in sets:
        members[f"keys/keyset{_place(keyset.pk)}.json"] = _json(keyset.document)
    for ref, released in given.items():
        members[f"keys/released{_place(ref)}.json"] = _json(released)
    for envelope in Envelope.objects.filter(lot_ref__in=rounds).exclude(
        state__in=("replaced", "retracted", "returned")
    ):
        for part in envelope.parts.select_related("upload"):
            path = storage.ciphertext_path(part.upload_id)
            members[f"envelopes/{envelope.id}/{part.number}.age"] = path.read_bytes()
        # A reserve is one small part, public whole once it is open: with its one-time key anybody opens it again.
        given_key = getattr(envelope, "unlock", None) if envelope.purpose == RESERVE else None
        members[f"envelopes/{envelope.id}.json"] = _json(
            {
                **({"unlock": given_key.identity} if given_key else {}),
                "header": envelope.header,
                "signature": envelope.signature,
                "public_key": envelope.public_key,
                "wraps": envelope.wraps,
                "state": envelope.state,
                "arrived_at": envelope.arrived_at.isoformat(),
                "parts": [
                    {"number": p.number, "sha256": p.upload.sha256, "size": p.upload.size}
                    for p in envelope.parts.select_related("upload").order_by("number")
                ],
            }
        )


def _place(set_ref: str) -> str:
    """ "" for the lot's first key set, -2 for the one that followed it; -final for that of a second round."""
    if set_ref.endswith("#final"):
        return "-final"
    number = number_of(set_ref)
    return f"-{number}" if number > 1 else ""


def _evaluation(members: dict[str, bytes], lot: Lot) -> None:
    if report := getattr(lot, "report", None):
        members["evaluation.json"] = canonical(report.content)
    if contract := getattr(lot, "contract", None):
        members["contract.json"] = canonical({**contract.particulars, "amount_cny": contract.amount_cny})
    for former in lot.evaluations_set_aside.all():
        said = {"report": former.content, "signatures": former.signatures, "reason": former.reason, "at": former.at}
        members[f"course/evaluation-set-aside-{former.number}.json"] = canonical(plain(said))
    if course := _course(lot):
        members["course/performance.json"] = canonical(plain(course))
    if (committee := getattr(lot, "committee", None)) and committee.draw:
        members["draw.json"] = canonical(committee.draw.certificate)
    if (draw := getattr(lot, "factor_draw", None)) and draw.certificate:
        members["factor.json"] = canonical(draw.certificate)
    if opening := getattr(lot, "opening", None):
        members["opening.json"] = canonical(
            {"roll": opening.roll, "results": opening.results, "remarks": opening.remarks}
        )


def _course(lot: Lot) -> dict[str, Any]:
    """Awards that ended, changes of the contract, milestones with their payments; {} where nothing of it happened."""
    ended = lot.awards.exclude(state="standing").select_related("subject")
    found: dict[str, Any] = {
        "awards_ended": [
            {
                "subject": a.subject.code,
                "amount_cny": a.amount_cny,
                "at": a.at,
                "state": a.state,
                "ended_at": a.ended_at,
                "ground": a.ended_ground,
                "reason": a.ended_reason,
            }
            for a in ended
        ]
    }
    if contract := getattr(lot, "contract", None):
        names = ("number", "kind", "reason", "needed", "amount_before_cny", "amount_cny", "period_days", "digest", "at")
        found["changes"] = [{name: getattr(c, name) for name in names} for c in contract.changes.all()]
        found["milestones"] = [
            {
                **{
                    name: getattr(m, name)
                    for name in ("number", "title", "amount_cny", "state", "accepted_at", "pay_by")
                },
                "payments": [
                    {
                        name: getattr(p, name)
                        for name in ("amount_cny", "paid_on", "late_days", "rate", "interest_cny", "interest_paid_cny")
                    }
                    for p in m.payments.all()
                ],
            }
            for m in contract.milestones.prefetch_related("payments")
        ]
    return found if any(found.values()) else {}


def _file(members: dict[str, bytes], broken: list[str], name: str, file: StoredFile) -> None:
    path = Path(settings.MEDIA_ROOT) / file.path
    data = path.read_bytes() if path.exists() else b""
    if _sha(data) != file.sha256:
        broken.append(f"{file.name} {file.sha256[:12]}")
    members[name] = data


def _sha(data: bytes) -> str:
    import hashlib

    return hashlib.sha256(data).hexdigest()


def _json(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, indent=1).encode()
