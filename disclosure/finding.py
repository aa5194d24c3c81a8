"""Finding notices: newest first, one page, whatever was asked, in bounded time.

A word that is common stands in the newest few thousand rows often enough for a page, and walking them is cheap. A word
that is not has a short list in the index of bigrams. So first a glance at the newest rows (of the facets asked for)
tells how common a word is, by LIKE; where it is common the walk goes on until the page is full, else the index is
asked; where the index does not answer at once, the word is common but comes in runs, and the walk goes on all the same.
None of this hangs on what the planner believes of a word, and all of it gives exactly the rows LIKE gives
(tests/disclosure/test_search.py). Facets asked for together may be sown as thinly as words, and are found in the same
way: the newest rows of one of them are looked through for the others, else the index of marks is asked
(disclosure/facets.py).
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import DatabaseError, OperationalError, connection, transaction
from django.db.models import Q, QuerySet

from disclosure import folding
from disclosure.facets import Facets, condition
from disclosure.models import ListedNotice
from disclosure.models.listed import MARKS

TIMEOUT_MS = 2_000
# So long may the index try where a glance saw little: what is common but comes in runs would keep it busy for seconds.
# Less within facets, for the walk goes through their rows alone and mostly ends the search.
HASTE_MS, HASTE_WITHIN_MS = 80, 15
# How many of the newest rows are compared one by one: first a glance, and a walk where the glance says it pays.
GLANCE, WALK = 250, 5_000
CANCELLED = "57014"

Place = tuple[datetime, UUID]
EVERYTHING = Facets()


class TookTooLong(Exception):
    """The search met its statement_timeout."""


def newest(
    found: QuerySet[ListedNotice], words: list[str], count: int, facets: Facets = EVERYTHING
) -> list[ListedNotice]:
    """The newest `count` of `found` with these facets in which every folded word occurs. Three queries at most, and one
    for the time limit.

    Raises:
        TookTooLong: it met `TIMEOUT_MS`.
    """
    return _limited(_Asked(found, words, facets), count, ("-published_at", "-id"))


def oldest(
    found: QuerySet[ListedNotice], words: list[str], count: int, facets: Facets = EVERYTHING
) -> list[ListedNotice]:
    """The same from the other end, oldest first."""
    return _limited(_Asked(found, words, facets), count, ("published_at", "id"))


def beyond(place: Place, *, newer: bool) -> Q:
    """Rows on the other side of a place in the list."""
    at, pk = place
    # The first condition says again what the second says, in the form an index can begin with.
    if newer:
        return Q(published_at__gte=at) & (Q(published_at__gt=at) | Q(id__gt=pk))
    return Q(published_at__lte=at) & (Q(published_at__lt=at) | Q(id__lt=pk))


@dataclass(frozen=True, slots=True)
class _Asked:
    found: QuerySet[ListedNotice]
    words: list[str]
    facets: Facets

    @property
    def ordered(self) -> QuerySet[ListedNotice]:
        """The rows that an index gives newest first: of the leading facet, or all of them."""
        lead = self.facets.lead
        return self.found.filter(condition(lead)) if lead else self.found

    @property
    def whole(self) -> QuerySet[ListedNotice]:
        """What is asked for, by the indexes of words and marks."""
        if self.facets.marks:  # they say all that the columns say, and leave the planner no worse way
            found = self.found.alias(marks=MARKS).filter(marks__overlap=self.facets.marks)
        else:
            found = self.found.filter(*map(condition, self.facets.columns))
        return found.filter(grams__holds=self.words) if self.words else found


def _limited(asked: _Asked, count: int, order: tuple[str, str]) -> list[ListedNotice]:
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            # A compiler of queries is started for costly plans only, and never pays here; nor does reading the whole
            # table, which the planner likes better than an index while it knows little of a word.
            cursor.execute(
                "SELECT set_config('statement_timeout', %s, true), set_config('jit', 'off', true),"
                " set_config('enable_seqscan', 'off', true)",
                [str(TIMEOUT_MS)],
            )
            rows = _find(asked, count, order)
            if connection.savepoint_ids:  # inside somebody's transaction the limit ends here, not at its commit
                cursor.execute("SET LOCAL statement_timeout = DEFAULT; SET LOCAL enable_seqscan = DEFAULT")
            return rows
    except OperationalError as trouble:
        if _cancelled(trouble):
            raise TookTooLong from trouble
        raise


def _cancelled(trouble: DatabaseError) -> bool:
    return getattr(trouble.__cause__, "pgcode", "") == CANCELLED


def _find(asked: _Asked, count: int, order: tuple[str, str]) -> list[ListedNotice]:
    if not asked.words and not asked.facets.rest:
        return list(asked.ordered.order_by(*order)[:count])
    for steps in (GLANCE, WALK):
        rows, walked = _walk(asked, count, order, steps)
        if len(rows) >= count or (walked is not None and walked < steps):
            return rows
        # So thinly sown, even the long walk would hardly fill the page. A single character has no short list anyway.
        thin = len(rows) * (WALK // GLANCE) < count and all(len(word) > 1 for word in asked.words)
        if steps == GLANCE and thin and (soon := _in_haste(asked, count, order)) is not None:
            return soon
    return _by_index(asked, count, order)


def _in_haste(asked: _Asked, count: int, order: tuple[str, str]) -> list[ListedNotice] | None:
    """Matches by the indexes if they are quick; None where the list turned out to be long."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:  # a savepoint, which takes its limit away with it
            haste = HASTE_WITHIN_MS if asked.facets.columns else HASTE_MS
            cursor.execute("SELECT set_config('statement_timeout', %s, true)", [str(min(haste, TIMEOUT_MS))])
            return _by_index(asked, count, order)
    except OperationalError as trouble:
        if _cancelled(trouble):
            return None
        raise


