"""Committee, report, award, contract: each number one unit to either side."""

from decimal import Decimal

import pytest

from tests.trading.boundaries import ENG, FEN, GP, LND, MIN, asked, day
from trading.kernel.procedure import Facts, moment, warnings
from trading.rulebooks.guards import evaluation, result

OPEN = ENG.procedures["engineering.open"]


@pytest.mark.rule("ENG-28")
def test_five_members_odd_two_thirds_experts():
    assert asked(evaluation.committee_composed, members=5, experts=4) is None
    assert asked(evaluation.committee_composed, members=3, experts=3).code == "committee.composition"
    assert asked(evaluation.committee_composed, members=6, experts=6).code == "committee.composition"
    assert asked(evaluation.committee_composed, members=9, experts=6) is None
    assert asked(evaluation.committee_composed, members=35, experts=23).code == "committee.composition"


@pytest.mark.rule("ENG-28")
@pytest.mark.parametrize("members", [1, 3, 4])
def test_fewer_than_five_members_do_not_evaluate(members):
    assert asked(evaluation.committee_composed, members=members, experts=members).facts["need"] == 5


@pytest.mark.rule("GP-14")
def test_an_inquiry_group_has_three_members_two_thirds_experts():
    assert asked(evaluation.inquiry_group_composed, GP, members=3, experts=2) is None
    assert asked(evaluation.inquiry_group_composed, GP, members=1, experts=1).facts["need"] == 3
    assert asked(evaluation.inquiry_group_composed, GP, members=35, experts=23).code == "committee.composition"


@pytest.mark.rule("EXP-03")
def test_a_committee_comes_from_a_draw():
    assert asked(evaluation.drawn_at_random, drawn=True) is None
    assert asked(evaluation.drawn_at_random, drawn=False).code == "draw.missing"


@pytest.mark.rule("ENG-29")
def test_a_member_with_an_interest_does_not_sit():
    assert asked(evaluation.no_conflict, conflicts=[]) is None
    assert asked(evaluation.no_conflict, conflicts=["评委甲"]).facts["members"] == ("评委甲",)


@pytest.mark.rule("ENG-30")
def test_a_replacement_is_told_to_supervision():
    assert asked(evaluation.members_kept, replaced="回避").code == "committee.replaced"
    assert asked(evaluation.members_kept) is None


@pytest.mark.rule("ENG-30")
def test_more_than_a_third_asking_for_time_get_it():
    assert asked(evaluation.time_granted, members=9, asked_more_time=3) is None
    assert asked(evaluation.time_granted, members=29, asked_more_time=10).code == "committee.time_short"
    assert asked(evaluation.time_granted, members=29, asked_more_time=10, time_extended=True) is None


@pytest.mark.rule("ENG-31", "GP-19")
@pytest.mark.parametrize(
    ("guard", "book", "rule"),
    [(evaluation.listed_criteria_only, ENG, "ENG-31"), (evaluation.purchase_criteria_only, GP, "GP-19")],
    ids=["engineering", "procurement"],
)
def test_only_listed_criteria_within_their_points_are_scored(guard, book, rule):
    assert asked(guard, book) is None
    unlisted, over = asked(guard, book, unlisted=["x"]), asked(guard, book, out_of_range=["plan"])
    assert (unlisted.code, unlisted.rule, unlisted.article) == ("score.unlisted", rule, book.article(rule))
    assert (over.code, over.rule) == ("score.range", rule)


@pytest.mark.rule("ENG-32")
def test_a_rejection_names_one_of_seven_grounds():
    assert asked(evaluation.rejections_grounded, grounds=[1, 7]) is None
    assert asked(evaluation.rejections_grounded, grounds=[8]).code == "rejection.ground"
    assert asked(evaluation.rejections_grounded, over_ceiling_ranked=["b"]).code == "rejection.over_ceiling"


@pytest.mark.rule("ENG-33")
def test_a_bidder_explains_only_what_was_asked():
    assert asked(evaluation.asked_by_committee, asked=True) is None
    assert asked(evaluation.asked_by_committee, asked=False).code == "clarification.unasked"


