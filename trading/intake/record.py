"""One record of a crawled notice, checked: is it a tender notice at all, and is its text fit to be read?"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from trading.intake.facts import NoticeRefused
from trading.intake.moments import day_of, moments_in
from trading.intake.page import level

TITLE_LIMIT = 200  # the longest real title seen has 97 characters; a register column is no place for a text
TEXT_LIMIT = 50_000  # a notice, not a whole tender document
SHORTEST = 40  # characters of body without blanks: below it there is nothing to read

_TENDER_TYPES = re.compile(r"招标公告|招标/资审公告|资格预审公告|招标变更|变更公告|招标邀请|投标邀请")
_OTHER_TYPES = re.compile(
    r"招标计划|采购意向|中标候选人|候选人公示|中标结果|中标公告|中标公示|成交|结果公[示告]|交易结果|"
    r"合同|履约|澄清|答疑|控制价公示|文件下载"
    r"|流标|废标|更正|终止|单一来源"
)
_OTHER_TITLES = (
    (re.compile(r"招标计划|采购意向|招标意向"), "招标计划不是招标公告：只预告将来的招标"),
    (
        re.compile(r"候选人公示|中标结果|中标公[告示]|成交(?:结果)?公[告示]|评标结果|结果公[告示]"),
        "中标候选人公示、结果公示不是招标公告",
    ),
    (
        re.compile(r"(?:终止|暂停|取消|中止|撤销)(?:招标|公告|本次)|流标公|废标公|招标失败|招标终止"),
        "终止、暂停、流标公告不产生新的招标",
    ),
    (re.compile(r"答疑|澄清(?:公告|文件|纪要)|招标控制价公[示告]"), "答疑澄清、控制价公示不是招标公告"),
)
_CRUMB = re.compile(r"交易信息 ?>\s{0,6}[^>\n]{1,30}>\s{0,6}(?P<kind>[^\s>]{2,20})")
_OTHER_BODIES = (
    (
        re.compile(r"预计 ?(?:发布)?招标\s{0,4}(?:公告)?(?:发布)?\s{0,4}(?:时间|日期)"),
        "正文是招标计划：只写预计招标时间",
    ),
    (
        re.compile(
            r"(?:^|[\n|]) *(?:(?:第[一1] ?)?中标候选人(?:排序(?:及相关内容)?|1[^\n|]{0,10})?|"
            r"中标(?:单位|人)) *(?=[\n|:])"
        ),
        "正文是中标候选人或者结果公示",
    ),
    (
        re.compile(r"(?:^|\n)[^\n|。]{0,60}(?:终止|暂停|中止|取消)(?:招标)?(?:公告|公示|的通知) *(?=\n)"),
        "正文是终止、暂停招标的公告",
    ),
)
_MARKUP = re.compile(r"<\s*[/!]?\s*[A-Za-z]")
_DECORATION = re.compile(
    r"^\s*\[[^\[\]]{1,20}\]|\((?:网|网上)\)\s*$|\[[^\[\]]{0,30}(?:变更|重发|公告|公示|重新招标|更正)[^\[\]]{0,30}\]\s*$"
)


@dataclass(frozen=True, slots=True)
class Record:
    """A crawled notice: what the site says about it and its whole text.

    Attributes:
        published: the day in the record's metadata; None if illegible.
    """

    id: str
    title: str
    url: str
    info_type: str
    region_name: str
    region_code: str
    published: date | None
    published_text: str
    content_text: str


def read(data: Any) -> Record:
    """The record, fit to be parsed.

    Raises:
        NoticeRefused: it is no JSON object, no tender notice, or its title or text cannot be one.
    """
    if not isinstance(data, Mapping):
        raise NoticeRefused(["记录不是一个JSON对象"])
    title, text = _text(data, "title"), _text(data, "content_text", lines=True)
    published_text = _text(data, "publish_time") or _text(data, "publish_date")
    moments = moments_in(level(published_text), 0, len(published_text))
    record = Record(
        id=_text(data, "id") or _text(data, "record_id"),
        title=title,
        url=_text(data, "url") or _text(data, "detail_url"),
        info_type=_text(data, "info_type"),
        region_name=_text(data, "region"),
        region_code=_text(data, "region_code"),
        published=day_of(moments[0].value) if moments else None,
        published_text=published_text,
        content_text=text,
    )
    if reasons := [*_not_a_notice(record, _text(data, "business_type")), *_unfit(record)]:
        raise NoticeRefused(reasons)
    return record


def bare_title(title: str) -> tuple[int, int]:
    """Where in `title` the tender's own title stands, the site's brackets left out: `[区]…(网)`, `…[变更公告]`."""
    start, end = 0, len(title)
    plain = level(title)
    while match := _DECORATION.search(plain[start:end]):
        if match.start() == 0 and match.end() == end - start:
            break  # nothing but a bracket: keep it rather than end with no title
        if match.start() == 0:
            start += match.end()
        else:
            end = start + match.start()
    return start, end


def from_file(path: Path, key: str | None) -> dict[str, Any]:
    """The record `key` of a JSON-lines file, a JSON array or a single JSON object.

    Args:
        key: a number from 1, or the record's id; None where the file holds one record only.

    Raises:
        ValueError: in plain words, what is wrong with the file or the key.
    """
    try:
        content = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise ValueError(f"no such file: {path}") from None
    except (OSError, UnicodeDecodeError) as problem:
        raise ValueError(f"cannot read {path}: {problem}") from None
    records = _records(path, content)
    if not records:
        raise ValueError(f"{path} holds no record")
    if key is None:
        if len(records) > 1:
            raise ValueError(f"{path} holds {len(records)} records: name one with --record N (from 1) or --record ID")
        return _object(path, 1, records[0])
    for number, (_, parsed) in enumerate(records, start=1):
        if isinstance(parsed, dict) and key in (parsed.get("id"), parsed.get("record_id")):
            return _object(path, number, records[number - 1])
    if re.fullmatch(r"-?[0-9]{1,9}", key):
        if not 1 <= int(key) <= len(records):
            raise ValueError(f"{path} has records 1 to {len(records)}, no record {key}")
        return _object(path, int(key), records[int(key) - 1])
    raise ValueError(f"{path} has no record with the id {key!r}")


def _records(path: Path, content: str) -> list[tuple[str, Any]]:
    """(problem, value) for each record; a broken line keeps its place and its problem."""
    try:
        whole = json.loads(content)
    except (ValueError, RecursionError):
        found = []
        for number, line in enumerate(content.split("\n"), start=1):
            if not line.strip():
                continue
            try:
                found.append(("", json.loads(line)))
            except (ValueError, RecursionError) as problem:
                found.append((f"line {number} of {path} is not JSON: {problem}", None))
        return found
    return [("", item) for item in whole] if isinstance(whole, list) else [("", whole)]


def _object(path: Path, number: int, record: tuple[str, Any]) -> dict[str, Any]:
    problem, value = record
    if problem:
        raise ValueError(problem)
    if not isinstance(value, dict):
        raise ValueError(f"record {number} of {path} is not a JSON object")
    return value


def _text(data: Mapping[str, Any], name: str, *, lines: bool = False) -> str:
    """The field as text that every database and terminal can hold: no lone surrogates, no control characters."""
    value = data.get(name)
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value) if abs(value) < 10**18 else ""
    if not isinstance(value, str):
        return ""
    keep = "\n" if lines else ""
    value = value.replace("\r\n", " \n").replace("\r", "\n") if lines else value
    return re.sub(
        r"[\ud800-\udfff]", "\ufffd", "".join(c if (c >= " " and c != "\x7f") or c in keep else " " for c in value)
    )


def _not_a_notice(record: Record, business_type: str) -> list[str]:
    """Why the record is something other than an engineering tender notice."""
    if business_type and business_type != "工程建设":
        return [f"业务类型是「{business_type}」，不是工程建设招标"]
    if record.info_type and not _TENDER_TYPES.search(record.info_type):
        return [f"信息类型是「{record.info_type[:40]}」，不是招标公告"]
    if _OTHER_TYPES.search(record.info_type):
        return [f"信息类型是「{record.info_type[:40]}」，不是招标公告"]
    if found := [reason for pattern, reason in _OTHER_TITLES if pattern.search(record.title)]:
        return found
    text = level(record.content_text[:TEXT_LIMIT])
    if not record.info_type and (crumb := _CRUMB.search(text)) and not _TENDER_TYPES.search(crumb["kind"]):
        return [f"网站栏目是「{crumb['kind']}」，不是招标公告"]
    return [reason for pattern, reason in _OTHER_BODIES if pattern.search(text)]


def _unfit(record: Record) -> list[str]:
    """Why title or text cannot be those of a notice."""
    reasons = []
    if not record.title.strip():
        reasons.append("没有标题")
    elif len(record.title) > TITLE_LIMIT:
        reasons.append(f"标题有{len(record.title)}个字符，超过{TITLE_LIMIT}个，不是标题")
    if _MARKUP.search(level(record.title)):
        reasons.append("标题含有网页标记，未采用")
    if len(record.content_text) > TEXT_LIMIT:
        reasons.append(f"正文有{len(record.content_text)}个字符，超过{TEXT_LIMIT}个，不是一份公告")
    elif len("".join(record.content_text.split())) < SHORTEST:
        reasons.append("正文为空或者过短，没有可采集的内容")
    return reasons
