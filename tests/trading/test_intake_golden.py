"""The real notices against what a person read in them (golden_intake.json); skipped where the crawl is absent."""

import json
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from trading.intake.draft import draft_from_record
from trading.intake.export import to_data, to_lines
from trading.intake.facts import Fact, NoticeDraft, NoticeRefused

GOLDEN = json.loads((Path(__file__).parent / "golden_intake.json").read_text(encoding="utf-8"))["notices"]
STATED_ONLY = {"documents_from", "documents_until"}


@pytest.fixture(scope="module")
def crawl(shared_data_folder: Path) -> dict[str, dict[str, Any]]:
    """The crawled records by id."""
    return {row["id"]: row for row in _rows(shared_data_folder, "jiangxi_engineering_fulltext.jsonl")}


@pytest.fixture(scope="module")
def shared_data_folder() -> Path:
    folder = Path(__file__).resolve().parents[3] / "shared" / "data" / "notices"
    if not folder.is_dir():
        pytest.skip(f"the crawled notices are not here: {folder}")
    return folder


def _rows(folder: Path, name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (folder / name).read_text(encoding="utf-8").splitlines() if line.strip()]


def _shown(draft: NoticeDraft, name: str) -> Any:
    """The draft's value in the golden file's words."""
    if name == "id":
        return draft.record_id
    if name == "lots":
        return [lot.number for lot in draft.lots]
    if name == "approval_number":
        return draft.approval.value.number if draft.approval else None
    fact = getattr(draft, name)
    if not isinstance(fact, Fact):
        return fact
    if name in STATED_ONLY and fact.confidence == "derived" and "原文未写年份" not in fact.note:
        return None
    if name == "period":
        return f"{fact.value.amount} {fact.value.unit}"
    if isinstance(fact.value, datetime):
        return fact.value.strftime("%Y-%m-%dT%H:%M")
    return to_data(fact.value)


@pytest.mark.parametrize("golden", GOLDEN, ids=[row["title"][:24] for row in GOLDEN])
def test_a_real_notice_yields_what_a_person_read_in_it(golden, crawl):
    draft = draft_from_record(crawl[golden["id"]])

    open_questions = {"kind"} if golden["kind"] is None else set()
    read = {name: _shown(draft, name) for name in golden if name not in open_questions}
    assert read == {name: value for name, value in golden.items() if name not in open_questions}


@pytest.mark.parametrize("golden", GOLDEN, ids=[row["title"][:24] for row in GOLDEN])
def test_every_quoted_word_stands_in_the_record_where_the_fact_says(golden, crawl):
    record = crawl[golden["id"]]
    draft = draft_from_record(record)

    facts = list(_facts(draft))
    assert len(facts) > 15
    for fact in facts:
        assert record[fact.field][fact.start : fact.end] == fact.source_text
        assert fact.confidence == "stated" or fact.note, fact
        assert fact.source_text or fact.confidence == "derived", fact


def test_plans_and_results_of_the_same_site_are_refused_with_a_reason(crawl):
    others = [row for row in crawl.values() if row["info_type"] != "招标公告"]
    assert others
    for row in others:
        with pytest.raises(NoticeRefused) as refusal:
            draft_from_record(row)
        assert all(reason for reason in refusal.value.reasons)
        with pytest.raises(NoticeRefused):  # and its title alone gives a plan or a result away, or its body is one
            draft_from_record({**row, "info_type": ""})


def test_the_national_sample_holds_no_engineering_tender_notice(shared_data_folder):
    for row in _rows(shared_data_folder, "ggzy_national_fulltext.jsonl"):
        with pytest.raises(NoticeRefused):
            draft_from_record(row)


def test_a_real_draft_can_be_shown_and_stored(crawl):
    for golden in GOLDEN:
        draft = draft_from_record(crawl[golden["id"]])
        assert json.loads(json.dumps(to_data(draft)))["title"]["value"] == golden["title"]
        assert any(line.startswith("招标人：") for line in to_lines(draft))


def _facts(value: Any) -> Iterator[Fact[Any]]:
    if isinstance(value, Fact):
        yield value
    elif isinstance(value, tuple):
        for item in value:
            yield from _facts(item)
    elif hasattr(value, "__dataclass_fields__"):
        for name in value.__dataclass_fields__:
            yield from _facts(getattr(value, name))
