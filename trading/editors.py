"""Tables inside a form: scoring criteria and review items, out of and into `lot.terms`. Pure but for Django's errors.

A row is posted as `criteria-0-title`, its items as `criteria-0-1-title`. Empty rows are left out; keys that bids and
scores refer to are kept, new rows get the next free one.
"""

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from itertools import count
from typing import Any

from django.core.exceptions import ValidationError

from trading.fields import WIDE, figure, plain

MOST_ROWS = 30
TITLE = 60
PRICE = "price"
# The seven grounds of 招标投标法实施条例 第五十一条, shortened for a list.
GROUNDS = (
    (1, "未经盖章和签字"),
    (2, "联合体未提交协议"),
    (3, "不符合资格条件"),
    (4, "提交两个以上不同的报价"),
    (5, "低于成本或者高于最高限价"),
    (6, "未实质性响应"),
    (7, "串通投标、弄虚作假、行贿"),
)
METHODS = (("composite", "综合评估法"), ("lowest", "经评审的最低投标价法"))
# What a new lot starts from; every figure is the tenderer's to change.
FIRST_CRITERIA: list[dict[str, Any]] = [
    {
        "key": "technical",
        "title": "技术",
        "points": "40",
        "items": [{"key": "plan", "title": "施工组织设计", "points": "40"}],
    },
    {
        "key": "business",
        "title": "商务",
        "points": "20",
        "items": [{"key": "record", "title": "类似工程业绩", "points": "20"}],
    },
    {"key": PRICE, "title": "报价", "points": "40", "items": []},
]
LOWEST_CRITERIA: list[dict[str, Any]] = [{"key": PRICE, "title": "评标价", "points": "100", "items": []}]
FIRST_REVIEWS: list[dict[str, Any]] = [
    {"key": "signature", "title": "签字盖章齐全", "ground": 1},
    {"key": "qualification", "title": "资格条件符合", "ground": 3},
    {"key": "responsive", "title": "实质性响应招标文件", "ground": 6},
]


def criteria_posted(data: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The criteria as posted: a part with items has the sum of their points.

    Raises:
        ValidationError: points that are not a number from 0 to 100, too many rows, overlong titles.
    """
    parts: list[dict[str, Any]] = []
    used = Keys(data, "criteria-")
    for n in range(MOST_ROWS):
        if f"criteria-{n}-title" not in data:
            break
        items = []
        for m in range(MOST_ROWS):
            if f"criteria-{n}-{m}-title" not in data:
                break
            if row := _row(data, f"criteria-{n}-{m}", used, "item"):
                items.append(row)
        part = _row(data, f"criteria-{n}", used, "part", required=bool(items))
        if part is None:
            continue
        if items:
            part["points"] = plain(sum((Decimal(i["points"]) for i in items), Decimal(0)))
        parts.append({**part, "items": items})
    return parts


def _row(
    data: Mapping[str, Any], prefix: str, used: set[str], kind: str, *, required: bool = False
) -> dict[str, Any] | None:
    title, typed = data.get(f"{prefix}-title", "").strip(), data.get(f"{prefix}-points", "").strip().translate(WIDE)
    if not title and not (typed or required):
        return None
    if not title:
        raise ValidationError("有一行没有名称", code="title")
    if len(title) > TITLE:
        raise ValidationError(f"评分项名称最多 {TITLE} 字", code="title")
    points = figure(typed or "0")
    if points is None or not 0 <= points <= 100 or points != points.quantize(Decimal("0.01")):
        raise ValidationError(f"“{title}”的分值请填 0 至 100 之间的数，最多两位小数", code="points")
    return {"key": used.take(data.get(f"{prefix}-key", ""), kind), "title": title, "points": plain(points)}


class Keys:
    """Keys of a posted table: each row keeps its own, a new or doubled one gets the next that is free."""

    def __init__(self, data: Mapping[str, Any], prefix: str) -> None:
        self.posted = {key for name, key in data.items() if name.startswith(prefix) and name.endswith("-key")}
        self.taken: set[str] = set()

    def take(self, wanted: str, kind: str) -> str:
        """`wanted` where it is a key and free, else part1, item4 …"""
        key = wanted
        if not re.fullmatch(r"[a-z][a-z0-9_]{0,30}", wanted) or wanted in self.taken:
            key = next(f"{kind}{n}" for n in count(1) if f"{kind}{n}" not in self.posted | self.taken)
        self.taken.add(key)
        return key


def criteria_changed(parts: Sequence[Mapping[str, Any]], command: str) -> list[dict[str, Any]]:
    """The table after a button: `part` adds a part, `item-1` an item to part 1, `drop-1`, `drop-1-0` take away.

    The price part stays: without it nobody could be ranked.
    """
    rows = [{**part, "items": [dict(item) for item in part["items"]]} for part in parts]
    verb, *places = command.split("-")
    numbers = [int(p) for p in places if p.isdecimal()]
    if verb == "part" and len(rows) < MOST_ROWS:
        rows.insert(max(0, len(rows) - 1), {"key": "", "title": "", "points": "", "items": []})
    elif verb == "item" and numbers and numbers[0] < len(rows) and len(rows[numbers[0]]["items"]) < MOST_ROWS:
        rows[numbers[0]]["items"].append({"key": "", "title": "", "points": ""})
    elif verb == "drop" and len(numbers) == 1 and numbers[0] < len(rows) and rows[numbers[0]]["key"] != PRICE:
        del rows[numbers[0]]
    elif (
        verb == "drop" and len(numbers) == 2 and numbers[0] < len(rows) and numbers[1] < len(rows[numbers[0]]["items"])
    ):
        del rows[numbers[0]]["items"][numbers[1]]
    return rows


def reviews_posted(data: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The review items as posted, each with the ground a failed one rests on.

    Raises:
        ValidationError: a ground outside the seven, an overlong title.
    """
    used = Keys(data, "reviews-")
    rows = []
    for n in range(MOST_ROWS):
        if f"reviews-{n}-title" not in data:
            break
        title, ground = data[f"reviews-{n}-title"].strip(), data.get(f"reviews-{n}-ground", "")
        if not title:
            continue
        if len(title) > TITLE:
            raise ValidationError(f"审查项名称最多 {TITLE} 字", code="title")
        if ground not in {str(number) for number, _ in GROUNDS}:
            raise ValidationError(f"“{title}”不通过时属于哪一种否决情形，请从七种里选", code="ground")
        rows.append(
            {"key": used.take(data.get(f"reviews-{n}-key", ""), "review"), "title": title, "ground": int(ground)}
        )
    return rows


def reviews_changed(rows: Sequence[Mapping[str, Any]], command: str) -> list[dict[str, Any]]:
    """The table after a button: `row` adds one, `drop-1` takes one away."""
    found = [dict(row) for row in rows]
    verb, _, place = command.partition("-")
    if verb == "row" and len(found) < MOST_ROWS:
        found.append({"key": "", "title": "", "ground": 6})
    elif verb == "drop" and place.isdecimal() and int(place) < len(found):
        del found[int(place)]
    return found


def sums_of(parts: Sequence[Mapping[str, Any]]) -> dict[int, str]:
    """Place of each part that has items -> the sum of their points, as its row shows it."""
    return {n: plain(points_total(part["items"])) for n, part in enumerate(parts) if part["items"]}


def points_total(parts: Sequence[Mapping[str, Any]]) -> Decimal:
    """What the parts add up to."""
    return sum((figure(str(part["points"])) or Decimal(0) for part in parts), Decimal(0))
