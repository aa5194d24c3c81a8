"""Where a lot stands and what comes next, drawn from its book: stage strip, next step, later moments, open acts.

One reading for the workbench and the public page; nothing here asks who looks, but `open_acts_of` takes the roles held.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from platform_site.accounts.refusals import Violation
from platform_site.holds import selectors as holds
from platform_site.web import moments as say
from trading.kernel import procedure as kernel
from trading.kernel.factors import factors_of
from trading.kernel.procedure import Procedure
from trading.kernel.time import HeldFor
from trading.models import Lot
from trading.paperwords import said_of

# Acts that leave the state alone: the moment that says they were done.
DONE = {
    "forgo_tender": "forgone_at",
    "give_up_award": "given_up_at",
    "report_award": "award_reported_at",
    "refund_bonds": "bonds_refunded_at",
    "post_to_media": "media_at",
}
ENDED = frozenset({"failed", "terminated"})


@dataclass(frozen=True, slots=True)
class Stage:
    """One node of the strip, as templates/components/stages.html takes it."""

    name: str
    note: str
    state: str
    near: bool


@dataclass(frozen=True, slots=True)
class Next:
    """The next step, as templates/components/next.html takes it. `mine`: somebody of the initiator's side must act."""

    title: str
    article: str = ""
    rule: str = ""
    until: datetime | None = None
    until_note: str = ""
    reason: str = ""
    paused: str = ""
    mine: bool = False
    verb: str = ""


@dataclass(frozen=True, slots=True)
class OpenAct:
    """An act the state allows; `shut` says why it still cannot be done (hold, clock), without asking a guard."""

    verb: str
    title: str
    article: str
    rule: str
    until: datetime | None
    shut: Violation | None

    @property
    def short(self) -> str:
        """The first article only; the rule's page names them all."""
        return self.article.split("；")[0]


def facts_of_many(lots: Sequence[Lot], now: datetime) -> dict[int, kernel.Facts]:
    """The kernel's facts of each lot, by pk. One query for all holds."""
    held = holds.intervals_by_ref([lot.ledger_ref for lot in lots])
    return {
        lot.pk: kernel.Facts(
            lot.state,
            now,
            lot.recorded,
            holds=tuple(HeldFor(h.start, h.end, h.kind, h.reason, h.article) for h in held.get(lot.ledger_ref, ())),
        )
        for lot in lots
    }


def stages_of(lot: Lot, facts: kernel.Facts) -> list[Stage]:
    """The stage strip. A lot that failed or was terminated ends its strip there."""
    procedure, book = lot.procedure, lot.book
    dates = {name: kernel.moment(book, procedure, name, facts) for _, _, name in procedure.stages if name}
    ended = facts.state in ENDED
    now = next((n for n, (_, states, _) in enumerate(procedure.stages) if facts.state in states), -1)
    if ended:
        past = [n for n, (_, _, name) in enumerate(procedure.stages) if dates.get(name) and dates[name] <= facts.now]
        now = (max(past) if past else 0) + 1
    rows = []
    for n, (title, _, name) in enumerate(procedure.stages):
        if ended and n >= now:
            break
        at = dates.get(name)
        rows.append((title, f"{say.day(at)}" if at else "", "done" if n < now else "now" if n == now else "todo"))
    if facts.state == "archived":
        rows = [(title, note, "done") for title, note, _ in rows]
    if ended:
        rows.append((procedure.states[facts.state], "", "now"))
    return [Stage(*row, near=abs(n - min(max(now, 1), len(rows) - 2)) <= 1) for n, row in enumerate(rows)]


def due_of(lot: Lot, facts: kernel.Facts) -> list[kernel.Due]:
    """What lies ahead, soonest first, without what has been done already and what only happens if something fails.

    Two ways that one moment may go under one name are one step: which it will be nobody knows yet.
    """
    kept: list[kernel.Due] = []
    for item in kernel.due(lot.book, lot.procedure, facts):
        if DONE.get(item.verb) in facts.moments or item.verb.startswith("fail_"):
            continue
        if not any(one.title == item.title and one.at == item.at for one in kept):
            kept.append(item)
    return kept


