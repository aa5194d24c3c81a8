"""小微企业价格扣除 and 本国产品: the document says the rate, the bid declares, each counts from the price offered."""

from datetime import datetime
from decimal import Decimal as D

import pytest

from platform_site.clock import CHINA
from tests.trading.boundaries import ENG, GP, asked, day
from tests.trading.course_world import lived
from trading.kernel import adjusting, scoring
from trading.kernel.procedure import Facts
from trading.models import Award
from trading.rehearsal.procurement_open import PREFERENCES, TERMS
from trading.reportview import reading_of
from trading.rulebooks.guards import preference
from trading.rulebooks.guards.document import method_published
from trading.services.awards import public_result
from verify import scores

FORMULA = {"price_formula": {"kind": "lowest_ratio", "full": "30"}}


def row(key, value):
    """A preference as the document states it."""
    return {"key": key, "title": adjusting.CLAIMS.get(key, key), "kind": "preference", "value": value, "most": 1}


def rules():
    """The document's preferences with the law's shares, asked anew each time."""
    return adjusting.adjustments_of({"adjustments": PREFERENCES}, None, preference.least_shares(GP))


def taken(price, **declares):
    """What is taken off an offer that declares this, by preference, and what it is compared by."""
    declared = adjusting.declared_of({"declares": declares} if declares else {})
    steps = adjusting.steps_of(rules(), D(price), None, {}, declared)
    return {step.key: -step.amount for step in steps if step.count}, adjusting.evaluated(D(price), steps)


@pytest.mark.rule("GP-23")
@pytest.mark.parametrize(
    ("kind", "key", "low", "high"),
    [
        ("goods", "small", "0.10", "0.20"),
        ("services", "small", "0.10", "0.20"),
        ("goods", "joint", "0.04", "0.06"),
        ("works", "small", "0.03", "0.05"),
        ("epc", "joint", "0.01", "0.02"),
    ],
)
def test_the_documents_rate_lies_within_the_span(kind, key, low, high):
    def written(value):
        return asked(preference.small_deduction, GP, kind=kind, adjustments=[row(key, value)])

    assert written(low) is None
    assert written(high) is None
    under, over = written(str(D(low) - D("0.01"))), written(str(D(high) + D("0.01")))
    assert (under.code, under.remedy["value"]) == ("preference.out_of_span", D(low))
    assert (over.code, over.remedy["value"]) == ("preference.out_of_span", D(high))
    assert "财库〔2022〕19号" in over.article


@pytest.mark.rule("GP-23")
@pytest.mark.parametrize("value", ["", "很多", "NaN", None])
def test_a_rate_that_is_no_number_is_none(value):
    found = asked(preference.small_deduction, GP, kind="goods", adjustments=[row("small", value)])
    assert (found.code, found.facts["share"]) == ("preference.out_of_span", 0)


@pytest.mark.rule("GP-23")
@pytest.mark.parametrize("keys", [["small", "small"], ["local"], [None]])
def test_a_preference_nobody_knows_or_written_twice_is_refused(keys):
    found = asked(preference.preference_known, GP, adjustments=[row(key, "0.10") for key in keys])
    assert found.code == "preference.unknown"
    assert asked(preference.preference_known, GP, adjustments=PREFERENCES) is None


@pytest.mark.rule("GP-24")
def test_domestic_products_have_twenty_percent_and_no_other():
    def written(value, kind="goods"):
        return asked(preference.domestic_preference, GP, kind=kind, adjustments=[row("domestic", value)])

    assert written("0.20") is None
    for other in ("0.19", "0.21"):
        found = written(other)
        assert (found.code, found.remedy["value"]) == ("preference.out_of_span", D("0.20"))
    assert written("0.20", "services").code == "preference.not_goods"


@pytest.mark.rule("GP-24")
def test_domestic_products_are_preferred_since_the_first_of_2026():
    def announced(at):
        values = {"kind": "goods", "notice_at": at, "adjustments": [row("domestic", "0.20")]}
        return preference.domestic_preference(Facts("registered", at, values=values), GP)

    assert announced(datetime(2026, 1, 1, 0, 0, tzinfo=CHINA)) is None
    assert announced(datetime(2025, 12, 31, 23, 59, tzinfo=CHINA)).code == "preference.not_yet"


def test_a_tender_of_works_under_the_tendering_law_adjusts_by_no_preference():
    values = {"method": "lowest", "criteria": TERMS["criteria"], "adjustments": [row("small", "0.05")]}
    assert method_published(Facts("registered", day(0), values=values), ENG).code == "adjustment.vague"


@pytest.mark.rule("GP-23", "GP-24")
def test_both_are_taken_off_the_price_offered_to_the_fen():
    # 2,920,000.03 x 10 % = 292,000.003; x 20 % = 584,000.006; not 20 % of what the first has left.
    both, compared = taken("2920000.03", size="micro", domestic_share="0.93")

    assert both == {"small": D("292000.00"), "domestic": D("584000.01")}
    assert compared == D("2044000.02")


@pytest.mark.rule("GP-23")
def test_only_the_small_have_the_deduction_of_the_small():
    assert taken("1000000.00", size="small") == ({"small": D("100000.00")}, D("900000.00"))
    for size in ("medium", "large", "巨型", "", None, 7):
        assert taken("1000000.00", size=size) == ({}, D("1000000.00"))


