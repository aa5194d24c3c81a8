"""Move every number that is enforced or monitored by one unit, both ways; the rule's own tests must notice each time.

    python -m tests.rules_mutate [--only ID ...] [--json]

One unit is a day, a bid, a fen, one hundredth of one (or the last digit written, where that is smaller). Tests are
collected once; every mutation runs in a forked child, tests without a database first. A table stands on stdout; the
exit is 1 if a mutation survives, a rule has no test, or its tests fail without any mutation.
"""

import argparse
import contextlib
import gc
import json
import os
import signal
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest

from platform_site.rules import ALL, Rule, Value
from trading.rulebooks import UNBOUND

BASE = Path(__file__).resolve().parent.parent
DATABASE_FIXTURES = {"db", "fresh_db", "django_db_setup", "cluster", "template_database", "live_server"}
CHILD_SECONDS = 120
PASSED, FAILED, UNASKED = 0, 1, 3
Number = Decimal | Fraction | int


@dataclass(slots=True)
class Row:
    """One mutation and what became of it: caught | SURVIVED | NEVER ASKED | NO TEST | BASELINE FAILS | TIMEOUT.

    `not bound` is what the books say of themselves; BOUND NOW where they say it wrongly.
    """

    id: str
    value: str
    was: str
    now: str
    test: str
    outcome: str
    seconds: float


def step(value: Value) -> Number:
    """One unit of `value`: a fen for money, a hundredth for a fraction, 1 for whatever is counted."""
    if value.unit == "cny":
        return Decimal("0.01")
    if not value.unit.startswith("/1"):
        return 1
    if isinstance(value.amount, Fraction):
        return Fraction(1, 100)
    return min(Decimal("0.01"), Decimal((0, (1,), Decimal(value.amount).as_tuple().exponent)))


def mutations(rule: Rule) -> Iterator[tuple[str, Number]]:
    """(name, moved amount) of every number, one unit down and one up."""
    for name, value in rule.values.items():
        for direction in (-1, 1):
            yield name, value.amount + direction * step(value)


