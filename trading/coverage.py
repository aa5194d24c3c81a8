"""Which rule is enforced, watched and tested, read from the code that does it rather than from a list beside it.

Four sources:
1. the procedures: the guards of every transition, and the moments its gates and deadlines count by a rule;
2. `ENFORCES = {"GEN-01": "platform_site.workdays.add_days"}` in any module that keeps a rule outside the kernel;
3. `MONITORS = {...}` of the same shape in any module that only tells supervision;
4. `@pytest.mark.rule("ENG-10")` on tests, found without running them.

A rule that an act merely cites counts as enforced only where it has no number: the order of states keeps it. A number
counts only where something counts by it.
"""

import ast
import importlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType

from trading.kernel.guards import REGISTRY
from trading.kernel.procedure import Procedure, Transition
from trading.rulebooks import PLANS, PROCEDURES
from trading.rulebooks.register import ALL

BASE = Path(__file__).resolve().parent.parent
TESTS = BASE / "tests"
CONSTANTS = ("ENFORCES", "MONITORS")


class CoverageError(Exception):
    """A claim about a rule that cannot be true: an unknown id, or a name that leads nowhere."""


@dataclass(slots=True)
class Covered:
    """What holds one rule up.

    Attributes:
        enforced: where a breach is refused, `engineering.open:publish_notice:bidding_period` or a dotted name.
        monitored: where a breach is told to supervision.
        tested: pytest node ids of the tests marked with the rule.
        remarks: what looks wrong, e.g. a guard no procedure asks.
    """

    id: str
    enforced: list[str] = field(default_factory=list)
    monitored: list[str] = field(default_factory=list)
    tested: list[str] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)

    @property
    def bare(self) -> bool:
        """Whether a number that refuses acts stands without any test."""
        return bool(self.enforced and ALL[self.id].values and not self.tested)

    def as_json(self) -> dict[str, object]:
        """The row as `manage.py rules --json` prints it."""
        note = "；".join([*self.remarks, ALL[self.id].note]).strip("；")
        return {
            "id": self.id,
            "enforced": self.enforced,
            "monitored": self.monitored,
            "tested": self.tested,
            "note": note,
        }


def coverage(tests: Path = TESTS, base: Path = BASE) -> dict[str, Covered]:
    """Every rule of the register with what holds it up, in the register's order.

    Raises:
        CoverageError: a constant, a mark or a procedure names a rule that does not exist, or a name leads nowhere.
    """
    rows = {rule_id: Covered(rule_id) for rule_id in ALL}
    known = {**PROCEDURES, **PLANS}
    for rule_id, effect, place in sorted({*from_procedures(known), *from_constants(base)}):
        row = _row(rows, rule_id, place)
        (row.enforced if effect == "block" else row.monitored).append(place)
    for rule_id, node in marked_tests(tests):
        _row(rows, rule_id, node).tested.append(node)
    asked = {g.__name__ for p in known.values() for t in p.transitions.values() for g in t.guards}
    for rule_id, guards in REGISTRY.items():
        for name, _ in guards:
            if name not in asked:
                _row(rows, rule_id, name).remarks.append(f"no procedure asks the guard {name}")
    return rows


def _row(rows: Mapping[str, Covered], rule_id: str, place: str) -> Covered:
    if rule_id not in rows:
        raise CoverageError(f"{place} names {rule_id}, which is not in the register")
    return rows[rule_id]


# -- procedures ------------------------------------------------------------------------------------------------------


def from_procedures(procedures: Mapping[str, Procedure]) -> Iterator[tuple[str, str, str]]:
    """(rule id, block | warn, place) for every guard, counted gate and cited order of every transition."""
    for procedure_id, procedure in procedures.items():
        for verb, move in procedure.transitions.items():
            place = f"{procedure_id}:{verb}"
            guarded = {(rule_id, effect, ask.__name__) for ask in move.guards for rule_id, effect in _spoken_for(ask)}
            for rule_id, effect, name in guarded:
                yield rule_id, effect, f"{place}:{name}"
            spoken_for = {(rule_id, effect) for rule_id, effect, _ in guarded}
            yield from (found for found in _gates(procedure, move, place) if found[:2] not in spoken_for)


def _spoken_for(ask) -> set[tuple[str, str]]:
    """The rules one guard speaks for; more than one where it is marked twice."""
    listed = {(rule, effect) for rule, guards in REGISTRY.items() for name, effect in guards if name == ask.__name__}
    return listed | {(ask.rule, ask.effect)}


def _gates(procedure: Procedure, move: Transition, place: str) -> Iterator[tuple[str, str, str]]:
    for gate, effect in ((move.not_before, "block"), (move.before, "block"), (move.deadline, "warn")):
        for rule_id in _counted_by(procedure, gate):
            yield rule_id, effect, place
    for rule_id in move.rules:
        if rule_id in ALL and (ALL[rule_id].values or ALL[rule_id].effect != "block"):
            continue
        yield rule_id, "block", place


