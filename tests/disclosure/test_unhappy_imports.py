"""Files and rows as they should not be: each is refused with its reason or taken in with a word, never lost."""

import json
from datetime import timedelta
from decimal import Decimal
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from credit.models import Subject
from disclosure.imports import landing, reading
from disclosure.models import ImportedNotice, ImportRun, RejectedRow
from platform_site import clock, ledger
from platform_site.accounts.actors import CONSOLE
from tests.disclosure.made_up_rows import TITLES, index_row, title_line, written

pytestmark = pytest.mark.django_db


def tally(path: Path) -> tuple[int, int, int]:
    """(accepted, rejected, unchanged) of an import; they are always all the rows."""
    counts = landing.import_file(path)
    assert counts.accepted + counts.rejected + counts.unchanged == counts.rows
    return counts.accepted, counts.rejected, counts.unchanged


def reasons() -> list[str]:
    """Why rows were rejected, in the order of the file."""
    return list(RejectedRow.objects.order_by("row_number").values_list("reason", flat=True))


def test_the_command_prints_a_list_of_counts(tmp_path):
    path, out = written(tmp_path / "a.jsonl", index_row(1), "{broken"), StringIO()

    call_command("import_notices", str(path), "--json", stdout=out)

    assert json.loads(out.getvalue()) == [
        {"file": "a.jsonl", "rows": 2, "accepted": 1, "rejected": 1, "unchanged": 0},
    ]


def test_a_refused_file_does_not_stop_the_others(tmp_path):
    bad, good, out = written(tmp_path / "bad.txt", "hello"), written(tmp_path / "good.jsonl", index_row(1)), StringIO()

    with pytest.raises(CommandError, match=r"bad\.txt: this is none of the known formats"):
        call_command("import_notices", str(bad), str(good), "--json", stdout=out)

    assert [row["file"] for row in json.loads(out.getvalue())] == ["good.jsonl"]


def test_an_unknown_format_names_those_that_are_known(tmp_path):
    with pytest.raises(reading.FileRefused, match=r"ccgp-titles(.|\n)*procurement-index"):
        landing.import_file(written(tmp_path / "x.jsonl", {"hello": "world"}))


@pytest.mark.parametrize(("content", "words"), [(b"", "empty"), (b"\n \n", "nothing but blanks")])
def test_an_empty_file_is_refused(tmp_path, content, words):
    (tmp_path / "x").write_bytes(content)

    with pytest.raises(reading.FileRefused, match=words):
        landing.import_file(tmp_path / "x")
    assert not ImportRun.objects.exists()


def test_a_file_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(reading.FileRefused, match="No such file"):
        landing.import_file(tmp_path / "nowhere")


def test_gb18030_is_recognised_and_read(tmp_path):
    lines = [TITLES, *(title_line(n) for n in range(1, 30))]
    (tmp_path / "x.tsv").write_bytes("\n".join(lines).encode("gb18030"))

    assert tally(tmp_path / "x.tsv") == (29, 0, 0)
    assert ImportedNotice.objects.get(key="ccgp-titles:18000001").title == "某县第一小学课桌采购项目1竞争性磋商公告"


def test_what_is_neither_utf_8_nor_gb18030_is_refused_with_the_byte(tmp_path):
    good = f"{TITLES}\n{title_line(1)}\n".encode()
    (tmp_path / "x.tsv").write_bytes(good + b"18000002\t\xff\xfe broken\n")

    with pytest.raises(reading.FileRefused, match=rf"byte 0xFF at offset {len(good) + 9} "):
        landing.import_file(tmp_path / "x.tsv")


def test_a_mark_at_the_beginning_is_no_part_of_the_first_row(tmp_path):
    (tmp_path / "x.jsonl").write_bytes(b"\xef\xbb\xbf" + json.dumps(index_row(1)).encode())

    assert tally(tmp_path / "x.jsonl") == (1, 0, 0)


def test_of_a_file_cut_in_the_middle_the_whole_rows_are_taken_in(tmp_path):
    whole = written(tmp_path / "x.jsonl", index_row(1), index_row(2)).read_bytes()
    (tmp_path / "x.jsonl").write_bytes(whole[:-100])

    assert tally(tmp_path / "x.jsonl") == (1, 1, 0)
    assert reasons() == ["row.broken"]


