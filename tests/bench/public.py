"""Rows `pages` and `search`: the public list, its files, a trade page and the search over many notices."""

import contextlib
import random
import time
from collections.abc import Iterator
from typing import Any

from django.db import connection
from django.test import Client, override_settings
from django.urls import reverse

from disclosure import finding, folding, projecting
from disclosure.models import ListedNotice
from platform_site import clock, ledger
from tests.bench.filled import CATEGORIES, CODES, PLACES, RARE, TAILS, THINGS, WORKS
from tests.bench.ground import Ground
from tests.bench.rows import Part, Row, median, p95
from trading.models import Lot
from trading.rehearsal import engineering_open
from trading.rehearsal.repertoire import cast_for
from trading.rehearsal.stage import Played, Stage, play

LIMIT_MS, PAGES, WORDS = 50.0, 60, 400
EMPTY: tuple[str, dict[str, str]] = ("/bench/nothing/", {})
HEAD = (
    "SELECT id, published_at FROM disclosure_listednotice WHERE haystack LIKE %s"
    " ORDER BY published_at DESC, id DESC LIMIT 20"
)


@contextlib.contextmanager
def many(ground: Ground) -> Iterator[Lot]:
    """Within, so many listed notices stand beside those of one lot that was really played. Yields the lot."""
    with ground.scratch(filled=True):
        start = clock.machine()
        cast = cast_for(start=start)
        stage = Stage(start)
        play(stage, engineering_open.script(stage, cast), Played("engineering.open", "happy"), stop_at="amended")
        ledger.sequence_once()
        projecting.catch_up()
        yield Lot.objects.get()


def pages(ground: Ground) -> Row:
    """Every page in process through every middleware, uncached; the list's rate against an empty view's."""
    with many(ground) as lot, override_settings(ROOT_URLCONF="tests.bench.urls", ALLOWED_HOSTS=["testserver"]):
        client, chance = Client(), random.Random(1)
        trades, held = reverse("disclosure:trades"), ListedNotice.objects.count()
        trade = reverse("disclosure:trade", args=[lot.tender.reference, lot.number])
        period = lambda: chance.choice(["90", "365", "all"])  # noqa: E731
        kinds = {
            "public list": lambda: (trades, {"period": period()}),
            "list by facets": lambda: (
                trades,
                {"period": period(), "category": chance.choice(CATEGORIES), "region": chance.choice(CODES)},
            ),
            "search": lambda: (trades, {"q": chance.choice(THINGS) + chance.choice(WORKS)[:1], "period": "all"}),
            "search by facets": lambda: (
                trades,
                {"q": chance.choice(TAILS), "category": chance.choice(CATEGORIES), "region": chance.choice(CODES)},
            ),
            "feed": lambda: (reverse("disclosure:feed"), {"q": chance.choice(THINGS)}),
            "front page": lambda: (reverse("disclosure:home"), {}),
            "trade page": lambda: (trade, {}),
        }
        for ask in kinds.values():
            _ask(client, *ask())
        taken = {
            what: [(_ask(client, *EMPTY), _ask(client, *ask())) for _ in range(PAGES)] for what, ask in kinds.items()
        }
        kept = {"public list": trades, "front page": reverse("disclosure:home"), "trade page": trade}
        with override_settings(PAGE_CACHE_SECONDS=3600):
            pairs = {what: _in_turns(client, path) for what, path in kept.items()}
    parts = [_uncached(what, samples) for what, samples in taken.items()]
    parts += [_cached(what, samples) for what, samples in pairs.items()]
    return Row("pages", parts, {"notices": held, "filling": ground.filling})


def _uncached(what: str, turns: list[tuple[float, float]]) -> Part:
    """A page that is made; beside it, how long the machine took for nothing at all in the same minute."""
    empty, pages = zip(*turns, strict=True)
    return Part(
        what=f"{what}, p95, uncached", figure=p95(pages) * 1000, unit="ms", against=LIMIT_MS,
        beside="the limit of 50 ms", at_most=1, samples=[one * 1000 for one in pages],
        note=f"median {median(pages) * 1000:.1f} ms; an empty view in turns with it took {median(empty) * 1000:.1f} ms,"
        f" {p95(empty) * 1000:.1f} ms at p95",
    )  # fmt: skip


