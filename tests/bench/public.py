"""Rows `pages` and `search`: the public list, a trade page and the search over many notices."""

import contextlib
import inspect
import random
import time
from typing import Any

from django.db import connection
from django.test import Client, override_settings
from django.urls import reverse

from disclosure import tradelist
from platform_site import clock, ledger
from tests.bench.ground import Ground
from tests.bench.rows import Part, Row, p95
from trading.models import Lot, Notice
from trading.rehearsal import engineering_open
from trading.rehearsal.repertoire import cast_for
from trading.rehearsal.stage import Played, Stage, play

LIMIT_MS, PAGES, WORDS = 50.0, 60, 200
PLACES = ("泽安市", "澜浦市", "石阜市", "瑞江区", "江北区", "丹崖县", "云岭县", "清河镇", "临江镇", "东山街道")
THINGS = (
    "水厂",
    "小学",
    "门诊楼",
    "防洪堤",
    "公路",
    "污水管网",
    "图书馆",
    "桥梁",
    "变电站",
    "产业园",
    "敬老院",
    "灌区",
)
WORKS = ("新建", "改造", "扩建", "加固", "维修", "二期", "三期", "提升", "更新", "迁建")
TAILS = ("工程施工", "工程监理", "设备采购", "勘察设计", "工程总承包")


@contextlib.contextmanager
def many(ground: Ground) -> Any:
    """Within, so many lots with one published notice each stand beside one that was really played. Yields the lot."""
    with ground.scratch() as name:
        start = clock.machine()
        cast = cast_for(start=start)
        stage = Stage(start)
        play(stage, engineering_open.script(stage, cast), Played("engineering.open", "happy"), stop_at="amended")
        ledger.sequence_once()
        lot = Lot.objects.get()
        with contextlib.closing(ground.cluster.connect(name)) as superuser, superuser.cursor() as cursor:
            # Copies of real rows: only title, reference, day and keys differ. No triggers: nothing of it is evidence.
            cursor.execute("SET session_replication_role = replica")
            count = ground.options.notices
            _copy(cursor, "trading_tender", lot.tender_id, count, "n, %s || '-' || n", ("id", "reference"), ("bench",))
            _copy(cursor, "trading_lot", lot.pk, count, "n, n", ("id", "tender_id"))
            notice = lot.notices.filter(kind="tender").get()
            _copy(
                cursor, "trading_notice", notice.pk, count,
                "gen_random_uuid(), n, (%s::text[])[n %% 10 + 1] || (%s::text[])[n / 10 %% 12 + 1] || n || '号'"
                " || (%s::text[])[n / 120 %% 10 + 1] || (%s::text[])[n / 1200 %% 5 + 1],"
                " t.published_at - n * interval '37 seconds'",
                ("id", "lot_id", "title", "published_at"), (list(PLACES), list(THINGS), list(WORKS), list(TAILS)),
            )  # fmt: skip
            cursor.execute("ANALYZE")
        yield lot


def _copy(cursor: Any, table: str, pk: Any, count: int, values: str, columns: tuple[str, ...], given: Any = ()) -> None:
    """`count` copies of a row, numbered from 1,000,001, whose `columns` hold `values`."""
    cursor.execute(
        "SELECT column_name FROM information_schema.columns WHERE table_name = %s AND is_generated = 'NEVER'", [table]
    )
    rest = [f'"{column}"' for (column,) in cursor.fetchall() if column not in columns]
    into = ", ".join([*(f'"{column}"' for column in columns), *rest])
    taken = ", ".join([values, *(f"t.{column}" for column in rest)])
    cursor.execute(
        f"INSERT INTO {table} ({into}) OVERRIDING SYSTEM VALUE "
        f"SELECT {taken} FROM {table} t, generate_series(%s, %s) n WHERE t.id = %s",
        [*given, 1_000_001, 1_000_000 + count, pk],
    )


def pages(ground: Ground) -> Row:
    """Every page in process through every middleware, uncached; the list's rate against an empty view's."""
    with many(ground) as lot, override_settings(ROOT_URLCONF="tests.bench.urls", ALLOWED_HOSTS=["testserver"]):
        client, chance = Client(), random.Random(1)
        trades, held = reverse("disclosure:trades"), Notice.objects.count()
        trade = reverse("disclosure:trade", args=[lot.tender.reference, lot.number])
        kinds = {
            "public list": lambda: (trades, {"period": chance.choice(["90", "365", "all"])}),
            "search": lambda: (trades, {"q": chance.choice(THINGS) + chance.choice(WORKS)[:1], "period": "all"}),
            "trade page": lambda: (trade, {}),
        }
        taken = {what: [_ask(client, *ask()) for _ in range(PAGES)] for what, ask in kinds.items()}
        pairs = [(_ask(client, "/bench/nothing/", {}), _ask(client, trade, {})) for _ in range(PAGES)]
    note = f"the budget says 1,000,000 notices; measured at {held:,} (--notices)"
    parts = [
        Part(
            what=f"{what}, p95, uncached", figure=p95(samples) * 1000, unit="ms", against=LIMIT_MS,
            beside="the limit of 50 ms", at_most=1, samples=[one * 1000 for one in samples], note=note,
        )
        for what, samples in taken.items()
    ]  # fmt: skip
    parts.append(_cached(pairs))
    return Row("pages", parts, {"notices": held})


def _cached(pairs: list[tuple[float, float]]) -> Part:
    """The rate of a page when cached. There is no page cache, so there is nothing to measure."""
    return Part(
        what="rate of a cached page", figure=None, unit="/s",
        against=len(pairs) / sum(empty for empty, _ in pairs), beside="an empty view", at_least=0.5,
        samples=[(empty * 1000, page * 1000) for empty, page in pairs],
        note="not built yet: the portal caches no page; samples are pairs (empty view, uncached trade page) in ms",
    )  # fmt: skip


def _ask(client: Client, path: str, data: dict[str, str]) -> float:
    began = time.perf_counter()
    answer = client.get(path, data)
    taken = time.perf_counter() - began
    assert answer.status_code == 200, answer.status_code
    return taken


def search(ground: Ground) -> Row:
    """The search against LIKE, where there is one that is not LIKE itself."""
    if "icontains" in inspect.getsource(tradelist):
        with many(ground):
            samples = [_like(word) for word in _asked()]
            held = Notice.objects.count()
        return Row(
            "search",
            [
                Part(
                    what="search of 1 to 12 characters", figure=None, unit="ms", against=p95(samples) * 1000,
                    beside="LIKE", at_least=50, samples=[one * 1000 for one in samples],
                    note=f"not built yet: the list is searched by LIKE; samples are its times at {held:,} notices",
                )
            ],
            {"notices": held},
        )  # fmt: skip
    raise NotImplementedError("the list no longer searches by LIKE: measure its index here")


def _asked() -> list[str]:
    """Words of 1 to 12 characters out of such titles, the same every time."""
    chance = random.Random(12)
    titles = [
        chance.choice(PLACES) + chance.choice(THINGS) + chance.choice(WORKS) + chance.choice(TAILS)
        for _ in range(WORDS)
    ]
    return [title[: 1 + n % 12] for n, title in enumerate(titles)]


def _like(word: str) -> float:
    began = time.perf_counter()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id FROM trading_notice WHERE state = 'published' AND title LIKE %s "
            "ORDER BY published_at DESC, id DESC LIMIT 20",
            [f"%{word}%"],
        )
        cursor.fetchall()
    return time.perf_counter() - began