def test_a_file_cut_inside_a_character_is_still_utf_8(tmp_path):
    whole = written(tmp_path / "x.jsonl", index_row(1), index_row(2)).read_bytes()
    cut = whole.rindex("政".encode()) + 1
    (tmp_path / "x.jsonl").write_bytes(whole[:cut])

    assert tally(tmp_path / "x.jsonl") == (1, 1, 0)


def test_a_list_reply_cut_in_the_middle_gives_what_is_whole(tmp_path):
    record = {
        "id": "00ab",
        "title": "某县体育馆采购合同",
        "publishTime": "2026-03-17",
        "businessTypeText": "政府采购",
        "informationTypeText": "采购合同",
        "provinceText": "浙江省",
        "url": "/information/x.html",
    }
    text = json.dumps({"data": {"records": [record, record | {"id": "00ac"}]}}, ensure_ascii=False)
    (tmp_path / "x.json").write_text(text[:-60], encoding="utf-8")

    assert tally(tmp_path / "x.json") == (1, 1, 0)


def test_a_line_that_is_not_json_is_kept_with_its_words(tmp_path):
    assert tally(written(tmp_path / "x.jsonl", index_row(1), "{oops", "[1]", index_row(2))) == (2, 2, 0)

    assert reasons() == ["row.broken", "row.not_an_object"]
    assert RejectedRow.objects.get(row_number=2).raw == "{oops"


def test_a_huge_line_costs_no_memory_and_no_other_row(tmp_path, monkeypatch):
    monkeypatch.setattr(reading, "ROW_LIMIT", 2_000)
    huge = index_row(2, excerpt="长" * 5_000)

    assert tally(written(tmp_path / "x.jsonl", index_row(1), huge, index_row(3))) == (2, 1, 0)

    kept = RejectedRow.objects.get()
    assert (kept.reason, kept.row_number) == ("row.too_long", 2)
    assert kept.raw_bytes == len(json.dumps(huge, ensure_ascii=False).encode()) + 1
    assert kept.raw.startswith('{"id": "row00000002"')


def test_a_nul_is_rejected_and_shown(tmp_path):
    path = written(tmp_path / "x.jsonl", index_row(1, title="某某\0项目"), json.dumps(index_row(2)) + "\0")

    assert tally(path) == (0, 2, 0)
    assert reasons() == ["row.nul", "row.broken"]
    assert "␀" in RejectedRow.objects.get(row_number=2).raw


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"title": "<script>alert(1)</script>某某项目"}, "title.markup"),
        ({"title": "＜ｓｃｒｉｐｔ＞某某项目"}, "title.markup"),
        ({"title": "某" * 10_000}, "title.too_long"),
        ({"title": " 　 "}, "title.missing"),
        ({"title": ...}, "title.missing"),
        ({"id": ""}, "row.no_id"),
        ({"id": "a b\n' --"}, "row.no_id"),
        ({"budget_yuan": -5}, "money.negative"),
        ({"budget_yuan": 10**30}, "money.absurd"),
        ({"bid_amount_yuan": "1e9999999"}, "money.absurd"),
        ({"budget_yuan": "若干"}, "money.illegible"),
        ({"budget_yuan": True}, "money.illegible"),
        ({"publish_time": "2099-01-01T00:00:00+08:00"}, "date.future"),
        ({"publish_time": "2024-02-30"}, "date.illegible"),
        ({"publish_time": ""}, "date.missing"),
    ],
)
def test_a_row_that_cannot_be_is_rejected_and_the_next_is_not(tmp_path, changes, reason):
    assert tally(written(tmp_path / "x.jsonl", index_row(1, **changes), index_row(2))) == (1, 1, 0)

    kept = RejectedRow.objects.get()
    assert kept.reason == reason
    assert kept.why
    assert kept.raw.startswith("{")


def test_a_number_that_is_none_in_json_breaks_its_row(tmp_path):
    assert tally(written(tmp_path / "x.jsonl", '{"id": "a", "budget_yuan": NaN}', index_row(1))) == (1, 1, 0)
    assert reasons() == ["row.broken"]


