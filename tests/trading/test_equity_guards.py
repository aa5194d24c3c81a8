"""国有产权转让: every number one unit to either side, and who may be called when the disclosure ends."""

from datetime import datetime, timedelta
from decimal import Decimal

import pytest

from platform_site.clock import CHINA
from tests.trading.boundaries import FEN
from trading.kernel.procedure import Facts, gate, warnings
from trading.rulebooks.equity import BOOK, TRANSFER
from trading.rulebooks.guards import equity

# From Monday 2 November 2026 the twentieth working day is the 30th, the thirtieth day 2 December.
SECOND = timedelta(seconds=1)


def china(month: int, day: int, hour: int = 0) -> datetime:
    return datetime(2026, month, day, hour, tzinfo=CHINA)


def asked(guard, *, now=None, moments=None, **values):
    return guard(Facts("registered", now or china(11, 2, 9), moments or {}, values), BOOK)


@pytest.mark.rule("SOE-02")
def test_a_transfer_names_its_approval():
    assert asked(equity.approved, approval_number="泽国资〔2026〕8号") is None
    assert asked(equity.approved).facts["fact"] == "approval"


@pytest.mark.rule("SOE-03")
def test_the_first_price_is_not_below_the_valuation():
    valuation = Decimal("86000000.00")

    assert asked(equity.price_not_below_valuation, start_price_cny=valuation, valuation_cny=valuation) is None
    low = asked(equity.price_not_below_valuation, start_price_cny=valuation - FEN, valuation_cny=valuation)
    assert (low.code, low.remedy["value"]) == ("amount.under_floor", valuation)
    assert asked(equity.price_not_below_valuation, start_price_cny=valuation).facts["fact"] == "valuation_cny"


@pytest.mark.rule("SOE-04")
def test_a_transfer_is_disclosed_for_twenty_working_days_to_the_second():
    begun, lawful = china(11, 2, 9), china(12, 1)

    assert asked(equity.disclosed_long_enough, notice_at=begun, disclosure_until=lawful) is None
    short = asked(equity.disclosed_long_enough, notice_at=begun, disclosure_until=lawful - SECOND)
    assert short.facts["earliest"] == lawful


@pytest.mark.rule("SOE-12")
def test_the_notice_says_how_and_when_takers_bid():
    said = {"way": "multi_round", "disclosure_until": china(12, 1), "bidding_from": china(12, 4)}
    said["increment_cny"] = Decimal("500000.00")

    assert asked(equity.way_of_bidding_said, **said) is None
    assert asked(equity.way_of_bidding_said, **{**said, "way": "by_hand"}).facts["fact"] == "way"
    assert asked(equity.way_of_bidding_said, **{**said, "increment_cny": None}).facts["fact"] == "increment_cny"
    assert asked(equity.way_of_bidding_said, **{**said, "bidding_from": None}).facts["fact"] == "bidding_from"
    early = asked(equity.way_of_bidding_said, **{**said, "bidding_from": china(11, 30)})
    assert early.facts["fact"] == "bidding_from"


@pytest.mark.rule("SOE-14")
def test_a_deposit_over_the_usual_share_is_reported():
    price = Decimal("100.00")

    assert asked(equity.deposit_within_share, start_price_cny=price, bond_cny=Decimal("30.00")) is None
    assert (
        asked(equity.deposit_within_share, start_price_cny=price, bond_cny=Decimal("30.01")).code == "amount.over_cap"
    )


@pytest.mark.rule("SOE-13")
@pytest.mark.parametrize(
    ("takers", "allowed"),
    [
        (0, equity.no_taker),
        (1, equity.one_taker),
        (2, equity.several_takers),
        (3, equity.several_takers),
    ],
)
def test_none_one_and_several_takers_go_each_their_own_way(takers, allowed):
    ways = (equity.no_taker, equity.one_taker, equity.several_takers)

    assert [way for way in ways if asked(way, takers=takers) is None] == [allowed]


@pytest.mark.rule("SOE-13")
def test_a_deal_needs_an_offer_that_reaches_the_price():
    price = Decimal("86000000.00")

    assert asked(equity.offer_high_enough, amount=price, floor=price) is None
    assert asked(equity.offer_high_enough, amount=price - FEN, floor=price).code == "offer.too_low"
    assert asked(equity.taken, reserve_reached=True) is None
    assert asked(equity.taken).code == "offer.none"
    assert asked(equity.untaken) is None
    assert asked(equity.untaken, reserve_reached=True).code == "reserve.reached"


@pytest.mark.rule("SOE-01")
@pytest.mark.parametrize("what", ["price", "subject"])
def test_the_contract_says_what_the_deal_says(what):
    assert asked(equity.contract_equals_deal) is None
    assert asked(equity.contract_equals_deal, **{f"differs_{what}": True}).facts["differing"] == (what,)


@pytest.mark.rule("SOE-15")
def test_other_shareholders_have_thirty_days():
    told, over = {"notice_at": china(11, 2, 9)}, china(12, 3)

    assert asked(equity.priority_answered, now=over, moments=told, priority_holders=True) is None
    waiting = asked(equity.priority_answered, now=over - SECOND, moments=told, priority_holders=True)
    assert (waiting.code, waiting.facts["until"]) == ("priority.waiting", over)
    assert asked(equity.priority_answered, now=over - SECOND, moments=told) is None


@pytest.mark.rule("SOE-16")
def test_the_voucher_waits_for_the_whole_price():
    price = Decimal("86000000.00")

    assert asked(equity.paid_in_full, paid_cny=price, contract_cny=price) is None
    assert asked(equity.paid_in_full, paid_cny=price - FEN, contract_cny=price).code == "payment.short"


@pytest.mark.rule("SOE-16")
def test_a_price_settled_after_five_working_days_is_reported():
    signed = {"contract_at": china(11, 2, 10)}

    def late(now):
        return [w.rule for w in warnings(BOOK, TRANSFER, "settle", Facts("contracted", now, signed))]

    assert late(china(11, 10) - SECOND) == []
    assert late(china(11, 10) + SECOND) == ["SOE-16"]


def test_nobody_comes_forward_after_the_disclosure():
    until = {"disclosure_until": china(12, 1, 17)}

    assert gate(BOOK, TRANSFER, "sign_up", Facts("announced", china(12, 1, 17) - SECOND, until)) is None
    assert gate(BOOK, TRANSFER, "sign_up", Facts("announced", china(12, 1, 17), until)).code == "clock.too_late"