class Mutator:
    """A pytest plugin that, instead of running what was collected, runs each rule's tests under each mutation."""

    def __init__(self, only: list[str]) -> None:
        self.only, self.rows, self.broken = only, [], []
        self.baselines: dict[tuple[str, ...], int] = {}

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """A file that does not import is a failure of the whole run."""
        if report.failed:
            self.broken.append(f"{report.nodeid}\n{report.longreprtext}")

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Nothing but the mutations runs; rules whose tests do not import show as such and fail the run."""
        session.config.option.tbstyle = "native"  # nobody reads the tracebacks; the long ones cost more than the tests
        gc.freeze()  # children share what is loaded instead of copying it at their first collection
        from trading.coverage import coverage

        by_node: dict[str, list[pytest.Item]] = {}
        for item in session.items:
            by_node.setdefault(item.nodeid.partition("[")[0], []).append(item)
        with contextlib.ExitStack() as stack:
            for row in coverage().values():
                if not (row.enforced or row.monitored) or (self.only and row.id not in self.only):
                    continue
                items = [i for node in row.tested for i in by_node.get(node, ()) if row.id in rules_of(i)]
                plain = [item for item in items if not needs_database(item)]
                groups = [group for group in (plain, [i for i in items if needs_database(i)]) if group]
                if len(plain) < len(items):
                    self._keep_server(stack)
                for name, amount in mutations(ALL[row.id]):
                    self.rows.append(self._judge(row.id, name, amount, groups))
        return True

    _server = None

    def _keep_server(self, stack: contextlib.ExitStack) -> None:
        """One database server outlives all children, so that none has to start it."""
        if self._server is None:
            from tests import databases

            self._server = stack.enter_context(databases.cluster())

    def _judge(self, rule_id: str, name: str, amount: Number, groups: list[list[pytest.Item]]) -> Row:
        was = ALL[rule_id][name]
        row = Row(rule_id, name, f"{was.amount} {was.unit}", f"{amount} {was.unit}", "", "NO TEST", 0.0)
        began = time.perf_counter()
        outcomes = []
        for group in groups:
            row.test = group[0].nodeid
            nodes = tuple(item.nodeid for item in group)
            if nodes not in self.baselines:
                self.baselines[nodes] = in_child(group, None)[0]
            if self.baselines[nodes] not in {PASSED, UNASKED}:
                outcomes = ["BASELINE FAILS"]
                break
            code, test = in_child(group, (rule_id, name, amount))
            outcomes.append({FAILED: "caught", PASSED: "SURVIVED", UNASKED: "NEVER ASKED"}.get(code, "TIMEOUT"))
            if code == FAILED:
                row.test = test
                break
        row.outcome = next((o for o in ("caught", "BASELINE FAILS", "TIMEOUT", "SURVIVED") if o in outcomes), "")
        row.outcome = row.outcome or (outcomes[0] if outcomes else "NO TEST")
        reason = UNBOUND.get(rule_id, {}).get(name)
        if reason and row.outcome == "NEVER ASKED":
            row.outcome, row.test = "not bound", reason
        elif reason:
            row.outcome = "BOUND NOW"
        row.seconds = round(time.perf_counter() - began, 3)
        return row


def rules_of(item: pytest.Item) -> set[str]:
    """The rules one case of a test is marked with."""
    return {rule_id for mark in item.iter_markers("rule") for rule_id in mark.args}


def needs_database(item: pytest.Item) -> bool:
    """Whether the test reaches for a database."""
    return bool(item.get_closest_marker("django_db") or DATABASE_FIXTURES & set(getattr(item, "fixturenames", ())))


def in_child(items: list[pytest.Item], mutation: tuple[str, str, Number] | None) -> tuple[int, str]:
    """Run `items` in a forked child under `mutation`, stopping at the first failure: (exit code, failed node id)."""
    sys.stdout.flush()
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        code = FAILED
        try:
            os.close(reading)
            code = _child(items, mutation, writing)
        finally:
            os._exit(code)
    os.close(writing)
    with os.fdopen(reading, encoding="utf-8") as pipe:
        told = pipe.read()
    _, status = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(status), told


def _child(items: list[pytest.Item], mutation: tuple[str, str, Number] | None, pipe: int) -> int:
    from _pytest.runner import runtestprotocol

    signal.alarm(CHILD_SECONDS)
    silent = os.open(os.devnull, os.O_WRONLY)
    os.dup2(silent, 1)
    os.dup2(silent, 2)
    asked: set[tuple[str, str]] = set()
    original = Rule.__getitem__

    def noting(self: Rule, name: str) -> Value:
        asked.add((self.id, name))
        return original(self, name)

    Rule.__getitem__ = noting  # type: ignore[method-assign]
    if mutation:
        rule_id, name, amount = mutation
        ALL[rule_id] = ALL[rule_id].moved(name, amount)
    for place, item in enumerate(items):
        following = items[place + 1] if place + 1 < len(items) else None
        if any(report.failed for report in runtestprotocol(item, nextitem=following, log=False)):
            os.write(pipe, item.nodeid.encode())
            item.session._setupstate.teardown_exact(None)
            return FAILED
    return PASSED if mutation is None or mutation[:2] in asked else UNASKED


def main(argv: list[str] | None = None) -> int:
    """The table is printed; 0 only if every mutation was caught."""
    parser = argparse.ArgumentParser(prog="python -m tests.rules_mutate", description=__doc__.splitlines()[0])
    parser.add_argument("--only", nargs="*", default=[], metavar="ID")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args(argv)
    os.chdir(BASE)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
    files = sorted({node.partition("::")[0] for _, node in _marked(options.only)})
    mutator = Mutator(options.only)
    began = time.perf_counter()
    quiet = ["-s", "-p", "no:terminal", "-p", "no:faker", "-p", "no:cacheprovider", "--strict-markers"]
    quiet.append("--continue-on-collection-errors")
    pytest.main([*quiet, *files], plugins=[mutator])
    for report in mutator.broken:
        print(report, file=sys.stderr)
    if options.json:
        print(json.dumps([asdict(row) for row in mutator.rows], ensure_ascii=False, indent=1))
    else:
        for row in mutator.rows:
            moved = f"{row.was} → {row.now}"
            print(f"{row.id:7} {row.value:20} {moved:34} {row.outcome:14} {row.test}")
    left = [row for row in mutator.rows if row.outcome not in {"caught", "not bound"}]
    print(
        f"{len(mutator.rows)} mutations, {sum(row.outcome == 'caught' for row in mutator.rows)} caught, "
        f"{sum(row.outcome == 'not bound' for row in mutator.rows)} not bound, {len(left)} not caught, "
        f"{time.perf_counter() - began:.1f} s",
        file=sys.stderr,
    )
    return 1 if left or mutator.broken or not mutator.rows else 0


def _marked(only: list[str]) -> list[tuple[str, str]]:
    """(rule id, node id) of the tests that will be needed, read before pytest starts."""
    import django

    django.setup()
    from trading.coverage import TESTS, marked_tests
    from trading.rulebooks.register import ALL

    wanted = {rule_id for rule_id, rule in ALL.items() if rule.values and (not only or rule_id in only)}
    return [(rule_id, node) for rule_id, node in marked_tests(TESTS) if rule_id in wanted]


if __name__ == "__main__":
    sys.exit(main())
