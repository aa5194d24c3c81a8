"""Row `ledger`: appends of several writers at once against bare inserts; a proof out of a large tree."""

import contextlib
import multiprocessing
import time
from typing import Any

from django.db import connections, transaction

from platform_site import clock
from tests.bench.ground import Ground
from tests.bench.rows import Part, Row, median, p95
from tests.ledger import measure

WRITERS, ACTS, ROUNDS = 4, 250, 5


def run(ground: Ground) -> Row:
    """Both halves, each on a database of its own."""
    with ground.scratch() as name, contextlib.closing(ground.cluster.connect(name)) as superuser:
        with superuser.cursor() as cursor:
            cursor.execute(measure.BARE)
        pairs = [(together(measure._bare), together(measure._append)) for _ in range(ROUNDS)]
    rate = Part(
        what=f"appends a second, {WRITERS} writers, one act a transaction",
        figure=median([append for _, append in pairs]),
        unit="/s",
        against=median([bare for bare, _ in pairs]),
        beside="bare INSERT of an equally wide row",
        at_least=0.5,
        samples=pairs,
        note="samples are pairs (bare, append), taken in turns; both commit to disk",
    )
    leaves = ground.options.leaves or ground.options.notices
    with ground.scratch() as name, contextlib.closing(ground.cluster.connect(name)) as superuser:
        began = time.perf_counter()
        size = measure.fill(superuser, leaves)
        filled = time.perf_counter() - began
        path, whole = measure.path_seconds(size), measure.proof_seconds()
    common = {"unit": "ms", "against": 5.0, "beside": "the limit of 5 ms", "at_most": 1}
    note = f"filled in {filled:.0f} s; the budget says 10,000,000 leaves (--leaves 10000000)"
    return Row(
        "ledger",
        [
            rate,
            Part(
                what=f"audit path of a random leaf among {size:,}, p95",
                figure=p95(path) * 1000, samples=[one * 1000 for one in path], note=note, **common,
            ),
            Part(
                what=f"whole proof of an entry among {size:,}, p95",
                figure=p95(whole) * 1000, samples=[one * 1000 for one in whole], **common,
            ),
        ],
        {"leaves": size},
    )  # fmt: skip


def together(act: Any) -> float:
    """Acts a second of WRITERS processes that begin at the same moment."""
    connections.close_all()
    context = multiprocessing.get_context("fork")
    gate, ends = context.Barrier(WRITERS + 1), context.SimpleQueue()
    writers = [context.Process(target=_write, args=(act, gate, ends)) for _ in range(WRITERS)]
    for writer in writers:
        writer.start()
    gate.wait(60)
    began = time.perf_counter()
    for writer in writers:
        writer.join(120)
        if writer.exitcode:
            raise RuntimeError(f"a writer ended with {writer.exitcode}")
    taken = max(ends.get() for _ in writers) - began
    return WRITERS * ACTS / taken


def _write(act: Any, gate: Any, ends: Any) -> None:
    connections["default"].ensure_connection()
    with clock.pinned():
        gate.wait(60)
        for number in range(ACTS):
            with transaction.atomic():
                act(number)
    # CLOCK_MONOTONIC is the same for every process of the machine.
    ends.put(time.perf_counter())
    connections.close_all()
