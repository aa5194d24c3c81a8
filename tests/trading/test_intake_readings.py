"""Dates, amounts and numerals as notices write them."""

from datetime import date, datetime
from decimal import Decimal

import pytest

from trading.intake.moments import CHINA, illegible_in, moments_in, range_after
from trading.intake.money import amount_after
from trading.intake.numerals import integer
from trading.intake.page import level


def _moment(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=CHINA)


@pytest.mark.parametrize(
    ("words", "value"),
    [
        ("2026年4月21日（上午）10时30分", _moment(2026, 4, 21, 10, 30)),
        ("２０２６年０４月２１日下午2时30分", _moment(2026, 4, 21, 14, 30)),
        ("2026年4月21日下午14:30", _moment(2026, 4, 21, 14, 30)),
        ("2026年03月27日09:00", _moment(2026, 3, 27, 9)),
        ("2026年4月21日9:30时", _moment(2026, 4, 21, 9, 30)),
        ("2026年04月20日09：00。", _moment(2026, 4, 20, 9)),
        ("2026年4月21日（星期二）上午9点半", _moment(2026, 4, 21, 9, 30)),
        ("2026年4月21日中午12时", _moment(2026, 4, 21, 12)),
        ("2026年0 4 月20日09 时00分", _moment(2026, 4, 20, 9)),
        ("202\n6\n年\n03\n月\n16\n日", date(2026, 3, 16)),
        ("2026-3-15 14:31:17", _moment(2026, 3, 15, 14, 31, 17)),
        ("2026/04/21 10:30", _moment(2026, 4, 21, 10, 30)),
        ("2026.4.21", date(2026, 4, 21)),
        ("Mar 16, 2026", date(2026, 3, 16)),
        ("Mar 16, 2026 2:05:09 PM", _moment(2026, 3, 16, 14, 5, 9)),
        ("二〇二六年四月二十一日", date(2026, 4, 21)),
        ("2026年4月21日", date(2026, 4, 21)),
    ],
)
def test_a_moment_is_read_however_it_is_written(words, value):
    text = level(words)
    assert [read.value for read in moments_in(text, 0, len(text))] == [value]


def test_twenty_four_hours_is_midnight_of_the_next_day_and_says_so():
    text = "2026年12月31日24:00"
    (read,) = moments_in(text, 0, len(text))
    assert read.value == _moment(2027, 1, 1)
    assert "24时" in read.note


@pytest.mark.parametrize("words", ["2026年4月21日上午14:30", "2026年4月21日25:00", "2026年4月21日9:75"])
def test_an_hour_that_cannot_be_leaves_the_day_and_a_note(words):
    (read,) = moments_in(words, 0, len(words))
    assert read.value == date(2026, 4, 21)
    assert read.derived
    assert "未采用" in read.note


@pytest.mark.parametrize("words", ["2026年2月30日", "2026年13月1日", "2026-02-31"])
def test_a_day_no_calendar_knows_is_illegible_not_guessed(words):
    assert moments_in(words, 0, len(words)) == []
    assert illegible_in(words, 0, len(words)) == [words]


def test_the_second_end_of_a_range_takes_the_year_of_the_first_and_is_marked_derived():
    text = "2026年12月30日至次日之前2026年12月30日至12月31日"
    first = moments_in(text, 12, len(text))[0]
    last = range_after(text, first, len(text))
    assert last is not None
    assert (last.value, last.derived) == (date(2026, 12, 31), True)
    assert "按2026年计" in last.note


def test_a_date_without_a_year_is_not_read_where_nothing_gives_the_year():
    assert moments_in("4月19日", 0, 5) == []
    assert moments_in("4月19日", 0, 5, year=2026)[0].derived


@pytest.mark.parametrize(
    ("words", "yuan"),
    [
        ("为5421065.42元(其中暂列金230339.27元", "5421065.42"),
        ("：人民币10万元", "100000.00"),
        ("约2667.34万元", "26673400.00"),
        ("（万元）：1234.56", "12345600.00"),
        ("１，３５９，１０２．００元", "1359102.00"),
        ("为人民币伍佰万元整（¥5000000.00）", "5000000.00"),
        ("壹拾贰万叁仟元整", "123000.00"),
        ("伍元叁角贰分", "5.32"),
        ("(招标控制价)为人民币1.2亿元", "120000000.00"),
        (" | \n 2302.18万元 \n", "23021800.00"),
        ("：0元", "0.00"),
        ("：-5000元", "-5000.00"),
    ],
)
def test_an_amount_is_read_in_yuan_with_fen(words, yuan):
    text = level(words)
    amount = amount_after(text, 0, len(text))
    assert amount is not None
    assert amount.yuan == Decimal(yuan)


@pytest.mark.parametrize(
    "words",
    [
        "三分之二的市政工程业绩(工程造价≥1427.52万元)",
        "：100-200万元",
        "为12元/㎡",
        ": 85%",
        "1.0万吨/天",
        "5万平方米",
        "详见招标文件",
        "",
    ],
)
def test_what_is_not_this_amount_is_not_taken_for_it(words):
    text = level(words)
    amount = amount_after(text, 0, len(text))
    assert amount is None or amount.yuan is None


def test_fractions_of_a_fen_are_rounded_and_said_to_be():
    amount = amount_after("为1.23456789万元", 0, 13)
    assert amount is not None
    assert (amount.yuan, amount.exact) == (Decimal("12345.68"), False)


def test_an_absurd_amount_has_no_value():
    text = "为" + "9" * 18 + "亿元"
    amount = amount_after(text, 0, len(text))
    assert amount is not None
    assert amount.yuan is None


@pytest.mark.parametrize(
    ("words", "number"),
    [
        ("十二", 12),
        ("二十", 20),
        ("两", 2),
        ("伍佰万", 5_000_000),
        ("一亿零三万", 100_030_000),
        ("二〇二六", 2026),
        ("Ⅲ", 3),
        ("１２".translate({0xFF11: "1", 0xFF12: "2"}), 12),
        ("", None),
        ("甲", None),
        ("9" * 40, None),
    ],
)
def test_a_numeral_is_the_number_it_writes_or_none(words, number):
    assert integer(words) == number


def test_levelling_keeps_every_offset():
    text = "（１２３）〔２０２６〕　“甲”：乙，丙；丁／戊\u200b\ufeff"
    assert len(level(text)) == len(text)
    assert level(text).startswith("(123)[2026] ")
