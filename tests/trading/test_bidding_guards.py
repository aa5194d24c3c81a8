"""Filing, opening, offers: each guard's two sides."""

from decimal import Decimal

import pytest

from tests.trading.boundaries import GP, LND, MIN, asked
from trading.kernel.contests import Offered, ascending, next_floor
from trading.rulebooks.guards import bidding


@pytest.mark.rule("ENG-26")
def test_three_bidders_are_opened_and_two_are_not():
    assert asked(bidding.enough_bids, bid_count=3) is None
    assert asked(bidding.enough_bids, bid_count=2).facts["have"] == 2


@pytest.mark.rule("ENG-26")
def test_a_lot_with_three_bidders_does_not_fail_for_want_of_them():
    assert asked(bidding.too_few_bids, bid_count=2) is None
    assert asked(bidding.too_few_bids, bid_count=3).code == "bids.enough"


@pytest.mark.rule("GP-29")
def test_three_suppliers_are_opened_and_two_are_not():
    assert asked(bidding.enough_suppliers, GP, bid_count=3) is None
    assert asked(bidding.enough_suppliers, GP, bid_count=2).code == "bids.too_few"
    assert asked(bidding.too_few_suppliers, GP, bid_count=3).code == "bids.enough"
    assert asked(bidding.too_few_suppliers, GP, bid_count=2) is None


@pytest.mark.rule("GP-27")
def test_an_inquiry_takes_one_quote():
    assert asked(bidding.one_quote, GP, quotes=1) is None
    assert asked(bidding.one_quote, GP, quotes=2).code == "quotes.too_many"


@pytest.mark.rule("ELE-03", "GEN-05", "ENG-24", "ELE-04")
@pytest.mark.parametrize(
    ("guard", "fact", "code"),
    [
        (bidding.encrypted, "encrypted", "bid.not_encrypted"),
        (bidding.signed, "signed", "bid.unsigned"),
        (bidding.acceptable, "bound", "envelope.refused"),
        (bidding.arrived_whole, "complete", "upload.incomplete"),
    ],
)
def test_a_filing_is_encrypted_signed_bound_and_whole(guard, fact, code):
    assert asked(guard, **{fact: True}) is None
    assert asked(guard, **{fact: False}).code == code


@pytest.mark.rule("ELE-02", "ENG-49")
@pytest.mark.parametrize(
    ("guard", "fact"), [(bidding.not_operator, "is_operator"), (bidding.not_agency, "is_agency_or_initiator")]
)
def test_who_runs_or_orders_the_tender_does_not_bid(guard, fact):
    assert asked(guard, **{fact: False}) is None
    assert asked(guard, **{fact: True}).rule in {"ELE-02", "ENG-49"}


@pytest.mark.rule("CRE-07")
def test_a_banned_subject_sees_by_whom_until_when_and_why():
    ban = {"authority": "省住房和城乡建设厅", "until": "2027-05-01", "article": "招标投标法 第五十四条"}

    refused = asked(bidding.not_banned, bans=[ban])

    assert asked(bidding.not_banned, bans=[]) is None
    assert (refused.code, refused.facts["until"], refused.facts["basis"]) == (
        "sanction.banned",
        ban["until"],
        ban["article"],
    )


@pytest.mark.rule("ENG-25")
def test_a_consortium_files_its_agreement():
    assert asked(bidding.consortium_agreed, consortium=True, consortium_agreement="d1") is None
    assert asked(bidding.consortium_agreed, consortium=True).facts["fact"] == "consortium_agreement"


@pytest.mark.rule("ENG-22")
def test_related_bidders_are_told_to_supervision_at_opening():
    assert asked(bidding.unrelated_bidders, related_pairs=[("甲", "乙")]).code == "bidders.related"
    assert asked(bidding.unrelated_bidders, related_pairs=[]) is None


@pytest.mark.rule("ELE-06")
def test_contents_wait_for_every_key():
    assert asked(bidding.keys_settled, waiting=0) is None
    assert asked(bidding.keys_settled, waiting=1).code == "opening.waiting"


@pytest.mark.rule("LND-09", "MIN-09")
@pytest.mark.parametrize(
    ("guard", "book"), [(bidding.offer_high_enough, LND), (bidding.mining_offer, MIN)], ids=["land", "mining"]
)
def test_an_offer_reaches_the_floor_to_the_fen(guard, book):
    floor = Decimal("5000000.00")

    assert asked(guard, book, amount=floor, floor=floor) is None
    assert asked(guard, book, amount=floor - Decimal("0.01"), floor=floor).remedy["value"] == floor


def test_the_first_offer_may_equal_the_start_price_and_the_next_adds_an_increment(issued):
    start, step = Decimal(100), Decimal(10)
    first = Offered("甲", Decimal(100), issued)

    assert next_floor([], start, step) == 100
    assert next_floor([first], start, step) == 110


def test_equal_offers_go_to_the_earlier(issued):
    later = issued.replace(minute=5)

    assert ascending([Offered("乙", Decimal(100), later), Offered("甲", Decimal(100), issued)], None).bidder == "甲"


@pytest.fixture
def issued():
    from tests.trading.boundaries import ISSUED

    return ISSUED