@pytest.mark.rule("ENG-34")
def test_an_unexplained_low_price_is_told():
    assert asked(evaluation.low_price_explained, low_unexplained=["b"]).code == "price.low"
    assert asked(evaluation.low_price_explained) is None


@pytest.mark.rule("ENG-35")
def test_fewer_than_three_valid_bids_are_told():
    assert asked(evaluation.competition_left, valid_count=3) is None
    assert asked(evaluation.competition_left, valid_count=2).code == "bids.few_valid"


@pytest.mark.rule("ENG-36")
def test_a_report_names_three_candidates_and_is_signed_by_all():
    assert asked(evaluation.report_complete, candidates=3) is None
    assert asked(evaluation.report_complete, candidates=4).code == "candidates.too_many"
    assert asked(evaluation.report_complete, candidates=3, unsigned=["评委乙"]).code == "report.unsigned"


@pytest.mark.rule("ENG-22")
def test_a_confirmed_relation_is_not_ranked():
    assert asked(evaluation.related_not_ranked, related_ranked=[]) is None
    assert asked(evaluation.related_not_ranked, related_ranked=["b"]).code == "bidders.related"


@pytest.mark.rule("ENG-40")
def test_the_first_ranked_wins_unless_a_reason_is_recorded():
    assert asked(result.first_ranked, rank=1) is None
    assert asked(result.first_ranked, rank=2).code == "award.not_first"
    assert asked(result.first_ranked, rank=2, passed_over="第一候选人放弃") is None
    assert asked(result.first_ranked, rank=None).code == "award.not_candidate"


@pytest.mark.rule("ENG-42", "GP-33")
@pytest.mark.parametrize(
    ("guard", "book", "rule"),
    [(result.losers_told, ENG, "ENG-42"), (result.purchase_losers_told, GP, "GP-33")],
    ids=["engineering", "procurement"],
)
def test_no_award_while_a_loser_is_untold(guard, book, rule):
    assert asked(guard, book, untold=0) is None
    found = asked(guard, book, untold=1)
    assert (found.code, found.rule) == ("award.losers_untold", rule)


@pytest.mark.rule("ENG-14")
def test_an_award_after_the_validity_is_told():
    assert asked(result.inside_validity, now=day(1), validity_until=day(2)) is None
    assert asked(result.inside_validity, now=day(3), validity_until=day(2)).code == "validity.over"


@pytest.mark.rule("ENG-44", "GP-34", "MIN-07")
@pytest.mark.parametrize("what", ["price", "period", "quality", "subject"])
@pytest.mark.parametrize(
    ("guard", "book"),
    [
        (result.contract_equals_bid, ENG),
        (result.purchase_contract_equals_bid, GP),
        (result.land_contract_equals_deal, LND),
        (result.mining_contract_equals_deal, MIN),
    ],
    ids=["engineering", "procurement", "land", "mining"],
)
def test_a_contract_equals_what_won(guard, book, what):
    assert asked(guard, book) is None
    assert asked(guard, book, **{f"differs_{what}": True}).facts["differing"] == (what,)


@pytest.mark.rule("ENG-46")
@pytest.mark.parametrize(("name", "share"), [("performance_bond_cny", "0.10"), ("retention_cny", "0.03")])
def test_bonds_of_the_contract_have_caps(name, share):
    price = Decimal("1000000.00")
    cap = price * Decimal(share)

    assert asked(result.performance_bond, contract_cny=price, **{name: cap}) is None
    assert asked(result.performance_bond, contract_cny=price, **{name: cap + FEN}).code == "amount.over_cap"


@pytest.mark.rule("ENG-48")
def test_subcontracting_main_work_is_told():
    assert asked(result.main_work_kept, subcontract_main=["主体结构"]).code == "contract.subcontract"
    assert asked(result.main_work_kept) is None


@pytest.mark.rule("ENG-50")
@pytest.mark.parametrize(
    ("terms", "limit"),
    [({"payer": "public"}, 30), ({"payer": "public", "payment_agreed": True}, 60), ({"payer": "enterprise"}, 60)],
)
def test_small_enterprises_are_paid_in_time(terms, limit):
    assert asked(result.payment_term, payment_days=limit, **terms) is None
    assert asked(result.payment_term, payment_days=limit + 1, **terms).facts["limit"] == limit


