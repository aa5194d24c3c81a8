"""The register holds the rulebook: every row, every number, every citation."""

import ast
import re
import sys
from collections import Counter
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest

from platform_site.rules import EFFECTS, Rule, Value, register
from trading.rulebooks import PROCEDURES
from trading.rulebooks.register import ALL, DOMAINS, rule

GOLDEN = Path(__file__).with_name("golden_rules.txt")
ROOMS = Path(__file__).resolve().parents[2]
COUNTS = {
    "GEN": 5,
    "ENG": 56,
    "GP": 42,
    "LND": 14,
    "MIN": 10,
    "SOE": 19,
    "EXP": 12,
    "CRE": 10,
    "PLT": 20,
    "ELE": 10,
    "CMP": 9,
}
UNITS = {
    *("cd", "wd", "mo", "yr", "h", "min", "cny", "/1", "/1/d", "times", "rank", "grounds"),
    *("bids", "bidders", "suppliers", "members", "candidates", "quotes", "users", "prices"),
}
# The order that carries a repair of credit has no number that we could check; the row says so.
NO_NUMBER = {"CRE-08"}


def golden_lines() -> list[str]:
    """One line a number, as the golden table holds them."""
    return [
        f"{row.id:7} {name:21} {value.sense} {value.amount} {value.unit}  [{row.status_of(name)}]"
        for row in ALL.values()
        for name, value in row.values.items()
    ]


def test_the_register_has_207_rows():
    assert len(ALL) == 207


def test_every_domain_has_its_count():
    assert {domain: len(rows) for domain, rows in DOMAINS.items()} == COUNTS
    assert Counter(row.domain for row in ALL.values()) == COUNTS


@pytest.mark.parametrize("domain", COUNTS)
def test_ids_run_from_one_without_a_gap(domain):
    assert [row.id for row in DOMAINS[domain]] == [f"{domain}-{n:02d}" for n in range(1, COUNTS[domain] + 1)]


def test_every_row_stands_under_its_own_id():
    assert all(key == row.id for key, row in ALL.items())


def test_every_number_agrees_with_the_golden_table():
    written = [line for line in GOLDEN.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]

    assert golden_lines() == written


def test_every_article_is_a_citation():
    numbered = r"第[零一二三四五六七八九十百千]+条|〔\d{4}〕\d+号|第\d+号|\d+号令|DA/T \d+"

    assert {row.id for row in ALL.values() if not re.search(numbered, row.article)} == NO_NUMBER
    assert [row.id for row in ALL.values() if re.search(r"第\d+条|Art|；$|；；", row.article)] == []


def test_every_title_is_short_and_in_the_laws_language():
    assert [row.id for row in ALL.values() if not re.search("[\u4e00-\u9fff]", row.title) or len(row.title) > 60] == []


def test_every_unit_is_known():
    assert {value.unit for row in ALL.values() for value in row.values.values()} <= UNITS


def test_every_share_is_an_exact_part_of_one():
    shares = [v.amount for row in ALL.values() for v in row.values.values() if v.unit.startswith("/1")]

    assert all(isinstance(amount, Decimal | Fraction) and 0 < amount <= 1 for amount in shares)


def test_a_row_is_never_surer_than_its_weakest_number():
    order = ("knowledge", "verified-2nd", "verified")

    weaker = [(r.id, n) for r in ALL.values() for n in r.values if order.index(r.status_of(n)) < order.index(r.status)]
    assert weaker == []


def test_a_row_with_numbers_of_different_certainty_says_which():
    mixed = [row for row in ALL.values() if any(value.status for value in row.values.values())]

    assert mixed
    assert [row.id for row in mixed if not re.search("核对|二手", row.note)] == []


def test_only_a_text_that_was_read_is_quoted():
    quoted = [row for row in ALL.values() if row.quote]

    assert quoted
    assert [row.id for row in quoted if "招标投标法" not in row.article or not row.quote.endswith("。")] == []


def test_every_number_a_book_counts_by_is_in_the_register():
    counted = {(m.rule, m.value) for p in PROCEDURES.values() for m in p.moments.values() if m.rule}

    assert {(i, n) for i, n in counted if n not in ALL[i].values} == set()


def test_every_number_the_code_asks_for_by_name_is_in_the_register():
    asked = set()
    for room in ("platform_site", "credit", "experts", "trading", "disclosure", "supervision"):
        for text in (path.read_text(encoding="utf-8") for path in (ROOMS / room).rglob("*.py")):
            if 'rule("' in text:
                asked |= set(_asked(ast.parse(text)))

    assert ("ENG-26", "bids") in asked
    assert {(i, n) for i, n in asked if n not in ALL[i].values} == set()


def _asked(tree):
    """(rule id, name) of every `….rule("ENG-10")["days"]`."""
    for node in ast.walk(tree):
        if not (isinstance(node, ast.Subscript) and isinstance(node.value, ast.Call) and node.value.args):
            continue
        rule_id, name = node.value.args[0], node.slice
        if (
            ast.unparse(node.value.func).endswith("rule")
            and isinstance(rule_id, ast.Constant)
            and isinstance(name, ast.Constant)
        ):
            yield rule_id.value, name.value


def test_rule_reads_the_register_at_the_moment_of_the_call(monkeypatch):
    monkeypatch.setitem(ALL, "ENG-10", ALL["ENG-10"].moved("days", 21))

    assert rule("ENG-10")["days"].amount == 21


def test_moving_a_number_leaves_the_original_alone():
    before = rule("ENG-28")["members"].amount

    rule("ENG-28").moved("members", 7)

    assert rule("ENG-28")["members"].amount == before


def test_an_id_is_taken_only_once():
    with pytest.raises(ValueError, match="ENG-10"):
        register([ALL["ENG-10"]])


def test_a_number_is_never_a_float():
    with pytest.raises(TypeError):
        Value(0.02, "/1")


def test_a_rule_with_an_unknown_effect_cannot_be_written():
    with pytest.raises(ValueError, match="forbid"):
        Rule("X-01", "试", "试", "duty", "forbid", "verified")
    assert "forbid" not in EFFECTS


if __name__ == "__main__" and "--write" in sys.argv:
    GOLDEN.write_text("\n".join(["# id, name, sense, amount, unit, [status]", *golden_lines(), ""]), encoding="utf-8")
