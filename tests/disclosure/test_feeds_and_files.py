"""A list query as a feed and as a spreadsheet; whatever is typed into an address."""

import io
import time
from datetime import timedelta
from xml.etree import ElementTree

import pytest
from openpyxl import load_workbook

from disclosure import finding, spreadsheet
from disclosure.models import ListedNotice
from platform_site import clock

ATOM = "{http://www.w3.org/2005/Atom}"
LISTS = ("/trades/", "/feeds/trades.atom", "/exports/trades.xlsx")


@pytest.fixture(autouse=True)
def late(province):
    """The day after the last life stopped; whatever is written here is undone."""
    from django.db import transaction

    with clock.at(max(province.stopped.values()) + timedelta(hours=1)), transaction.atomic():
        yield
        transaction.set_rollback(True)


def sheets(answer) -> tuple[list[tuple], dict[str, str]]:
    book = load_workbook(io.BytesIO(b"".join(answer.streaming_content)), read_only=True)
    rows = list(book["公告"].iter_rows(values_only=True))
    return rows, dict(book["说明"].iter_rows(values_only=True))


def test_the_feed_holds_the_entries_of_the_list_newest_first(client):
    answer = client.get("/feeds/trades.atom?category=land&period=all")
    root = ElementTree.fromstring(answer.content)

    entries = root.findall(f"{ATOM}entry")
    listed = ListedNotice.objects.filter(category="land").order_by("-published_at")
    assert answer["Content-Type"].startswith("application/atom+xml")
    assert [entry.find(f"{ATOM}id").text for entry in entries] == [f"urn:uuid:{row.pk}" for row in listed]
    assert root.find(f"{ATOM}updated").text == entries[0].find(f"{ATOM}updated").text


def test_an_unchanged_feed_is_not_sent_again(client):
    first = client.get("/feeds/trades.atom")

    again = client.get("/feeds/trades.atom", headers={"If-None-Match": first["ETag"]})

    assert again.status_code == 304
    assert client.get("/feeds/trades.atom").content == first.content


def test_the_spreadsheet_holds_the_rows_of_the_list(client):
    rows, said = sheets(client.get("/exports/trades.xlsx?category=engineering&period=all"))

    listed = ListedNotice.objects.filter(category="engineering").order_by("-published_at", "-id")
    assert [row[1] for row in rows[1:]] == [row.title for row in listed]
    assert [row[10] for row in rows[1:]] == [
        None if row.amount_cny is None else pytest.approx(float(row.amount_cny)) for row in listed
    ]
    assert said["行数"] == f"共 {len(listed)} 则，全部列入"


def test_the_same_rows_give_the_same_bytes(client, monkeypatch):
    books = []
    for second in (4, 5):
        monkeypatch.setattr(time, "time", lambda second=second: 1_790_000_000.0 + 3600 * second)
        books.append(b"".join(client.get("/exports/trades.xlsx").streaming_content))

    assert books[0] == books[1]
    assert books[0].find(b"2026-11") == -1


def test_the_spreadsheet_says_where_it_was_cut_off(client, monkeypatch):
    monkeypatch.setattr(spreadsheet, "ROWS", 5)

    rows, said = sheets(client.get("/exports/trades.xlsx?period=all"))

    assert len(rows) == 1 + 5
    assert "只含最新的 5 则" in said["行数"]


def test_no_title_becomes_a_formula(client):
    title = '=HYPERLINK("http://evil.example","x")'
    ListedNotice.objects.create(
        title=title, category="land", kind="tender", stage="tender", path="/", published_at=clock.now(), haystack="evil"
    )

    book = load_workbook(io.BytesIO(b"".join(client.get("/exports/trades.xlsx?q=evil").streaming_content)))

    assert book["公告"]["B2"].value == title
    assert book["公告"]["B2"].data_type == "s"


@pytest.mark.parametrize("path", LISTS)
@pytest.mark.parametrize(
    "query",
    [
        "q=" + "长" * 10_000,
        "q=%00%01%7F",
        "q=%E4%B8%00%AD",
        "q=%3Cscript%3Ealert(1)%3C/script%3E",
        "q=%F0%9F%98%80",
        "q=%ED%A0%80",
        "q=%27%27%5C%25_%26%7C!()%3A*",
        "q=" + "%20".join("a" * 1 for _ in range(500)),
        "q=%22",
        "q=%E2%80%8B",
        "category=nothing&kind=nothing&region=nothing&period=nothing&source=nothing",
        "category=" + "&category=".join(map(str, range(200))),
        "region=99%25%00",
        "region=１２３４５６",
        "after=x&before=y",
        "after=%00",
        "after=" + "A" * 20_000,
        "after=W1tbW1tbW1tbW1tbW1tbW1tbW1tbW10",
        "after=WyI5OTk5LTEyLTMxVDIzOjU5OjU5KzAwOjAwIiwgIjAwMDAwMDAwLTAwMDAtMDAwMC0wMDAwLTAwMDAwMDAwMDAwMCJd",
        "after=WyIwMDAxLTAxLTAxVDAwOjAwOjAwKzAwOjAwIiwgIjAwMDAwMDAwLTAwMDAtMDAwMC0wMDAwLTAwMDAwMDAwMDAwMCJd",
        "before=WyIyMDI2LTAzLTAxVDAwOjAwOjAwKzAwOjAwIiwgIjAwMDAwMDAwLTAwMDAtMDAwMC0wMDAwLTAwMDAwMDAwMDAwMCJd",
        "q=没有这样的项目&period=all",
    ],
)
def test_whatever_is_typed_is_answered_calmly(client, path, query):
    answer = client.get(f"{path}?{query}")
    body = answer.content if not answer.streaming else b"".join(answer.streaming_content)

    assert answer.status_code == 200
    assert b"<script>alert" not in body


def test_text_without_a_readable_character_finds_nothing_and_says_so(client):
    html = client.get("/trades/?q=%E2%80%8B%E2%80%8B&period=all").content.decode()
    assert "gz-item" in html  # nothing visible was typed, so nothing was asked

    html = client.get("/trades/?q=%22%22&period=all").content.decode()
    assert "没有可以查找的文字" in html


def test_a_search_that_took_too_long_says_so_and_what_to_do(client, monkeypatch):
    def slow(*args, **kwargs):
        raise finding.TookTooLong

    monkeypatch.setattr(finding, "newest", slow)

    page, rows = client.get("/trades/?q=工"), client.get("/trades/?q=工", headers={"HX-Request": "true"})
    feed, file = client.get("/feeds/trades.atom?q=工"), client.get("/exports/trades.xlsx?q=工")

    assert page.status_code == 503
    assert "查询用时超过 2 秒，已经停止" in page.content.decode()
    assert rows.status_code == 422
    assert "查询用时超过 2 秒，已经停止" in rows.content.decode()
    assert [one.status_code for one in (feed, file)] == [503, 503]


@pytest.mark.parametrize(("path", "queries"), [("/feeds/trades.atom?q=工程", 7), ("/exports/trades.xlsx?q=工程", 7)])
def test_feeds_and_files_cost_a_known_number_of_queries(client, django_assert_max_num_queries, path, queries):
    with django_assert_max_num_queries(queries):
        client.get(path)
