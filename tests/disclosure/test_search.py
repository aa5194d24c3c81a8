"""The search finds what LIKE finds, and gives up in time."""

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from disclosure import finding, folding, tradelist
from disclosure.models import ListedNotice
from tests.disclosure import haystacks


@pytest.fixture(autouse=True)
def patient(monkeypatch):
    """A busy machine is no wrong answer: the limit has its own test."""
    monkeypatch.setattr(finding, "TIMEOUT_MS", 60_000)
    monkeypatch.setattr(finding, "HASTE_MS", 60_000)


def asked(where: str, values: list[str]) -> set:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT id FROM disclosure_listednotice WHERE {where}", values)
        return {pk for (pk,) in cursor.fetchall()}


def by_like(words: list[str]) -> set:
    return asked(" AND ".join(["haystack LIKE %s"] * len(words)), [folding.like(word) for word in words])


def by_index(words: list[str]) -> set:
    with connection.cursor() as cursor:
        # So few rows would be read one by one; it is the index that is asked here.
        cursor.execute("SET LOCAL enable_seqscan = off")
        found = asked("grams @@ %s::tsquery", [folding.tsquery(words)])
        cursor.execute("SET LOCAL enable_seqscan = on")
    return found


def assert_the_same(titles: list[str], seed: int) -> int:
    """400 random queries; how many of them found something."""
    hits = 0
    for n, query in enumerate(haystacks.queries(titles, seed=seed)):
        words = folding.words(query)
        if not words:
            continue
        found = by_like(words)
        assert by_index(words) == found, query
        hits += bool(found)
        if n % 20 == 0:
            page = finding.newest(ListedNotice.objects.all(), words, 20)
            newest = ListedNotice.objects.filter(pk__in=found).order_by("-published_at", "-id")
            assert [row.pk for row in page] == list(newest.values_list("pk", flat=True)[:20]), query
    return hits


@pytest.mark.django_db
def test_search_equals_like_on_invented_titles():
    titles = haystacks.invented()
    haystacks.fill(titles)

    assert assert_the_same(titles, seed=1) > 200


@pytest.mark.django_db
def test_search_equals_like_on_real_titles(shared_data):
    titles = haystacks.real(shared_data)
    if not titles:
        pytest.skip("the collected titles are not there")
    haystacks.fill(titles)

    assert assert_the_same(titles, seed=2) > 200


@pytest.mark.django_db
@pytest.mark.parametrize("text", haystacks.ODD)
def test_every_piece_of_an_awkward_title_finds_it(text):
    haystacks.fill([text, "无关的公告"])
    whole = folding.haystack(text)

    for start in range(len(text)):
        for length in (1, 2, 3, 5, 12):
            for word in folding.words(text[start : start + length].replace('"', "").replace("“", "").replace("”", "")):
                assert word in whole
                assert len(by_index([word])) >= 1, word


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("led显示屏", True),
        ("ＬＥＤ", True),
        ("(二次)", True),
        ("25m2", True),
        ("100%", True),
        ("10_%", False),
        ("%国产", True),
        ("\\改造_", True),
        ("'a' &", True),
        ("<-> d", True),
        ("strasse", True),
        ("\"一期 'a'\"", True),
        ("\"一期'a'\"", False),
        ("的", True),
        ("号", True),
        ("鼎", False),
    ],
)
def test_width_case_and_marks_are_compared_as_documented(query, found):
    haystacks.fill(list(haystacks.ODD))

    assert bool(by_index(folding.words(query))) is found
    assert by_index(folding.words(query)) == by_like(folding.words(query))


@given(st.text(max_size=40), st.integers(0, 39), st.integers(1, 12))
def test_a_piece_of_a_text_folds_to_a_piece_of_the_folded_text(text, start, length):
    piece = folding.folded(text[start : start + length])

    assert piece in folding.folded(text)


@given(st.text(max_size=300))
def test_any_query_becomes_few_short_words_or_none(query):
    words = folding.words(query)

    assert len(words) <= folding.WORD_LIMIT
    assert sum(map(len, words)) <= folding.QUERY_LIMIT
    assert all(words)


def rows_looked_at(words: list[str]) -> int:
    """Rows PostgreSQL takes in hand for one page of results: what a search costs, whatever else the machine does."""
    asked: list[tuple[str, tuple]] = []

    def listen(execute, sql, params, many, context):
        if "disclosure_listednotice" in sql:
            asked.append((sql, params))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(listen):
        finding.newest(ListedNotice.objects.all(), words, 20)
    looked = 0
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")  # as the search itself has it
        for sql, params in asked:
            cursor.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {sql}", params)
            looked += scanned(cursor.fetchone()[0][0]["Plan"])
    return looked


def scanned(node: dict) -> int:
    inner = sum(map(scanned, node.get("Plans", ())))
    if "Relation Name" not in node and "Index Name" not in node:
        return inner
    seen = sum(node.get(f, 0) for f in ("Actual Rows", "Rows Removed by Filter", "Rows Removed by Index Recheck"))
    return inner + round(seen * node["Actual Loops"])


@pytest.mark.django_db
def test_the_empty_and_the_hopeless_query_are_cheap():
    haystacks.fill(haystacks.invented(6_000))
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE disclosure_listednotice")

    looked = {query: rows_looked_at(folding.words(query)) for query in ("", "鼎彝簠簋", "工程程工工程程工")}

    assert looked[""] <= 60
    assert max(looked.values()) <= 3 * finding.GLANCE, looked


@pytest.mark.django_db
def test_a_search_that_meets_its_limit_is_cancelled(monkeypatch):
    haystacks.fill(haystacks.invented(10))
    monkeypatch.setattr(finding, "TIMEOUT_MS", 50)
    slow = ListedNotice.objects.extra(where=["(SELECT count(pg_sleep(0.05)) FROM generate_series(1, 5)) > 0"])

    with pytest.raises(finding.TookTooLong):
        finding.newest(slow, ["工程"], 20)

    assert ListedNotice.objects.count() == 10 + len(haystacks.ODD)


@pytest.mark.django_db
def test_the_limit_ends_with_the_search():
    finding.newest(ListedNotice.objects.all(), ["工程"], 20)

    with connection.cursor() as cursor:
        cursor.execute("SHOW statement_timeout")
        assert cursor.fetchone() == ("0",)


@pytest.mark.parametrize(("title", "words", "shown"), [
    ("城乡供水工程监理", ["供水", "监理"], "城乡<mark>供水</mark>工程<mark>监理</mark>"),
    ("ＤＮ３００管网", ["dn3"], "<mark>ＤＮ３</mark>００管网"),
    ("供水水厂", ["供水水", "水水厂"], "<mark>供水水厂</mark>"),
    ("<b>供水</b>", ["供水"], "&lt;b&gt;<mark>供水</mark>&lt;/b&gt;"),
    ("供水", ["道路"], "供水"),
])  # fmt: skip
def test_the_words_searched_for_are_marked_in_the_title(title, words, shown):
    assert tradelist.marked(title, words) == shown
