"""Every refusal has its words."""

import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from django.template.loader import get_template

from platform_site.accounts.refusals import Violation
from platform_site.rules import rule
from platform_site.web import refusals
from tests import databases

pytestmark = pytest.mark.django_db
ROOMS = ("platform_site", "credit", "experts", "trading", "disclosure", "supervision")
NOON = datetime(2026, 11, 25, 4, tzinfo=UTC)


def codes_in_the_code() -> set[str]:
    """Every code a Violation is made with, read from the source."""
    found: set[str] = set()
    for room in ROOMS:
        for path in Path(databases.BASE, room).rglob("*.py"):
            text = path.read_text(encoding="utf-8")
            found |= set(re.findall(r"[Vv]iolation\(\s*\"([a-z_]+\.[a-z_.]+)\"", text))
    return found


def test_the_source_is_really_read():
    assert {"period.too_short", "state.wrong", "bids.too_few"} <= codes_in_the_code()


def test_every_code_has_a_template_of_its_own():
    missing = [code for code in sorted(codes_in_the_code()) if not _exists(refusals.template_names(code)[0])]

    assert not missing


def _exists(name: str) -> bool:
    return (databases.BASE / "templates" / name).is_file()


@pytest.mark.parametrize(
    "path", sorted((databases.BASE / "templates" / "refusals").glob("[a-z]*.html")), ids=lambda p: p.stem
)
def test_words_stand_even_where_a_fact_is_missing(path, at):
    at(NOON)
    code = path.stem.replace("__", ".")

    html = refusals.rendered(Violation(code))

    assert "None" not in html
    assert re.search(r"<h2>.*[\u4e00-\u9fff]{4}", html, re.S)
    assert "gz-refusal" in html
    assert get_template(f"refusals/{path.name}")


def too_short() -> Violation:
    facts = {"what": "等标期", "start": NOON, "end": NOON + timedelta(days=13), "need": 20, "have": 13, "unit": "cd",
             "earliest": datetime(2026, 12, 15, 16, tzinfo=UTC)}  # fmt: skip
    remedy = {"field": "bid_deadline", "value": datetime(2026, 12, 16, 1, 30, tzinfo=UTC)}
    return Violation("period.too_short", "ENG-10", rule("ENG-10").article, facts, remedy)


def test_a_short_period_shows_the_arithmetic_the_ruler_the_article_and_the_way_out(at):
    at(NOON)

    html = refusals.rendered(too_short())

    assert "只有 <b>13 日</b>，还差 <b>7 日</b>" in html
    assert html.count('class="miss"') == 7
    assert "第 20 日为 12月15日，12月16日起可以截止" in html
    assert "最短不得少于二十日" in html
    assert "投标截止时间可以改为 <b>12月16日（周三）09:30</b>" in html


def test_inside_the_form_the_way_out_is_a_button_that_fills_the_field(at):
    at(NOON)

    html = refusals.rendered(too_short(), fill=True)

    assert 'data-act="fill" data-field="bid_deadline" data-value="2026-12-16T09:30"' in html


def test_a_cap_shows_amount_cap_base_and_excess():
    facts = {
        "amount": Decimal("980000.00"),
        "cap": Decimal("800000.00"),
        "base": Decimal("40000000.00"),
        "share": Decimal("0.02"),
    }

    html = refusals.rendered(
        Violation("amount.over_cap", "ENG-15", "", facts, {"field": "bond_cny", "value": Decimal("800000.00")})
    )

    assert "投标保证金超过上限" in html
    assert "40,000,000.00 元的 2%" in html
    assert "超出 180,000.00 元" in html
    assert "800,000.00 元" in html


def test_before_the_deadline_a_refusal_shows_only_the_clock(at):
    at(NOON)

    html = refusals.rendered(
        Violation("clock.too_early", "ENG-27", "", {"until": NOON + timedelta(days=2), "moment": "投标截止时间"})
    )

    numbers = set(re.findall(r"\d+", re.sub(r"<[^>]*>", "", html)))
    assert numbers <= {"11", "27", "12", "00", "2", "0"}


def test_what_only_warns_is_drawn_in_amber():
    assert "is-warn" in refusals.rendered(Violation("text.unreasonable", "ENG-20", "", {"hits": ("本省业绩",)}))
    assert "is-warn" in refusals.rendered(Violation("amount.under_floor", "LND-06"), warn=True)
    assert "is-warn" not in refusals.rendered(Violation("amount.over_cap"))


def test_markup_in_a_fact_is_text():
    html = refusals.rendered(Violation("committee.conflict", "", "", {"members": ("<script>alert(1)</script>",)}))

    assert "<script>" not in html
