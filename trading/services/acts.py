"""The frame of every act: lock, permission, judgement, state, moments, one ledger entry, the next wake-up.

    with acting("award", lot_id=7, actor=actor, values={"rank": 1}) as act:
        ...write rows...
        act.entry("lot.awarded", facts={...})

`acting` opens the transaction. The verb's transition names the role, the gates and the guards; nothing here knows a
category. An act without its entry does not commit.
"""

import contextlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction

from platform_site import clock, ledger
from platform_site.accounts import policy
from platform_site.accounts.actors import Actor
from platform_site.accounts.refusals import Refused, Violation
from platform_site.accounts.selectors import is_official
from platform_site.failpoints import failpoint
from platform_site.holds import selectors as holds
from trading.kernel import procedure as kernel
from trading.kernel.mandates import lapsed, replaced
from trading.kernel.time import HeldFor
from trading.locks import lock_lot
from trading.models import Lot
from trading.reach import reached

EMPTY: Mapping[str, Any] = {}
_followers: list[Callable[[Lot], None]] = []


def on_course(follower: Callable[[Lot], None]) -> Callable[[Lot], None]:
    """`follower(lot)` runs in the transaction of every act that set the lot's deadline anew or ended the lot.

    What is planned around a lot moves with it. Call it from AppConfig.ready().
    """
    if follower not in _followers:
        _followers.append(follower)
    return follower


ENFORCES = {"ENG-49": "trading.services.acts.mandated"}


@dataclass
class Act:
    """One act while it happens.

    Attributes:
        lot: locked; `record` moments on it, the frame saves it.
        now: legal time of the act, one value for all its rows.
        warnings: what supervision will be told; part of the entry.
        written: the ledger entry, once `entry` was called.
    """

    verb: str
    lot: Lot
    actor: Actor
    now: datetime
    move: kernel.Transition
    warnings: list[Violation] = field(default_factory=list)
    written: Any = None

    def entry(
        self,
        event: str,
        facts: Mapping[str, Any] = EMPTY,
        *,
        private: Mapping[str, Any] | None = None,
        sealed: bool = False,
        subject: Any = None,
    ) -> Any:
        """Append the act's entry. State, article and warnings are added; a sealed entry says nothing of the state."""
        whole = {"act": self.verb, "rules": list(self.move.rules), **facts}
        if not sealed:
            if self.move.target:
                whole["state"] = self.move.target
            if self.warnings:
                whole["warnings"] = [{"code": w.code, "rule": w.rule} for w in self.warnings]
        self.written = ledger.append(
            event,
            subject=subject or self.lot,
            actor=self.actor,
            facts=whole,
            private=dict(private or {}) or None,
            sealed=sealed,
        )
        return self.written


def holds_of(lot: Lot) -> tuple[HeldFor, ...]:
    """Every hold the lot ever had, as the kernel sees them. One query."""
    return tuple(HeldFor(h.start, h.end, h.kind, h.reason, h.article) for h in holds.intervals(lot.ledger_ref))


def facts_of(lot: Lot, now: datetime, values: Mapping[str, Any] = EMPTY) -> kernel.Facts:
    """The lot's facts for the kernel. One query (holds)."""
    return kernel.Facts(lot.state, now, lot.recorded, values, holds_of(lot))


@contextlib.contextmanager
def acting(
    verb: str | Callable[[Lot], str],
    *,
    lot_id: int,
    actor: Actor,
    values: Mapping[str, Any] | Callable[[Lot, datetime], Mapping[str, Any]] = EMPTY,
    now: datetime | None = None,
) -> Iterator[Act]:
    """Within: the lot is locked, the actor may, the kernel found nothing against `verb`. After: all is saved.

    Args:
        verb: a callable is asked under the lock: which act it is may hang on the state the lot has by then.
        values: what the guards ask for; a callable is asked only when every gate is open, so that nothing secret is
            even counted before its time.
        now: the moment the act is judged at: arrival time of a filing, the due moment of the clock; otherwise now.

    Raises:
        PermissionDenied: `actor` does not hold the verb's role over the lot.
        Refused: with every reason the kernel found.
    """
    # A request's actor is worked out at its first use; that is here, before others wait for the lock.
    actor.kind  # noqa: B018
    with transaction.atomic():
        lot, at = lock_lot(lot_id), now or clock.now()
        verb = verb(lot) if callable(verb) else verb
        before, facts = lot.columns(), facts_of(lot, at)
        move = admitted(verb, lot, actor, at, facts)
        book, procedure = lot.book, lot.procedure
        facts = replace(facts, values=values(lot, at) if callable(values) else values)
        if violations := kernel.judge(book, procedure, verb, facts):
            raise Refused(violations)
        act = Act(verb, lot, actor, at, move, kernel.warnings(book, procedure, verb, facts))
        deadline = lot.moments.get("bid_deadline")
        yield act
        if act.written is None:
            raise RuntimeError(f"{verb} wrote no ledger entry")
        if move.target:
            lot.state = move.target
        # A filing moves nothing of the lot's own: its row stays as it is, and so does what the clock has to do with it.
        if changed := [name for name, held in lot.columns().items() if held != before[name]]:
            lot.next_check = next_check(lot)
            lot.save(update_fields={*changed, "next_check"})
        if lot.moments.get("bid_deadline") != deadline or (move.target and lot.state in procedure.ended):
            for follower in _followers:
                follower(lot)
        failpoint(f"{verb}.before_commit")
    failpoint(f"{verb}.after_commit")


