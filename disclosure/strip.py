"""Where a lot is and what happens next, drawn from the kernel's `due()`: the same declarations that judge every act."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from disclosure.rulepages import who
from platform_site.web import moments as said
from trading.kernel import procedure as kernel
from trading.kernel.procedure import Book, Due, Facts, Procedure

ANSWERS = ("answer_document", "answer_result", "answer_objection")


@dataclass(frozen=True, slots=True)
class Stage:
    """One node of the strip; see components/stages.html."""

    name: str
    note: str
    state: str
    near: bool = False


def stages(book: Book, procedure: Procedure, facts: Facts) -> list[Stage]:
    """The strip: done, now, to come. A lot that ended early ends its strip with what ended it."""
    current = next((n for n, (_, states, _) in enumerate(procedure.stages) if facts.state in states), None)
    if current is None:
        return _ended(procedure, facts)
    found = []
    for n, (name, _, moment) in enumerate(procedure.stages):
        at = kernel.moment(book, procedure, moment, facts)
        state = "done" if n < current else "now" if n == current else "todo"
        if n == current and current == len(procedure.stages) - 1:
            state = "done"
        near = n in (current - 1, current, current + 1)
        found.append(Stage(name, _note(procedure, facts, moment, at, state), state, near))
    return found


def _ended(procedure: Procedure, facts: Facts) -> list[Stage]:
    """Stages whose moment was recorded, then how it ended."""
    title = procedure.states.get(facts.state, facts.state)
    reached = [(name, facts.moments[m]) for name, _, m in procedure.stages if m in facts.moments]
    reached = [(name, at) for name, at in reached if at <= facts.now]
    done = [Stage(name, said.day(at), "done", near=n == len(reached) - 1) for n, (name, at) in enumerate(reached)]
    at = facts.moments.get(f"{facts.state}_at")
    return [*done, Stage(title, said.day(at) if at else "", "now", near=True)]


def _note(procedure: Procedure, facts: Facts, name: str, at: datetime | None, state: str) -> str:
    if at is None:
        held = any(h.end is None for h in facts.holds)
        counted = name in procedure.moments and procedure.moments[name].pauses and name not in facts.moments
        return "计时暂停" if state == "now" and held and counted else ""
    if state == "now":
        if at > facts.now:
            return f"至 {said.until(at)}" if at - facts.now < 10 * said.DUE else f"至 {said.day(_last(at))}"
        return f"{said.day(at)}起"
    if state == "done":
        ends = name in procedure.moments and procedure.moments[name].pauses
        return f"{said.day(_last(at))}止" if ends else said.day(at)
    return f"{said.day(at)}" if at > facts.now else ""


def _last(at: datetime) -> datetime:
    """A moment at midnight belongs to the day that ends there."""
    return at - timedelta(microseconds=1)


def ahead(
    book: Book, procedure: Procedure, facts: Facts, *, agency: bool = True
) -> tuple[dict[str, Any] | None, list[dict[str, Any]]]:
    """The next step and up to three later moments.

    Args:
        agency: whether the project has one; where it has none, none is named.
    """
    due = _pending(procedure, facts, kernel.due(book, procedure, facts))
    if not agency:
        due = [replace(one, actor=_alone(one.actor)) for one in due]
    standing = [h for h in facts.holds if h.end is None]
    if standing and not any(d.verb in ANSWERS for d in due):
        held = standing[0]
        nexts = {
            "title": "交易活动暂停，恢复之后继续计时",
            "reason": held.reason,
            "article": held.article,
            "rule": "",
            "until": None,
            "paused": f"自 {said.moment(held.start)} 起",
        }
        return nexts, [_later(procedure, d) for d in due[:3]]
    if not due:
        return _undated(book, procedure, facts, agency=agency), []
    first = next((d for d in due if standing and d.verb in ANSWERS), due[0])
    return _next(procedure, first, standing), [_later(procedure, d) for d in due if d is not first][:3]


def _alone(actor: str) -> str:
    """Who may act where there is no agency."""
    return "|".join(role for role in actor.split("|") if role != "agency")


def _pending(procedure: Procedure, facts: Facts, due: list[Due]) -> list[Due]:
    """What is really still ahead.

    An act that leaves the state as it is may have been done long ago: once its moment has passed it is not shown, but
    for an answer that a standing hold waits for. Of several acts of the clock at one moment the happy one is shown:
    before the deadline nobody knows which it will be, and the page must not hint at it. Two of one name are one step.
    """
    waiting = any(h.end is None for h in facts.holds)
    kept: list[Due] = []
    for item in due:
        move = procedure.transitions[item.verb]
        answers = item.verb in ANSWERS
        if answers and not waiting:
            continue
        if not move.target and not answers and item.at is not None and item.at <= facts.now:
            continue
        rivals = [d for d in due if d.actor == item.actor == "clock" and d.at == item.at]
        if len(rivals) > 1 and move.target in procedure.ended:
            continue
        if any(k.title == item.title and k.at == item.at for k in kept):
            continue
        kept.append(item)
    return kept


def _sentence(procedure: Procedure, due: Due) -> str:
    """An actor and a verb: 招标人、代理机构公示中标候选人; for the clock: 到时自动开标."""
    return f"到时自动{due.title}" if due.actor == "clock" else f"{who(procedure, due.actor)}{due.title}"


def _next(procedure: Procedure, due: Due, standing: list[Any]) -> dict[str, Any]:
    reason = ""
    if standing:
        reason = f"{standing[0].reason}，答复之前交易活动暂停，其他期限停止计算。"
    return {
        "title": _sentence(procedure, due),
        "reason": reason,
        "article": due.article,
        "rule": due.rule,
        "until": due.at,
        "until_note": "距开始" if due.actor == "clock" else "距最迟时间",
        "paused": "" if due.at else "期限停止计算",
    }


def _later(procedure: Procedure, due: Due) -> dict[str, Any]:
    when = f"到 {said.until(due.at)}" if due.actor == "clock" and due.at else ""
    text = when or (f"最迟 {said.until(due.at)}" if due.at else "计时暂停")
    return {"title": _sentence(procedure, due), "text": text, "article": due.article, "rule": due.rule}


def _undated(book: Book, procedure: Procedure, facts: Facts, *, agency: bool) -> dict[str, Any] | None:
    """The act that leads on where no clock runs; None at the end of the life."""
    order = list(procedure.states)
    if facts.state in procedure.ended or facts.state not in order:
        return None
    forward = [
        move
        for move in procedure.transitions.values()
        if facts.state in move.source and move.target in order and order.index(move.target) > order.index(facts.state)
    ]
    forward = [m for m in forward if m.target not in procedure.ended or m.target == "archived"]
    if not forward:
        return None
    move = min(forward, key=lambda m: order.index(m.target))
    rule = move.rules[0] if move.rules else ""
    actor = move.actor if agency else _alone(move.actor)
    title = f"到时自动{move.title}" if actor == "clock" else f"{who(procedure, actor)}{move.title}"
    opens = kernel.moment(book, procedure, move.not_before, facts) if move.not_before else None
    reason = f"{procedure.moments[move.not_before].title}之后" if move.not_before in procedure.moments else ""
    if opens:
        reason = f"{reason}，最早 {said.day(opens)}" if opens > facts.now else ""
    return {"title": title, "reason": reason, "article": book.article(rule), "rule": rule, "until": None, "paused": ""}
