"""`manage.py draft_from_notice`: the draft on the terminal, or one plain sentence about what is wrong."""

import io
import json

import pytest
from django.core.management import CommandError, call_command

from tests.trading.intake_notices import STANDARD, form, record

pytestmark = pytest.mark.django_db


@pytest.fixture
def notices(tmp_path):
    """Three records: a notice, a broken line, a plan."""
    path = tmp_path / "notices.jsonl"
    lines = [json.dumps(form(id="aaa")), "{broken", json.dumps(record(STANDARD, id="777", info_type="招标计划"))]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def _run(path, *arguments):
    out = io.StringIO()
    call_command("draft_from_notice", str(path), *arguments, stdout=out)
    return out.getvalue()


def test_a_draft_is_shown_for_a_person(notices):
    shown = _run(notices, "--record", "1")
    assert "招标人：某县住房和城乡建设局" in shown
    assert "缺：ceiling_cny ENG-17" in shown
    assert "已过" in shown  # the notice is of a spring long gone


def test_a_draft_is_shown_as_json_by_the_records_id(notices):
    shown = json.loads(_run(notices, "--record", "aaa", "--json"))
    assert shown["initiator"]["value"] == "某县住房和城乡建设局"
    assert shown["estimate_cny"]["value"] == "6000000.00"
    assert shown["ceiling_cny"] is None


def test_an_id_of_digits_is_an_id_before_it_is_a_number(notices):
    with pytest.raises(CommandError, match="招标计划"):
        _run(notices, "--record", "777")


@pytest.mark.parametrize(
    ("key", "words"),
    [
        ("0", "records 1 to 3"),
        ("4", "no record 4"),
        ("-1", "records 1 to 3"),
        ("bbb", "no record with the id 'bbb'"),
        ("2", "line 2"),
    ],
)
def test_a_record_that_is_not_there_is_named(notices, key, words):
    with pytest.raises(CommandError, match=words):
        _run(notices, f"--record={key}")


def test_several_records_ask_for_a_choice(notices):
    with pytest.raises(CommandError, match="holds 3 records"):
        _run(notices)


def test_a_single_record_needs_no_number(tmp_path):
    path = tmp_path / "one.json"
    path.write_text("\ufeff" + json.dumps(form(), ensure_ascii=False), encoding="utf-8")
    assert "某县城东桥改造工程" in _run(path)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("", "no record"),
        ("[]", "no record"),
        ("[1]", "not a JSON object"),
        ("\n\n", "no record"),
        ("not json", "line 1"),
    ],
)
def test_a_file_without_a_record_says_so(tmp_path, content, words):
    path = tmp_path / "odd.jsonl"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(CommandError, match=words):
        _run(path, "--record", "1")


def test_a_missing_file_and_a_folder_and_a_picture_are_named(tmp_path):
    with pytest.raises(CommandError, match="no such file"):
        _run(tmp_path / "nothing.jsonl")
    with pytest.raises(CommandError, match="cannot read"):
        _run(tmp_path)
    (tmp_path / "picture").write_bytes(b"\x89PNG\xff\xfe")
    with pytest.raises(CommandError, match="cannot read"):
        _run(tmp_path / "picture")


def test_a_refusal_gives_every_reason(tmp_path):
    path = tmp_path / "one.json"
    path.write_text(json.dumps(form(title="某" * 300, content_text="")), encoding="utf-8")
    with pytest.raises(CommandError, match=r"标题有300个字符.*正文为空"):
        _run(path)
