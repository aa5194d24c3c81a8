"""Row `filing`: a thousand bidders, all in the last minute, through the service the filing page calls."""

import queue
import threading
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.db import connections

from platform_site import clock, ledger
from platform_site.accounts.refusals import Refused
from platform_site.clock.models import ClockOffset
from platform_site.ledger import receipts
from platform_site.ledger.models import Entry
from tests.bench.ground import Ground
from tests.bench.rows import Part, Row, p95
from trading.models import Bid, Lot, Opening
from trading.rehearsal import engineering_open, sealed
from trading.rehearsal.casting import add_trader
from trading.rehearsal.people import Cast, invented_code
from trading.rehearsal.repertoire import cast_for
from trading.rehearsal.stage import Played, Stage, play
from trading.services import bids, ticks

# As many threads as the portal's two web processes have.
BIDDERS, THREADS, MINUTE = 1_000, 16, 60.0


def run(ground: Ground) -> Row:
    """Envelopes are sealed and uploaded beforehand, as browsers do; then everybody files at once."""
    with ground.scratch(filled=True):
        lot, parcels, prepared = _prepared()
        deadline = lot.recorded["bid_deadline"]
        # Legal time runs with the wall from here; the deadline is a minute away.
        ClockOffset.objects.update_or_create(
            pk=1, defaults={"offset": deadline - clock.machine() - timedelta(seconds=MINUTE)}
        )
        told, begun = _rush(lot.pk, parcels)
        last = max(at for at, _, _ in told) - begun
        ClockOffset.objects.update(offset=deadline - clock.machine() + timedelta(seconds=5))
        ticks.tick()
        return _row(lot, told, begun, last, {"prepared_seconds": prepared})


def _prepared() -> tuple[Lot, list[dict[str, Any]], float]:
    """A lot open for bids and a thousand sealed parcels."""
    began = time.perf_counter()
    start = clock.machine()
    cast = cast_for(start=start)
    with clock.at(start):
        names = [_bidder(cast, number) for number in range(BIDDERS)]
    stage = Stage(start)
    play(stage, engineering_open.script(stage, cast), Played("engineering.open", "happy"), stop_at="amended")
    lot = Lot.objects.get()
    with clock.at(lot.recorded["bid_deadline"] - timedelta(hours=1)):
        parcels = [
            sealed.prepare(cast, lot, cast[name], sealed.offer(cast[name], "170000000", days=540)) for name in names
        ]
    return lot, parcels, round(time.perf_counter() - began, 1)


def _bidder(cast: Cast, number: int) -> str:
    name = f"云泽第{number}建筑工程有限公司"
    add_trader(cast, f"rusher{number}", f"经办{number}", invented_code(name), name, ("bidder",))
    return f"rusher{number}"


def _rush(lot_id: int, parcels: list[dict[str, Any]]) -> tuple[list[tuple[float, float, str]], float]:
    """(finished, seconds since the stamp, answer) of every filing, and when the rush began.

    The door stamps a filing every 57 ms, whether or not the ones before are done, and the last a second before the
    deadline. The workers and the tick run beside, as they do in the portal.
    """
    waiting: queue.SimpleQueue[tuple[int, Any, float] | None] = queue.SimpleQueue()
    told: list[tuple[float, float, str]] = []
    over = threading.Event()
    begun = time.perf_counter()

    def stamp() -> None:
        for number in range(len(parcels)):
            due = begun + number * (MINUTE - 3) / len(parcels)
            over.wait(max(0.0, due - time.perf_counter()))
            waiting.put((number, clock.now(), time.perf_counter()))
        for _ in range(THREADS):
            waiting.put(None)

    def file() -> None:
        while (taken := waiting.get()) is not None:
            number, arrived, since = taken
            try:
                with clock.pinned(), bids.arriving(lot_id, arrived):  # as every request is
                    answer = f"bid:{bids.bid_file(**parcels[number], arrived_at=arrived).id}"
            except Refused as refused:
                answer = refused.violations[0].code
            ended = time.perf_counter()
            told.append((ended, ended - since, answer))

    def tick() -> None:
        while not over.wait(0.5):
            ticks.tick()

    clockwork, *others = (
        threading.Thread(target=_closing, args=(work,)) for work in (tick, stamp, *([file] * THREADS))
    )
    for thread in (clockwork, *others):
        thread.start()
    for thread in others:
        thread.join()
    over.set()
    clockwork.join()
    return told, begun


def _closing(work: Callable[[], None]) -> None:
    """The thread's connection is closed after its work."""
    try:
        work()
    finally:
        connections.close_all()


def _row(lot: Lot, told: list[tuple[float, float, str]], begun: float, last: float, facts: dict[str, Any]) -> Row:
    """Every answer is held against what the database and the record say."""
    lot.refresh_from_db()
    deadline = lot.recorded["bid_deadline"]
    filed = {f"bid:{bid.id}": bid for bid in Bid.objects.filter(lot=lot)}
    hashes = {str(entry.pk): bytes(entry.leaf_hash).hex() for entry in Entry.objects.filter(event="bid.filed")}
    receipted = [
        answer
        for _, _, answer in told
        if answer in filed and filed[answer].promise["entry"] == hashes[str(filed[answer].entry_id)]
    ]
    late = [bid for bid in filed.values() if bid.arrived_at >= deadline]
    refused = [answer for _, _, answer in told if not answer.startswith("bid:")]
    entries, checkpoints = Entry.objects.filter(event="bid.filed"), 0
    while checkpoints < 20 and not all(receipts.proof(entry) for entry in entries):
        ledger.sequence_once()
        checkpoints += 1
    roll = Opening.objects.filter(lot=lot).first()
    facts |= {
        "receipted": len(receipted),
        "refused": refused[:10],
        "late": len(late),
        "entries": entries.count(),
        "checkpoints_until_all_are_proved": checkpoints,
        "on_the_roll": len(roll.roll) if roll else 0,
        "state": lot.state,
    }
    same = len({BIDDERS, len(receipted), facts["on_the_roll"], facts["entries"]}) == 1
    good = len(receipted) if same else min(len(receipted), facts["on_the_roll"], facts["entries"])
    held = f"{THREADS} threads in one process; each answer held against database, record and roll"
    return Row(
        "filing",
        [
            Part(
                what=f"{BIDDERS:,} sealed filings receipted, none late",
                figure=good - len(late),
                unit="bids",
                against=BIDDERS,
                beside="filed",
                at_least=1,
                note=f"stamped evenly over the minute, {held}; {checkpoints} checkpoints until all were proved",
            ),
            Part(
                what="the last receipt after the rush began",
                figure=last,
                unit="s",
                against=MINUTE,
                beside="the minute before the deadline",
                at_most=1,
                samples=sorted(round(at - begun, 3) for at, _, _ in told),
                note=f"from the stamp to the receipt {p95([one for _, one, _ in told]):.2f} s at p95",
            ),
        ],
        facts,
    )
