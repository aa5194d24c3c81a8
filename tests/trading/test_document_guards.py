"""Every number of a notice, one unit to either side."""

from datetime import datetime
from decimal import Decimal

import pytest

from platform_site.clock import CHINA
from tests.trading.boundaries import FEN, GP, ISSUED, LND, MIN, asked, day
from trading.rulebooks.guards import document


@pytest.mark.rule("ENG-10")
def test_twenty_full_days_of_preparation_are_enough_and_nineteen_are_not():
    assert asked(document.bidding_period, documents_from=ISSUED, bid_deadline=day(21, 0)) is None

    short = asked(document.bidding_period, documents_from=ISSUED, bid_deadline=day(20, 23))

    assert (short.code, short.facts["need"], short.facts["have"]) == ("period.too_short", 20, 19)


def test_a_short_period_offers_the_nearest_working_day_at_the_wished_hour():
    short = asked(document.bidding_period, documents_from=ISSUED, bid_deadline=day(13))

    assert short.remedy["value"] == datetime(2026, 3, 31, 9, 0, tzinfo=CHINA)


@pytest.mark.rule("ENG-07")
def test_documents_are_issued_for_five_days():
    # From a Sunday, so that the fourth, fifth day are working days; the fifth day itself is a day of issue.
    assert asked(document.issue_window, documents_from=day(5), documents_until=day(10, 17)) is None
    assert asked(document.issue_window, documents_from=day(5), documents_until=day(9, 17)).facts["have"] == 4


@pytest.mark.rule("ENG-11")
def test_an_amendment_leaves_fifteen_days():
    facts = {"affects_preparation": True, "amended_at": ISSUED}

    assert asked(document.amendment_in_time, **facts, bid_deadline=day(16, 0)) is None
    assert asked(document.amendment_in_time, **facts, bid_deadline=day(15, 23)).code == "period.too_short"


def test_an_amendment_that_does_not_affect_preparation_may_come_late():
    assert asked(document.amendment_in_time, affects_preparation=False, amended_at=ISSUED, bid_deadline=day(2)) is None


@pytest.mark.rule("ENG-12")
def test_an_objection_to_the_document_comes_ten_days_before_the_deadline():
    deadline = day(30)

    assert asked(document.document_objection_in_time, now=day(20, 23), bid_deadline=deadline) is None
    assert (
        asked(document.document_objection_in_time, now=day(21, 0), bid_deadline=deadline).code == "objection.too_late"
    )


@pytest.mark.rule("ENG-15")
def test_the_bid_bond_is_at_most_two_percent_of_the_estimate():
    estimate = Decimal("10000000.00")

    assert asked(document.bid_bond_cap, estimate_cny=estimate, bond_cny=Decimal("200000.00")) is None

    over = asked(document.bid_bond_cap, estimate_cny=estimate, bond_cny=Decimal("200000.01"))

    assert (over.code, over.remedy["value"]) == ("amount.over_cap", Decimal("200000.00"))


@pytest.mark.rule("ENG-15")
@pytest.mark.parametrize(("kind", "cap"), [("works", Decimal(800_000)), ("design", Decimal(100_000))])
def test_the_bid_bond_has_an_absolute_cap(kind, cap):
    large = Decimal("900000000.00")

    assert asked(document.bid_bond_cap, kind=kind, estimate_cny=large, bond_cny=cap) is None
    assert asked(document.bid_bond_cap, kind=kind, estimate_cny=large, bond_cny=cap + FEN).code == "amount.over_cap"


def test_a_bond_without_an_estimate_to_compare_with_is_refused():
    assert asked(document.bid_bond_cap, bond_cny=Decimal("1.00")).facts["fact"] == "estimate_cny"


@pytest.mark.rule("ENG-16")
def test_only_four_deposits_exist():
    four = ["bid", "performance", "quality", "wage"]

    assert asked(document.four_deposits, deposits=four, bond_cny=Decimal(1), bond_forms=["guarantee"]) is None
    assert asked(document.four_deposits, deposits=[*four, "integrity"]).code == "deposit.unlawful"


@pytest.mark.rule("ENG-16")
def test_a_guarantee_is_always_accepted():
    assert asked(document.four_deposits, bond_cny=Decimal(1), bond_forms=["transfer"]).code == "deposit.cash_only"


