"""Facets asked for together give the rows that a plain filter gives, however thinly they are sown."""

import random
from datetime import timedelta

import pytest
from django.db import connection

from disclosure import finding, folding
from disclosure.facets import Facets, condition
from disclosure.models import ListedNotice
from tests.disclosure import haystacks

CATEGORIES, STAGES = ("engineering", "procurement", "land"), ("tender", "result", "failure")
REGIONS = ("990101", "990102", "990201", "980101", "")

pytestmark = pytest.mark.django_db


def sown(count: int) -> None:
    """Rows with all facets mixed, but that land is never sold by a province 98, and nothing ever failed there."""
    chance, rows = random.Random(5), []
    for n in range(count):
        region, category, stage = chance.choice(REGIONS), chance.choice(CATEGORIES), chance.choice(STAGES)
        if region.startswith("98"):
            category, stage = category.replace("land", "engineering"), stage.replace("failure", "tender")
        title = chance.choice(haystacks.THINGS) + chance.choice(haystacks.TAILS)
        rows.append(
            ListedNotice(
                category=category, kind=stage, stage=stage, region_code=region, province=region[:2], city=region[:4],
                imported=chance.random() < 0.5, title=title, path="/", haystack=folding.haystack(title),
                published_at=haystacks.START - timedelta(seconds=37 * n),
            )
        )  # fmt: skip
    ListedNotice.objects.bulk_create(rows, batch_size=2_000)


def questions(count: int) -> list[tuple[Facets, list[str]]]:
    """Facets and words as readers might ask for: none, one or several of each."""
    chance = random.Random(6)

    def some(values: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(chance.sample(values, chance.choice((0, 0, 1, 1, 2, 3))))

    return [
        (
            Facets(
                some(CATEGORIES), some(STAGES),
                chance.choice(("", "990000", "990100", "990102", "980000", "980100", "980101", "970000")),
                chance.choice(("", "", "own", "history")),
            ),
            chance.choice(([], [], ["水厂"], ["工程", "公路"], ["桥"], ["没有"])),
        )
        for _ in range(count)
    ]  # fmt: skip


@pytest.fixture(autouse=True)
def patient(monkeypatch):
    """A busy machine is no wrong answer."""
    monkeypatch.setattr(finding, "TIMEOUT_MS", 60_000)
    monkeypatch.setattr(finding, "HASTE_MS", 60_000)
    monkeypatch.setattr(finding, "HASTE_WITHIN_MS", 60_000)


@pytest.mark.parametrize(
    ("glance", "walk", "hasty"), [(finding.GLANCE, finding.WALK, True), (5, 40, True), (5, 40, False)]
)
def test_every_mixture_gives_the_rows_of_a_plain_filter(monkeypatch, glance, walk, hasty):
    monkeypatch.setattr(finding, "GLANCE", glance)
    monkeypatch.setattr(finding, "WALK", walk)
    if not hasty:  # as if the index never answered at once
        monkeypatch.setattr(finding, "_in_haste", lambda *_: None)
    sown(1_200)
    since = haystacks.START - timedelta(seconds=37 * 800)
    hits = 0

    for facets, words in questions(120):
        base = ListedNotice.objects.filter(published_at__gte=since)
        plain = base.filter(*map(condition, facets.columns))
        for word in words:
            plain = plain.filter(haystack__contains=word)
        first = list(plain.order_by("-published_at", "-id").values_list("pk", flat=True)[:20])
        last = list(plain.order_by("published_at", "id").values_list("pk", flat=True)[:20])

        assert [row.pk for row in finding.newest(base, words, 20, facets)] == first, (facets, words)
        assert [row.pk for row in finding.oldest(base, words, 20, facets)] == last, (facets, words)
        hits += bool(first)

    assert hits > 50


def test_facets_together_are_asked_of_their_own_index():
    sown(3_000)
    asked = finding._Asked(ListedNotice.objects.all(), [], Facets(categories=("land",), region="980000"))
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE disclosure_listednotice")
        cursor.execute("SET LOCAL enable_seqscan = off")  # as the search itself has it
        plan = asked.whole.explain(analyze=True)

    assert "listed_facets" in plan
    assert "Filter" not in plan
