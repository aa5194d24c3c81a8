"""Many writers, one sequencer, polling readers: none missed, none twice, nothing behind a cursor."""

import random
import threading
import time

from django.db import connection, transaction

from platform_site import clock, ledger
from platform_site.ledger import audit, selectors, sequencer
from tests.ledger import children
from tests.ledger.conftest import TRADER

WRITERS, APPENDS = 4, 500
POLL = 0.02  # seconds between two looks of sequencer and readers


def write(writer: int) -> None:
    """APPENDS entries in transactions of different lengths, so that commits overtake one another; some roll back."""
    chance = random.Random(writer)
    written = 0
    while written < APPENDS:
        burst = min(chance.choice([1, 1, 1, 2, 5, 25]), APPENDS - written)
        lost = chance.random() < 0.1
        with clock.pinned(), transaction.atomic():
            for number in range(burst):
                facts = {"writer": writer, "n": written + number}
                ledger.append("act.done", subject=f"lot:T-{writer}/1", actor=TRADER, facts=facts)
            transaction.set_rollback(lost)
        written += 0 if lost else burst


def follow(done: threading.Event, seen: list[tuple[int, str]]) -> None:
    """What somebody sees who polls behind his cursor until everything is written."""
    cursor = 0
    while True:
        finished = done.is_set()
        found = selectors.positioned_after(cursor, 97)
        seen += [(entry.position, str(entry.pk)) for entry in found]
        if found:
            cursor = found[-1].position
        elif finished:
            connection.close()
            return
        else:
            done.wait(POLL)


def number(done: threading.Event, stop: threading.Event) -> None:
    while not stop.wait(POLL):
        sequencer.number_committed()
    sequencer.number_committed()
    done.set()
    connection.close()


def test_readers_behind_a_cursor_see_every_entry_once_and_in_order(fresh_db, capsys):
    done, stop = threading.Event(), threading.Event()
    seen: list[list[tuple[int, str]]] = [[], []]
    sequencer.begin_record()
    began = time.perf_counter()
    pids = [children.start(lambda writer=writer: write(writer)) for writer in range(WRITERS)]
    threads = [threading.Thread(target=follow, args=(done, one)) for one in seen]
    threads.append(threading.Thread(target=number, args=(done, stop)))
    for thread in threads:
        thread.start()

    statuses = [children.wait(pid) for pid in pids]
    seconds = time.perf_counter() - began
    stop.set()
    for thread in threads:
        thread.join()

    with capsys.disabled():
        print(f" [{WRITERS * APPENDS / seconds:.0f} appends/s by {WRITERS} writers, while numbered and polled]", end="")
    assert statuses == [0] * WRITERS
    everything = [(entry.position, str(entry.pk)) for entry in selectors.positioned_after(0, 10_000)]
    assert [position for position, _ in everything] == list(range(1, WRITERS * APPENDS + 2))
    assert seen[0] == everything
    assert seen[1] == everything
    for writer in range(WRITERS):
        own = [entry.facts["n"] for entry in selectors.entries_for(f"lot:T-{writer}/1")]
        assert own == list(range(APPENDS))
    assert audit.verify().ok


def test_two_sequencers_at_once_number_everything_once(fresh_db):
    with transaction.atomic():
        for n in range(200):
            ledger.append("act.done", subject="lot:T-1/1", actor=TRADER, facts={"n": n})

    def rounds() -> None:
        for _ in range(5):
            ledger.sequence_once()

    statuses = [children.wait(pid) for pid in [children.start(rounds) for _ in range(3)]]

    assert statuses == [0, 0, 0]
    assert [entry.facts["n"] for entry in selectors.entries_for("lot:T-1/1")] == list(range(200))
    assert audit.verify().ok
