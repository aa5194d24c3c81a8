"""Numbers and orders of what comes between and after: each rule at its boundary, without a database."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from tests.trading.boundaries import ENG, day
from trading.kernel.procedure import Facts, gate, judge, warnings
from trading.kernel.time import counted
from trading.rulebooks.guards.course import VACANCIES
from trading.services.performance import interest_of, late_days

OPEN = ENG.procedures["engineering.open"]
FEN = Decimal("0.01")


def codes(verb, state, now=None, moments=None, **values):
    facts = Facts(state, now or day(1), moments or {}, values)
    return [v.code for v in judge(ENG, OPEN, verb, facts)]


def told(verb, state, now=None, **values):
    return [v.code for v in warnings(ENG, OPEN, verb, Facts(state, now or day(1), {}, values))]


@pytest.mark.rule("ENG-11")
def test_a_postponement_only_moves_on():
    ahead = {"bid_deadline": day(20)}

    assert codes("postpone", "bidding", moments=ahead, was=day(20), bid_deadline=day(20)) == ["deadline.earlier"]
    assert codes("postpone", "bidding", moments=ahead, was=day(20), bid_deadline=day(20) + timedelta(minutes=1)) == []


@pytest.mark.rule("ENG-27")
def test_nothing_is_postponed_at_the_very_minute_of_the_deadline():
    facts = Facts("bidding", day(20), {"bid_deadline": day(20)})

    assert gate(ENG, OPEN, "postpone", facts).code == "clock.too_late"


@pytest.mark.rule("ENG-39")
def test_an_objection_to_the_result_is_late_from_the_end_of_the_publicity():
    ends = counted(day(1), 3, "cd", "least")

    def shut(now):
        return gate(ENG, OPEN, "object_result", Facts("publicity", now, {"candidates_at": day(1)}))

    assert shut(ends - timedelta(seconds=1)) is None
    late = shut(ends)
    assert (late.code, late.rule) == ("clock.too_late", "ENG-39")
    assert "第五十四条" in late.article


@pytest.mark.rule("ENG-40")
@pytest.mark.parametrize("ground", [*VACANCIES])
def test_each_of_the_four_grounds_takes_the_place_once_it_is_shown(ground):
    shown = {"ground": ground, "given_up": True, "decision": {"number": "1"}, "contract_due": day(30)}

    assert codes("cancel_award", "awarded", **shown) == []


@pytest.mark.rule("ENG-40")
def test_no_other_ground_takes_the_place():
    assert codes("cancel_award", "awarded", ground="dislike") == ["fact.missing"]


@pytest.mark.rule("ENG-43")
def test_who_did_not_give_up_keeps_the_place_until_the_thirty_days_are_over():
    due = counted(day(1), int(ENG.rule("ENG-43")["days"].amount), "cd", "most")
    said = {"ground": "refused", "contract_due": due}

    assert codes("cancel_award", "awarded", due - timedelta(seconds=1), **said) == ["award.not_given_up"]
    assert codes("cancel_award", "awarded", due, **said) == []


@pytest.mark.rule("ENG-51")
def test_an_unlawful_winner_and_a_void_award_take_a_decision():
    assert codes("cancel_award", "awarded", ground="unlawful") == ["decision.missing"]
    assert codes("set_aside_award", "awarded") == ["decision.missing"]
    assert codes("set_aside_award", "awarded", decision={"number": "1"}) == []


@pytest.mark.rule("ENG-51")
@pytest.mark.parametrize("verb", ["redo_evaluation", "fail_result"])
def test_a_published_result_falls_only_with_an_upheld_objection_or_a_decision(verb):
    assert codes(verb, "publicity") == ["result.standing"]
    assert codes(verb, "publicity", upheld_objection=1) == []
    assert codes(verb, "publicity", decision={"number": "1"}) == []


@pytest.mark.rule("ENG-40")
def test_candidates_follow_in_order():
    order = {"next_rank": 2, "spent": (1,)}

    assert codes("award_next", "vacated", rank=2, **order) == []
    assert codes("award_next", "vacated", rank=3, **order) == ["award.not_next"]
    assert codes("award_next", "vacated", rank=1, **order) == ["award.not_next"]
    assert codes("award_next", "vacated", rank=None, **order) == ["award.not_candidate"]
    assert codes("award_next", "vacated", rank=2, next_rank=None, spent=(1, 2, 3)) == ["award.not_candidate"]


@pytest.mark.rule("ENG-40")
def test_who_is_not_bound_to_the_order_still_never_takes_one_who_lost_the_place():
    free = {"next_rank": 2, "spent": (1,), "state_controlled": False}

    assert codes("award_next", "vacated", rank=3, **free) == []
    assert codes("award_next", "vacated", rank=1, **free) == ["award.not_next"]


@pytest.mark.rule("ENG-26")
def test_only_a_failed_lot_is_tendered_anew_and_once():
    assert codes("retender", "failed", failed=True) == []
    assert codes("retender", "archived", failed=False) == ["retender.not_failed"]
    assert codes("retender", "failed", failed=True, successor="A/1") == ["retender.done"]


@pytest.mark.rule("ENG-52")
def test_going_without_a_tender_takes_two_failures_and_the_consent_of_who_approved():
    assert codes("forgo_tender", "failed", failures=1) == ["retender.first_failure"]
    assert codes("forgo_tender", "failed", failures=2) == []
    assert codes("forgo_tender", "failed", failures=2, needs_approval=True) == ["fact.missing"]
    assert codes("forgo_tender", "failed", failures=2, needs_approval=True, approval="某批〔2026〕1号") == []


@pytest.mark.rule("ENG-01", "ENG-53")
@pytest.mark.parametrize(
    ("kind", "limit"), [("works", 4_000_000), ("epc", 4_000_000), ("goods", 2_000_000), ("services", 1_000_000)]
)
def test_added_work_of_the_size_that_must_be_tendered_takes_the_reason_of_article_nine(kind, limit):
    said = {"reason": "增加管网", "changed": True, "kind": kind}

    assert codes("change_contract", "contracted", added_cny=Decimal(limit) - FEN, **said) == []
    assert codes("change_contract", "contracted", added_cny=Decimal(limit), **said) == ["contract.addition_over"]
    assert codes("change_contract", "contracted", added_cny=Decimal(limit), needed="同一沟槽", **said) == []
    assert codes("change_contract", "contracted", added_cny=Decimal(limit), mandatory=False, **said) == []


@pytest.mark.rule("ENG-53")
def test_a_change_changes_something_and_says_why():
    assert codes("change_contract", "contracted", reason="", changed=True) == ["fact.missing"]
    assert codes("change_contract", "contracted", reason="无", changed=False) == ["contract.unchanged"]


@pytest.mark.rule("ENG-44")
def test_milestones_add_up_to_the_contract_and_payments_to_the_milestone():
    price = Decimal("100.00")

    assert codes("plan_milestone", "contracted", milestones_cny=price, contract_cny=price) == []
    assert codes("plan_milestone", "contracted", milestones_cny=price + FEN, contract_cny=price) == [
        "milestone.over_contract"
    ]
    assert codes("pay_milestone", "contracted", amount_cny=price, open_cny=price) == []
    assert codes("pay_milestone", "contracted", amount_cny=price + FEN, open_cny=price) == ["payment.over"]


@pytest.mark.rule("ENG-55")
def test_an_acceptance_at_its_due_moment_is_late_and_told():
    assert told("accept_milestone", "contracted", day(15), acceptance_due=day(15)) == ["acceptance.late"]
    assert told("accept_milestone", "contracted", day(15) - timedelta(seconds=1), acceptance_due=day(15)) == []


@pytest.mark.rule("ENG-50")
def test_a_late_payment_is_told_with_its_interest():
    said = {"amount_cny": Decimal(1), "open_cny": Decimal(1)}

    assert told("pay_milestone", "contracted", late_days=0, **said) == []
    assert told("pay_milestone", "contracted", late_days=1, interest_cny=FEN, **said) == ["payment.late"]


@pytest.mark.rule("ENG-50")
def test_the_term_ends_with_its_last_day_and_every_day_after_it_is_late():
    ends = counted(day(1), 30, "cd", "most")  # 24:00 of the last day

    last = (ends - timedelta(microseconds=1)).astimezone(day(1).tzinfo).date()
    assert late_days(ends, last) == 0
    assert late_days(ends, last + timedelta(days=1)) == 1
    assert late_days(None, date(2030, 1, 1)) == 0


@pytest.mark.rule("ENG-50")
def test_interest_is_five_in_ten_thousand_a_day_to_the_fen():
    statutory = Decimal(ENG.rule("ENG-50")["late_interest"].amount)

    assert interest_of(Decimal("1000000.00"), statutory, 11) == Decimal("5500.00")
    assert interest_of(Decimal("10.01"), statutory, 1) == FEN
    assert interest_of(Decimal("9.99"), statutory, 1) == Decimal("0.00")
