"""File, replace, withdraw. Nothing here looks at another subject's filing."""

import contextlib
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from credit import selectors as credit
from credit.models import Subject, SubjectKey
from platform_site import clock, ledger
from platform_site.accounts.actors import Actor
from platform_site.accounts.refusals import Refused, Violation
from platform_site.rows import one_or_none
from platform_site.sealing import services as sealing
from platform_site.sealing.canonical import NotCanonical, parse
from platform_site.sealing.models import KeySet, Upload
from trading import addresses
from trading.kernel.time import counted
from trading.models import Bid, DocumentObtained, FilingArrival, Lot
from trading.services import bonds, trustees
from trading.services.acts import acting
from trading.services.alerts import tell_subjects
from trading.services.mandates import acts_for, agencies_of

MONITORS = {"ENG-23": "trading.services.bids.refund_by"}
# A filing that was stamped but neither committed nor refused within this time was cut off.
PATIENCE = timedelta(seconds=60)
# From the stamp at the door until the note of `arriving` is there for all to see: the opening begins no sooner.
NOTING = timedelta(seconds=2)


@contextlib.contextmanager
def arriving(lot_id: int, arrived: datetime | None = None) -> Iterator[datetime]:
    """Within: the filing counts as on its way since the yielded legal moment, and the opening waits for it.

    Args:
        arrived: when its last byte came, stamped at the door before anything else; now, where nobody stamped it.
    """
    arrived = arrived or clock.now()
    note = FilingArrival.objects.create(lot_id=lot_id, arrived_at=arrived, noted_at=clock.machine())
    try:
        yield arrived
    finally:
        note.delete()


def settled(lot_id: int, deadline: datetime) -> bool:
    """Whether no filing stamped before `deadline` is still on its way. One query."""
    young = clock.machine() - PATIENCE
    return not FilingArrival.objects.filter(lot_id=lot_id, arrived_at__lt=deadline, noted_at__gt=young).exists()