def test_a_row_that_nobody_thought_of_costs_no_other_row(tmp_path, monkeypatch):
    def surprise(data):
        raise ZeroDivisionError("surprise")

    monkeypatch.setattr("disclosure.imports.procurement_index._region", lambda found, data: surprise(data))

    assert tally(written(tmp_path / "x.jsonl", index_row(1), "{broken")) == (0, 2, 0)
    assert reasons() == ["row.unreadable", "row.broken"]


def test_half_a_character_anywhere_is_shown_as_such_and_breaks_nothing(tmp_path):
    row = index_row(1, winners=["甲市\ud800公司", 7, None], publish_time="2024-01-01\ud800", buyer="某\udfff院")
    path = written(tmp_path / "x.jsonl", json.dumps(row, ensure_ascii=True), index_row(2))

    assert tally(path) == (2, 0, 0)
    assert ImportedNotice.objects.get(row_number=1).winner_names == ["甲市�公司", "7"]


def test_money_keeps_its_fen(tmp_path):
    row = json.dumps(index_row(1)).replace("900001", "900001.10")

    tally(written(tmp_path / "x.jsonl", row))

    assert ImportedNotice.objects.get().budget_cny == Decimal("900001.10")


def test_a_notice_dated_a_little_ahead_is_taken_in_and_flagged(tmp_path):
    soon = (clock.machine() + timedelta(days=30)).isoformat()

    assert tally(written(tmp_path / "x.jsonl", index_row(1, publish_time=soon))) == (1, 0, 0)
    assert ImportedNotice.objects.get().flags == ["date.ahead"]


@pytest.mark.parametrize("url", ["javascript:alert(1)", "http://a.example/<b>", "ftp://a.example/x"])
def test_an_address_that_is_no_web_page_is_not_linked(tmp_path, url):
    line = title_line(1).replace("http://www.ccgp.example/t1.htm", url)

    assert tally(written(tmp_path / "x.tsv", TITLES, line)) == (1, 0, 0)
    found = ImportedNotice.objects.get()
    assert found.url == ""
    assert "url.dropped" in found.flags


def test_a_quote_that_never_closes_costs_its_own_row_only(tmp_path):
    lines = [title_line(n) for n in range(1, 80)]
    lines[3] = title_line(4, title='"某县某某项目')

    assert tally(written(tmp_path / "x.tsv", TITLES, *lines)) == (78, 1, 0)
    assert RejectedRow.objects.get().row_number == 4


def test_a_row_with_too_few_columns_is_rejected(tmp_path):
    assert tally(written(tmp_path / "x.tsv", TITLES, "18000001\t某某", title_line(2))) == (1, 1, 0)


def test_the_same_row_twice_in_a_file_is_unchanged(tmp_path):
    assert tally(written(tmp_path / "x.jsonl", index_row(1), index_row(1))) == (1, 0, 1)


def test_one_id_with_two_contents_in_a_file_is_taken_once_and_stays_so(tmp_path):
    path = written(tmp_path / "x.jsonl", index_row(1), index_row(1, title="某县另一项目招标公告"))

    assert tally(path) == (1, 1, 0)
    assert reasons() == ["id.twice_in_file"]
    assert tally(path) == (0, 1, 1)
    assert RejectedRow.objects.count() == 1


def test_two_contents_far_apart_in_a_file_are_told_too(tmp_path, monkeypatch):
    monkeypatch.setattr(landing, "BATCH", 2)
    rows = [index_row(n) for n in range(1, 6)] + [index_row(1, title="某县另一项目招标公告")]

    assert tally(written(tmp_path / "x.jsonl", *rows)) == (5, 1, 0)


def test_a_changed_row_is_a_new_version_and_the_old_one_stays(tmp_path):
    tally(written(tmp_path / "x.jsonl", index_row(1), index_row(2)))

    assert tally(written(tmp_path / "y.jsonl", index_row(1, buyer="某县中医院"), index_row(2))) == (1, 0, 1)

    versions = ImportedNotice.objects.filter(key="procurement-index:row00000001").order_by("version")
    assert [(one.version, one.current, one.buyer_name) for one in versions] == [
        (1, False, "某县人民医院"),
        (2, True, "某县中医院"),
    ]
    assert ImportedNotice.objects.listed().count() == 2


def test_the_order_of_fields_is_no_change(tmp_path):
    tally(written(tmp_path / "x.jsonl", index_row(1)))

    assert tally(written(tmp_path / "y.jsonl", dict(reversed(index_row(1).items())))) == (0, 0, 1)


