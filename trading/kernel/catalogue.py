"""公共资源交易目录: which row a project falls under, whether it has to enter, and what it may be traded by. Pure.

A row is a mapping as the catalogue keeps it: {"row", "key", "code", "name", "region_code", "batch", "since", "until",
"procedures", "thresholds", "periods", "document", "initiator", "treatment", "authority"}; dates are ISO, money is text.
"""

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from credit.regioncodes import stem
from platform_site.accounts.refusals import Violation
from platform_site.rules import Rule, Value, rule
from trading.kernel.procedure import Book

# Rules of the register whose numbers and article are those of the row: number of the row -> rule.
BY_THE_ROW = {"notice": "PLT-18", "listing": "PLT-19", "": "PLT-20"}
Row = Mapping[str, Any]


def in_force(row: Mapping[str, Any], on: date) -> bool:
    """Whether the row, or a number in it, counts on that day; `until` is the first day it counts no more."""
    since, until = row.get("since"), row.get("until")
    return (not since or date.fromisoformat(since) <= on) and (not until or on < date.fromisoformat(until))


def below(region: str, other: str) -> bool:
    """Whether `other` is the region `region` or lies in it: 000000 holds 990000 holds 990100 holds 990103."""
    return other.startswith(stem(region))


def row_for(rows: Iterable[Row], *, code: str, region: str, on: date) -> Row | None:
    """The row in force for a trade of this classification code in this region: the nearest region's, its newest batch.

    Args:
        code: 交易分类代码, three characters; a row may name one code (Z01) or a whole letter (A).
    """
    found = [
        row for row in rows if code.startswith(row["code"]) and in_force(row, on) and below(row["region_code"], region)
    ]
    return max(
        found,
        key=lambda row: (len(row["code"]), len(row["region_code"].rstrip("0")), row["batch"]),
        default=None,
    )


def reached(
    row: Row, *, kind: str, amount: Decimal | None, state_controlled: bool, on: date
) -> Mapping[str, Any] | None:
    """The threshold in force that says a project of this kind and amount (yuan) has to enter; None where none does.

    A threshold without an amount counts for every project; one with an amount that is not known yet is not reached;
    one with `state_only` counts where state money dominates (民间投资的非必须招标项目自主决定).
    """
    for one in row.get("thresholds", ()):
        kinds = one.get("kinds") or ()
        if (kinds and kind not in kinds) or not in_force(one, on) or (one.get("state_only") and not state_controlled):
            continue
        if not one.get("value") or (amount is not None and amount >= Decimal(one["value"])):
            return one
    return None


def served(row: Row, region: str, centre: str) -> bool:
    """Whether a centre of the region `centre` may be chosen for a project of `region`: its own or one above always, one
    elsewhere as the row says."""
    if below(centre, region) or row.get("elsewhere") == "any":
        return True
    return row.get("elsewhere") == "province" and centre[:2] == region[:2]


def cited(row: Row, number: Mapping[str, Any] | None = None) -> str:
    """The document and article as printed beside a refusal: of the number where it names its own."""
    said = row["document"]
    article = (number or {}).get("article") or said.get("article", "")
    document = (number or {}).get("document") or f"{said['title']}（{said['number']}）"
    return f"{document} {article}".strip()


def objections(
    row: Row | None,
    limit: Mapping[str, Any] | None,
    *,
    procedure: str,
    needed: bool,
    titles: Mapping[str, str],
    amount: Decimal | None,
    mandatory: bool,
    region: str,
    centre: str,
) -> list[Violation]:
    """Why a project may not be registered so.

    Args:
        limit: the threshold it has `reached`.
        needed: the procedure lives by the catalogue alone, so that without a row there is no law to trade by.
        titles: procedure id -> its name.
        amount: the estimate of all lots together, yuan; None where none was stated.
        mandatory: what the project says of itself.
        region, centre: where the project lies, and the region of the centre it chose ("" where that is not known).
    """
    if row is None:
        return [Violation("catalogue.absent", "PLT-13", rule("PLT-13").article)] if needed else []
    found = []
    if procedure not in row["procedures"]:
        allowed = tuple(titles[one] for one in row["procedures"] if one in titles)
        facts = {"name": row["name"], "procedure": titles.get(procedure, procedure), "allowed": allowed}
        found.append(Violation("catalogue.procedure", "PLT-13", cited(row), facts))
    if centre and not served(row, region, centre):
        facts = {"name": row["name"], "choice": row["elsewhere"]}
        found.append(Violation("catalogue.centre", "PLT-13", cited(row), facts))
    if not mandatory and limit is not None:
        least = Decimal(limit["value"]) if limit.get("value") else None
        facts = {"name": row["name"], "amount": amount, "limit": least, "what": limit["what"]}
        found.append(Violation("catalogue.must_enter", "PLT-01", cited(row, limit), facts))
    return found


def with_row(book: Book, row: Row) -> Book:
    """The book in which the rules that a catalogue row speaks for carry the row's numbers and its document as article.

    The same book where the row brings no numbers: the category is one of law.
    """
    periods: Mapping[str, Mapping[str, Any]] = row.get("periods") or {}
    if not periods:
        return book
    rules: dict[str, Rule] = dict(book.rules)
    for name, rule_id in BY_THE_ROW.items():
        number = periods.get(name)
        values = {"days": Value(int(number["amount"]), number["unit"], status=number["status"])} if number else {}
        old = rules[rule_id]
        rules[rule_id] = Rule(
            old.id, old.title, cited(row, number), old.kind, old.effect, row["status"], values, note=old.note
        )
    return Book(book.category, book.title, book.edition, rules, book.procedures)
