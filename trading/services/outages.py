"""系统故障: the centre declares that its platform could not be used, and what fell due meanwhile falls due later.

The document template carries the clause (补救方案, on by default); a lot whose document does not is left alone. Every
deadline inside the outage moves by the days it lasted, a begun one counting whole, its hour kept (trading.kernel.time).
The change notice is the initiator's; whoever took the documents is told. Nothing here asks who did.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import F

from credit.models import Subject
from platform_site import clock, ledger
from platform_site.accounts import policy
from platform_site.accounts.actors import Actor
from platform_site.accounts.refusals import Refused, Violation
from platform_site.holds import selectors as held
from platform_site.holds import services as holds
from platform_site.rules import rule
from trading import addresses
from trading.kernel import procedure as kernel
from trading.kernel.time import HeldFor, counted, through_holds
from trading.locks import lock_lots
from trading.models import Lot, Opening, Outage
from trading.paperwords import words_of
from trading.rulebooks import PROCEDURES
from trading.services.acts import Act, acting, facts_of
from trading.services.alerts import tell_holders, tell_initiator, tell_subjects
from trading.services.enquiries import text_of
from trading.services.notices import notice_write, noticed
from trading.services.openings import lot_by_ref

VERB = "suffer_outage"
RESTS_ON = "ELE-07"
# Not the law's numbers: how far ahead a shutdown may be declared, and how long one declaration may reach. What goes
# beyond is a typing mistake, or a case for the initiators' own postponements.
AHEAD, LONGEST = timedelta(days=3), timedelta(days=15)


def outage_declare(
    *, starts_at: datetime, ends_at: datetime | None, failed: str, evidence: str, actor: Actor
) -> Outage:
    """The outage stands; with its end known, every deadline inside it has moved, in public and told to the holders.

    While it lasts (`ends_at` None) the centre's lots stand still; `outage_end` settles them.

    Args:
        failed: what failed, up to 200 characters, as it will stand in the notices.
        evidence: how that is known, up to 2000 characters.

    Raises:
        PermissionDenied: no operator of a centre.
        Refused: no words; ends before it begins; too far ahead, too long; overlaps another; a deadline inside it has
            passed and the opening has begun.
    """
    centre, now = _centre(actor), clock.now()
    failed, evidence = text_of(failed, field="failed", limit=200), text_of(evidence, field="evidence", limit=2000)
    if wrong := misplaced(starts_at, ends_at):
        raise Refused(wrong)
    with transaction.atomic():
        # One declaration of a centre at a time: the second sees the first, and the constraint stands behind both.
        Subject.objects.select_for_update(no_key=True).get(pk=centre.pk)
        if other := _overlapping(centre, starts_at, ends_at):
            raise Refused([_overlap(other)])
        if begun := _begun(centre, starts_at, ends_at or now):
            raise Refused([begun])
        outage = Outage.objects.create(
            centre=centre,
            starts_at=starts_at,
            ends_at=ends_at,
            failed=failed,
            evidence=evidence,
            declared_at=now,
            state="over" if ends_at else "lasting",
        )
        ledger.append(
            "outage.declared",
            subject=outage,
            actor=actor,
            facts={
                "centre": centre.code,
                "from": starts_at,
                "until": ends_at,
                "failed": failed,
                "evidence": evidence,
                "state": outage.state,
                "rules": [RESTS_ON],
            },
        )
        for lot in lock_lots(lot.pk for lot in _waiting(centre)):
            if ends_at:
                if _inside(lot, starts_at, ends_at):
                    _move(lot, outage, actor)
            elif _ahead(lot, starts_at):
                _stop(lot, outage, actor)
    return outage


def outage_end(*, outage_id: UUID, ends_at: datetime, actor: Actor) -> Outage:
    """The outage is over: deadlines inside it have moved, everything else runs on as it was announced.

    Raises:
        PermissionDenied: not an operator of the outage's own centre.
        Refused: over already; an end before the beginning or still to come.
    """
    centre, now = _centre(actor), clock.now()
    with transaction.atomic():
        outage = Outage.objects.select_for_update(of=("self",)).get(pk=outage_id)
        if outage.centre_id != centre.pk:
            raise PermissionDenied("another centre's outage")
        if outage.state != "lasting":
            raise Refused([Violation("outage.over", facts={"until": outage.ends_at})])
        if not outage.starts_at < ends_at <= now:
            raise Refused([Violation("outage.end", facts={"since": outage.starts_at, "until": ends_at, "now": now})])
        outage.ends_at, outage.state = ends_at, "over"
        outage.save(update_fields=["ends_at", "state"])
        ledger.append(
            "outage.ended",
            subject=outage,
            actor=actor,
            facts={"until": ends_at, "state": outage.state, "rules": [RESTS_ON]},
        )
        held_by_us = [lot_by_ref(ref).pk for ref in held.refs_held_by(outage.ledger_ref)]
        for lot in lock_lots(held_by_us):
            ref = lot.ledger_ref
            if _inside(lot, outage.starts_at, ends_at, without=outage.ledger_ref):
                _move(lot, outage, actor)
            else:
                holds.release(ref=ref, source_ref=outage.ledger_ref, actor=actor, reason="系统恢复", at=ends_at)
    return outage


def foreseen(*, centre_code: str, starts_at: datetime, ends_at: datetime) -> list[tuple[Lot, str, datetime, datetime]]:
    """What declaring these times would move: (lot, moment's title, falls, would fall). Nothing changes."""
    centre = Subject.objects.get(code=centre_code)
    found = []
    for lot in _waiting(centre):
        for name, at in _inside(lot, starts_at, ends_at).items():
            how = lot.procedure.moments[name]
            outage = HeldFor(starts_at, ends_at, "outage")
            moved = through_holds(at, (outage,), since=None, keep_hour=not how.after)
            if moved:
                found.append((lot, how.title, at, moved))
    return sorted(found, key=lambda one: one[2])


def _centre(actor: Actor) -> Subject:
    policy.require(actor, "operator")
    centre = Subject.objects.filter(code=actor.subject_code, kinds__contains=["centre"]).first()
    if centre is None:
        raise PermissionDenied("an outage is declared for one's own centre")
    return centre


def misplaced(starts_at: datetime, ends_at: datetime | None) -> list[Violation]:
    """What is wrong with the times themselves; ends_at None: it lasts."""
    found, now = [], clock.now()
    if ends_at is not None and ends_at <= starts_at:
        found.append(Violation("outage.end", facts={"since": starts_at, "until": ends_at}))
    if starts_at > (now + AHEAD if ends_at else now):
        found.append(Violation("outage.ahead", facts={"since": starts_at, "days": AHEAD.days, "lasting": not ends_at}))
    if ends_at is not None and ends_at - starts_at > LONGEST:
        found.append(Violation("outage.long", facts={"days": LONGEST.days}))
    return found


def _overlapping(centre: Subject, starts_at: datetime, ends_at: datetime | None) -> Outage | None:
    others = Outage.objects.filter(centre=centre)
    if ends_at is not None:
        others = others.filter(starts_at__lt=ends_at)
    return others.exclude(ends_at__lte=starts_at).first()


def _overlap(other: Outage) -> Violation:
    return Violation("outage.overlap", facts={"since": other.starts_at, "until": other.ends_at})


def _begun(centre: Subject, starts_at: datetime, ends_at: datetime) -> Violation | None:
    """A lot that was opened, or failed for too few bids, at a deadline inside: that is not undone. Two queries."""
    opened = Opening.objects.filter(lot__tender__centre=centre, started_at__gt=starts_at, started_at__lte=ends_at)
    lots = [one.lot for one in opened.select_related("lot__tender").order_by("started_at")]
    failed = Lot.objects.filter(tender__centre=centre, state="failed", moments__has_key="too_few_at")
    lots += [lot for lot in failed if starts_at < lot.recorded["too_few_at"] <= ends_at]
    for lot in lots:
        if lot.terms.get("outage_clause"):
            at = lot.recorded.get("opening_at") or lot.recorded["too_few_at"]
            return Violation(
                "outage.opened", RESTS_ON, rule(RESTS_ON).article, MappingProxyType({"lot": lot.title, "at": at})
            )
    return None


def _waiting(centre: Subject) -> list[Lot]:
    """The centre's lots an outage can touch: in a state that waits, with the clause in their document. By pk."""
    touched = {
        state for one in PROCEDURES.values() if VERB in one.transitions for state in one.transitions[VERB].source
    }
    lots = Lot.objects.filter(tender__centre=centre, state__in=touched).select_related("tender").order_by("pk")
    return [lot for lot in lots if _names(lot) and lot.terms.get("outage_clause")]


def _names(lot: Lot) -> frozenset[str]:
    """Moments a hold moves that something in the lot's state waits for; none where no outage can touch the lot."""
    moves = lot.procedure.transitions
    if VERB not in moves or lot.state not in moves[VERB].source:
        return frozenset()
    here = [move for move in moves.values() if lot.state in move.source]
    waited = {name for move in here for name in (move.not_before, move.before, move.deadline)}
    return frozenset(name for name in waited if name in lot.procedure.moments and lot.procedure.moments[name].pauses)


def _ahead(lot: Lot, since: datetime) -> bool:
    """Whether anything a hold can move lies ahead of `since`, or stands still already."""
    facts = facts_of(lot, since)
    known = [kernel.moment(lot.book, lot.procedure, name, facts) for name in _names(lot)]
    return any(at is not None and at > since for at in known) or any(hold.end is None for hold in facts.holds)


def _inside(lot: Lot, starts_at: datetime, ends_at: datetime, *, without: str = "") -> dict[str, datetime]:
    """Moments of the lot that fall inside, by name. `without`: as if this source did not hold the lot."""
    facts = facts_of(lot, ends_at)
    if without:
        others = held.intervals(lot.ledger_ref)
        kept = tuple(HeldFor(h.start, h.end, h.kind, h.reason, h.article) for h in others if h.source_ref != without)
        facts = kernel.Facts(lot.state, ends_at, lot.recorded, {}, kept)
    found = {}
    for name in sorted(_names(lot)):
        at = kernel.moment(lot.book, lot.procedure, name, facts)
        if at is not None and starts_at < at <= ends_at:
            found[name] = at
    return found


def _stop(lot: Lot, outage: Outage, actor: Actor) -> None:
    """The lot stands still until the outage's end is known."""
    _place(lot, outage, actor)
    tell_initiator(lot, about=outage.ledger_ref, title="系统故障，时限暂停", body=f"{outage.failed}\n{lot.title}")


def _place(lot: Lot, outage: Outage, actor: Actor) -> None:
    holds.place(
        ref=lot.ledger_ref,
        kind="outage",
        reason=f"系统故障：{outage.failed}",
        article=remedy_of(lot),
        source_ref=outage.ledger_ref,
        actor=actor,
        at=outage.starts_at,
    )


def remedy_of(lot: Lot) -> str:
    """What the lot's clause rests on: the article of its book, or the document alone."""
    rules = lot.procedure.transitions[VERB].rules
    return "；".join(lot.book.article(one) for one in rules) or f"{words_of(lot.procedure).document}载明的补救方案"


def _move(lot: Lot, outage: Outage, actor: Actor) -> None:
    """What fell due inside the outage falls due later; the notice says so in the initiator's name."""
    assert outage.ends_at is not None
    was = _inside(lot, outage.starts_at, outage.ends_at, without=outage.ledger_ref)
    values: Mapping[str, Any] = {"outage_clause": lot.terms.get("outage_clause"), "inside": bool(was)}
    with acting(VERB, lot_id=lot.pk, actor=actor, values=values) as act:
        if act.lot.ledger_ref not in held.refs_held_by(outage.ledger_ref):
            _place(act.lot, outage, actor)
        holds.release(
            ref=act.lot.ledger_ref, source_ref=outage.ledger_ref, actor=actor, reason="系统恢复", at=outage.ends_at
        )
        facts = facts_of(act.lot, act.now)
        moved = [
            {
                "moment": name,
                "title": act.lot.procedure.moments[name].title,
                "before": before,
                "after": kernel.moment(act.lot.book, act.lot.procedure, name, facts),
            }
            for name, before in was.items()
        ]
        _announce(act, outage, moved)


def _announce(act: Act, outage: Outage, moved: list[dict[str, Any]]) -> None:
    lot = act.lot
    deadline = next((one["after"] for one in moved if one["moment"] == "bid_deadline"), None)
    if deadline and (validity := lot.terms.get("validity_days")):
        lot.record("validity_until", counted(deadline, int(validity), "cd", "most"))
    number = lot.notices.filter(kind="outage").count() + 1
    said = {
        "outage": str(outage.id),
        "failed": outage.failed,
        "evidence": outage.evidence,
        "declared_by": outage.centre.name,
        "from": outage.starts_at,
        "until": outage.ends_at,
        "moved": moved,
    }
    notice = notice_write(act, "outage", f"{lot.title}系统故障顺延公告（第{number}次）", said)
    act.entry("lot.outage_moved", {**noticed(notice), "outage": str(outage.id), "moved": moved})
    lines = [f"{one['title']}改为 {clock.china(one['after']):%Y年%-m月%-d日 %H:%M}。" for one in moved if one["after"]]
    about, body = f"notice:{notice.id}", "\n".join([f"系统故障：{outage.failed}", *lines])
    tell_holders(lot, about=about, title=notice.title, body=body, url=addresses.notice(notice))
    tell_initiator(lot, about=f"{about}:initiator", title=notice.title, body=body)
    if lot.tender.authority:
        # A centre that moves a deadline does so under the eyes of the authority, with its evidence.
        told = f"{body}\n{outage.evidence}"[:2000]
        codes = [lot.tender.authority.code]
        tell_subjects(codes, about=f"{about}:authority", title=notice.title, body=told, url=addresses.notice(notice))


def declared_by(centre_code: str) -> list[Outage]:
    """The centre's outages, the one that lasts before all, then newest first; at most fifty. One query."""
    found = Outage.objects.filter(centre__code=centre_code).select_related("centre")
    return list(found.order_by(F("ends_at").desc(nulls_first=True))[:50])