def test_a_party_is_tied_to_the_subject_whose_name_it_bears_exactly(tmp_path):
    def subject(code: str, name: str) -> Subject:
        ledger.append("subject.registered", subject=f"subject:{code}", actor=CONSOLE, facts={"state": "active"})
        return Subject.objects.create(code=code, name=name, registered_at=clock.machine(), origin="import")

    hospital = subject("A", "某县人民医院")
    subject("B", "某某招标代理有限公司")
    subject("C", "某某招标代理有限公司")

    tally(written(tmp_path / "x.jsonl", index_row(1)))

    parties = {one.role: one.subject for one in ImportedNotice.objects.get().parties.all()}
    assert parties == {"buyer": hospital, "agency": None}


def result_row(text: str) -> dict[str, str]:
    """A result notice with its whole text."""
    return {
        "record_id": "00ff",
        "title": "某县某某项目中标公告",
        "publish_date": "2026-03-16 14:12",
        "region": "北京",
        "issuer": "",
        "agency": "",
        "budget": "",
        "content_text": text,
        "business_type": "政府采购",
        "info_type": "中标公告",
        "source_platform": "某平台",
        "detail_url": "https://www.example.com/a.html",
        "project_code": "",
    }


def test_what_several_winners_won_is_summed(tmp_path):
    text = (
        "三、中标（成交）信息\n采购包1\n供应商名称：甲市科技有限公司\n中标（成交）金额：10.5万元\n"
        "采购包2\n供应商名称：乙市科技有限公司\n中标（成交）金额：20万元\n四、主要标的信息\n"
    )

    tally(written(tmp_path / "x.jsonl", result_row(text)))

    found = ImportedNotice.objects.get()
    assert found.winner_names == ["甲市科技有限公司", "乙市科技有限公司"]
    assert found.amount_cny == Decimal("305000.00")
    assert found.fields["amount_cny"]["confidence"] == found.confidence == "derived"


def test_a_credit_code_that_fails_is_kept_and_flagged(tmp_path):
    text = (
        "一、项目编号：X1\n三、中标（成交）信息\n供应商名称\n统一社会信用代码\n中标（成交）金额（元）\n某某科技有限公司\n"
        "911101060000000000\n1000000\n四、主要标的信息\n1.采购人信息\n名称：某县教育局\n"
    )

    assert tally(written(tmp_path / "x.jsonl", result_row(text))) == (1, 0, 0)

    found = ImportedNotice.objects.get()
    winner = found.parties.get(role="winner")
    assert found.flags == ["code.flawed"]
    assert (winner.code, winner.amount_cny) == ("911101060000000000", Decimal("1000000.00"))
    assert winner.code_flaw


def test_a_body_that_only_says_see_the_attachment_is_flagged(tmp_path):
    tally(written(tmp_path / "x.jsonl", index_row(1, excerpt="公告内容详见附件")))

    assert ImportedNotice.objects.get().flags == ["body.attached"]


def test_a_subject_registered_later_is_tied_to_what_it_took_part_in(tmp_path):
    tally(written(tmp_path / "x.jsonl", index_row(1)))
    ledger.append("subject.registered", subject="subject:A", actor=CONSOLE, facts={"state": "active"})
    late = Subject.objects.create(code="A", name="某县人民医院", registered_at=clock.machine(), origin="import")

    assert landing.relink() == 1
    assert ImportedNotice.objects.get().parties.get(role="buyer").subject == late
    assert landing.relink() == 0


class Terminal(StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


def test_the_bar_is_drawn_on_a_terminal_and_nowhere_else(tmp_path, monkeypatch):
    path = written(tmp_path / "x.jsonl", *(index_row(n) for n in range(1, 300)))
    terminal, file = Terminal(), StringIO()

    monkeypatch.setattr("sys.stderr", terminal)
    call_command("import_notices", str(path), stdout=StringIO())
    monkeypatch.setattr("sys.stderr", file)
    call_command("import_notices", str(path), stdout=StringIO())

    assert "x.jsonl █" in terminal.getvalue()
    assert terminal.getvalue().endswith("\r\x1b[K")
    assert file.getvalue() == ""