@pytest.mark.rule("ENG-17")
def test_one_base_price_is_allowed_and_no_floor():
    assert asked(document.price_limits, base_prices=1) is None
    assert asked(document.price_limits, base_prices=2).code == "price.base_prices"
    assert asked(document.price_limits, floor_cny=Decimal(1)).code == "price.floor"


@pytest.mark.rule("ENG-46")
def test_the_performance_bond_is_at_most_a_tenth():
    assert asked(document.performance_bond_cap, performance_bond_share=Decimal("0.10")) is None
    assert asked(document.performance_bond_cap, performance_bond_share=Decimal("0.11")).code == "share.over_cap"


@pytest.mark.rule("ENG-01")
@pytest.mark.parametrize(
    ("kind", "limit"), [("works", Decimal(4_000_000)), ("goods", Decimal(2_000_000)), ("design", Decimal(1_000_000))]
)
def test_a_project_that_reaches_the_threshold_is_told_it_must_be_tendered(kind, limit):
    facts = {"mandatory": False, "state_controlled": True, "kind": kind}

    assert asked(document.mandatory_threshold, **facts, estimate_cny=limit).code == "mandatory.reached"
    assert asked(document.mandatory_threshold, **facts, estimate_cny=limit - FEN) is None


@pytest.mark.rule("ENG-01")
def test_budget_funds_of_two_million_and_a_tenth_make_a_project_state_funded():
    facts = {"mandatory": False, "state_controlled": False, "kind": "works", "estimate_cny": Decimal(20_000_000)}
    funds = Decimal(2_000_000)

    assert asked(document.mandatory_threshold, **facts, budget_funds_cny=funds).code == "mandatory.reached"
    assert asked(document.mandatory_threshold, **facts, budget_funds_cny=funds - FEN) is None
    assert asked(document.mandatory_threshold, **facts, budget_funds_cny=funds, investment_cny=funds * 10).code
    assert asked(document.mandatory_threshold, **facts, budget_funds_cny=funds, investment_cny=funds * 10 + 1) is None


@pytest.mark.rule("ENG-01")
def test_two_million_are_enough_and_a_fen_less_is_not_where_the_share_is_large():
    facts = {"mandatory": False, "state_controlled": False, "kind": "works", "estimate_cny": Decimal(5_000_000)}

    assert asked(document.mandatory_threshold, **facts, budget_funds_cny=Decimal(2_000_000)).code == "mandatory.reached"
    assert asked(document.mandatory_threshold, **facts, budget_funds_cny=Decimal(2_000_000) - FEN) is None


@pytest.mark.rule("ENG-02")
def test_lots_that_reach_the_threshold_only_together_are_told_to_supervision():
    assert asked(document.no_splitting, split_below=["标段 1", "标段 2"]).code == "mandatory.split"
    assert asked(document.no_splitting, split_below=[]) is None


@pytest.mark.rule("ENG-03")
@pytest.mark.parametrize("absent", ["approval_number", "approval_authority", "funds_secured"])
def test_approval_and_funds_come_before_the_notice(absent):
    facts = {"approval_number": "118号", "approval_authority": "发改委", "funds_secured": True}

    assert asked(document.approved_and_funded, **facts) is None
    assert asked(document.approved_and_funded, **{**facts, absent: None}).facts["fact"] == absent


@pytest.mark.rule("ENG-04")
def test_another_method_than_open_needs_a_finding():
    assert asked(document.open_unless_found, open_tender=True) is None
    assert asked(document.open_unless_found, open_tender=False).code == "fact.missing"
    assert asked(document.open_unless_found, open_tender=False, finding="认定〔2026〕1号") is None


@pytest.mark.rule("ENG-06")
def test_the_notice_names_its_media_and_the_standard_document():
    assert asked(document.designated_media, media=["中国招标投标公共服务平台"], standard_document=True) is None
    assert asked(document.designated_media, media=[], standard_document=True).facts["fact"] == "media"


@pytest.mark.rule("ENG-14")
def test_bid_validity_is_stated():
    assert asked(document.validity_stated, validity_days=90) is None
    assert asked(document.validity_stated, validity_days=0).facts["fact"] == "validity_days"