def next_of(lot: Lot, facts: kernel.Facts, *, answered: bool = True) -> Next:
    """The next step: what the initiator's side owes soonest, else what the clock or the others will do.

    Args:
        answered: no objection waits for its reply; otherwise replying is the next step.
    """
    procedure = lot.procedure
    standing = [h for h in facts.holds if h.end is None]
    ahead = [d for d in due_of(lot, facts) if d.actor == "clock" or not d.verb.startswith("answer_") or not answered]
    if standing and answered:
        return Next(f"等待恢复：{standing[0].reason}", standing[0].article, paused=standing[0].reason)
    if not answered:
        # The reply is owed from whichever objection came last; its period runs through no hold.
        replies = [d for d in ahead if d.verb.startswith("answer_")]
        for item in sorted(replies, key=lambda d: d.at or datetime.max.replace(tzinfo=facts.now.tzinfo)):
            return Next(
                f"{procedure.initiator}{item.title}",
                item.article,
                item.rule,
                item.at,
                "距答复期限",
                mine=True,
                verb=item.verb,
            )
    if "unlock_reserve" in procedure.transitions and facts.state == "closed" and reserve_waits(lot, facts):
        rule = procedure.transitions["unlock_reserve"].rules[0]
        title = f"{procedure.initiator}解密底价；不解密的，由受托人的密钥开启"
        return Next(title, lot.book.article(rule), rule, mine=True, verb="unlock_reserve")
    if facts.state == "registered":
        return Next(f"{procedure.initiator}编制并提交公告", mine=True, verb="schedule_notice")
    owed = [d for d in ahead if set(d.actor.split("|")) & {"initiator", "agency"}]
    first = next(iter(owed or ahead), None)
    if first is None and (later := _allowed_later(lot, facts)):
        return later
    if first is None:
        return Next(waiting(procedure, facts.state))
    mine = first in owed
    title = f"{procedure.initiator}{first.title}" if mine else first.title
    return Next(title, first.article, first.rule, first.at, "距期限" if mine else "还有", mine=mine, verb=first.verb)


def reserve_waits(lot: Lot, facts: kernel.Facts) -> bool:
    """Whether the notice states a reserve price that is not open. No query."""
    return bool(lot.terms.get("reserve")) and "reserve_opened_at" not in facts.moments


def _allowed_later(lot: Lot, facts: kernel.Facts) -> Next | None:
    """An act of the initiator's side that the clock still holds back, or that it has just let go."""
    procedure = lot.procedure
    for verb, move in procedure.transitions.items():
        mine = set(move.actor.split("|")) & {"initiator", "agency"}
        if facts.state not in move.source or not move.not_before or not move.target or not mine:
            continue
        at = kernel.moment(lot.book, procedure, move.not_before, facts)
        rule = procedure.moments[move.not_before].rule or next(iter(move.rules), "")
        ready = at is not None and at <= facts.now
        title = f"{procedure.initiator}{move.title}"
        if not ready:
            title = f"{procedure.moments[move.not_before].title}后，{title}"
        until = None if ready else at
        return Next(title, lot.book.article(rule), rule, until, "还有", mine=ready, verb=verb)
    return None


# Acts of a lot whose document draws its factor at the opening, or whose notice states a reserve price; others never see
# them.
OF_FACTORS = frozenset({"commit_factor", "draw_factor"})
OF_RESERVES = frozenset({"seal_reserve", "unlock_reserve", "open_reserve"})
WAITING = {
    "consulting": "磋商小组与各供应商磋商，文件变动的同时通知全部供应商，随后要求提交最后报价",
    "opened": "开始{evaluation}：{committee}组建以后由{initiator}或者交易中心启动",
    "evaluating": "{committee}评审并提交{report}",
    "vacated": "依次确定其他中标候选人，或者宣布招标失败后重新招标",
    "single": "唯一的意向受让方报价以后，确定受让方",
    "closed": "{award}；未达底价或者无人报价的，宣布未成交",
    "awarded": "{initiator}{contract}",
    "contracted": "履行合同，办结后归档",
    "settled": "归档",
    "archived": "全部办结，已归档",
    "failed": "归档",
    "terminated": "归档",
}
# What the law has done after a failure: tendered again (招标投标法 第二十八条), begun again (政府采购法 第三十七条).
FAILED = {"engineering": "归档，然后依法重新招标", "procurement": "归档，然后依法重新组织采购"}


def waiting(procedure: Procedure, state: str) -> str:
    """What a lot waits for where no clock runs, in the words of its book."""
    if state == "failed" and procedure.category in FAILED:
        return FAILED[procedure.category]
    text = WAITING.get(state, procedure.states.get(state, ""))
    if "{" not in text:
        return text
    moves = procedure.transitions
    acts = {"award": "award", "contract": "sign_contract"}
    names = {"initiator": procedure.initiator} | {
        name: moves[verb].title for name, verb in acts.items() if verb in moves
    }
    if "form_committee" in moves:
        names |= asdict(said_of(procedure))
    return text.format(**names)


def open_acts_of(lot: Lot, facts: kernel.Facts, held: frozenset[str]) -> list[OpenAct]:
    """Acts somebody with the roles `held` could try now, in the book's order. No guard is asked."""
    procedure, book = lot.procedure, lot.book
    found = []
    for verb in kernel.open_acts(procedure, facts.state, held):
        move = procedure.transitions[verb]
        rule = move.rules[0] if move.rules else ""
        until = (
            kernel.moment(book, procedure, move.deadline or move.before, facts)
            if move.deadline or move.before
            else None
        )
        if DONE.get(verb) in facts.moments or (verb in OF_FACTORS and not factors_of(lot.terms)):
            continue
        if verb in OF_RESERVES and not reserve_waits(lot, facts):
            continue
        found.append(
            OpenAct(verb, move.title, book.article(rule), rule, until, kernel.gate(book, procedure, verb, facts))
        )
    return found
