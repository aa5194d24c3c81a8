"""One mark as it was posted: read, compared with what another window saved meanwhile, handed to its service."""

import re
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from uuid import UUID

from platform_site.accounts.actors import Actor
from platform_site.accounts.refusals import Refused, Violation
from trading.evaluationroom import ReviewLine, ScoreLine
from trading.fields import WIDE, plain
from trading.models import Lot
from trading.services import evaluations

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


def score_save(lot: Lot, bid_id: UUID, line: ScoreLine, said: Mapping[str, str], actor: Actor) -> bool:
    """The line holds what stands now: the saved mark, or what was typed beside the reasons why it was not saved.

    Returns whether something was saved.
    """
    typed, reason = said["points"].strip(), said["reason"].strip()
    if not typed and line.mark is None and not reason:
        return False
    try:
        if not typed and line.mark is not None:
            raise Refused([Violation("score.empty", facts={"points": line.mark.points})])
        points = points_of(typed)
        if line.mark is not None and said["was"] != line.was and points != line.mark.points:
            raise Refused([_other_window(f"{line.mark.points} 分", line)])
        line.mark = evaluations.bid_score(
            lot_id=lot.pk, bid_id=bid_id, item=line.key, points=points, reason=reason, actor=actor
        )
    except Refused as refused:
        line.typed = said
        line.violations = tuple(_in_words(violation, line, typed) for violation in refused.violations)
        return False
    return True


def review_save(lot: Lot, bid_id: UUID, line: ReviewLine, said: Mapping[str, str], actor: Actor) -> bool:
    """The same for one review item."""
    if said["answer"] not in {"yes", "no"}:
        return False
    passed, ground = said["answer"] == "yes", said["ground"]
    number = int(ground) if ground.isascii() and ground.isdecimal() and len(ground) <= 2 else None
    try:
        told = "yes" if passed else f"no{number if number is not None else line.ground}"
        if line.mark is not None and said["was"] != line.was and told != line.was:
            stood = "通过" if line.mark.passed else "不通过"
            raise Refused([_other_window(stood, line)])
        line.mark = evaluations.bid_review(
            lot_id=lot.pk,
            bid_id=bid_id,
            item=line.key,
            passed=passed,
            ground=number,
            reason=said["reason"],
            actor=actor,
        )
    except Refused as refused:
        line.typed, line.violations = said, tuple(_unreasoned(one, line) for one in refused.violations)
        return False
    return True


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