@pytest.mark.rule("GP-23")
def test_three_tenths_by_small_partners_have_the_lower_one():
    assert taken("1000000.00", size="large", small_share="0.30") == ({"joint": D("40000.00")}, D("960000.00"))
    assert taken("1000000.00", size="large", small_share="0.29") == ({}, D("1000000.00"))
    # Who is small itself has its own deduction, not both.
    assert taken("1000000.00", size="small", small_share="0.30") == ({"small": D("100000.00")}, D("900000.00"))


@pytest.mark.rule("GP-24")
def test_four_fifths_of_the_cost_make_the_whole_package_domestic():
    assert taken("1000000.00", domestic_share="0.80") == ({"domestic": D("200000.00")}, D("800000.00"))
    assert taken("1000000.00", domestic_share="0.79") == ({}, D("1000000.00"))


@pytest.mark.parametrize(
    "said", [{}, {"declares": None}, {"declares": "small"}, {"declares": {"domestic_share": "1.01", "size": []}},
             {"declares": {"domestic_share": "NaN", "small_share": "多"}}, {"declares": {"domestic_share": 1}}],
)  # fmt: skip
def test_without_a_declaration_that_can_be_read_nothing_is_deducted(said):
    steps = adjusting.steps_of(rules(), D("1000000.00"), None, {}, adjusting.declared_of(said))
    assert [str(step.amount) for step in steps] == ["0.00"] * 3


def test_price_points_are_of_the_compared_price_and_equal_points_go_by_the_price_offered():
    offered = {"large": D("2795000.00"), "small": D("2860000.03"), "both": D("2920000.03")}
    compared = {"large": D("2795000.00"), "small": D("2574000.03"), "both": D("2044000.02")}
    parts = {bid: {"technical": D("60.00")} for bid in offered}

    rows = scoring.ranked("sealed_scored", FORMULA, compared, parts, offered)

    # 2,044,000.02 / 2,574,000.03 x 30 = 23.8228; / 2,795,000.00 x 30 = 21.9392
    assert [(r.bid, r.parts["price"], r.total) for r in rows] == [
        ("both", D("30.00"), D("90.00")), ("small", D("23.82"), D("83.82")), ("large", D("21.94"), D("81.94")),
    ]  # fmt: skip
    tied = scoring.ranked(
        "sealed_scored", FORMULA, dict.fromkeys(offered, D("900000.00")), parts, {**offered, "small": D("2700000.00")}
    )
    assert [r.bid for r in tied] == ["small", "large", "both"]


def test_members_count_no_preference():
    assert list(scoring.scoring_items({**TERMS, "adjustments": PREFERENCES})) == ["performance", "service", "record"]
    assert scoring.scoring_items({"method": "lowest", "adjustments": PREFERENCES}) == {}


@pytest.fixture(scope="module")
def made(django_db_setup, django_db_blocker, tmp_path_factory):
    folder = tmp_path_factory.mktemp("preference")
    with lived(django_db_blocker, folder, "awarded", "preference_decides", "procurement.open") as scene:
        yield scene


class TestPlayed:
    """A tender that a preference decides, played."""

    @pytest.fixture
    def scene(self, made, db, at):
        at(made.stage.now)
        return made

    @pytest.mark.rule("GP-23", "GP-24")
    def test_the_dearest_offer_is_compared_lowest_and_paid_as_offered(self, scene):
        content = scene.again().report.content
        first = content["ranking"][0]

        assert first["subject"] == scene.cast["bidder3"].code
        assert (D(first["price_cny"]), D(first["evaluated_cny"])) == (D("2920000.00"), D("2044000.00"))
        assert D(content["benchmark_cny"]) == D("2044000.00")
        by = {row["subject"]: (D(row["evaluated_cny"]), D(row["parts"]["price"])) for row in content["ranking"]}
        # 2,044,000 / 2,860,000 x 30 = 21.4406; 2,795,000 less a tenth = 2,515,500, 2,044,000 / 2,515,500 x 30 = 24.3769
        assert by[scene.cast["bidder1"].code] == (D("2860000.00"), D("21.44"))
        assert by[scene.cast["bidder2"].code] == (D("2515500.00"), D("24.38"))
        assert Award.objects.get().amount_cny == D("2920000.00")

    def test_anybody_computes_it_again_and_finds_another_declaration_and_another_base(self, scene):
        lot = scene.again()
        report = lot.report.content
        public = {**public_result(lot, report), "bids": report["bids"], "rejected": report["rejected"]}
        assert public["adjusted"] == report["adjusted"]
        assert scores.check_scores(report) == []

        small = next(one for one in report["adjusted"] if one["declared"]["size"] == "small")
        small["declared"]["size"] = "large"
        assert scores.check_scores(report)
        report = scene.again().report.content
        row = next(one for one in report["adjusted"] if sum(step["count"] for step in one["steps"]) == 2)
        step = next(one for one in row["steps"] if one["key"] == "domestic")
        step["amount"] = "-525600.00"  # a fifth of what the first deduction has left
        assert scores.check_scores(report)

    def test_the_report_reads_as_arithmetic(self, scene):
        lot = scene.again()
        reading = reading_of(lot.report.content, lot.terms, full=True)

        assert reading.scored
        assert reading.pricing.base == D("2044000.00")
        for row in reading.adjusted:
            assert row.price + sum(amount for _, _, amount in row.steps) == row.evaluated
