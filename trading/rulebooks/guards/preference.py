"""Guards on price preferences: 小微企业价格扣除 and 本国产品. The document says the rate, the law within which span."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from platform_site import workdays
from platform_site.accounts.refusals import Violation
from trading.kernel.adjusting import CLAIMS, PREFERENCE
from trading.kernel.guards import guard
from trading.kernel.procedure import Book, Facts

# Which numbers of GP-23 bound a deduction: claim -> (of works, of goods and services).
SPANS = {"small": ("works", "goods_services"), "joint": ("works_consortium", "consortium")}
WORKS = frozenset({"works", "epc"})


def least_shares(book: Book) -> Mapping[str, Decimal]:
    """What share a bid has to declare before a preference counts, by claim, /1."""
    return {
        "joint": Decimal(book.rule("GP-23")["small"].amount),
        "domestic": Decimal(book.rule("GP-24")["domestic"].amount),
    }


def _rates(facts: Facts, *keys: str) -> Iterator[tuple[str, str, Decimal]]:
    """(key, title, rate) of the document's preferences of these keys; a rate that is no number is zero."""
    for row in facts.values.get("adjustments") or ():
        if row.get("kind") == PREFERENCE and row.get("key") in keys:
            try:
                rate = Decimal(str(row.get("value")))
            except ArithmeticError:
                rate = Decimal(0)
            yield row["key"], str(row.get("title") or CLAIMS[row["key"]]), rate if rate.is_finite() else Decimal(0)


def _named(facts: Facts) -> list[Any]:
    return [row.get("key") for row in facts.values.get("adjustments") or () if row.get("kind") == PREFERENCE]


def _outside(book: Book, rule: str, key: str, title: str, rate: Decimal, low: Decimal, high: Decimal) -> Violation:
    """The rate is not within the span; the nearest that is stands beside it."""
    remedy = {"field": f"preference_{key}", "value": max(low, min(high, rate))}
    return book.violation("preference.out_of_span", rule, remedy, title=title, share=rate, low=low, high=high)


@guard("GP-23")
def preference_known(facts: Facts, book: Book) -> Violation | None:
    """A preference is one the law knows, and each stands in the document once: no price is deducted twice for one."""
    named = _named(facts)
    if any(key not in CLAIMS or named.count(key) > 1 for key in named):
        return book.violation("preference.unknown", "GP-23", known=tuple(CLAIMS.values()))
    return None


@guard("GP-23")
def small_deduction(facts: Facts, book: Book) -> Violation | None:
    """小微企业价格扣除: the document's rate lies within the law's span, which differs for works."""
    rule, works = book.rule("GP-23"), facts.values.get("kind") in WORKS
    for key, title, rate in _rates(facts, *SPANS):
        span = SPANS[key][0 if works else 1]
        low, high = (Decimal(rule[f"{span}_{end}"].amount) for end in ("min", "max"))
        if not low <= rate <= high:
            return _outside(book, "GP-23", key, title, rate, low, high)
    return None


@guard("GP-24")
def domestic_preference(facts: Facts, book: Book) -> Violation | None:
    """本国产品: for goods, since the day it is in force, at the law's rate and no other."""
    rule, begins = book.rule("GP-24"), facts.values.get("notice_at")
    for key, title, rate in _rates(facts, "domestic"):
        if facts.values.get("kind") != "goods":
            return book.violation("preference.not_goods", "GP-24", title=title)
        if rule.since and isinstance(begins, datetime) and workdays.day_of(begins) < rule.since:
            return book.violation("preference.not_yet", "GP-24", title=title, since=rule.since)
        need = Decimal(rule["preference"].amount)
        if rate != need:
            return _outside(book, "GP-24", key, title, rate, need, need)
    return None


ASKED = (preference_known, small_deduction, domestic_preference)
