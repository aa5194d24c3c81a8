"""Judge an act against a book: states, gates, guards, moments. Plain Python; no Django, no clock, no database."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from types import MappingProxyType
from typing import Any, Protocol

from platform_site.accounts.refusals import Violation
from trading.kernel.drafts import Draft
from trading.kernel.rules import Rule
from trading.kernel.time import HeldFor, counted, through_holds

EMPTY: Mapping[str, Any] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything a judgement may look at.

    Attributes:
        state: the lot's state.
        now: legal time of the act, aware.
        moments: recorded moments by name, aware (`bid_deadline`, `candidates_published_at` …).
        values: what the guards of this act ask for, by name. Before the deadline never anything about a rival.
        holds: every hold the lot ever had.
    """

    state: str
    now: datetime
    moments: Mapping[str, datetime] = field(default_factory=lambda: EMPTY)
    values: Mapping[str, Any] = field(default_factory=lambda: EMPTY)
    holds: tuple[HeldFor, ...] = ()


class Guard(Protocol):
    """A pure function that returns a violation or nothing. `rule` and `effect` say which law it speaks for."""

    __name__: str
    rule: str
    effect: str

    def __call__(self, facts: Facts, book: "Book") -> Violation | None: ...


@dataclass(frozen=True, slots=True)
class Moment:
    """A moment that is set by a person (`after` empty) or counted by a rule from another moment.

    Attributes:
        after: the moment the period starts at.
        rule, value: the rule and the name of its number.
        sense: "least" (the first moment outside a minimum period) or "most" (the last moment inside a maximum one).
        pauses: whether a hold moves it.
    """

    name: str
    title: str
    after: str = ""
    rule: str = ""
    value: str = "days"
    sense: str = "least"
    pauses: bool = False


@dataclass(frozen=True, slots=True)
class Transition:
    """One act: from where, to where, by whom, under which articles.

    Attributes:
        source: states it may start from.
        target: state it ends in; "" stays where it is.
        actor: role over the lot, several separated by `|`; "clock" for what time does by itself.
        title: the act in the law's words.
        rules: ids this act rests on; the first is the one printed beside it.
        not_before, before: moments that must, must not have come.
        deadline: moment by which a person must have done it; later is a warning, not a refusal.
        done: recorded moment that says it was done since its period began, so that it no longer lies ahead.
        guards: asked once the gates are open.
        through_hold: may happen while a hold stands.
    """

    source: frozenset[str]
    target: str
    actor: str
    title: str
    rules: tuple[str, ...] = ()
    not_before: str = ""
    before: str = ""
    deadline: str = ""
    done: str = ""
    guards: tuple[Guard, ...] = ()
    through_hold: bool = False


@dataclass(frozen=True, slots=True)
class Procedure:
    """One way of trading.

    Attributes:
        id: `engineering.open`.
        title: 公开招标.
        category: book it belongs to.
        contest: strategy in trading.kernel.contests that finds the winner.
        states: state -> name on the screen, in order of a happy life.
        moments, transitions: by name.
        stages: the strip on the trade page, in order: (title, states during which it is the current stage, moment
            whose date stands under it).
        initiator: how the law names who starts it (招标人, 采购人, 出让人).
        draft: how its notice is drafted; None for what is drafted nowhere.
    """

    id: str
    title: str
    category: str
    contest: str
    initiator: str
    states: Mapping[str, str]
    moments: Mapping[str, Moment]
    transitions: Mapping[str, Transition]
    stages: tuple[tuple[str, frozenset[str], str], ...]
    ended: frozenset[str] = frozenset({"archived", "failed", "terminated"})
    draft: Draft | None = None


@dataclass(frozen=True, slots=True)
class Book:
    """A dated edition of one category's law. A lot keeps the edition it was announced under."""

    category: str
    title: str
    edition: date
    rules: Mapping[str, Rule]
    procedures: Mapping[str, Procedure]

    def rule(self, rule_id: str) -> Rule:
        """The rule in this edition."""
        return self.rules[rule_id]

    def article(self, rule_id: str) -> str:
        """The citation printed beside a refusal; "" for an act that rests on no row."""
        return self.rules[rule_id].article if rule_id else ""

    def violation(self, code: str, rule_id: str, remedy: Mapping[str, Any] = EMPTY, **facts: Any) -> Violation:
        """A violation of `rule_id` with its article filled in."""
        return Violation(code, rule_id, self.article(rule_id), MappingProxyType(facts), remedy)


@dataclass(frozen=True, slots=True)
class Due:
    """Something that lies ahead: what the clock will do, or what somebody must do by then."""

    verb: str
    title: str
    actor: str
    at: datetime | None  # None: paused by a hold
    rule: str
    article: str


def moment(book: Book, procedure: Procedure, name: str, facts: Facts) -> datetime | None:
    """When `name` falls, counted through holds. None: not known yet, or standing still under an open hold."""
    found = _moment(book, procedure, name, facts)
    return None if found is None or found.tzinfo is None else found


def set_again(name: str) -> str:
    """Under which name it is recorded when the moment `name` was last set anew: holds over by then move it no more."""
    return f"{name}:set"


_PAUSED = datetime.max  # noqa: DTZ901 - naive on purpose: never comparable with a real moment, never shown


