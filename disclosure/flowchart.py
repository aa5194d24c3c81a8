"""A procedure as a drawing: states down the middle, the act on every arrow, what may go wrong on the right.

Drawn from the same declarations the kernel enforces, as SVG attributes (the content policy allows no inline style).
"""

from dataclasses import dataclass, field

from trading.kernel.procedure import Procedure, Transition

ROW, BOX_H, BOX_W, LEFT = 92, 36, 150, 16
BRANCH_X, BRANCH_W, BRANCH_STEP = 470, 150, 46
WIDTH = 660


@dataclass(frozen=True, slots=True)
class Text:
    """Words at a place."""

    x: int
    y: int
    words: str
    kind: str = ""
    anchor: str = "start"


@dataclass(frozen=True, slots=True)
class Box:
    """A state."""

    x: int
    y: int
    width: int
    height: int
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Wire:
    """An arrow as an SVG path; `clock` where time itself acts."""

    path: str
    kind: str = ""


@dataclass(slots=True)
class Chart:
    """Everything the template draws, and one sentence for those who cannot see it."""

    width: int = WIDTH
    height: int = 0
    boxes: list[Box] = field(default_factory=list)
    wires: list[Wire] = field(default_factory=list)
    texts: list[Text] = field(default_factory=list)
    sentence: str = ""


def _moves(procedure: Procedure, state: str) -> list[Transition]:
    return [m for m in procedure.transitions.values() if state in m.source and m.target not in ("", state)]


def _path(procedure: Procedure) -> list[str]:
    """The happy life: from the first state always to the nearest later one that an act leads to."""
    order = list(procedure.states)
    path = [order[0]]
    while True:
        ahead = [
            order.index(m.target)
            for m in _moves(procedure, path[-1])
            if order.index(m.target) > order.index(path[-1])
            and (m.target not in procedure.ended or m.target == "archived")
        ]
        if not ahead:
            return path
        path.append(order[min(ahead)])


def draw(procedure: Procedure) -> Chart:
    """The chart of one procedure."""
    chart, path, y = Chart(), _path(procedure), 12
    # States one comes to off the happy life and leaves again stand below it, with the acts that lead on.
    aside = [state for state in procedure.states if state not in {*path, *procedure.ended} and _moves(procedure, state)]
    for index, state in enumerate([*path, *aside]):
        chart.boxes.append(Box(LEFT, y, BOX_W, BOX_H, "first" if index == 0 else ""))
        chart.texts.append(Text(LEFT + BOX_W // 2, y + 23, procedure.states[state], anchor="middle"))
        following = path[index + 1] if index + 1 < len(path) else ""
        branches = _branches(procedure, state, following)
        for step, (target, moves) in enumerate(branches):
            _branch(chart, procedure, y + step * BRANCH_STEP, target, moves)
        height = max(ROW, len(branches) * BRANCH_STEP + 16)
        if following:
            move = next(m for m in _moves(procedure, state) if m.target == following)
            x, top, bottom = LEFT + BOX_W // 2, y + BOX_H, y + height
            kind = "clock" if "clock" in move.actor.split("|") else ""
            chart.wires.append(Wire(f"M{x} {top}V{bottom - 6}", kind))
            chart.wires.append(Wire(f"M{x - 4} {bottom - 7}L{x} {bottom - 1}L{x + 4} {bottom - 7}"))
            chart.texts.append(Text(x + 12, top + (height - BOX_H) // 2 + 5, move.title, "cap"))
        y += height
    chart.height = y - ROW + BOX_H + 24 if path else 0
    chart.height = max(chart.height, max((box.y + box.height for box in chart.boxes), default=0) + 12)
    chart.sentence = f"{procedure.title}的流程：" + "、".join(procedure.states[state] for state in path)
    return chart


def _branches(procedure: Procedure, state: str, following: str) -> list[tuple[str, list[Transition]]]:
    grouped: dict[str, list[Transition]] = {}
    for move in _moves(procedure, state):
        if move.target != following:
            grouped.setdefault(move.target, []).append(move)
    return list(grouped.items())


def _branch(chart: Chart, procedure: Procedure, y: int, target: str, moves: list[Transition]) -> None:
    start, middle = LEFT + BOX_W, y + BOX_H // 2
    kind = "clock" if all("clock" in move.actor.split("|") for move in moves) else ""
    if y == chart.boxes[-1].y or not chart.boxes:
        wire = f"M{start} {middle}H{BRANCH_X - 6}"
    else:
        wire = f"M{start + 14} {middle - BRANCH_STEP}V{middle}H{BRANCH_X - 6}"
    chart.wires.append(Wire(wire, kind))
    chart.wires.append(Wire(f"M{BRANCH_X - 7} {middle - 4}L{BRANCH_X - 1} {middle}L{BRANCH_X - 7} {middle + 4}"))
    chart.texts.append(Text(start + 22, middle - 6, "；".join(move.title for move in moves), "cap"))
    # Boxes of branches come after the state's own box was asked for its place, so they go last of all.
    chart.boxes.insert(0, Box(BRANCH_X, y, BRANCH_W, BOX_H, "end"))
    chart.texts.append(Text(BRANCH_X + BRANCH_W // 2, y + 23, procedure.states[target], anchor="middle"))
