"""Opening: the roll first, then keys from bidders and trustees in any order, then every content at once."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction

from credit.models import Subject
from platform_site import clock, ledger
from platform_site.accounts import policy
from platform_site.accounts.actors import CLOCK, Actor
from platform_site.accounts.refusals import Refused
from platform_site.ledger import services as record
from platform_site.ledger.models import Entry
from platform_site.sealing import selectors as sealed_things
from platform_site.sealing import services as sealing
from platform_site.sealing.models import BidderUnlock, ReleasedKey
from platform_site.web import streams
from trading import addresses
from trading.kernel.consortium import parties_twice
from trading.locks import lock_lot
from trading.models import Bid, Lot, Notice, Opening
from trading.services import bond_orders
from trading.services.acts import Act, acting, mandated, not_replaced
from trading.services.alerts import tell_initiator, tell_subjects
from trading.services.bonds import required_of
from trading.services.factors import factor_said, factor_undrawn
from trading.services.mandates import agencies_of
from trading.services.notices import notice_write, noticed

# How long keys are waited for where the document says nothing else.
UNLOCK_MINUTES = 60
# what an envelope came to (sealing) -> state of the bid
OUTCOMES = {"opened": "opened", "revoked": "revoked", "withdrawn": "lapsed"}


def room_topic(lot: Lot) -> str:
    """What the pages of the lot's opening room listen to. News there says only that something is new."""
    return f"opening:{lot.reference}"


def nudge(lot: Lot) -> None:
    """Once this has committed, every page of the opening room looks again."""
    streams.publish(room_topic(lot), "changed", {})


def _bid_count(lot: Lot, now: datetime) -> dict[str, object]:
    """Asked once the gate of the deadline is open: nobody's parties are compared before."""
    bids = list(lot.bids.standing().select_related("subject", "envelope"))
    twice = parties_twice({str(bid.id): bid.party_codes for bid in bids})
    names = [bid.subject.name for bid in bids if str(bid.id) in twice]
    return {
        "bid_count": len(bids),
        "related_pairs": sharing(bids),
        "agency_related": agency_sharing(lot, bids),
        "members_twice": names,
    }


def sharing(bids: Sequence[Bid]) -> list[list[str]]:
    """Bidders by name whose legal representatives bear one name: a question for supervision, no finding (ENG-22)."""
    by_person: dict[str, list[str]] = {}
    for bid in bids:
        if bid.subject.legal_person:
            by_person.setdefault(bid.subject.legal_person, []).append(bid.subject.name)
    return [names for names in by_person.values() if len(names) > 1]


def agency_sharing(lot: Lot, bids: Sequence[Bid]) -> list[str]:
    """Bidders by name whose legal representative bears the name of that of the project's agency, or of a former one.

    That is all the register knows of a group; who owns or runs whom stands in no record here. One query.
    """
    people = set(
        Subject.objects.filter(code__in=agencies_of(lot.tender))
        .exclude(legal_person="")
        .values_list("legal_person", flat=True)
    )
    return [bid.subject.name for bid in bids if bid.subject.legal_person in people]


def opening_start(*, lot_id: int, actor: Actor = CLOCK, now: datetime | None = None) -> Opening:
    """The roll is public before any key is accepted; from now on bidders unlock and trustees release.

    Raises:
        Refused: before the deadline, under a hold, or too few bids (招标投标法 第二十八条).
    """
    with acting("start_opening", lot_id=lot_id, actor=actor, values=_bid_count, now=now) as act:
        bids = list(act.lot.bids.standing().select_related("subject", "envelope").order_by("arrived_at", "id"))
        roll = roll_of(bids, bonds_of(act.lot))
        opening = Opening.objects.create(lot=act.lot, started_at=act.now, roll=roll)
        act.lot.record("opening_at", act.now)
        minutes = int(act.lot.terms.get("unlock_minutes") or UNLOCK_MINUTES)
        act.lot.record("opening_closes", act.now + timedelta(minutes=minutes))
        act.entry("lot.opening_started", {"roll": roll})
        _reveal_filings(act.lot, actor)
        idle = act.lot.bonds.exclude(subject_id__in=[b.subject_id for b in bids]).values_list("pk", flat=True)
        bond_orders.return_all(act.lot, "no_bid", actor=actor, only=idle)
        nudge(act.lot)
        tell_initiator(act.lot, about=f"opening:{act.lot.pk}", title="开标开始", body=act.lot.title)
        tell_subjects(
            [b.subject.code for b in bids],
            about=f"opening:{act.lot.pk}",
            title="开标开始，请解密投标文件",
            body=act.lot.title,
            url=addresses.room(act.lot),
        )
        _tell_unfinished(act.lot, bids)
        tell_subjects(
            [code for b in bids for code in b.member_codes],
            about=f"member:{act.lot.pk}",
            title="开标名单将贵单位列为联合体成员",
            body=f"{act.lot.title}。没有参加联合体的，请当场提出异议。",
            url=addresses.room(act.lot),
        )
    return opening


