"""What is owed after an award: every number from the book the lot was announced under, none from the prose."""

import re
from dataclasses import replace
from datetime import date
from types import MappingProxyType

import pytest

from disclosure import afterwards
from platform_site.rules import Value
from trading.rulebooks import book_for

TODAY = date(2026, 11, 21)
BOOKS = ("engineering.open", "procurement.inquiry", "land.listing")


@pytest.mark.parametrize("procedure", BOOKS)
def test_no_number_stands_in_the_prose_itself(procedure):
    prose = [
        words for one in afterwards.OWED[book_for(procedure, on=TODAY).category] for words in (one.act, one.within)
    ]

    assert [words for words in prose if re.search(r"\d|[一二三四五六七八九十]+日", words)] == []


@pytest.mark.parametrize(
    ("procedure", "said"),
    [
        ("engineering.open", "中标通知书发出后 30 日内"),
        ("engineering.open", "提交履约保证金，不超过合同金额的 10%"),
        ("procurement.inquiry", "合同签订后 5 个工作日内"),
        ("land.listing", "成交确认书签订后 10 个工作日内"),
    ],
)
def test_the_law_of_today_in_words(procedure, said):
    rows = afterwards.owed(book_for(procedure, on=TODAY))

    assert said in [words for act, within, _ in rows for words in (act, within)]


def test_another_edition_with_another_number_says_the_other_number():
    book = book_for("engineering.open", on=TODAY)
    changed = replace(book.rule("ENG-43"), values={"days": Value(45, "cd", "<=")})
    later = replace(book, rules=MappingProxyType({**book.rules, "ENG-43": changed}))

    assert "中标通知书发出后 45 日内" in [within for _, within, _ in afterwards.owed(later)]


def test_a_category_without_rows_owes_nothing():
    book = replace(book_for("land.listing", on=TODAY), category="carbon")

    assert afterwards.owed(book) == []