def admitted(verb: str, lot: Lot, actor: Actor, at: datetime, facts: kernel.Facts | None = None) -> kernel.Transition:
    """The verb's transition: `actor` may, and every gate is open. No guard was asked and nothing secret was read.

    An act that gathers much before it takes the lock asks this first, lest what it gathers tell whoever may not act;
    `acting` asks again under the lock.

    Args:
        facts: those of the lot at `at`, where they were read already.

    Raises:
        PermissionDenied: `actor` does not hold the verb's role over the lot.
        Refused: an agency whose mandate has ended; the wrong state, too early, too late, or on hold.
    """
    book, procedure = lot.book, lot.procedure
    if verb not in procedure.transitions:
        raise Refused([Violation("state.wrong", facts={"state": lot.state, "act": verb})])
    move = procedure.transitions[verb]
    if "agency" in move.actor.split("|"):
        not_replaced(lot, actor)
    policy.require(actor, move.actor, over=lot)
    if "operator" in move.actor.split("|"):
        within_reach(lot, actor)
    mandated(lot, actor, at)
    if "person" in move.actor.split("|"):
        traders_only(actor)
    if shut := kernel.gate(book, procedure, verb, facts or facts_of(lot, at)):
        raise Refused([shut])
    return move


def within_reach(lot: Lot, actor: Actor) -> None:
    """Return unless the person is an operator of a centre that neither hosts the lot nor stands above its host.

    At most one query beyond the lot's own parties.

    Raises:
        PermissionDenied: another centre's lot.
    """
    if "operator" in actor.duties and not reached(lot, actor):
        raise PermissionDenied("another centre's lot")


def mandated(lot: Lot, actor: Actor, at: datetime) -> None:
    """Return unless the actor acts as the project's agency and its mandate has ended or run out.

    Raises:
        Refused: with the article, when it ended, and who acts now.
    """
    if lot.tender.party_roles(actor) != {"agency"}:
        return
    if found := lapsed(lot.tender.mandate, at):
        raise Refused([replace(found, article=lot.book.article(found.rule))])


def not_replaced(lot: Lot, actor: Actor) -> None:
    """Return unless the actor's subject was the project's agency before another took its place.

    Raises:
        Refused: with the article, since when, and who acts now. A stranger is told nothing (policy).
    """
    if found := replaced(lot.tender.mandate, actor.subject_code):
        raise Refused([replace(found, article=lot.book.article(found.rule))])


def traders_only(actor: Actor) -> None:
    """Return unless the person holds a platform duty: what anybody may do in a trade, an official may not (A9).

    Raises:
        PermissionDenied: operator, draw officer, supervision, auditor, maintenance and supervision of the pool.
    """
    if is_official(actor):
        raise PermissionDenied("officials hold no trading verb")


def next_check(lot: Lot) -> datetime | None:
    """The soonest moment at which the clock has something to do, through holds; None while there is none."""
    moments = [
        d.at for d in kernel.due(lot.book, lot.procedure, facts_of(lot, clock.now())) if d.actor == "clock" and d.at
    ]
    return min(moments, default=None)


def moment_of(lot: Lot, name: str) -> datetime | None:
    """When `name` falls for this lot, counted through its holds. None: unknown yet or paused."""
    return kernel.moment(lot.book, lot.procedure, name, facts_of(lot, clock.now()))
