"""Money, capitals, dates, clock chips, hashes."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.template import Context, Template

from platform_site import clock
from platform_site.web import amounts, moments

NOW = datetime(2026, 11, 24, 1, 42, tzinfo=UTC)


@pytest.fixture(autouse=True)
def noon():
    with clock.at(NOW):
        yield


def drawn(source: str, **context) -> str:
    return Template(source).render(Context(context))


@pytest.mark.parametrize(
    ("amount", "words"),
    [
        ("0", "人民币零元整"),
        ("0.05", "人民币伍分"),
        ("10", "人民币壹拾元整"),
        ("1005.30", "人民币壹仟零伍元叁角整"),
        ("100000", "人民币壹拾万元整"),
        ("100050", "人民币壹拾万零伍拾元整"),
        ("692000000", "人民币陆亿玖仟贰佰万元整"),
        ("171306688.02", "人民币壹亿柒仟壹佰叁拾万陆仟陆佰捌拾捌元零贰分"),
        ("63180000", "人民币陆仟叁佰壹拾捌万元整"),
        ("1000000005", "人民币壹拾亿零伍元整"),
    ],
)
def test_capitals_are_written_as_they_bind(amount, words):
    assert amounts.capitals(Decimal(amount)) == words


@pytest.mark.parametrize("amount", ["-1", "0.001", "10000000000000000"])
def test_amounts_that_have_no_capitals_are_refused(amount):
    with pytest.raises(ValueError, match="no capitals"):
        amounts.capitals(Decimal(amount))


def test_money_shows_fen_small_and_the_unit_behind():
    assert drawn("{% money a %}", a=Decimal("186420000")) == (
        '<span class="gz-money">186,420,000<small>.00</small><span class="u">元</span></span>'
    )


def test_a_whole_sum_of_ten_thousands_has_no_fraction():
    assert "61,200<span" in drawn('{% money a "万元" %}', a=Decimal("612000000"))
    assert "8,942<small>.60</small>" in drawn('{% money a "万元" %}', a=Decimal("89426000"))


def test_money_is_never_rounded_through_a_float():
    assert amounts.split(Decimal("90071992547409.93")) == ("90,071,992,547,409", ".93")


@pytest.mark.parametrize(
    ("value", "form", "words"),
    [
        (datetime(2026, 11, 26, 1, 30, tzinfo=UTC), "moment", "11月26日 09:30"),
        (datetime(2026, 11, 26, 16, tzinfo=UTC), "until", "11月26日 24:00"),
        (date(2026, 11, 26), "until", "11月26日 24:00"),
        (datetime(2027, 2, 15, 1, tzinfo=UTC), "day", "2027年2月15日"),
        (datetime(2026, 12, 31, 16, tzinfo=UTC), "until", "12月31日 24:00"),
        (datetime(2026, 11, 24, 1, 30, tzinfo=UTC), "recent", "今日 09:30"),
        (datetime(2026, 11, 22, 16, 30, tzinfo=UTC), "recent", "昨日 00:30"),
        (datetime(2026, 11, 26, 1, tzinfo=UTC), "weekday", "周四"),
        (datetime(2026, 11, 26, 1, tzinfo=UTC), "iso", "2026-11-26"),
        (datetime(2026, 9, 21, 2, 2, 17, tzinfo=UTC), "stamp", "2026-09-21 10:02:17"),
        (datetime(2026, 9, 21, tzinfo=UTC), "fullday", "2026年9月21日"),
    ],
)
def test_dates_are_said_as_the_law_says_them(value, form, words):
    assert moments.FORMS[form](value) == words


@pytest.mark.parametrize(
    ("left", "state"),
    [
        (timedelta(days=3, seconds=1), ""),
        (timedelta(days=3), "is-near"),
        (timedelta(hours=24, seconds=1), "is-near"),
        (timedelta(hours=24), "is-due"),
        (timedelta(0), "is-past"),
    ],
)
def test_a_clock_chip_changes_its_shape_at_three_days_and_at_one(left, state):
    assert moments.nearness(NOW + left) == state


def test_under_an_hour_the_chip_counts_and_before_it_shows_the_date():
    assert 'data-form="hms" data-announce>00:30:00<' in drawn("{% clock a %}", a=NOW + timedelta(minutes=30))
    assert "data-until" not in drawn("{% clock a %}", a=NOW + timedelta(hours=2))


def test_a_paused_clock_says_why_and_shows_no_time():
    html = drawn('{% clock a paused="有异议，暂停计时" %}', a=NOW + timedelta(minutes=30))

    assert "is-paused" in html
    assert "有异议，暂停计时" in html
    assert "data-until" not in html


def test_a_hash_is_short_on_the_page_and_whole_for_who_copies_it():
    digest = "b41e" + "0" * 56 + "7c02"

    assert drawn("{% digest a %}", a=digest) == f'<span class="gz-hash" title="{digest}">b41e…7c02</span>'
    assert drawn("{{ a|short }}", a=bytes.fromhex(digest)) == "b41e…7c02"


def test_a_citation_links_to_the_rule_page_and_an_unknown_one_is_plain_text():
    assert 'href="/rules/ENG-10/"' in drawn('{% cite "招标投标法 第二十四条" "ENG-10" %}')
    assert drawn('{% cite "合同 第十二条" %}') == '<span class="gz-cite">合同 第十二条</span>'
