"""Row `province`: trades rehearsed one after another on one core, as many as fit into the time; speed and memory."""

import resource
import time

import psutil

from platform_site import ledger
from tests.bench.ground import Ground
from tests.bench.rows import Part, Row, median
from trading.rehearsal import repertoire
from trading.rehearsal.repertoire import SCRIPTS

TRADES, ACTS_A_MINUTE = 35_601, 1_000


def run(ground: Ground) -> Row:
    """Every procedure's happy way in turn. Memory is compared between the second quarter and the last."""
    me, samples = psutil.Process(), []
    with ground.scratch():
        cast = repertoire.cast_for()
        for name in SCRIPTS:  # the first time loads code and fills caches
            repertoire.rehearse(name, "happy", cast)
        began, before, acts = time.perf_counter(), _own_seconds(), 0
        while time.perf_counter() - began < ground.options.seconds:
            name = list(SCRIPTS)[len(samples) % len(SCRIPTS)]
            since = time.perf_counter()
            played = repertoire.rehearse(name, "happy", cast)
            if not played.ok:
                raise AssertionError(f"{name}: {played.error}")
            acts += len(played.acts)
            samples.append((len(played.acts), round(time.perf_counter() - since, 4), me.memory_info().rss))
        wall, own = time.perf_counter() - began, _own_seconds() - before
        entries = ledger.Entry.objects.count()
    rate = acts / wall * 60
    quarter = max(1, len(samples) // 4)
    early, late = (median([rss for _, _, rss in part]) for part in (samples[quarter : 2 * quarter], samples[-quarter:]))
    first, last = (_rate(part) for part in (samples[: 2 * quarter], samples[-2 * quarter :]))
    return Row(
        "province",
        [
            Part(
                what="acts of rehearsed trades a minute, one process",
                figure=rate, unit="acts/min", against=ACTS_A_MINUTE, beside="the target of 1,000", at_least=1,
                samples=[sample[:2] for sample in samples],
                note=f"{len(samples)} trades of {len(SCRIPTS)} procedures, {acts:,} acts, {wall:.0f} s by the wall, "
                f"{own:.0f} s of them its own; a whole year of {TRADES:,} such trades would take "
                f"{TRADES * wall / len(samples) / 3600:.1f} h on one core at this speed",
            ),
            Part(
                what="the same, second half of the run against the first",
                figure=last, unit="acts/min", against=first, beside="the first half", at_least=0.8,
                note=f"the record held {entries:,} entries at the end",
            ),
            Part(
                what="memory in the last quarter of the run", figure=late / 2**20, unit="MB", against=early / 2**20,
                beside="the second quarter", at_most=1.05, samples=[rss for _, _, rss in samples],
            ),
        ],
    )  # fmt: skip


def _rate(samples: list[tuple[int, float, int]]) -> float:
    return sum(acts for acts, _, _ in samples) / sum(seconds for _, seconds, _ in samples) * 60


def _own_seconds() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime
