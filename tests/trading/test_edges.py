"""Numbers at edges where a rest day or a small committee would hide a move by one.

Days are chosen so that the day before and the day after the last one are working days too: otherwise the roll of
民法典 第二百零三条 brings two different numbers to the same moment.
"""

from datetime import datetime, timedelta

import pytest

from platform_site.workdays import CHINA
from trading.kernel.procedure import Facts, warnings
from trading.rulebooks import PROCEDURES, book_for
from trading.rulebooks.guards import document, evaluation
from trading.rulebooks.land import BOOK as LAND
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