@dataclass(frozen=True, slots=True)
class Filing:
    """What a bidder's browser sends, whichever round of sealed filings it is for.

    Attributes:
        last_byte: when the last of its parts arrived; None while one is missing.
        at: the filing's time, the later of the request and its last byte.
    """

    actor: Actor
    header: bytes
    signature: str
    wraps: Mapping[str, Any]
    upload_ids: Sequence[UUID]
    last_byte: datetime | None
    at: datetime

    @classmethod
    def of(
        cls,
        actor: Actor,
        header: bytes,
        signature: str,
        wraps: Mapping[str, Any],
        upload_ids: Sequence[UUID],
        arrived_at: datetime | None,
    ) -> "Filing":
        """The filing with its time. One query.

        Raises:
            Refused: nobody is acted for.
        """
        arrived = arrived_at or clock.now()
        if not actor.subject_code:
            raise Refused([Violation("subject.missing")])
        last_byte = _last_byte(upload_ids, actor.subject_code)
        at = max(arrived, last_byte) if last_byte else arrived
        return cls(actor, header, signature, wraps, upload_ids, last_byte, at)

    def asked(self, lot: Lot, now: datetime) -> dict[str, Any]:
        """What the guards of a filing ask for: of this subject alone, never of a rival."""
        partners, agreement = _consortium(self.header)
        parties = (self.actor.subject_code, *partners)
        agencies = agencies_of(lot.tender)
        barred = {lot.tender.initiator.code, *agencies}
        known = set(Subject.objects.filter(code__in=partners).values_list("code", flat=True)) if partners else set()
        return {
            "consortium": bool(partners),
            "consortium_agreement": agreement,
            "consortium_allowed": bool(lot.terms.get("consortium_allowed")),
            "unknown_members": [code for code in partners if code not in known],
            "encrypted": bool(self.upload_ids) and self.last_byte is not None,
            "signed": bool(self.signature),
            "complete": self.last_byte is not None,
            "bound": True,
            "is_operator": lot.tender.centre_id is not None and lot.tender.centre.code in parties,
            "is_agency_or_initiator": bool(lot.tender.party_roles(self.actor)) or bool(barred & set(parties)),
            "agency_person": acts_for(self.actor, agencies),
            "bans": [
                {"authority": ban.authority, "until": ban.until, "article": ban.document_no}
                for code in parties
                for ban in credit.standing(code, clock.china(now).date())
            ],
        }

    def key(self) -> SubjectKey:
        """The registered key the filing has to be signed with.

        Raises:
            Refused: none.
        """
        key = credit.active_key(self.actor.subject_code)
        if key is None:
            raise Refused([Violation("key.missing")])
        return key

    def accepted(
        self, ref: str, documents: Collection[str], key_sets: Iterable[KeySet], key: SubjectKey
    ) -> sealing.Accepted:
        """The envelope is kept, bound to this round of this lot.

        Args:
            ref: how sealing names the round.

        Raises:
            Refused: malformed, wrongly bound, unfinished, to another key set.
        """
        return sealing.envelope_accept(
            lot_ref=ref,
            subject_code=self.actor.subject_code,
            header=self.header,
            signature=self.signature,
            wraps=self.wraps,
            upload_ids=self.upload_ids,
            public_key=key.verify_key,
            documents=documents,
            arrived_at=self.at,
            key_sets=list(key_sets),
        )

    def said(self, lot: Lot, accepted: sealing.Accepted, former: Any, named: Mapping[str, str]) -> dict[str, Any]:
        """The facts of its sealed entry.

        Args:
            former: the row it replaces, or None.
            named: what it is: {"bid": id}, and {"quote": id} in the second round.
        """
        return {
            "lot": lot.reference,
            **named,
            "envelope": accepted.envelope.header_sha256,
            "arrived_at": accepted.envelope.arrived_at,
            "replaces": str(former.id) if former else "",
            "flags": {
                "recipient_seen": [str(i) for i in accepted.recipient_seen],
                "owner_shared": [str(i) for i in accepted.owner_shared],
            },
        }


def bid_file(
    *,
    lot_id: int,
    actor: Actor,
    user_id: int,
    header: bytes,
    signature: str,
    wraps: Mapping[str, Any],
    upload_ids: Sequence[UUID],
    idempotency_key: UUID,
    arrived_at: datetime | None = None,
) -> Bid:
    """The sealed bid stands, a former one of the same bidder is replaced, and the signed promise is in `bid.promise`.

    Args:
        upload_ids: finished uploads of this subject, manifest first.
        idempotency_key: the same key again answers with the same bid.
        arrived_at: when the filing request reached the platform, stamped before any queue; the bid's time is the later
            of this and its last byte.

    Raises:
        Refused: late, not sealed, not signed, not bound to this lot and subject, incomplete, banned, or the lot's own
            initiator, agency or operator. Before the deadline a refusal says nothing about anybody else.
    """
    filing = Filing.of(actor, header, signature, wraps, upload_ids, arrived_at)
    if (done := one_or_none(Bid.objects.filter(idempotency_key=idempotency_key))) is not None:
        if done.subject.code != actor.subject_code or done.lot_id != lot_id:
            raise Refused([Violation("envelope.refused")])
        return done
    at = filing.at

    with acting("file_bid", lot_id=lot_id, actor=actor, values=filing.asked, now=at) as act:
        lot = act.lot
        key = filing.key()
        subject = key.subject
        versions = {v.digest: v for v in lot.documents.filter(issued_at__isnull=False)}
        key_sets = trustees.key_sets_to_seal(lot)
        trustees.refuse_former(lot, header, key_sets)
        accepted = filing.accepted(lot.ledger_ref, set(versions), key_sets, key)
        envelope = accepted.envelope
        if accepted.known and (standing := one_or_none(Bid.objects.filter(envelope=envelope))) is not None:
            # The same envelope sent twice under two keys: answered alike.
            act.written = standing
            return standing
        former = one_or_none(lot.bids.select_for_update(no_key=True).standing().filter(subject=subject))
        if former:
            sealing.envelope_retire(former.envelope_id, "replaced")
            former.state = "replaced"
            former.save(update_fields=["state"])
        # One click nobody can be refused: who files holds the document from now on (ELE-01).
        DocumentObtained.objects.bulk_create(
            [DocumentObtained(lot=lot, subject=subject, user_id=user_id, at=at)], ignore_conflicts=True
        )
        bid = Bid(
            lot=lot,
            subject=subject,
            filed_by_id=user_id,
            envelope=envelope,
            document=versions[envelope.header["document"]],
            idempotency_key=idempotency_key,
            arrived_at=envelope.arrived_at,
        )
        entry = act.entry(
            "bid.filed",
            filing.said(lot, accepted, former, {"bid": str(bid.id)}),
            sealed=True,
            subject=bid,
        )
        bid.entry_id = entry.id
        bid.promise = ledger.promise(entry, envelope.arrived_at, lot.ledger_ref)
        bid.save()
    return bid


