"""Acts done in a child that is killed at a failpoint, and what then stands."""

import os
from collections import Counter
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

from django.db import transaction

from platform_site import clock
from platform_site.failpoints import KILLED
from platform_site.ledger.models import Entry
from platform_site.messages.models import Message
from tests.ledger import children
from trading.models import Bid, Letter, Lot, Notice
from trading.rehearsal.stage import Stage
from trading.services import acts, ticks


def killed(work: Callable[[], Any], failpoint: str) -> int:
    """The exit status of a process that did `work` and was to be killed at `failpoint`."""

    def child() -> None:
        os.environ["PORTAL_FAILPOINT"] = failpoint
        work()

    return children.wait(children.start(child))


def standing() -> Counter:
    """Everything that an act may leave behind, counted."""
    found = Counter(Entry.objects.values_list("event", flat=True))
    found += Counter(f"notice {kind} {state}" for kind, state in Notice.objects.values_list("kind", "state"))
    found += Counter(f"lot {state}" for state in Lot.objects.values_list("state", flat=True))
    found += Counter(f"bid {state}" for state in Bid.objects.values_list("state", flat=True))
    return found + Counter(messages=Message.objects.count(), letters=Letter.objects.count())


# Drafting the report is a step of signing it, and says so of itself.
ALSO = {"sign_report": ("draft_report",)}


def names(verb: str) -> tuple[str, ...]:
    """What the entries of the verb call their act."""
    return verb, *ALSO.get(verb, ())


def done(verb: str) -> int:
    """How often the record says that the act was done."""
    return Entry.objects.filter(facts__act__in=names(verb)).count()


class Killer:
    """Kills what is asked of it at every failpoint of every act in it, and counts."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.verbs: set[str] = set()
        self.before = self.appended = self.after = 0

    def acts_in(self, work: Callable[[], Any], now: datetime) -> list[str]:
        """The verbs `work` would do, in order. It is done in a transaction that is never committed."""
        told = self.folder / "verbs"
        told.unlink(missing_ok=True)

        def child() -> None:
            passed: list[str] = []
            acts.failpoint = passed.append
            with clock.at(now), transaction.atomic():
                try:
                    work()
                finally:
                    told.write_text("\n".join(name.removesuffix(".after_commit") for name in passed if "after" in name))
                    os._exit(0)

        killed(child, "")
        return told.read_text().split() if told.exists() else []

    def kill(self, work: Callable[[], Any], now: datetime, what: str) -> bool:
        """Every act in `work` was killed at its three places. Whether `work` had acts, and so has been done."""
        verbs = self.acts_in(work, now)

        def at(place: str) -> int:
            def child() -> None:
                with clock.at(now):
                    work()

            return killed(child, place)

        for verb in dict.fromkeys(verbs):
            count, before = done(verb), standing()
            assert at(f"{verb}.before_commit") == KILLED, f"{what}: {verb} was not killed before its commit"
            assert done(verb) == count, f"{what}: {verb} stands though it did not commit"
            if verb == verbs[0]:
                assert standing() == before, f"{what} left something behind: {standing() - before}"
                assert at("*.appended") == KILLED
                assert standing() == before, f"{what} left something behind: {standing() - before}"
                self.appended += 1
            assert at(f"{verb}.after_commit") == KILLED, f"{what}: {verb} was not killed after its commit"
            assert done(verb) == count + 1, f"{what}: {verb} stands {done(verb) - count} times"
            self.before, self.after = self.before + 1, self.after + 1
            self.verbs.update(names(verb))
        if not verbs:
            before = standing()
            if at("*.appended") == KILLED:
                self.appended += 1
                assert standing() == before, f"{what} left something behind: {standing() - before}"
        return bool(verbs)


class KilledStage(Stage):
    """The stage on which the clock's acts are killed too, each at its moment, until none is left to do."""

    def __init__(self, start: datetime, killer: Killer) -> None:
        super().__init__(start)
        self.killer = killer

    def to(self, moment: datetime) -> None:
        """Legal time is `moment`; every clock act on the way was killed before and after its commit."""
        while self.killer.kill(lambda: ticks.tick(until=moment), moment, f"the clock at {moment}"):
            pass
        super().to(moment)