def _tell_unfinished(lot: Lot, bids: list[Bid]) -> None:
    """Whose upload the deadline found unfinished, and who has nothing standing, is told so (20号令 第二十七条)."""
    left = sealed_things.unfiled_owners(lot.ledger_ref) - {bid.subject.code for bid in bids}
    tell_subjects(
        left,
        about=f"unfinished:{lot.pk}",
        title="投标文件没有传完，视为撤回",
        body=f"{lot.title}：截止以前没有传完并递交（20号令 第二十七条）。收到的只有密文，没有打开，将按期删除。",
        url=addresses.trade(lot),
    )


def roll_of(bids: list[Bid], bonds: Mapping[int, str] | None = None) -> list[dict[str, Any]]:
    """Names, times and digests of the bids on the roll, in order of arrival; of a consortium its members too.

    Args:
        bonds: state of each bidder's bond by subject, where the document asks for one.
    """
    named = {code for b in bids for code in b.member_codes}
    names = dict(Subject.objects.filter(code__in=named).values_list("code", "name")) if named else {}
    return [
        {
            "bid": str(b.id),
            "subject": b.subject.code,
            "name": b.subject.name,
            "arrived_at": b.arrived_at.isoformat(),
            "digest": b.envelope.header_sha256,
            **({} if bonds is None else {"bond": bonds.get(b.subject_id, "none")}),
            **({"members": [{"code": code, "name": names[code]} for code in b.member_codes]} if b.member_codes else {}),
        }
        for b in bids
    ]


def bonds_of(lot: Lot) -> dict[int, str] | None:
    """State of each bidder's standing bond by subject; None where the document asks for none. One query."""
    if required_of(lot) is None:
        return None
    return dict(lot.bonds.standing().values_list("subject_id", "state"))


def _reveal_filings(lot: Lot, actor: Actor) -> None:
    """Sealed by event: the entries of filings and bonds are opened by the entry that starts the opening."""
    sealed = list(lot.bids.filter(entry_id__isnull=False).values_list("entry_id", flat=True))
    refs = [f"bond:{key}" for key in lot.bonds.values_list("pk", flat=True)]
    sealed += Entry.objects.filter(subject__in=refs, sealed=True).values_list("pk", flat=True) if refs else []
    record.reveal(sealed, subject=lot, actor=actor, open_private=("for",))


def lot_fail_too_few(*, lot_id: int, actor: Actor = CLOCK, now: datetime | None = None) -> Lot:
    """Nothing is opened: envelopes are returned unopened, no key is ever released, the failure is public.

    Raises:
        Refused: before the deadline, or enough bids are in.
    """
    with acting("fail_too_few", lot_id=lot_id, actor=actor, values=_bid_count, now=now) as act:
        bids = list(act.lot.bids.standing().select_for_update(of=("self",)).select_related("subject"))
        for bid in bids:
            sealing.envelope_retire(bid.envelope_id, "returned")
            bid.state = "returned"
            bid.save(update_fields=["state"])
        act.lot.record("failed_at", act.now)
        act.lot.record("too_few_at", act.now)
        need = next(iter(act.move.rules))
        notice = notice_write(
            act,
            "failure",
            f"{act.lot.title}招标失败公告",
            {"reason": act.move.title, "article": act.lot.book.article(need), "next": "依法重新招标"},
        )
        act.entry("lot.bids_returned", noticed(notice))
        nudge(act.lot)
        tell_initiator(act.lot, about=f"failed:{act.lot.pk}", title="投标人少于三个，招标失败", body=act.lot.title)
        tell_subjects(
            [b.subject.code for b in bids],
            about=f"failed:{act.lot.pk}",
            title="招标失败，投标文件已原样退回",
            body=act.lot.title,
            url=addresses.trade(act.lot),
        )
        _tell_unfinished(act.lot, bids)
    return act.lot