def _sql(found: QuerySet[ListedNotice], columns: tuple[str, ...]) -> tuple[str, tuple[Any, ...]]:
    sql, params = found.values_list(*columns).query.sql_with_params()
    return sql, params


def _direction(order: tuple[str, str]) -> str:
    return ", ".join(f"{name.lstrip('-')} {'DESC' if name.startswith('-') else 'ASC'}" for name in order)


def _walk(asked: _Asked, count: int, order: tuple[str, str], steps: int) -> tuple[list[ListedNotice], int | None]:
    """Matches among the first `steps` rows, and how many rows there were to walk; None where nothing matched."""
    rest = asked.facets.rest
    needed = ("id", "published_at", *(["haystack"] if asked.words else []), *(name for name, _ in rest))
    inner, params = _sql(asked.ordered.order_by(*order)[:steps], needed)
    conditions = " AND ".join(["haystack LIKE %s"] * len(asked.words) + [f"{name} = ANY(%s)" for name, _ in rest])
    sql = (
        f"WITH walked AS MATERIALIZED ({inner}), hit AS (SELECT id, (SELECT count(*) FROM walked) AS walked"
        f" FROM walked WHERE {conditions} ORDER BY {_direction(order)} LIMIT %s) {_whole('walked')} {_by(order)}"
    )
    told = [*(folding.like(word) for word in asked.words), *(list(values) for _, values in rest)]
    rows = list(ListedNotice.objects.raw(sql, [*params, *told, count]))
    return rows, rows[0].walked if rows else None


def _by_index(asked: _Asked, count: int, order: tuple[str, str]) -> list[ListedNotice]:
    """Matches by the indexes of bigrams and marks."""
    inner, params = _sql(asked.whole, ("id", "published_at"))
    sql = (
        f"WITH found AS MATERIALIZED ({inner}), hit AS (SELECT id FROM found ORDER BY {_direction(order)} LIMIT %s)"
        f" {_whole()} {_by(order)}"
    )
    return list(ListedNotice.objects.raw(sql, [*params, count]))


_KEPT = [f for f in ListedNotice._meta.concrete_fields if f.attname not in {"grams", "haystack"}]


def _whole(*more: str) -> str:
    """The columns a page shows, of the rows in `hit`."""
    table = ListedNotice._meta.db_table
    columns = [*(f'l."{f.column}"' for f in _KEPT), *(f"hit.{name}" for name in more)]
    return f"SELECT {', '.join(columns)} FROM {table} l JOIN hit USING (id)"


def _by(order: tuple[str, str]) -> str:
    return "ORDER BY " + ", ".join(f"l.{part}" for part in _direction(order).split(", "))