def _moment(book: Book, procedure: Procedure, name: str, facts: Facts) -> datetime | None:
    if name not in procedure.moments:
        return facts.moments.get(name)
    how = procedure.moments[name]
    if not how.after:
        at = facts.moments.get(name)
    else:
        start = _moment(book, procedure, how.after, facts)
        if start is None or start.tzinfo is None:
            return start
        number = book.rule(how.rule)[how.value]
        at = counted(start, int(number.amount), number.unit, how.sense)
    if at is None or not how.pauses:
        return at
    # What a person set after a hold had ended was set knowing of it.
    since = facts.moments.get(how.after or set_again(name))
    return through_holds(at, facts.holds, since=since, keep_hour=not how.after) or _PAUSED


def gate(book: Book, procedure: Procedure, verb: str, facts: Facts) -> Violation | None:
    """The first gate that is shut: state, hold, too early, too late. None: all open."""
    move = procedure.transitions[verb]
    rule = move.rules[0] if move.rules else ""
    if facts.state not in move.source:
        return Violation(
            "state.wrong", facts={"state": procedure.states.get(facts.state, facts.state), "act": move.title}
        )
    if not move.through_hold and (standing := [h for h in facts.holds if h.end is None]):
        hold = standing[0]
        return Violation(
            "hold.standing", "", hold.article, {"reason": hold.reason, "since": hold.start, "act": move.title}
        )
    if move.not_before:
        at = _moment(book, procedure, move.not_before, facts)
        if at is None or at.tzinfo is None or facts.now < at:
            until = at if at is not None and at.tzinfo is not None else None
            title = (
                procedure.moments[move.not_before].title if move.not_before in procedure.moments else move.not_before
            )
            return book.violation(
                "clock.too_early",
                _counting_rule(procedure, move.not_before) or rule,
                until=until,
                moment=title,
                act=move.title,
            )
    if move.before:
        at = _moment(book, procedure, move.before, facts)
        if at is not None and at.tzinfo is not None and facts.now >= at:
            title = procedure.moments[move.before].title if move.before in procedure.moments else move.before
            return book.violation("clock.too_late", rule, since=at, moment=title, act=move.title)
    return None


def _counting_rule(procedure: Procedure, name: str) -> str:
    return procedure.moments[name].rule if name in procedure.moments else ""


def judge(book: Book, procedure: Procedure, verb: str, facts: Facts) -> list[Violation]:
    """Every reason `verb` may not happen; empty means it may.

    State, hold and clock are gates: while one is shut the guards are not asked, so a refusal before the deadline
    cannot reveal how many bids are in.
    """
    if shut := gate(book, procedure, verb, facts):
        return [shut]
    return list(_found(book, procedure.transitions[verb].guards, facts, "block"))


def warnings(book: Book, procedure: Procedure, verb: str, facts: Facts) -> list[Violation]:
    """What supervision is told when `verb` happens: warn guards that fired, and a deadline that has passed."""
    move = procedure.transitions[verb]
    found = list(_found(book, move.guards, facts, "warn"))
    if move.deadline:
        at = _moment(book, procedure, move.deadline, facts)
        if at is not None and at.tzinfo is not None and facts.now >= at:
            found.append(
                book.violation(
                    "deadline.missed", _counting_rule(procedure, move.deadline), due=at, done=facts.now, act=move.title
                )
            )
    return found


def _found(book: Book, guards: tuple[Guard, ...], facts: Facts, effect: str) -> Iterator[Violation]:
    for ask in guards:
        if ask.effect == effect and (violation := ask(facts, book)):
            yield violation


def checks(book: Book, procedure: Procedure, verb: str, facts: Facts) -> list[tuple[str, str, Violation | None]]:
    """For a draft on the screen: (rule id, no | hm | ok, violation) of every guard of `verb`, worst first.

    Gates are not asked: the wizard checks long before the act.
    """
    rows = []
    for ask in procedure.transitions[verb].guards:
        violation = ask(facts, book)
        rows.append((ask.rule, "ok" if violation is None else "no" if ask.effect == "block" else "hm", violation))
    return sorted(rows, key=lambda row: ("no", "hm", "ok").index(row[1]))


def due(book: Book, procedure: Procedure, facts: Facts) -> list[Due]:
    """What lies ahead from this state, soonest first: acts of the clock, and acts a person must do by a deadline."""
    found = []
    for verb, move in procedure.transitions.items():
        if facts.state not in move.source:
            continue
        name = move.not_before if move.actor == "clock" else move.deadline
        if not name:
            continue
        at = _moment(book, procedure, name, facts)
        if at is None or _was_done(procedure, move, facts):
            continue
        rule = _counting_rule(procedure, name) or (move.rules[0] if move.rules else "")
        found.append(Due(verb, move.title, move.actor, at if at.tzinfo else None, rule, book.article(rule)))
    return sorted(found, key=lambda d: d.at or datetime.max.replace(tzinfo=UTC))


def _was_done(procedure: Procedure, move: Transition, facts: Facts) -> bool:
    done, how = facts.moments.get(move.done) if move.done else None, procedure.moments.get(move.deadline)
    began = facts.moments.get(how.after) if how and how.after else None
    return done is not None and (began is None or done >= began)


def open_acts(procedure: Procedure, state: str, held: frozenset[str]) -> list[str]:
    """Verbs that somebody holding the roles `held` could try from `state`; for workbenches, not for permission."""
    return [
        v for v, move in procedure.transitions.items() if state in move.source and held & set(move.actor.split("|"))
    ]
