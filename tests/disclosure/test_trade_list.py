"""The public list, the calendar, the deals, the front page."""

import re
from datetime import timedelta

import pytest

from disclosure import deals, tradelist
from platform_site import clock
from trading.models import Award, Notice

ITEM = re.compile(r'<li class="gz-item"><h3><a href="([^"]+)">(.*?)</a>')


@pytest.fixture(autouse=True)
def late(province):
    """The day after the last life stopped."""
    with clock.at(max(province.stopped.values()) + timedelta(hours=1)):
        yield


def items(client, query: str = "") -> list[tuple[str, str]]:
    return ITEM.findall(client.get(f"/trades/{query}").content.decode())


def test_the_list_shows_the_newest_twenty_and_turns_both_ways(client, monkeypatch):
    monkeypatch.setattr(tradelist, "PER_PAGE", 5)
    everything = [n.title for n in Notice.objects.filter(state="published").order_by("-published_at", "-pk")]

    seen, query, pages = [], "", []
    while True:
        html = client.get(f"/trades/{query}").content.decode()
        found = [title for _, title in ITEM.findall(html)]
        pages.append(found)
        seen += found
        ahead = re.search(r'href="(\?[^"]*after=[^"]*)" rel="next"', html)
        if not ahead:
            break
        query = ahead[1].replace("&amp;", "&")
    back = re.search(r'href="(\?[^"]*before=[^"]*)" rel="prev"', html)[1].replace("&amp;", "&")

    assert seen == everything
    assert [title for _, title in items(client, back)] == pages[-2]


def test_the_first_page_has_no_previous_one(client):
    assert 'rel="prev"' not in client.get("/trades/").content.decode()


@pytest.mark.parametrize("cursor", ["x", "e30", "WyJhIiwiYiJd", "%00", "WzEsMl0"])
def test_a_broken_cursor_counts_as_none(client, cursor):
    assert items(client, f"?after={cursor}") == items(client)


def test_categories_kinds_and_words_narrow_the_list(client):
    assert [t for _, t in items(client, "?category=land")] == ["泽安市江北新区JB-2026-07号宗地使用权挂牌出让公告"]
    assert all("失败" in title for _, title in items(client, "?kind=end"))
    assert all("空调" in title for _, title in items(client, "?q=空调"))
    assert items(client, "?q=没有这个词") == []


def test_a_trade_identifier_finds_its_notices(client, province):
    reference = province["archived"].split("/")[2]

    assert {url for url, _ in items(client, f"?q={reference}")} == {province["archived"]}


def test_an_old_notice_waits_behind_the_wider_period(client):
    with clock.at(clock.now() + timedelta(days=120)):
        assert items(client) == []
        assert items(client, "?period=365")


def test_the_list_costs_the_same_however_long_it_is(client, django_assert_max_num_queries):
    with django_assert_max_num_queries(7):
        client.get("/trades/")


def test_htmx_gets_the_rows(client):
    html = client.get("/trades/?category=land", headers={"HX-Request": "true"}).content.decode()

    assert "<html" not in html
    assert 'id="found"' in html


def test_no_list_shows_a_draft(client, province):
    draft = province["draft"].split("/")[2]

    for path in ("/trades/?period=all", "/calendar/?all=1", "/deals/", "/"):
        assert draft not in client.get(path).content.decode()


def test_the_sums_of_the_deals_are_the_sums_of_their_rows(client):
    found = deals.deals(2026)

    sums = deals.sums(found)

    assert sums["count"] == Award.objects.count() == len(deals.page(found)[0])
    assert sums["amount"] == sum(award.amount_cny for award in Award.objects.all())
    assert sums["saved"] == sum(lot.saved_cny for lot in found if lot.saved_cny is not None)
    assert sum(group["amount"] for _, group in deals.by_category(found)) == sums["amount"]
    assert sums["saved"] > 0


def test_every_tile_of_the_front_page_leads_to_a_page_that_says_the_same_number(client):
    html = client.get("/").content.decode()

    tiles = re.findall(r'<a class="gz-stat[^"]*" href="([^"]+)"><span>(.*?)</span><b>([\d,.]+)<i>', html)
    assert [label for _, label, _ in tiles] == [
        "今日开标、竞价",
        "正在公告",
        "今年成交",
        "今年节约资金",
        "今年出让增值",
    ]
    for url, _, _ in tiles:
        assert client.get(url.replace("&amp;", "&")).status_code == 200
    waiting = client.get("/calendar/?all=1").content.decode()
    assert f"全部 {tiles[1][2]} 项" in waiting
    assert waiting.count("<tr><td") == int(tiles[1][2])


def test_the_calendar_shows_a_closing_on_its_day(client, province):
    with clock.at(province.stopped["bidding"]):
        html = client.get("/calendar/").content.decode()

    assert province["bidding"] in html


@pytest.mark.parametrize("day", ["x", "2026-13-01", ""])
def test_a_day_that_is_none_counts_as_today(client, day):
    assert "今日" in client.get(f"/calendar/?day={day}").content.decode()


def test_the_front_page_costs_a_bounded_number_of_queries(client, django_assert_max_num_queries):
    with django_assert_max_num_queries(12):
        client.get("/")