@pytest.mark.rule("ENG-50")
def test_where_no_rate_was_agreed_the_statutory_one_runs():
    assert asked(result.late_interest, late_rate=Decimal("0.0005")) is None
    assert asked(result.late_interest, late_rate=Decimal("0.0004")).code == "payment.low_rate"
    assert asked(result.late_interest, late_rate=Decimal("0.0001"), late_rate_agreed=True) is None


@pytest.mark.rule("ENG-19")
def test_a_termination_says_why_and_how_money_goes_back():
    assert asked(result.refunds_stated, reason="规划调整", refund="5日内退还并付利息") is None
    assert asked(result.refunds_stated, reason="规划调整").facts["fact"] == "refund"


@pytest.mark.rule("ELE-09")
def test_a_broken_record_is_not_archived():
    assert asked(result.record_whole, broken=[]) is None
    assert asked(result.record_whole, broken=["notice 1"]).code == "record.broken"


@pytest.mark.rule("ENG-39")
def test_a_stranger_does_not_object_to_the_result():
    assert asked(result.objection_in_publicity, interested=True) is None
    assert asked(result.objection_in_publicity, interested=False).code == "objection.stranger"


# name, base moment, last moment in time: counted from Tuesday 2026-03-10 09:00.
COUNTED = [
    pytest.param("candidates_due", "report_at", day(4, 0), marks=pytest.mark.rule("ENG-37")),
    pytest.param("publicity_ends", "candidates_at", day(4, 0), marks=pytest.mark.rule("ENG-38")),
    pytest.param("objection_reply_by", "document_objected_at", day(4, 0), marks=pytest.mark.rule("ENG-13")),
    pytest.param("result_reply_by", "result_objected_at", day(4, 0), marks=pytest.mark.rule("ENG-39")),
    pytest.param("media_due", "notice_at", day(0, 21), marks=pytest.mark.rule("ENG-06")),
    pytest.param("contract_due", "award_at", day(31, 0), marks=pytest.mark.rule("ENG-43")),
    pytest.param("report_due", "award_at", day(16, 0), marks=pytest.mark.rule("ENG-47")),
    pytest.param("bonds_due", "contract_at", day(7, 0), marks=pytest.mark.rule("ENG-45")),
]


@pytest.mark.parametrize(("name", "base", "end"), COUNTED)
def test_a_counted_moment_falls_at_the_end_of_its_last_day(name, base, end):
    facts = Facts("publicity", day(0), {base: day(0)})

    assert moment(ENG, OPEN, name, facts) == end


@pytest.mark.rule("ENG-37", "ENG-38", "ENG-13", "ENG-39", "ENG-43", "ENG-47")
def test_periods_of_the_result_are_counted_in_calendar_days():
    said = {
        name: moment(ENG, OPEN, name, Facts("publicity", day(0), {base: day(0)}))
        for name, base in (
            ("candidates_due", "report_at"),
            ("publicity_ends", "candidates_at"),
            ("objection_reply_by", "document_objected_at"),
            ("result_reply_by", "result_objected_at"),
            ("contract_due", "award_at"),
            ("report_due", "award_at"),
        )
    }

    assert {name: (at - day(0, 0)).days - 1 for name, at in said.items()} == {
        "candidates_due": 3,
        "publicity_ends": 3,
        "objection_reply_by": 3,
        "result_reply_by": 3,
        "contract_due": 30,
        "report_due": 15,
    }


@pytest.mark.rule("ENG-45")
def test_bonds_go_back_within_five_days():
    # Monday, so that neither the fourth, fifth nor sixth day rolls over a weekend.
    monday = day(-1)

    end = moment(ENG, OPEN, "bonds_due", Facts("contracted", monday, {"contract_at": monday.replace(day=8)}))

    assert (end - monday.replace(day=8, hour=0)).days - 1 == 5


@pytest.mark.rule("ENG-43")
def test_a_contract_after_its_thirty_days_is_told_not_refused():
    facts = Facts("awarded", day(31, 1), {"award_at": day(0)})

    assert [w.code for w in warnings(ENG, OPEN, "sign_contract", facts)] == ["deadline.missed"]
