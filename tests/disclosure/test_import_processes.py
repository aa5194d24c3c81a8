"""Imports that die on the way, and imports at the same time, in processes and over connections of their own."""

import os
from pathlib import Path

from django.db import connection

from disclosure.imports import landing
from disclosure.models import ImportedNotice, ImportRun, RejectedRow
from platform_site.failpoints import KILLED
from tests.disclosure.made_up_rows import index_row, written
from tests.ledger import children


def rows_of(tmp_path: Path, count: int) -> Path:
    """A file with `count` good rows and one broken in the middle."""
    rows = [index_row(n) for n in range(1, count + 1)]
    return written(tmp_path / "x.jsonl", *rows[: count // 2], "{broken", *rows[count // 2 :])


def killed_at_the_third_batch(path: Path) -> int:
    """The exit status of an import that dies before its third batch is committed."""

    def child() -> None:
        landing.BATCH = 10
        done = []

        def third(counts: landing.Counts, at: int, size: int) -> None:
            done.append(counts.rows)
            if len(done) == 2:
                os.environ["PORTAL_FAILPOINT"] = "import.batch.before_commit"

        landing.import_file(path, landing.Listener(progress=third))

    return children.wait(children.start(child))


def test_an_import_killed_on_the_way_is_finished_by_the_next_and_doubles_nothing(fresh_db, tmp_path):
    path = rows_of(tmp_path, 100)

    assert killed_at_the_third_batch(path) == KILLED

    died = ImportRun.objects.get()
    assert (died.rows, died.accepted, died.finished_at) == (20, 20, None)
    assert ImportedNotice.objects.count() == 20

    counts = landing.import_file(path)
    assert (counts.rows, counts.accepted, counts.rejected, counts.unchanged) == (101, 80, 1, 20)
    assert ImportedNotice.objects.count() == 100
    assert landing.import_file(path).accepted == 0


def test_two_imports_of_one_file_at_once_take_every_row_once(fresh_db, tmp_path):
    path = rows_of(tmp_path, 600)

    pids = [children.start(lambda: landing.import_file(path)) for _ in range(2)]

    assert [children.wait(pid) for pid in pids] == [0, 0]
    runs = ImportRun.objects.order_by("accepted").values_list("accepted", "rejected", "unchanged")
    assert list(runs) == [(0, 1, 600), (600, 1, 0)]
    assert ImportedNotice.objects.count() == 600
    assert RejectedRow.objects.count() == 1


def test_two_files_at_once_that_contradict_each_other_leave_one_current_version(fresh_db, tmp_path):
    one = written(tmp_path / "one.jsonl", *(index_row(n, buyer="某县甲医院") for n in range(1, 300)))
    two = written(tmp_path / "two.jsonl", *(index_row(n, buyer="某县乙医院") for n in range(1, 300)))

    pids = [children.start(lambda path=path: landing.import_file(path)) for path in (one, two)]

    assert [children.wait(pid) for pid in pids] == [0, 0]
    assert ImportedNotice.objects.filter(current=True, shown=True).count() == 299
    assert ImportedNotice.objects.filter(version=2).count() == 299
    assert len(set(ImportedNotice.objects.current().values_list("buyer_name", flat=True))) == 1


# Of this database alone: the same import may run in a neighbour's.
LOCKS = """SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND objid = 7190422
           AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"""


def test_rows_come_in_the_order_of_their_keys_whoever_imports(fresh_db, tmp_path):
    """Who follows imported rows by primary key misses none: a lower one never appears behind a higher one."""
    waits = []

    def probe(counts: landing.Counts, at: int, size: int) -> None:
        with connection.cursor() as cursor:
            cursor.execute(f"{LOCKS} AND granted")
            waits.append(cursor.fetchone()[0])

    landing.import_file(rows_of(tmp_path, 10), landing.Listener(progress=probe))

    assert waits == [1]
    with connection.cursor() as cursor:
        cursor.execute(LOCKS)
        assert cursor.fetchone()[0] == 0


def test_memory_does_not_grow_with_the_file(fresh_db, tmp_path, monkeypatch):
    """The rows of a batch and no more are held: the peak of ten times the rows is that of one."""
    import tracemalloc

    monkeypatch.setattr(landing, "BATCH", 100)

    def peak(count: int, name: str) -> int:
        path = written(tmp_path / name, *(index_row(n, id=f"{name}{n}", excerpt="某" * 2_000) for n in range(1, count)))
        tracemalloc.start()
        landing.import_file(path)
        found = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return found

    peak(120, "warm")
    small, large = peak(250, "small"), peak(1_000, "large")

    assert large < small * 1.3