@pytest.mark.rule("ENG-31")
def test_criteria_add_up_to_a_hundred():
    parts = [{"points": "60"}, {"points": "40"}]

    assert asked(document.method_published, method="composite", criteria=parts) is None
    assert asked(document.method_published, method="composite", criteria=[{"points": "99"}]).code == "criteria.sum"
    assert asked(document.method_published, method="", criteria=parts).facts["fact"] == "method"


@pytest.mark.rule("ENG-20")
def test_suspect_words_are_shown_and_confirmed_ones_block():
    assert asked(document.reasonable_conditions, suspect_words=["近三年本省类似业绩"]).code == "text.unreasonable"
    assert asked(document.reasonable_conditions, suspect_words=[]) is None
    assert asked(document.confirmed_conditions, confirmed_unreasonable=["本省业绩"]).code == "text.confirmed"


@pytest.mark.rule("ENG-49")
def test_an_agency_needs_a_mandate():
    assert asked(document.agency_mandate, agency=True, mandate=True) is None
    assert asked(document.agency_mandate, agency=True, mandate=False).facts["fact"] == "mandate"


@pytest.mark.rule("ELE-07")
def test_no_notice_without_a_signed_key_set():
    assert asked(document.trustees_agreed, key_set="ab", key_set_gaps=()) is None
    assert asked(document.trustees_agreed, key_set="").facts["fact"] == "key_set"


@pytest.mark.rule("GP-27")
def test_an_inquiry_leaves_three_working_days():
    assert asked(document.inquiry_period, GP, documents_from=ISSUED, bid_deadline=day(4, 0)) is None
    assert asked(document.inquiry_period, GP, documents_from=ISSUED, bid_deadline=day(3, 23)).code == "period.too_short"


@pytest.mark.rule("GP-10")
def test_an_inquiry_publishes_its_budget():
    assert asked(document.budget_published, GP, ceiling_cny=Decimal(1)) is None
    assert asked(document.budget_published, GP).facts["fact"] == "ceiling_cny"


@pytest.mark.rule("LND-04")
@pytest.mark.parametrize("name", ["start_price_cny", "increment_cny"])
def test_a_plot_is_announced_with_its_start_price_and_increment(name):
    said = {"start_price_cny": Decimal("50000000"), "increment_cny": Decimal("500000")}

    assert asked(document.land_prices_decided, LND, **said) is None
    assert asked(document.land_prices_decided, LND, **{**said, name: None}).facts["fact"] == name


@pytest.mark.rule("LND-03")
def test_land_is_announced_twenty_days_ahead():
    assert asked(document.land_notice_period, LND, notice_at=ISSUED, listing_from=day(21, 0)) is None
    assert (
        asked(document.land_notice_period, LND, notice_at=ISSUED, listing_from=day(20, 23)).code == "period.too_short"
    )


@pytest.mark.rule("LND-05")
def test_a_listing_stays_up_for_ten_days():
    # Counted so that the tenth and the ninth day are both working days.
    assert asked(document.listing_period, LND, listing_from=day(0), listing_until=day(11, 0)) is None
    assert (
        asked(document.listing_period, LND, listing_from=day(0), listing_until=day(10, 23)).code == "period.too_short"
    )


@pytest.mark.rule("MIN-02")
@pytest.mark.parametrize("missing", ["scope", "start_price_cny", "increment_cny"])
def test_a_mining_notice_says_the_right_the_price_and_the_steps(missing):
    said = {"scope": "建筑石料用灰岩", "start_price_cny": Decimal(1), "increment_cny": Decimal(1)}

    assert asked(document.mining_notice_whole, MIN, **said) is None
    found = asked(document.mining_notice_whole, MIN, **{**said, missing: None})
    assert (found.rule, found.facts["fact"]) == ("MIN-02", missing)


@pytest.mark.rule("LND-06")
def test_the_land_deposit_is_a_fifth_of_the_lowest_price():
    start = Decimal("1000000.00")

    assert asked(document.land_deposit, LND, start_price_cny=start, bond_cny=Decimal("200000.00")) is None
    assert (
        asked(document.land_deposit, LND, start_price_cny=start, bond_cny=Decimal("199999.99")).code
        == "amount.under_floor"
    )
