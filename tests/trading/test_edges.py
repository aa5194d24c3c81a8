"""Numbers at edges where a rest day or a small committee would hide a move by one.

Days are chosen so that the day before and the day after the last one are working days too: otherwise the roll of
民法典 第二百零三条 brings two different numbers to the same moment.
"""

from datetime import datetime, timedelta

import pytest

from platform_site.workdays import CHINA
from trading.kernel.procedure import Facts, gate, warnings
from trading.rulebooks import PROCEDURES, book_for
from trading.rulebooks.guards import document, evaluation
from trading.rulebooks.land import BOOK as LAND
from trading.rulebooks.mining import BOOK as MINING
from trading.rulebooks.register import rule

MOMENT = timedelta(seconds=1)
NOW = datetime(2026, 11, 21, 10, tzinfo=CHINA)


def china(month: int, day: int, hour: int = 0) -> datetime:
    return datetime(2026, month, day, hour, tzinfo=CHINA)


@pytest.mark.rule("LND-03")
def test_land_is_announced_twenty_days_before_the_listing_to_the_second():
    def ask(listing_from):
        values = {"notice_at": china(11, 5, 9), "listing_from": listing_from}
        return document.land_notice_period(Facts("registered", NOW, {}, values), LAND)

    assert ask(china(11, 26)) is None
    assert ask(china(11, 26) - MOMENT).facts["earliest"] == china(11, 26)


@pytest.mark.parametrize(
    ("guard", "begins", "ends", "earliest"),
    [
        # From Monday 2 November 2026 the twentieth working day is the 30th, the tenth is the 16th.
        pytest.param(
            document.mining_notice_period, "notice_at", "listing_from", china(12, 1), marks=pytest.mark.rule("MIN-03")
        ),
        pytest.param(
            document.mining_listing_period,
            "listing_from",
            "listing_until",
            china(11, 17),
            marks=pytest.mark.rule("MIN-05"),
        ),
    ],
)
def test_a_mining_right_is_announced_and_listed_for_working_days_to_the_second(guard, begins, ends, earliest):
    def ask(until):
        return guard(Facts("registered", NOW, {}, {begins: china(11, 2, 9), ends: until}), MINING)

    assert ask(earliest) is None
    assert ask(earliest - MOMENT).facts["earliest"] == earliest


@pytest.mark.rule("MIN-06")
def test_no_mining_contract_before_the_result_was_public_for_ten_working_days():
    listing = PROCEDURES["mining.listing"]

    def shut(now):
        return gate(MINING, listing, "sign_contract", Facts("awarded", now, {"award_at": china(11, 2, 10)}))

    assert shut(china(11, 17) - MOMENT).code == "clock.too_early"
    assert shut(china(11, 17)) is None


@pytest.mark.parametrize(
    "book",
    [
        pytest.param(LAND, marks=pytest.mark.rule("LND-10")),
        pytest.param(MINING, marks=pytest.mark.rule("MIN-10")),
    ],
    ids=["land", "mining"],
)
def test_whoever_goes_on_says_so_before_the_call_ends(book):
    (listing,) = book.procedures.values()

    def shut(now):
        return gate(book, listing, "continue_bidding", Facts("last_call", now, {"call_ends": china(11, 2, 10)}))

    assert shut(china(11, 2, 10) - MOMENT) is None
    assert shut(china(11, 2, 10)).code == "clock.too_late"


@pytest.mark.rule("ENG-30")
@pytest.mark.parametrize(("members", "asking", "waits"), [(9, 3, False), (9, 4, True), (35, 11, False), (35, 12, True)])
def test_the_report_waits_only_where_more_than_a_third_asked_for_time(members, asking, waits):
    facts = Facts("evaluating", NOW, {}, {"members": members, "asked_more_time": asking})

    assert bool(evaluation.time_granted(facts, book_for("engineering.open", on=NOW.date()))) is waits


DEADLINES = [
    pytest.param(
        "procurement.inquiry",
        "award",
        ("report_at", china(11, 3, 10)),
        china(11, 11),
        id="GP-32",
        marks=pytest.mark.rule("GP-32"),
    ),
    pytest.param(
        "procurement.inquiry",
        "sign_contract",
        ("award_at", china(11, 2, 10)),
        china(12, 3),
        id="GP-34",
        marks=pytest.mark.rule("GP-34"),
    ),
    pytest.param(
        "land.listing",
        "sign_contract",
        ("award_at", china(11, 2, 10)),
        china(11, 17),
        id="LND-11",
        marks=pytest.mark.rule("LND-11"),
    ),
]


def missed(procedure: str, verb: str, *, now: datetime, **moments: datetime) -> list[str]:
    """Rules whose deadline `verb` has missed at `now`."""
    move = PROCEDURES[procedure].transitions[verb]
    facts = Facts(min(move.source), now, moments)
    told = warnings(book_for(procedure, on=NOW.date()), PROCEDURES[procedure], verb, facts)
    return [w.rule for w in told if w.code == "deadline.missed"]


@pytest.mark.parametrize(("procedure", "verb", "after", "end"), DEADLINES)
def test_an_act_on_the_last_day_is_in_time(procedure, verb, after, end):
    assert missed(procedure, verb, now=end - MOMENT, **dict([after])) == []


@pytest.mark.parametrize(("procedure", "verb", "after", "end"), DEADLINES)
def test_an_act_after_the_last_day_is_reported_under_its_rule(procedure, verb, after, end, request):
    assert missed(procedure, verb, now=end + MOMENT, **dict([after])) == [request.node.callspec.id]


def test_a_share_no_decimal_holds_is_exact():
    assert rule("ENG-28")["experts"].amount * 3 == 2
    assert rule("ENG-30")["share"].amount * 3 == 1


# Filing a bid is judged by rules a purchase shares with tendering; what comes after the opening is not.
PURCHASES = [
    (name, verb)
    for name, procedure in PROCEDURES.items()
    if name.startswith("procurement.")
    for verb in ("score_bid", "award", "sign_contract")
    if verb in procedure.transitions
]


@pytest.mark.parametrize(("procedure", "verb"), PURCHASES)
def test_what_a_purchase_is_judged_by_stands_in_its_own_law(procedure, verb):
    cited = [ask.rule for ask in PROCEDURES[procedure].transitions[verb].guards]

    assert [rule for rule in cited if not rule.startswith("GP-")] == []
