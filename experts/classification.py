"""公共资源交易评标专家专业分类标准: how a code of the tree reads, what stands above it. Plain Python.

A letter (A 工程, B 货物, C 服务) and one to three pairs of digits: A08, A0801, A080102. The names this project ships
are those it could read (发改法规〔2018〕316号, the first level and a few below); whoever has the annex loads it whole.
"""

import csv
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

SHIPPED = Path(__file__).with_name("classification.csv")
SHAPE = re.compile(r"[ABC]\d{2}(\d{2}){0,2}\Z")


def well_formed(code: str) -> bool:
    """Whether `code` has the shape of the standard."""
    return SHAPE.match(code) is not None


def above(code: str) -> str:
    """The code one level up: A080102 → A0801 → A08 → ""."""
    return code[:-2] if len(code) > 3 else ""


def upwards(code: str) -> Iterator[str]:
    """Every code above, nearest first: A080102 → A0801, A08."""
    while code := above(code):
        yield code


def branch(code: str) -> str:
    """The first level a code belongs to: A080102 → A08."""
    return code[:3]


def shipped() -> list[tuple[str, str]]:
    """(code, name) of what the project knows by itself."""
    with SHIPPED.open(encoding="utf-8", newline="") as file:
        return [(row["code"], row["name"]) for row in csv.DictReader(file)]


def faults(rows: Iterable[tuple[str, str]]) -> Iterator[tuple[int, str]]:
    """(line counted from 1, what is wrong with it) of a table that is to be loaded: every line, not the first alone.

    A code must be well formed, stand once, have a name, and the code above it must stand in the same table.
    """
    table = [(code.strip(), name.strip()) for code, name in rows]
    known = {code for code, _ in table}
    seen: set[str] = set()
    for line, (code, name) in enumerate(table, 1):
        if not well_formed(code):
            yield line, f"编码“{code}”不是一个字母加一至三组两位数字"
        elif code in seen:
            yield line, f"编码 {code} 重复"
        elif not name:
            yield line, f"编码 {code} 没有名称"
        elif above(code) and above(code) not in known:
            yield line, f"编码 {code} 的上级 {above(code)} 不在表里"
        seen.add(code)