def bid_unlock(*, bid_id: UUID, identity: str, actor: Actor) -> Bid:
    """The bidder's browser has given the one-time identity of its own envelope. Repeatable.

    Raises:
        PermissionDenied: not the bidder's own bid.
        Refused: before the opening has started, or the wrong key.
    """
    bid = Bid.objects.select_related("subject").get(pk=bid_id)
    if bid.subject.code != actor.subject_code:
        policy.require(actor, "nobody")
    if BidderUnlock.objects.filter(envelope_id=bid.envelope_id).exists():
        return bid
    with acting("unlock", lot_id=bid.lot_id, actor=actor) as act:
        sealing.unlock(bid.envelope_id, identity, subject_code=actor.subject_code)
        act.entry("bid.unlocked", {"bid": str(bid.id)})
        nudge(act.lot)
    return bid


def lot_by_ref(lot_ref: str) -> Lot:
    """The lot the ledger calls `lot:<reference>/<number>`.

    Raises:
        Lot.DoesNotExist: no such lot.
    """
    reference, _, number = lot_ref.partition("#")[0].removeprefix("lot:").rpartition("/")
    return Lot.objects.select_related("tender").get(tender__reference=reference, number=int(number or 0))


def keys_are_in(lot: Lot) -> bool:
    """Whether every envelope could open now: k trustees of its set released, or its bidder unlocked. Four queries."""
    standing = lot.bids.standing().values_list("envelope_id", "envelope__header__trustee_set")
    return keys_in(lot.ledger_ref, dict(standing))


def keys_in(ref: str, standing: Mapping[UUID, str]) -> bool:
    """`keys_are_in` of one round.

    Args:
        ref: how sealing names the round.
        standing: hash of the key set each envelope is sealed to, by envelope.
    """
    sets = {keyset.pk: keyset for keyset in sealed_things.keysets_of(ref)}
    count = Counter(ReleasedKey.objects.filter(lot_ref__in=list(sets)).values_list("lot_ref", flat=True))
    openable = {keyset.hash for set_ref, keyset in sets.items() if count[set_ref] >= keyset.k}
    unlocked = BidderUnlock.objects.filter(envelope_id__in=list(standing)).values_list("envelope_id", flat=True)
    return all(standing[one] in openable for one in standing.keys() - set(unlocked))


def bids_disclose(*, lot_id: int, actor: Actor, final: bool = False, now: datetime | None = None) -> Opening:
    """Every content is public together, with what became of each envelope and who opened it.

    Decryption runs before the lock; the lock only writes. A bidder who did not come changes nothing as long as k
    trustees did: the others' and his envelope open all the same.

    Args:
        final: the time for keys is over: what still waits counts as 视为撤回, with the missing named.

    Raises:
        Refused: keys still missing while `final` is off, or the factor the document draws is undrawn; somebody else
            disclosed already.
    """
    lot = Lot.objects.select_related("tender").get(pk=lot_id)
    opened = sealing.open_envelopes(lot.ledger_ref, final=final)
    waiting = sealing.missing(opened)
    try:
        verb = "disclose_final" if final else "disclose_bids"

        def values(lot: Lot, now: datetime) -> dict[str, Any]:
            return {"waiting": len(waiting), "factor_undrawn": factor_undrawn(lot)}

        with acting(verb, lot_id=lot_id, actor=actor, values=values, now=now) as act:
            results = {r.envelope_id: r for r in sealing.record(opened)}
            said = []
            for bid in act.lot.bids.select_for_update(of=("self",)).filter(envelope_id__in=list(results)):
                result = results[bid.envelope_id]
                bid.state, bid.offer = OUTCOMES[result.kind], result.offer or None
                bid.save(update_fields=["state", "offer"])
                said.append(result_said(bid, result))
            if act.lot.final_ref:
                return _handed_over(act, said)
            notice = opening_noted(act, "开标记录", said)
            act.entry("lot.bids_disclosed", {**noticed(notice), "results": said})
            nudge(act.lot)
            tell_initiator(act.lot, about=f"disclosed:{act.lot.pk}", title="投标文件已全部公布", body=act.lot.title)
    except Refused:
        sealing.discard(opened)
        raise
    return act.lot.opening


