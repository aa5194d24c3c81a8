"""An aggregator's index of procurement notices, JSON lines: everything in it is what a third party read."""

import re
from collections.abc import Iterator
from typing import Any

from disclosure.imports import common, divisions, kinds, money, parties, reading
from disclosure.imports.rows import Party, RawRow, Reading

NAME = "procurement-index"
TITLE = "a procurement index (JSON lines: id, title, notice_type, province, publish_time, source_site, …)"
_KEYS = ("id", "title", "province", "publish_time", "source_site")
_WORKS = re.compile(r"施工|监理|勘察|工程总承包|EPC|(?:净化|装修|改造|建设|安装|迁建|扩建|新建)工程")


def fits(head: str) -> bool:
    """Whether a file that begins so is one of these."""
    return head.lstrip().startswith("{") and all(f'"{key}"' in head for key in _KEYS) and '"content_text"' not in head


def rows(file: reading.Opened, progress: reading.Progress | None = None) -> Iterator[RawRow]:
    """The file's rows."""
    return reading.json_lines(file, progress)


def read(data: dict[str, Any]) -> Reading:
    """The row read; its values are *relayed*, for the notice itself was not seen.

    Raises:
        RowRejected: no id, title or date, or money that is none.
    """
    record = common.record_id(data, "id")
    shelf, title = common.text_of(data, "notice_type"), common.text_of(data, "title")
    found = common.begin(
        record=record,
        origin=f"index:{record}",
        title=title,
        kind=kinds.kind_of(shelf, title),
        category=_category(data, title),
        when=data.get("publish_time"),
        when_field="publish_time",
    )
    found.platform = common.text_of(data, "source_site")[:120]
    found.say("category", "source_site", found.platform, "derived", "按来源网站、行业和标题归类")
    for name in ("published_at", "kind"):
        if found.fields[name].confidence == "stated":
            found.fields[name].confidence = "relayed"
    for role in ("buyer", "agency"):
        if name := parties.clean(common.text_of(data, role)):
            found.parties.append(Party(role, name))
            found.say(role, role, name, "relayed")
    names = parties.distinct([parties.clean(one) for one in _winners(data)])
    found.parties += [Party("winner", name) for name in names]
    if names:
        doubtful = not all(parties.is_organisation(name) for name in names)
        note = "名称不像单位名称，可能是转载方误读" if doubtful else ""
        found.say("winner", "winners", "、".join(names), "doubtful" if doubtful else "relayed", note)
    for field, name in (("budget_yuan", "budget_cny"), ("bid_amount_yuan", "amount_cny")):
        amount = money.from_number(data.get(field))
        money.settle(found, name, amount, field, str(data.get(field)), "relayed")
    _region(found, data)
    common.body_into(found, common.text_of(data, "excerpt", lines=True), "转载方的摘录，不是全文")
    found.raw = common.without_text(data, "excerpt")
    return found


def _winners(data: dict[str, Any]) -> list[str]:
    value = data.get("winners")
    names = value if isinstance(value, list) else [value]
    return [common.text_of({"name": name}, "name") for name in names]


def _category(data: dict[str, Any], title: str) -> str:
    """A works title from a site that is none of government procurement is a construction tender."""
    if "政府采购" in common.text_of(data, "source_site"):
        return "procurement"
    return "engineering" if common.text_of(data, "industry") == "建筑工程" and _WORKS.search(title) else "procurement"


def _region(found: Reading, data: dict[str, Any]) -> None:
    """The deepest of province, city and district that the standard knows; a district must lie in the city."""
    names = [common.text_of(data, key) for key in ("province", "city", "district")]
    place = divisions.province(names[0])
    for name in names[1:]:
        if name and place and (finer := divisions.below(place.code, name)):
            place = finer
    common.region_into(found, place, "province", " ".join(name for name in names if name), "relayed")
