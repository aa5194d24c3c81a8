"""Titles to search in, real where the collected data is there, and queries cut out of them."""

import json
import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from disclosure.folding import haystack
from disclosure.models import ListedNotice

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
TAILS = ("工程施工", "工程监理", "设备采购", "勘察设计", "工程总承包", "信息系统运维服务", "公开招标公告")
# Invented, and awkward: digits, Latin, marks, full width, what LIKE and tsquery treat as their own.
ODD = (
    "ＬＥＤ显示屏（二次）采购[2024]007号",
    "100%国产化\\改造_一期 'A' & !B | C:* <-> D",
    "2025—2026年度 PC/服务器 （含 25㎡ 机房）",
    "ＺＪ－２０２４－０００１号  地块  “清风·雅苑”",
    "一一一一一一一一",
    "的",
    "µSv/h 剂量仪③型 Straße ＃1",
)
START = datetime(2026, 11, 1, tzinfo=UTC)


def invented(count: int = 2_000) -> list[str]:
    """Titles as there might be, the same every time."""
    chance = random.Random(7)
    found = []
    for _ in range(count):
        section, year, number = chance.randrange(1, 99), chance.randrange(2019, 2027), chance.randrange(999)
        tail = chance.choice(("", f"（{section}标段）", f" {year}-{number:03}"))
        part = f"{chance.choice('一二三四五六七八九十')}期"
        found.append(f"{chance.choice(PLACES)}{chance.choice(THINGS)}{part}{chance.choice(TAILS)}{tail}")
    return [*ODD, *found]


def real(folder: Path) -> list[str]:
    """The titles of the collected notices; empty where they are not there."""
    titles: list[str] = []
    if (path := folder / "notices" / "ccgp_titles_2022.tsv").exists():
        lines = path.read_text(encoding="utf-8").splitlines()
        titles += [cells[1] for line in lines[1:] if len(cells := line.split("\t")) > 1]
    if (path := folder / "notices" / "procurement_index_2025.jsonl").exists():
        titles += [json.loads(line)["title"] for line in path.read_text(encoding="utf-8").splitlines() if line]
    return titles


def fill(titles: list[str]) -> None:
    """A listed notice for each title, the first the newest."""
    ListedNotice.objects.bulk_create(
        [
            ListedNotice(
                category="procurement",
                kind="tender",
                stage="tender",
                title=title,
                path="/",
                published_at=START - timedelta(seconds=37 * n),
                haystack=haystack(title),
            )
            for n, title in enumerate(titles)
        ],
        batch_size=2_000,
    )


def queries(titles: list[str], count: int = 400, seed: int = 20) -> Iterator[str]:
    """Pieces of 1 to 12 characters: three in five out of one title, one in five glued from two, one in five shuffled;
    a tenth hold a digit, a Latin letter, a mark or a full-width character.
    """
    chance = random.Random(seed)
    plain = [title for title in titles if not any(map(_odd, title))]
    odd = [title for title in titles if any(map(_odd, title))]
    for n in range(count):
        length = 1 + n % 12
        title = chance.choice(odd if n % 10 == 0 else plain)
        places = [i for i, c in enumerate(title) if _odd(c)] if n % 10 == 0 else []
        at = max(0, chance.choice(places) - chance.randrange(length)) if places else chance.randrange(len(title))
        piece = title[at : at + length]
        if n % 5 == 3:
            other = chance.choice(plain)
            piece = piece[: length // 2 + 1] + other[: length - len(piece[: length // 2 + 1])]
        elif n % 5 == 4 and n % 10:
            piece = "".join(chance.sample(piece, len(piece)))
        yield piece


def _odd(character: str) -> bool:
    return character.isascii() or "！" <= character <= "～" or character in "，。、；：（）【】《》“”—·"
