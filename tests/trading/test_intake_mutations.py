"""Whatever arrives, the parser answers with a draft or a refusal, soon, and quotes only what stands there."""

import json
import time
from itertools import chain
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.trading.intake_notices import CHANGE, FORM, STANDARD, TABLE, record
from trading.intake.draft import draft_from_record
from trading.intake.export import to_data, to_lines
from trading.intake.facts import Fact, NoticeDraft, NoticeRefused

BASES = (STANDARD, CHANGE, TABLE, FORM.replace("{", "").replace("}", ""))
SHARDS = (
    "2026年",
    "月",
    "日",
    "24:00",
    "上午",
    "至",
    "元",
    "万元",
    "亿",
    "|",
    "\n",
    "：",
    "（",
    "）",
    "标段",
    "一",
    "二、",
    "最高投标限价",
    "招标人",
    "投标截止时间",
    "开标时间",
    "9" * 30,
    "-",
    "变更为",
    "原",
    "零",
    "〔2024〕",
    "业绩",
    "%",
    "\ud800",
    "\x00",
    "👍",
    "，",
    ".",
    "招标文件获取时间",
    "投标保证金",
    "不接受保函",
    "工期",
    "受",
    "委托",
    "以下简称",
    "详见附件",
    "2月30日",
    "#",
    "①",
    "０",
    "Ⅲ",
)

edit = st.tuples(st.floats(0, 1), st.integers(0, 40), st.lists(st.sampled_from(SHARDS), max_size=4).map("".join))


def _apply(text: str, edits: list[tuple[float, int, str]]) -> str:
    """Each edit cuts some characters at a place and puts shards there."""
    for place, cut, shards in edits:
        at = int(place * len(text))
        text = text[:at] + shards + text[at + cut :]
    return text


def _answer(data: Any) -> NoticeDraft | None:
    try:
        draft = draft_from_record(data)
    except NoticeRefused as refusal:
        if not refusal.reasons or not all(refusal.reasons):
            raise AssertionError("refused without saying why") from refusal
        return None
    json.dumps(to_data(draft), ensure_ascii=False).encode("utf-8")
    "\n".join(to_lines(draft)).encode("utf-8")
    return draft


@settings(max_examples=150, deadline=None)
@given(base=st.sampled_from(BASES), edits=st.lists(edit, max_size=25))
def test_a_damaged_notice_yields_a_draft_or_a_refusal_and_never_a_crash(base, edits):
    text = _apply(base, edits)
    draft = _answer(record(text))
    if draft is None:
        return
    for name in draft.__dataclass_fields__:
        fact = getattr(draft, name)
        if isinstance(fact, Fact) and fact.field == "content_text" and not set("\ud800\x00") & set(text):
            assert text[fact.start : fact.end] == fact.source_text
    for fact in (draft.ceiling_cny, draft.estimate_cny, draft.investment_cny):
        assert fact is None or fact.value > 0


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=400) | st.lists(st.sampled_from(SHARDS), max_size=120).map("".join))
def test_noise_is_refused_or_drafted(text):
    _answer(record(text))


@settings(max_examples=60, deadline=None)
@given(
    name=st.sampled_from(["id", "title", "content_text", "publish_time", "info_type", "region", "region_code", "url"]),
    value=st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=40)
    | st.lists(st.integers(), max_size=2),
)
def test_a_field_of_the_wrong_kind_is_survived(name, value):
    _answer(record(STANDARD, **{name: value}))


def test_a_hostile_repetition_is_answered_in_seconds():
    for shard in (
        "投标截止时间",
        "招标人：",
        "|",
        "1",
        "已由",
        "投标保证金",
        "（",
        "一标段：",
        "原",
        "招标人",
        "2026年3月1日至",
    ):
        text = "招标人：某某公司\n招标范围：全部\n" + shard * (12_000 // len(shard))
        before = time.perf_counter()
        _answer(record(text, title="某某工程[变更公告:第 1次]"))
        assert time.perf_counter() - before < 10, shard


def test_the_parser_imports_no_django():
    for path in chain(Path("trading/intake").glob("*.py")):
        assert "django" not in path.read_text(encoding="utf-8").replace("no Django", ""), path
