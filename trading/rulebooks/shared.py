"""Moments and transitions that several procedures share. A procedure names them; it may replace any."""

from trading.kernel.procedure import Moment, Transition
from trading.rulebooks.guards import course


def moments(*found: Moment) -> dict[str, Moment]:
    """Moments by name; a name given twice is a mistake in the book."""
    named = {m.name: m for m in found}
    if len(named) != len(found):
        raise ValueError("a moment is defined twice")
    return named


def states(*names: str) -> frozenset[str]:
    """A readable set of states."""
    return frozenset(names)


SET_MOMENTS = (
    Moment("notice_at", "公告发布时间"),
    Moment("documents_from", "招标文件开始发出"),
    Moment("documents_until", "招标文件停止发出"),
    Moment("bid_deadline", "投标截止时间", pauses=True),
)
INITIATOR = "initiator|agency"


def outage(*waiting: str, rules: tuple[str, ...] = ("ELE-07",)) -> Transition:
    """系统故障顺延: what fell due during a declared outage falls due later, in these states.

    Args:
        rules: what allows the document to carry the clause; empty where only the document itself says so.
    """
    return Transition(
        states(*waiting),
        "",
        "operator",
        "系统故障顺延",
        rules,
        through_hold=True,
        guards=(course.remedy_published, course.inside_the_outage),
    )


def replan(rule: str, *running: str) -> Transition:
    """服务中断: a round or a call that was not served to its end pauses and is planned anew (trading.kernel.pausing).

    Args:
        rule: what leaves the round's length to the place.
        running: the states it can happen in.
    """
    return Transition(states(*running), "", "clock", "服务中断，暂停竞价并重新安排时间", (rule,))