def _counted_by(procedure: Procedure, name: str) -> Iterator[str]:
    """The rules a moment is counted by, through every moment it starts from."""
    while name in procedure.moments:
        how = procedure.moments[name]
        if how.rule:
            yield how.rule
        name = how.after


# -- constants -------------------------------------------------------------------------------------------------------


def from_constants(base: Path) -> Iterator[tuple[str, str, str]]:
    """(rule id, block | warn, dotted name) from ENFORCES and MONITORS of every module under `base` that has one."""
    for path in sorted(_sources(base)):
        if not any(name in path.read_text(encoding="utf-8") for name in CONSTANTS):
            continue
        for name in _assigned(ast.parse(path.read_text(encoding="utf-8"))):
            module = importlib.import_module(_dotted(path, base))
            for rule_id, claimed in getattr(module, name).items():
                for place in [claimed] if isinstance(claimed, str) else claimed:
                    _resolve(place)
                    yield rule_id, "block" if name == "ENFORCES" else "warn", place


def _sources(base: Path) -> Iterator[Path]:
    for package in base.iterdir():
        if package.name != "tests" and (package / "__init__.py").exists():
            yield from (p for p in package.rglob("*.py") if "migrations" not in p.parts)


def _assigned(tree: ast.Module) -> Iterator[str]:
    for node in tree.body:
        if isinstance(node, ast.Assign):
            targets = node.targets
        else:
            targets = [node.target] if isinstance(node, ast.AnnAssign) else []
        yield from (t.id for t in targets if isinstance(t, ast.Name) and t.id in CONSTANTS)


def _dotted(path: Path, base: Path) -> str:
    parts = path.relative_to(base).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def _resolve(place: str) -> object:
    """What the dotted name leads to.

    Raises:
        CoverageError: nothing there.
    """
    found: ModuleType | object
    parts = place.split(".")
    for end in range(len(parts), 0, -1):
        name = ".".join(parts[:end])
        try:
            found = importlib.import_module(name)
        except ModuleNotFoundError as missing:
            if missing.name and (name == missing.name or name.startswith(missing.name + ".")):
                continue
            raise
        try:
            for attribute in parts[end:]:
                found = getattr(found, attribute)
        except AttributeError:
            break
        return found
    raise CoverageError(f"{place} enforces a rule but does not exist")


# -- tests -----------------------------------------------------------------------------------------------------------


def marked_tests(tests: Path) -> Iterator[tuple[str, str]]:
    """(rule id, node id) of every test under `tests` that is marked with a rule, on itself, its class or its module.

    Raises:
        CoverageError: a mark whose ids are not plain strings, so that they cannot be read without running it.
    """
    for path in sorted(tests.rglob("test_*.py")):
        text = path.read_text(encoding="utf-8")
        if "mark.rule" not in text:
            continue
        where = f"{tests.name}/{path.relative_to(tests).as_posix()}"
        tree = ast.parse(text)
        named = dict(_assignments(tree))
        for node, ids in _marked(tree, frozenset(), named, where):
            for rule_id in sorted(ids):
                yield rule_id, node


def _marked(
    tree: ast.Module | ast.ClassDef, inherited: frozenset[str], named: Mapping[str, ast.expr], where: str
) -> Iterator[tuple[str, frozenset[str]]]:
    inherited |= _ids([value for name, value in _assignments(tree) if name == "pytestmark"], named, where)
    for node in tree.body:
        if isinstance(node, ast.ClassDef) and node.name.startswith("Test"):
            own = inherited | _ids(node.decorator_list, named, where)
            yield from _marked(node, own, named, f"{where}::{node.name}")
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test"):
            yield f"{where}::{node.name}", inherited | _ids(node.decorator_list, named, where)


def _assignments(tree: ast.Module | ast.ClassDef) -> Iterator[tuple[str, ast.expr]]:
    for node in tree.body:
        if isinstance(node, ast.Assign):
            yield from ((t.id, node.value) for t in node.targets if isinstance(t, ast.Name))


def _ids(nodes: Iterable[ast.expr], named: Mapping[str, ast.expr], where: str) -> frozenset[str]:
    """Rule ids of every `….mark.rule(…)` inside `nodes`, in parametrised cases and in the lists they name as well."""
    found: set[str] = set()
    for inner in (inner for node in nodes for inner in ast.walk(node)):
        if isinstance(inner, ast.Name) and inner.id in named:
            found |= _ids([named[inner.id]], {k: v for k, v in named.items() if k != inner.id}, where)
        if not isinstance(inner, ast.Call) or not ast.unparse(inner.func).endswith("mark.rule"):
            continue
        for argument in inner.args:
            if not (isinstance(argument, ast.Constant) and isinstance(argument.value, str)):
                raise CoverageError(f"{where}:{inner.lineno}: write the ids of mark.rule as plain strings")
            found.add(argument.value)
    return frozenset(found)
