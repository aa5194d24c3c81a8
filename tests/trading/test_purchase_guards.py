"""公开招标 of the procurement law: every number one unit to either side."""

from decimal import Decimal

import pytest

from tests.trading.boundaries import FEN, GP, ISSUED, asked, day
from trading.rulebooks.guards import bidding, document, evaluation


@pytest.mark.rule("GP-05")
def test_a_tender_leaves_twenty_days():
    # From the day after, so that the twentieth and the nineteenth day are both working days.
    assert asked(document.purchase_period, GP, documents_from=day(1), bid_deadline=day(22, 0)) is None
    short = asked(document.purchase_period, GP, documents_from=day(1), bid_deadline=day(21, 23))
    assert (short.code, short.rule) == ("period.too_short", "GP-05")


@pytest.mark.rule("GP-06")
def test_a_document_is_issued_for_five_working_days():
    # From Tuesday on the fifth working day is the Tuesday after; the window is open on its last day.
    assert asked(document.purchase_issue_window, GP, documents_from=ISSUED, documents_until=day(7, 0)) is None
    short = asked(document.purchase_issue_window, GP, documents_from=ISSUED, documents_until=day(6, 23))
    assert (short.code, short.rule) == ("period.too_short", "GP-06")


@pytest.mark.rule("GP-11")
def test_a_bond_within_two_hundredths_of_the_budget():
    budget = Decimal("3000000.00")

    assert asked(document.purchase_bond_cap, GP, ceiling_cny=budget, bond_cny=Decimal("60000.00")) is None
    over = asked(document.purchase_bond_cap, GP, ceiling_cny=budget, bond_cny=Decimal("60000.00") + FEN)
    assert (over.code, over.remedy["value"]) == ("amount.over_cap", Decimal("60000.00"))


@pytest.mark.rule("GP-20")
@pytest.mark.parametrize(("kind", "least"), [("goods", Decimal(30)), ("services", Decimal(10))])
def test_the_price_weighs_enough(kind, least):
    def weighed(points):
        parts = [{"key": "technical", "points": str(100 - points)}, {"key": "price", "points": str(points)}]
        return asked(document.price_weighs_enough, GP, kind=kind, criteria=parts)

    assert weighed(least) is None
    assert weighed(least - FEN).code == "share.under_floor"
    assert asked(document.price_weighs_enough, GP, kind=kind).facts["fact"] == "criteria"


@pytest.mark.rule("GP-21")
@pytest.mark.parametrize(
    ("kind", "least", "most"), [("goods", Decimal(30), Decimal(60)), ("services", Decimal(10), Decimal(30))]
)
def test_the_price_of_a_consultation_weighs_within_its_span(kind, least, most):
    def weighed(points, of=kind):
        parts = [{"key": "technical", "points": str(100 - points)}, {"key": "price", "points": str(points)}]
        return asked(document.price_weighs_within, GP, kind=of, criteria=parts)

    assert weighed(least) is None
    assert weighed(most) is None
    assert weighed(least - FEN).code == "share.under_floor"
    assert weighed(most + FEN).code == "share.over_cap"
    assert weighed(most + FEN, "works") is None
    assert asked(document.price_weighs_within, GP, kind=kind).facts["fact"] == "criteria"


@pytest.mark.rule("GP-28")
def test_a_consultation_leaves_ten_days():
    # From Monday 16 March 2026 the tenth day is Thursday the 26th, the ninth and the eleventh are working days too.
    assert asked(document.consultation_period, GP, documents_from=day(6), bid_deadline=day(17, 0)) is None
    short = asked(document.consultation_period, GP, documents_from=day(6), bid_deadline=day(16, 23))
    assert (short.code, short.rule) == ("period.too_short", "GP-28")


@pytest.mark.rule("GP-28")
def test_a_consultations_document_is_issued_for_five_working_days():
    assert asked(document.consultation_issue_window, GP, documents_from=ISSUED, documents_until=day(7, 0)) is None
    short = asked(document.consultation_issue_window, GP, documents_from=ISSUED, documents_until=day(6, 23))
    assert (short.code, short.rule) == ("period.too_short", "GP-28")


@pytest.mark.rule("GP-28")
def test_a_change_before_the_responses_leaves_five_days():
    # From Friday 13 March 2026 the fifth day is Wednesday the 18th; the fourth and the sixth work too.
    def changed(deadline, affects=True):
        return asked(
            document.consultation_amended, GP, amended_at=day(3), bid_deadline=deadline, affects_preparation=affects
        )

    assert changed(day(9, 0)) is None
    assert (changed(day(8, 23)).code, changed(day(8, 23)).rule) == ("period.too_short", "GP-28")
    assert changed(day(4), affects=False) is None


@pytest.mark.rule("GP-13")
@pytest.mark.parametrize(
    ("budget", "members", "need"),
    [
        (Decimal("9999999.99"), 5, None),
        (Decimal("9999999.99"), 3, 5),
        (Decimal("10000000.00"), 5, 7),
        (Decimal("10000000.00"), 7, None),
        (None, 5, None),
    ],
)
def test_a_large_budget_asks_for_seven_members(budget, members, need):
    found = asked(
        evaluation.tender_committee_composed, GP, members=members, experts=members - members // 3, budget_cny=budget
    )
    assert (found.facts["need"] if found else None) == need


@pytest.mark.rule("GP-13")
def test_two_thirds_of_a_procurements_committee_are_experts():
    assert asked(evaluation.tender_committee_composed, GP, members=9, experts=6) is None
    assert asked(evaluation.tender_committee_composed, GP, members=9, experts=5).code == "committee.composition"
    assert asked(evaluation.tender_committee_composed, GP, members=33, experts=22) is None
    assert asked(evaluation.tender_committee_composed, GP, members=33, experts=21).code == "committee.composition"
    assert asked(evaluation.tender_committee_composed, GP, members=35, experts=23).code == "committee.composition"


@pytest.mark.rule("GP-17")
def test_no_evaluation_of_two():
    assert asked(evaluation.enough_qualified, GP, bid_count=3) is None
    assert asked(evaluation.enough_qualified, GP, bid_count=2).code == "bids.too_few_valid"


@pytest.mark.rule("GP-18")
def test_two_bids_are_not_opened_and_three_are_not_sent_back():
    assert asked(bidding.enough_tenders, GP, bid_count=3) is None
    assert asked(bidding.enough_tenders, GP, bid_count=2).code == "bids.too_few"
    assert asked(bidding.too_few_tenders, GP, bid_count=2) is None
    assert asked(bidding.too_few_tenders, GP, bid_count=3).code == "bids.enough"


@pytest.mark.rule("GP-18")
def test_two_responsive_bids_end_it_and_three_do_not():
    assert asked(evaluation.enough_responsive, GP, valid_count=3) is None
    assert asked(evaluation.enough_responsive, GP, valid_count=2).code == "bids.too_few_valid"
    assert asked(evaluation.few_responsive, GP, valid_count=2) is None
    assert asked(evaluation.few_responsive, GP, valid_count=3).code == "bids.enough_valid"


@pytest.mark.rule("ENG-35")
def test_a_committee_rejects_all_only_with_fewer_than_three_left():
    assert asked(evaluation.few_valid, valid_count=2) is None
    assert asked(evaluation.few_valid, valid_count=3).code == "bids.enough_valid"