def _handed_over(act: Act, said: list[dict[str, Any]]) -> Opening:
    """The first responses are the group's: what they offer stays from the public and from rivals until the last quotes
    are open; that they opened, and through whom, is public."""
    act.lot.record("consulting_at", act.now)
    shown = [{name: value for name, value in row.items() if name not in {"offer", "manifest"}} for row in said]
    act.entry("lot.bids_handed_over", {"results": shown}, private={"results": said})
    nudge(act.lot)
    about = f"handed-over:{act.lot.pk}"
    tell_initiator(act.lot, about=about, title="响应文件已交磋商小组", body=act.lot.title)
    return act.lot.opening


def result_said(bid: Bid, result: Any) -> dict[str, Any]:
    """What became of one bid's envelope, as entry, record and page say it."""
    return {
        "bid": str(bid.id),
        "outcome": result.kind,
        "by": result.by,
        "missing": result.missing,
        "blame": result.blame,
        "offer": result.offer,
        "manifest": result.manifest_sha256,
    }


def opening_noted(act: Act, title: str, said: list[dict[str, Any]]) -> Notice:
    """The opening is disclosed with these results, and its record is public. The caller writes the entry."""
    opening = act.lot.opening
    opening.results, opening.disclosed_at = said, act.now
    opening.save(update_fields=["results", "disclosed_at"])
    return notice_write(
        act,
        "opening",
        f"{act.lot.title}{title}",
        {
            "started_at": opening.started_at,
            "disclosed_at": act.now,
            "ceiling_cny": act.lot.ceiling_cny,
            "roll": opening.roll,
            "results": said,
            **factor_said(act.lot),
            # Raised on the spot and so far: later ones stand in the record beside this notice.
            "remarks": [{name: r[name] for name in ("text", "at", "answer")} for r in opening.remarks],
        },
    )


def opening_remark(*, lot_id: int, text: str, actor: Actor) -> Opening:
    """An objection raised on the spot stands on the record (实施条例 第四十四条); the initiator answers there."""
    from trading.services.enquiries import text_of

    text = text_of(text, field="text", limit=1000)
    with acting("object_opening", lot_id=lot_id, actor=actor) as act:
        opening = Opening.objects.select_for_update().get(lot=act.lot)
        opening.remarks = [
            *opening.remarks,
            {"by": actor.subject_code, "text": text, "at": act.now.isoformat(), "answer": ""},
        ]
        opening.save(update_fields=["remarks"])
        act.entry("opening.objection_raised", {"number": len(opening.remarks), "text": text})
        nudge(act.lot)
    return opening


def opening_remark_answer(*, lot_id: int, number: int, answer: str, actor: Actor) -> Opening:
    """The initiator has answered objection `number` (from 1) on the spot."""
    from trading.services.enquiries import text_of

    answer = text_of(answer, field="answer", limit=1000)
    with transaction.atomic():
        lot = lock_lot(lot_id)
        not_replaced(lot, actor)
        policy.require(actor, "initiator|agency", over=lot)
        mandated(lot, actor, clock.now())
        opening = Opening.objects.select_for_update().get(lot=lot)
        remarks = [dict(r) for r in opening.remarks]
        if not 1 <= number <= len(remarks):
            raise Opening.DoesNotExist(f"no objection {number}")
        remarks[number - 1]["answer"] = answer
        opening.remarks = remarks
        opening.save(update_fields=["remarks"])
        ledger.append(
            "opening.objection_answered", subject=lot, actor=actor, facts={"number": number, "answer": answer}
        )
        nudge(lot)
    return opening
