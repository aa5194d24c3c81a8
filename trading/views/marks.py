"""Marks as they were posted: read, compared with what another window saved meanwhile, handed to their service."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any
from uuid import UUID

from platform_site.accounts.actors import Actor
from platform_site.accounts.refusals import Refused, Violation
from trading.evaluationroom import ReviewLine, ScoreLine
from trading.fields import WIDE, plain
from trading.models import Lot
from trading.services import marks

NUMBER = re.compile(r"[-+]?\d{1,6}(\.\d{1,9})?")


def posted(data: Mapping[str, str], line: ReviewLine | ScoreLine, *names: str) -> dict[str, str]:
    """The line's own fields of a post."""
    return {name: data.get(f"{line.id}-{name}", "") for name in (*names, "was")}


def points_of(typed: str) -> Decimal:
    """Points from what was typed; full-width digits are read. Whether they are lawful is the service's to say.

    Raises:
        Refused: `score.unreadable`: no plain number, or more than two decimals.
    """
    text = typed.strip().translate(WIDE).removesuffix("分").strip()
    if not NUMBER.fullmatch(text):
        raise Refused([Violation("score.unreadable", facts={"points": typed.strip()[:20]})])
    return Decimal(text)


def lines_save(
    lot: Lot, bid_id: UUID, lines: Iterable[ReviewLine | ScoreLine], data: Mapping[str, str], actor: Actor
) -> int:
    """Every line holds what stands now: the saved mark, or what was typed beside the reasons why it was not saved.

    All of them are one act; where the service refuses one, each is tried alone, so that no lawful mark is lost with it.
    Returns how many were saved.
    """
    ready: list[tuple[ReviewLine | ScoreLine, Mapping[str, str], marks.Answer | marks.Points]] = []
    for line in lines:
        said = posted(data, line, *(("answer", "ground") if isinstance(line, ReviewLine) else ("points",)), "reason")
        try:
            mark = _answer_of(line, said) if isinstance(line, ReviewLine) else _points_of(line, said)
        except Refused as refused:
            _kept(line, said, refused)
        else:
            if mark is not None:
                ready.append((line, said, mark))
    try:
        _saved(lot, bid_id, ready, actor)
    except Refused:
        for one in ready:
            try:
                _saved(lot, bid_id, [one], actor)
            except Refused as refused:
                _kept(one[0], one[1], refused)
    return sum(1 for line, _, _ in ready if not line.violations)


def _saved(lot: Lot, bid_id: UUID, ready: list[tuple[Any, Any, Any]], actor: Actor) -> None:
    """What was read of the lines stands as the member's marks.

    Raises:
        Refused: nothing was saved.
    """
    found = marks.sheet_mark(
        lot_id=lot.pk,
        bid_id=bid_id,
        answers={line.key: mark for line, _, mark in ready if isinstance(mark, marks.Answer)},
        points={line.key: mark for line, _, mark in ready if isinstance(mark, marks.Points)},
        actor=actor,
    )
    for line, _, _ in ready:
        line.mark = found[line.key]


def _kept(line: ReviewLine | ScoreLine, said: Mapping[str, str], refused: Refused) -> None:
    """What was typed stays in the line, with the reasons in its own words."""
    line.typed = said
    if isinstance(line, ReviewLine):
        line.violations = tuple(_unreasoned(one, line) for one in refused.violations)
    else:
        line.violations = tuple(_in_words(one, line, said["points"].strip()) for one in refused.violations)


def _points_of(line: ScoreLine, said: Mapping[str, str]) -> marks.Points | None:
    """What was typed for one scoring item; None where there is nothing to save.

    Raises:
        Refused: no number, a mark taken away, or another window was faster.
    """
    typed, reason = said["points"].strip(), said["reason"].strip()
    if not typed and line.mark is None and not reason:
        return None
    if not typed and line.mark is not None:
        raise Refused([Violation("score.empty", facts={"points": line.mark.points})])
    points = points_of(typed)
    if line.mark is not None and said["was"] != line.was and points != line.mark.points:
        raise Refused([_other_window(f"{line.mark.points} 分", line)])
    return marks.Points(points, reason)


def _answer_of(line: ReviewLine, said: Mapping[str, str]) -> marks.Answer | None:
    """The same for one review item.

    Raises:
        Refused: another window was faster.
    """
    if said["answer"] not in {"yes", "no"}:
        return None
    passed, ground = said["answer"] == "yes", said["ground"]
    number = int(ground) if ground.isascii() and ground.isdecimal() and len(ground) <= 2 else None
    told = "yes" if passed else f"no{number if number is not None else line.ground}"
    if line.mark is not None and said["was"] != line.was and told != line.was:
        raise Refused([_other_window("通过" if line.mark.passed else "不通过", line)])
    return marks.Answer(passed, number, said["reason"])


def _unreasoned(violation: Violation, line: ReviewLine) -> Violation:
    """The answer waits for its reason: the member is just about to write it, so this is asked for, not refused."""
    if violation.code != "fact.missing":
        return violation
    return Violation("review.reason", facts={"item": line.title})


def _other_window(stood: str, line: ReviewLine | ScoreLine) -> Violation:
    """Somebody at another window of the same member was faster: said, never silently overwritten."""
    assert line.mark is not None
    return Violation("mark.other_window", facts={"saved": stood, "at": line.mark.at, "item": line.title})


def _in_words(violation: Violation, line: ScoreLine, typed: str) -> Violation:
    """The refusal with the item's own name and its most, which the kernel need not know."""
    if violation.code != "score.range":
        return violation
    facts = {"items": (line.title,), "item": line.title, "most": plain(line.most), "typed": typed}
    return replace(violation, facts=facts)
