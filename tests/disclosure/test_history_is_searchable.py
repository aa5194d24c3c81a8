"""What was imported stands in the public list beside native trades, and is told from them."""

import pytest
from django.urls import reverse

from disclosure.imports import landing
from disclosure.models import ImportedNotice, ListedNotice
from disclosure.projecting.cursor import catch_up
from disclosure.projecting.imports import history_id
from tests.disclosure.made_up_rows import index_row, written

pytestmark = pytest.mark.django_db


def listed(*rows, path) -> list[ListedNotice]:
    """The public list after an import of these rows."""
    landing.import_file(written(path, *rows))
    catch_up()
    return list(ListedNotice.objects.filter(imported=True).order_by("title"))


def test_an_imported_notice_is_found_by_its_title_and_says_it_is_history(client, tmp_path):
    [row] = listed(index_row(1), path=tmp_path / "x.jsonl")

    found = client.get(reverse("disclosure:trades"), {"q": "人民医院某某系统", "period": "all"}).content.decode()
    page = client.get(row.path).content.decode()

    assert "某县<mark>人民医院某某系统</mark>采购项目1公开招标公告" in found
    assert "导入的历史公告，不是本平台办理的交易" in page
    assert "某省政府采购网" in page
    assert "预算金额" in page


def test_a_new_version_replaces_the_line_of_the_old_one(tmp_path):
    listed(index_row(1), path=tmp_path / "x.jsonl")

    [row] = listed(index_row(1, buyer="某县中医院"), path=tmp_path / "y.jsonl")

    assert row.pk == history_id("index:row00000001")
    assert row.buyer_name == "某县中医院"
    assert ImportedNotice.objects.count() == 2


def test_the_longest_names_that_come_in_fit_the_list(tmp_path):
    long = index_row(1, title="某" * 200, buyer="某" * 190 + "公司", source_site="某" * 300, agency="某" * 900 + "公司")

    [row] = listed(long, path=tmp_path / "x.jsonl")

    assert len(row.title) == 200


def test_a_title_that_is_an_expression_is_shown_as_text(client, tmp_path):
    [row] = listed(index_row(1, title='某县"项目" {{ 7*7 }} & < 5万元'), path=tmp_path / "x.jsonl")

    page = client.get(row.path).content.decode()

    assert "某县&quot;项目&quot; {{ 7*7 }} &amp; &lt; 5万元" in page