def _consortium(header: bytes) -> tuple[tuple[str, ...], str]:
    """(codes of the members besides the bidder, digest of the agreement) out of a header nobody has checked yet."""
    try:
        said = parse(header).get("consortium")
        members = said["members"]
        return tuple(code for code in members if isinstance(code, str)), str(said["agreement"])
    except (NotCanonical, AttributeError, KeyError, TypeError):
        return (), ""  # none, or malformed: the envelope's own check refuses it


def bid_withdraw(*, lot_id: int, actor: Actor) -> Bid:
    """The bidder's standing bid is withdrawn; its envelope stays sealed for ever.

    Raises:
        PermissionDenied: no standing bid of this subject.
        Refused: at or after the deadline.
    """
    with acting("withdraw_bid", lot_id=lot_id, actor=actor) as act:
        bid = act.lot.bids.select_for_update(no_key=True).standing().get(subject__code=actor.subject_code)
        sealing.envelope_retire(bid.envelope_id, "retracted")
        bid.state = "withdrawn"
        bid.save(update_fields=["state"])
        if "ENG-23" in act.move.rules and act.lot.terms.get("bond_cny"):
            bonds.withdrawn(act.lot, actor.subject_code, return_by=refund_by(act.lot, act.now))
            until = clock.china(refund_by(act.lot, act.now) - timedelta(seconds=1))
            tell_subjects(
                [actor.subject_code],
                about=f"withdrawn:{bid.id}",
                title="投标文件已撤回",
                body=f"已交投标保证金的，招标人最迟 {until:%Y-%m-%d} 24:00 退还（招标投标法实施条例 第三十五条）。",
                url=addresses.trade(act.lot),
            )
        act.entry(
            "bid.withdrawn",
            {"lot": act.lot.reference, "bid": str(bid.id), "envelope": bid.envelope.header_sha256},
            sealed=True,
            subject=bid,
        )
    return bid


def refund_by(lot: Lot, withdrawn_at: datetime) -> datetime:
    """Until when the bond of a withdrawn bid goes back (招标投标法实施条例 第三十五条)."""
    number = lot.book.rule("ENG-23")["days"]
    return counted(withdrawn_at, int(number.amount), number.unit, "most")


def _last_byte(upload_ids: Sequence[UUID], subject_code: str) -> datetime | None:
    """When the last byte of the subject's finished uploads arrived; None while one is missing or unfinished."""
    rows = list(Upload.objects.filter(id__in=list(upload_ids), owner_ref=subject_code))
    if (
        not rows
        or len(rows) != len(set(upload_ids))
        or any(r.finished_at is None or r.arrived_at is None for r in rows)
    ):
        return None
    return max(r.arrived_at for r in rows)
