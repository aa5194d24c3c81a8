"""What each procedure's book says of its draft, and the forms made of it."""

import json
import re
from pathlib import Path

import pytest

from tests import databases
from tests.trading.stage import START as NOW
from trading.catalogues import SHIPPED
from trading.draftfields import FIELDS
from trading.draftforms import layout_of
from trading.kernel.catalogue import with_row
from trading.kernel.procedure import Facts
from trading.offered import categories_of, offered, planned
from trading.rulebooks import PROCEDURES, book_for

# A row of the catalogue, which brings the numbers of the book that has none.
FORESTRY = {**json.loads(SHIPPED.read_text("utf-8"))[1]["rows"][1], "document": {"title": "目录", "number": "一"}}
OFFERED = [p for _, found in offered() for p in found]
ASKING = re.compile(r"\bcategory\b\s*(?:==|!=)|\bcategory\s+(?:not\s+)?in\s+[\[({\"']|match\s+\S*category\b")


def test_no_service_form_or_page_asks_for_a_category():
    rooms = ("trading", "disclosure", "supervision", "credit", "experts", "platform_site")
    asked = [
        f"{path.relative_to(databases.BASE)}: {line.strip()}"
        for room in rooms
        for path in Path(databases.BASE, room).rglob("*.py")
        if "rulebooks" not in path.parts
        for line in path.read_text(encoding="utf-8").splitlines()
        if ASKING.search(line)
    ]

    assert asked == []


@pytest.mark.parametrize("line", ['if p.category == "land":', 'if category in ("land", "mining"):', "x.category != y"])
def test_what_would_ask_for_a_category_is_found(line):
    assert ASKING.search(line)


def test_every_procedure_is_offered_with_trade_categories_of_its_own():
    assert {p.id for p in OFFERED} == set(PROCEDURES)
    for procedure in OFFERED:
        codes = [code for code, _ in categories_of(procedure)]
        assert codes or procedure.category == "catalogued"  # whose codes are rows of the catalogue in force
        assert all(re.fullmatch(r"[A-Z]\d\d", code) for code in codes)
    assert [p.id for p in planned()] == ["engineering.open"]


@pytest.mark.parametrize("procedure", OFFERED, ids=lambda p: p.id)
def test_a_draft_names_fields_and_rules_there_are(procedure):
    draft, book = procedure.draft, with_row(book_for(procedure.id, on=NOW.date()), FORESTRY)
    named = [name for step in draft.steps for name in step.fields]

    assert len(named) == len(set(named))
    assert set(named) <= FIELDS.keys()
    assert {name for name, _ in (*draft.labels, *draft.helps)} <= FIELDS.keys()
    assert draft.steps[-1].slug == "review"
    assert [s.slug for s in draft.steps if s.slug in {"project", "files"}] == ["project", "files"]
    for span in draft.spans:
        assert {span.start, span.end} <= set(named)
        assert book.rule(span.rule)[span.value].amount > 0
    for share in draft.shares:
        assert {share.field, share.base} <= set(named)


@pytest.mark.parametrize("procedure", OFFERED, ids=lambda p: p.id)
def test_whatever_an_empty_draft_is_refused_for_stands_at_a_field(procedure):
    layout, book = layout_of(procedure.draft), book_for(procedure.id, on=NOW.date())
    facts = Facts("registered", NOW, values={"mandatory": True})

    from trading.drafting import field_of

    found = [v for ask in procedure.transitions["schedule_notice"].guards if (v := ask(facts, book))]
    lost = [(v.code, v.rule, dict(v.facts)) for v in found if not field_of(layout, v)]
    assert found
    assert [one for one in lost if one[2].get("fact") not in {"finding"}] == []
