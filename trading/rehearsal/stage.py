"""The stage: a script's clock, its cast, and the acts as the record tells them."""

from collections.abc import Callable, Generator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import Max

from platform_site import clock
from platform_site.accounts.refusals import Refused
from platform_site.clock import CHINA
from platform_site.ledger.models import Entry, Position
from platform_site.rules import rule
from trading.models import Lot
from trading.services import ticks

# What a step expects that the policy door keeps out.
DENIED = "permission.denied"


@dataclass(frozen=True, slots=True)
class Step:
    """One thing somebody does.

    Attributes:
        who: label of the actor, in the law's words.
        what: the act, in the law's words.
        call: does it; its value is sent back into the script.
        refused: code of the refusal this step must meet, DENIED for a missing permission; "" where it must succeed.
        state: milestone name this step reaches; a demo trade may stop there.
    """

    who: str
    what: str
    call: Callable[[], Any]
    refused: str = ""
    state: str = ""


Script = Generator[Step, Any, None]


@dataclass
class Played:
    """What a rehearsal showed: {act, actor, article, position} per ledger entry or expected refusal, in order."""

    procedure: str
    variant: str
    ok: bool = True
    seconds: float = 0.0
    acts: list[dict[str, Any]] = field(default_factory=list)
    error: str = ""
    books: dict[str, Any] = field(default_factory=dict, repr=False)

    def as_json(self) -> dict[str, Any]:
        """The shape `rehearse --json` prints."""
        shown = {
            "procedure": self.procedure,
            "variant": self.variant,
            "ok": self.ok,
            "seconds": round(self.seconds, 3),
            "acts": [{k: a[k] for k in ("act", "actor", "article", "position")} for a in self.acts],
        }
        return {**shown, "error": self.error} if self.error else shown


class Stage:
    """Where a script runs: legal time stands at `now` and moves only as the script says."""

    def __init__(self, start: datetime) -> None:
        self.now = start.astimezone(CHINA)

    def to(self, moment: datetime) -> None:
        """Legal time is `moment`; every clock act on the way has happened at its own moment."""
        if moment < self.now:
            raise ValueError(f"a rehearsal does not go back from {self.now} to {moment}")
        with clock.at(moment):
            ticks.tick(until=moment)
        self.now = moment.astimezone(CHINA)

    def later(self, **delta: float) -> None:
        """Legal time has moved on by a timedelta."""
        self.to(self.now + timedelta(**delta))

    def at(self, day: datetime, hour: int, minute: int = 0) -> datetime:
        """`day` at an hour of China's clock."""
        return day.astimezone(CHINA).replace(hour=hour, minute=minute, second=0, microsecond=0)


def play(stage: Stage, script: Script, played: Played, *, stop_at: str = "") -> Played:
    """Every step was done, or met the refusal it names, at the stage's time; the acts stand in `played`.

    Raises:
        Refused: a step that should succeed was refused (with the step's words in the message's notes).
    """
    answer: Any = None
    seen = _newest()
    try:
        step = next(script)
        while True:
            answer = _do(stage, step, played)
            seen = _collect(seen, step, played)
            if stop_at and step.state == stop_at:
                return played
            step = script.send(answer)
    except StopIteration:
        return played


def _do(stage: Stage, step: Step, played: Played) -> Any:
    with clock.at(stage.now):
        try:
            answer = step.call()
        except PermissionDenied:
            if step.refused != DENIED:
                raise
            played.acts.append(
                {"act": f"{step.what}（拒绝）", "actor": step.who, "article": "", "position": None, "entry": None}
            )
            return None
        except Refused as refused:
            if refused.violations[0].code != step.refused:
                refused.add_note(f"{step.who}: {step.what}: {refused.violations[0]}")
                raise
            violation = refused.violations[0]
            played.acts.append(
                {
                    "act": f"{step.what}（拒绝）",
                    "actor": step.who,
                    "article": violation.article,
                    "position": None,
                    "entry": None,
                }
            )
            return refused
    if step.refused:
        raise AssertionError(f"{step.who}: {step.what}: expected the refusal {step.refused}, nothing was refused")
    return answer


def _newest() -> datetime | None:
    return Entry.objects.aggregate(at=Max("recorded_at"))["at"]


def _collect(seen: datetime | None, step: Step, played: Played) -> datetime | None:
    """What the step wrote stands in `played`: a play is one process, so its entries are those recorded since `seen`."""
    fresh = Entry.objects.filter(recorded_at__gt=seen) if seen else Entry.objects.all()
    entries = list(fresh.order_by("recorded_at", "pk"))
    for entry in entries:
        rules = (entry.facts or {}).get("rules") or []
        who = "服务器时钟" if entry.actor == "clock" else step.who
        article = _article(entry.subject, rules[0], played) if rules else ""
        played.acts.append(
            {"act": f"{step.what} {entry.event}", "actor": who, "article": article, "position": None, "entry": entry.pk}
        )
    return entries[-1].recorded_at if entries else seen


def _article(subject: str, rule_id: str, played: Played) -> str:
    """The citation of the lot's own book: a row of the catalogue brings its document. One query a lot."""
    if not subject.startswith("lot:"):
        return rule(rule_id).article
    if subject not in played.books:
        tender, _, number = subject.removeprefix("lot:").rpartition("/")
        lot = Lot.objects.select_related("tender").filter(tender__reference=tender, number=number).first()
        played.books[subject] = lot.book if lot else None
    book = played.books[subject]
    return book.article(rule_id) if book else rule(rule_id).article


def number(played: Played) -> None:
    """Each act has its ledger position; sealed entries have none, that is their point."""
    wanted = [a["entry"] for a in played.acts if a["entry"]]
    places = dict(Position.objects.filter(entry_id__in=wanted).values_list("entry_id", "position"))
    for act in played.acts:
        act["position"] = places.get(act["entry"])
