"""最后报价 of a consultation: called by the group, sealed like bids, opened together; who files none has left.

The second round goes through the same doors as the first: a key set of its own, whose keys are given away only when its
opening has started, the same envelopes, receipts and roll.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from platform_site import ledger
from platform_site.accounts import policy
from platform_site.accounts.actors import CLOCK, Actor
from platform_site.accounts.refusals import Refused, Violation
from platform_site.ledger import services as record
from platform_site.sealing import services as sealing
from platform_site.sealing.models import BidderUnlock, KeySet
from trading import addresses
from trading.models import Bid, Lot, Quote
from trading.services.acts import acting
from trading.services.alerts import tell_initiator, tell_subjects
from trading.services.bids import Filing
from trading.services.committees import members_of
from trading.services.documents import current_version
from trading.services.notices import notice_write, noticed
from trading.services.openings import OUTCOMES, UNLOCK_MINUTES, keys_in, nudge, opening_noted, result_said, roll_of


def consulting(lot: Lot) -> list[Bid]:
    """The suppliers the group talks with: whose first response it has. One query."""
    return list(lot.bids.filter(state="opened").select_related("subject", "envelope").order_by("arrived_at", "id"))


def standing(lot: Lot) -> list[Quote]:
    """The final quotes that stand, in order of arrival. One query; asked once the gate of the deadline is open."""
    found = Quote.objects.filter(bid__lot=lot, state="sealed").select_related("bid__subject", "bid__envelope")
    return list(found.select_related("envelope").order_by("arrived_at", "id"))


def quotes_call(*, lot_id: int, deadline: datetime, actor: Actor) -> Lot:
    """Every supplier in the consultation is asked, in the same words, for its final quote by `deadline`.

    Raises:
        PermissionDenied: no seat in the group.
        Refused: a deadline that has passed; an unlawful group; fewer suppliers than GP-29 asks.
    """

    def values(lot: Lot, now: datetime) -> dict[str, Any]:
        members = members_of(lot.committee) if hasattr(lot, "committee") else []
        experts = sum(member.is_expert for member in members)
        return {"members": len(members), "experts": experts, "bid_count": len(consulting(lot))}

    with acting("call_quotes", lot_id=lot_id, actor=actor, values=values) as act:
        if deadline <= act.now:
            raise Refused([Violation("quote.deadline", "GP-29", act.lot.book.article("GP-29"), {"asked": deadline})])
        act.lot.record("final_deadline", deadline)
        version = current_version(act.lot)
        act.entry("lot.quotes_called", {"final_deadline": deadline, "document": version.digest})
        tell_subjects(
            [bid.subject.code for bid in consulting(act.lot)],
            about=f"quotes:{act.lot.pk}",
            title="磋商小组要求提交最后报价",
            body=f"{act.lot.title}：按第{version.number}版磋商文件加密提交，逾期未提交的视为退出磋商。",
            url=addresses.trade(act.lot),
        )
    return act.lot


def quote_file(
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
) -> Quote:
    """The sealed final quote stands, a former one of the same supplier is replaced; the promise is in `quote.promise`.

    Args, Raises: as `bid_file`; refused too where the supplier is not in the consultation, or answers an older version
        of the document than the newest.
    """
    filing = Filing.of(actor, header, signature, wraps, upload_ids, arrived_at)
    if (done := Quote.objects.filter(idempotency_key=idempotency_key).first()) is not None:
        if done.bid.subject.code != actor.subject_code or done.bid.lot_id != lot_id:
            raise Refused([Violation("envelope.refused")])
        return done

    def values(lot: Lot, now: datetime) -> dict[str, Any]:
        own = lot.bids.filter(state="opened", subject__code=actor.subject_code)
        return {**filing.asked(lot, now), "consulting": own.exists()}

    with acting("file_quote", lot_id=lot_id, actor=actor, values=values, now=filing.at) as act:
        lot, version = act.lot, current_version(act.lot)
        bid = lot.bids.select_for_update(no_key=True, of=("self",)).get(
            state="opened", subject__code=actor.subject_code
        )
        sets = KeySet.objects.filter(pk=lot.final_ref)
        accepted = filing.accepted(lot.final_ref, {version.digest}, sets, filing.key())
        if accepted.known and (standing := Quote.objects.filter(envelope=accepted.envelope).first()) is not None:
            act.written = standing
            return standing
        former = bid.quotes.select_for_update(no_key=True).filter(state="sealed").first()
        if former:
            sealing.envelope_retire(former.envelope_id, "replaced")
            former.state = "replaced"
            former.save(update_fields=["state"])
        quote = Quote(
            bid=bid,
            filed_by_id=user_id,
            envelope=accepted.envelope,
            document=version,
            idempotency_key=idempotency_key,
            arrived_at=accepted.envelope.arrived_at,
        )
        said = {"bid": str(bid.id), "quote": str(quote.id)}
        entry = act.entry("quote.filed", filing.said(lot, accepted, former, said), sealed=True, subject=quote)
        quote.entry_id = entry.id
        quote.promise = ledger.promise(entry, accepted.envelope.arrived_at, lot.ledger_ref)
        quote.save()
    return quote


def _count(lot: Lot, now: datetime) -> dict[str, object]:
    return {"bid_count": len(standing(lot))}


def quotes_start(*, lot_id: int, actor: Actor = CLOCK, now: datetime | None = None) -> Lot:
    """Who filed a final quote is public before any key of the second round is accepted.

    Raises:
        Refused: before the deadline, under a hold, or too few final quotes.
    """
    with acting("start_quotes", lot_id=lot_id, actor=actor, values=_count, now=now) as act:
        lot, quotes = act.lot, standing(act.lot)
        minutes = int(lot.terms.get("unlock_minutes") or UNLOCK_MINUTES)
        lot.record("final_opening_at", act.now)
        lot.record("final_closes", act.now + timedelta(minutes=minutes))
        act.entry("lot.quotes_opening_started", {"roll": roll_of_quotes(quotes)})
        _reveal(lot, actor)
        nudge(lot)
        tell_initiator(lot, about=f"quotes-opening:{lot.pk}", title="最后报价开启", body=lot.title)
        tell_subjects(
            [quote.bid.subject.code for quote in quotes],
            about=f"quotes-opening:{lot.pk}",
            title="最后报价开启，请解密",
            body=lot.title,
            url=addresses.room(lot),
        )
    return act.lot


def roll_of_quotes(quotes: Sequence[Quote]) -> list[dict[str, Any]]:
    """Names, times and digests of the final quotes, in order of arrival."""
    return [
        {**row, "quote": str(q.id), "arrived_at": q.arrived_at.isoformat(), "digest": q.envelope.header_sha256}
        for q, row in zip(quotes, roll_of([quote.bid for quote in quotes]), strict=True)
    ]


def _reveal(lot: Lot, actor: Actor) -> None:
    sealed = Quote.objects.filter(bid__lot=lot, entry_id__isnull=False).values_list("entry_id", flat=True)
    record.reveal(list(sealed), subject=lot, actor=actor, open_private=("for",))


def quotes_fail(*, lot_id: int, actor: Actor = CLOCK, now: datetime | None = None) -> Lot:
    """Fewer final quotes than GP-29 asks: they are returned unopened, no key of theirs is ever released.

    Raises:
        Refused: before the deadline, or enough final quotes are in.
    """
    with acting("fail_few_quotes", lot_id=lot_id, actor=actor, values=_count, now=now) as act:
        for quote in standing(act.lot):
            sealing.envelope_retire(quote.envelope_id, "returned")
            quote.state = "returned"
            quote.save(update_fields=["state"])
        act.lot.record("failed_at", act.now)
        article = act.lot.book.article(act.move.rules[0])
        said = {"reason": act.move.title, "article": article, "next": "依法重新组织采购"}
        notice = notice_write(act, "failure", f"{act.lot.title}采购活动终止公告", said)
        act.entry("lot.quotes_returned", noticed(notice))
        nudge(act.lot)
        about, codes = f"failed:{act.lot.pk}", [bid.subject.code for bid in consulting(act.lot)]
        tell_initiator(act.lot, about=about, title=notice.title, body=act.move.title)
        tell_subjects(codes, about=about, title=notice.title, body=act.move.title, url=addresses.trade(act.lot))
    return act.lot


def quote_unlock(*, quote_id: UUID, identity: str, actor: Actor) -> Quote:
    """The supplier's browser has given the one-time identity of its own final quote. Repeatable.

    Raises:
        PermissionDenied: not the supplier's own.
        Refused: before the opening has started, or the wrong key.
    """
    quote = Quote.objects.select_related("bid__subject").get(pk=quote_id)
    if quote.bid.subject.code != actor.subject_code:
        policy.require(actor, "nobody")
    if BidderUnlock.objects.filter(envelope_id=quote.envelope_id).exists():
        return quote
    with acting("unlock_quote", lot_id=quote.bid.lot_id, actor=actor) as act:
        sealing.unlock(quote.envelope_id, identity, subject_code=actor.subject_code)
        act.entry("quote.unlocked", {"quote": str(quote.id)})
        nudge(act.lot)
    return quote


def keys_are_in(lot: Lot) -> bool:
    """Whether every final quote could open now. Four queries."""
    rows = Quote.objects.filter(bid__lot=lot, state="sealed")
    return keys_in(lot.final_ref, dict(rows.values_list("envelope_id", "envelope__header__trustee_set")))


def quotes_disclose(*, lot_id: int, actor: Actor, final: bool = False, now: datetime | None = None) -> Lot:
    """Every final quote is public together and is what its supplier offers now; whoever filed none has left.

    Args:
        final: the time for keys is over: what still waits counts as 视为撤回, with the missing named.

    Raises:
        Refused: keys still missing while `final` is off; somebody else disclosed already.
    """
    lot = Lot.objects.select_related("tender").get(pk=lot_id)
    opened = sealing.open_envelopes(lot.final_ref, final=final)
    waiting = sealing.missing(opened)
    verb = "disclose_quotes_late" if final else "disclose_quotes"
    try:
        with acting(verb, lot_id=lot_id, actor=actor, values={"waiting": len(waiting)}, now=now) as act:
            results = {result.envelope_id: result for result in sealing.record(opened)}
            said = [_settled(quote, results[quote.envelope_id]) for quote in standing(act.lot)]
            quoted = {row["bid"] for row in said}
            said += [_left(bid) for bid in consulting(act.lot) if str(bid.id) not in quoted]
            notice = opening_noted(act, "最后报价开启记录", said)
            act.entry("lot.bids_disclosed", {**noticed(notice), "results": said})
            nudge(act.lot)
            tell_initiator(act.lot, about=f"disclosed:{act.lot.pk}", title="最后报价已全部公布", body=act.lot.title)
    except Refused:
        sealing.discard(opened)
        raise
    return act.lot


def _settled(quote: Quote, result: Any) -> dict[str, Any]:
    """The opened quote is what its bid offers: what it does not name stands as first offered."""
    bid = quote.bid
    quote.state = bid.state = OUTCOMES[result.kind]
    bid.offer = {**(bid.offer or {}), **result.offer} if result.offer else None
    quote.save(update_fields=["state"])
    bid.save(update_fields=["state", "offer"])
    return {**result_said(bid, result), "offer": bid.offer or {}, "quote": str(quote.id), "quoted": result.offer}


def _left(bid: Bid) -> dict[str, Any]:
    """No final quote: the supplier has left the consultation (财库〔2014〕214号 第二十一条)."""
    bid.state, bid.offer = "left", None
    bid.save(update_fields=["state", "offer"])
    said = {"bid": str(bid.id), "outcome": "left", "by": "", "missing": [], "blame": None, "offer": {}}
    return {**said, "manifest": ""}
