"""From marks to ranking, by hand and by machine."""

from decimal import Decimal as D
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.trading.evaluation_world import TERMS
from trading.kernel import scoring as s

BIDS = [s.Tendered("a", D("92")), s.Tendered("b", D("90")), s.Tendered("c", D("100.01")), s.Tendered("d", None)]


def test_arithmetic_rejects_what_is_over_the_ceiling_or_states_no_price():
    assert s.computed_rejections(BIDS, D("100.00")) == {"c": 5, "d": 6}
    assert s.computed_rejections([s.Tendered("c", D("100.00"))], D("100.00")) == {}
    assert s.computed_rejections(BIDS, None) == {"d": 6}


@pytest.mark.parametrize(("failing", "rejected"), [(0, False), (2, False), (3, True), (5, True)])
def test_more_than_half_of_the_members_reject(failing, rejected):
    members = list("ABCDE")
    marks = [s.Review(m, "a", "item", n >= failing, 3) for n, m in enumerate(members)]

    assert ("a" in s.voted_rejections(members, marks)) is rejected


def test_half_of_the_members_is_not_the_majority():
    assert s.voted_rejections(list("AB"), [s.Review("A", "a", "x", False, 3), s.Review("B", "a", "x", True)]) == {}


def test_a_member_who_fails_a_bid_twice_counts_once():
    marks = [s.Review("A", "a", "x", False, 3), s.Review("A", "a", "y", False, 1), s.Review("B", "a", "x", True)]

    assert s.voted_rejections(list("ABC"), marks) == {}


def test_a_member_who_left_does_not_count():
    assert s.voted_rejections(list("ABC"), [s.Review(m, "a", "x", False, 3) for m in "AXY"]) == {}


def test_items_of_the_document():
    items = s.scoring_items(TERMS)

    assert {key: (i.part, i.points) for key, i in items.items()} == {
        "plan": ("technical", D("25")), "team": ("technical", D("15")), "business": ("business", D("20")),
    }  # fmt: skip


def test_a_mean_is_rounded_half_up_once_per_item_and_summed():
    marks = [s.Score(m, "a", item, D(p)) for item, points in (("plan", ("1.00", "1.01")), ("team", ("2.00", "2.01")))
             for m, p in zip("AB", points, strict=True)]  # fmt: skip
    items = {key: i for key, i in s.scoring_items(TERMS).items() if key != "business"}

    means = s.item_means(list("AB"), ["a"], items, marks, trim=False)

    assert means == {"a": {"plan": D("1.01"), "team": D("2.01")}}
    assert s.parts_of(means, items) == {"a": {"technical": D("3.02")}}


def test_the_ranking_by_hand():
    prices = {"a": D("92"), "b": D("90"), "c": D("94")}
    technical = {"a": "34.30", "b": "32.35", "c": "35.95"}
    parts = {bid: {"technical": D(points), "business": D("15.50")} for bid, points in technical.items()}

    rows = s.ranked("sealed_scored", TERMS, prices, parts)

    # benchmark 92; b is 2.1739 % below: 40 - 1.08695 = 38.91; c is 2.1739 % above: 40 - 2.1739 = 37.83
    assert [(r.place, r.bid, r.parts["price"], r.total) for r in rows] == [
        (1, "a", D("40.00"), D("89.80")), (2, "c", D("37.83"), D("89.28")), (3, "b", D("38.91"), D("86.76")),
    ]  # fmt: skip
    assert s.benchmark_of("sealed_scored", TERMS, prices) == D("92.00")


def test_the_lowest_price_where_book_or_document_say_so():
    prices = {"a": D("92"), "b": D("90")}

    assert s.contest_of("sealed_scored", {"method": "lowest"}) == "sealed_lowest"
    assert s.contest_of("sealed_scored", {"method": "composite"}) == "sealed_scored"
    assert [r.bid for r in s.ranked("sealed_lowest", {}, prices, {})] == ["b", "a"]
    assert s.benchmark_of("sealed_lowest", {}, prices) is None


@pytest.mark.rule("GP-25")
def test_an_abnormally_low_price_is_strictly_below_a_share():
    shares = s.LowPrice(D("0.50"), D("0.50"), D("0.45"))

    assert s.low_prices({"a": D("45"), "b": D("60")}, D("100"), shares) == []
    assert s.low_prices({"a": D("44.99"), "b": D("60")}, D("100"), shares) == ["a"]
    assert s.low_prices({"a": D("30"), "b": D("60")}, None, shares) == []
    assert s.low_prices({"a": D("29.99"), "b": D("60")}, None, shares) == ["a"]
    assert s.low_prices({"a": D("10"), "b": D("10.5"), "c": D("60"), "d": D("60")}, None, shares) == ["a", "b"]
    assert s.low_prices({"a": D("1")}, None, shares) == []


@pytest.mark.parametrize(
    "offer", [None, {}, {"price_cny": "abc"}, {"price_cny": "NaN"}, {"price_cny": "-1"}, {"price_cny": "0"}]
)
def test_an_offer_without_a_readable_price_has_none(offer):
    assert s.price_of(offer) is None


def test_what_members_still_owe():
    marks = [s.Review("A", "a", "x", True), s.Review("B", "a", "x", True), s.Review("B", "b", "x", True)]

    assert s.missing(list("ABC"), ["a", "b"], ["x"], marks) == [("A", 1), ("C", 2)]


AMOUNTS = st.decimals(min_value=D("1"), max_value=D("1e9"), places=2)
POINTS = st.decimals(min_value=0, max_value=40, places=2)


@given(rows=st.lists(st.tuples(AMOUNTS, POINTS, POINTS), min_size=1, max_size=8))
def test_totals_are_the_sums_of_their_parts_and_places_follow_them(rows):
    prices = {f"b{n}": row[0] for n, row in enumerate(rows)}
    parts = {f"b{n}": {"technical": row[1], "business": row[2]} for n, row in enumerate(rows)}

    found = s.ranked("sealed_scored", TERMS, prices, parts)

    assert [r.place for r in found] == list(range(1, len(rows) + 1))
    assert all(r.total == sum(r.parts.values()) for r in found)
    assert all(one.total >= two.total for one, two in pairwise(found))
    assert all(0 <= r.parts["price"] <= 40 for r in found)