def _in_turns(client: Client, path: str) -> list[tuple[float, float]]:
    """Seconds of an empty view and of the kept page, one after the other."""
    _ask(client, path, {})
    return [(_ask(client, *EMPTY), _ask(client, path, {})) for _ in range(4 * PAGES)]


def _cached(what: str, pairs: list[tuple[float, float]]) -> Part:
    """The rate of a page while it is kept (disclosure/keeping.py)."""
    return Part(
        what=f"{what}, rate while kept", figure=len(pairs) / sum(page for _, page in pairs), unit="/s",
        against=len(pairs) / sum(empty for empty, _ in pairs), beside="an empty view", at_least=0.5,
        samples=[(empty * 1000, page * 1000) for empty, page in pairs],
        note="samples are pairs (empty view, kept page) in ms, taken in turns through every middleware",
    )  # fmt: skip


def _ask(client: Client, path: str, data: dict[str, str]) -> float:
    began = time.perf_counter()
    answer = client.get(path, data)
    taken = time.perf_counter() - began
    assert answer.status_code == 200, answer.status_code
    return taken


def search(ground: Ground) -> Row:
    """400 words of 1 to 12 characters over everything: the same first page as LIKE, and how much sooner."""
    with many(ground):
        held, hits, found, compared = ListedNotice.objects.count(), 0, [], []
        for n, word in enumerate(_asked()):
            words = folding.words(word)
            began = time.perf_counter()
            rows = finding.newest(ListedNotice.objects.all(), words, 20)
            found.append(time.perf_counter() - began)
            hits += bool(rows)
            if n % 4 == 0:  # LIKE is slow: every fourth word
                seconds, like = _like(words[0])
                assert [row.pk for row in rows] == like, word
                compared.append((found[-1], seconds))
    part = {"unit": "ms", "samples": [one * 1000 for one in found]}
    against = median([like for _, like in compared]) * 1000
    return Row(
        "search",
        [
            Part(
                what="first page of a word in all years, median", figure=median(found) * 1000, against=against,
                beside="the median of LIKE by sequential scan", at_most=1 / 50,
                note=f"{held:,} notices; {len(compared)} of {len(found)} words were also asked by LIKE, same rows;"
                f" {hits} words found something", **part,
            ),
            Part(
                what="first page of a word, p95", figure=p95(found) * 1000, against=LIMIT_MS,
                beside="the limit of 50 ms", at_most=1, **part,
            ),
            Part(
                what="slowest word", figure=max(found) * 1000, against=finding.TIMEOUT_MS,
                beside="its statement_timeout", at_most=1, **part,
            ),
        ],
        {"notices": held, "pairs_ms": [(one * 1000, like * 1000) for one, like in compared]},
    )  # fmt: skip


def _asked() -> list[str]:
    """Words of 1 to 12 characters out of such titles; a fifth are glued from two and mostly found nowhere."""
    chance = random.Random(12)
    found = []
    for n in range(WORDS):
        rare = "".join(chance.sample(RARE, 3))
        title = (
            chance.choice(PLACES) + rare[: n % 4] + chance.choice(THINGS) + f"{chance.randrange(10**6)}号"
            + chance.choice(WORKS) + chance.choice(TAILS)
        )  # fmt: skip
        length = 1 + n % 12
        at = chance.randrange(max(1, len(title) - length))
        piece = title[at : at + length]
        found.append("".join(chance.sample(piece, len(piece))) if n % 5 == 4 else piece)
    return found


def _like(word: str) -> tuple[float, list[Any]]:
    """Seconds and the first page of a scan of all rows, as it was before there was an index."""
    with connection.cursor() as cursor:
        cursor.execute("SET enable_indexscan = off")
        cursor.execute("SET enable_bitmapscan = off")
        began = time.perf_counter()
        cursor.execute(HEAD, [folding.like(word)])
        rows = [pk for pk, _ in cursor.fetchall()]
        taken = time.perf_counter() - began
        cursor.execute("RESET enable_indexscan")
        cursor.execute("RESET enable_bitmapscan")
    return taken, rows
