"""What the published clause says, as the kernel counts it: a property for every outage, every deadline, every hold."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from platform_site import workdays
from platform_site.clock import CHINA
from tests.trading.boundaries import ENG, ISSUED, asked, day
from trading.kernel import procedure as kernel
from trading.kernel.procedure import Facts, set_again
from trading.kernel.time import DAY, HeldFor, through_holds
from trading.rulebooks.guards import course

OPEN = ENG.procedures["engineering.open"]
MINUTE = timedelta(minutes=1)
# Working days of 2026 around no festival and around the longest one, at a minute of office hours.
DEADLINES = st.builds(
    lambda days, minutes: _worked(datetime(2026, 1, 5, 8, 0, tzinfo=CHINA) + days * DAY + minutes * MINUTE),
    st.integers(0, 340),
    st.integers(0, 600),
)
LENGTHS = st.integers(1, 15 * 24 * 60)


def _worked(at):
    date = at.date() if workdays.is_workday(at.date()) else workdays.next_workday(at.date())
    return datetime.combine(date, at.timetz())


def moved(at, *holds):
    return through_holds(at, holds, since=None, keep_hour=True)


def outage(start, minutes):
    return HeldFor(start, start + minutes * MINUTE, "outage")


def whole_days(minutes):
    return -(-minutes // (24 * 60))


@given(at=DEADLINES, minutes=LENGTHS, share=st.floats(0, 1, exclude_max=True))
def test_a_deadline_inside_moves_by_the_days_the_outage_lasted_and_rolls_to_a_working_day(at, minutes, share):
    failed = outage(at - (1 + int(minutes * share)) * MINUTE, minutes)

    found = moved(at, failed)

    wanted = at + whole_days(minutes) * DAY
    assert (found.hour, found.minute) == (at.hour, at.minute)
    assert workdays.is_workday(found.date())
    assert found == _worked(wanted)
    assert found >= failed.end


@given(at=DEADLINES, minutes=LENGTHS, away=st.integers(0, 60 * 24 * 30), before=st.booleans())
def test_a_deadline_outside_does_not_move_nor_one_at_the_very_minute_it_begins(at, minutes, away, before):
    start = at + away * MINUTE if before else at - (minutes + 1 + away) * MINUTE

    assert moved(at, outage(start, minutes)) == at


@given(at=DEADLINES, first=LENGTHS, second=LENGTHS)
def test_a_deadline_moved_into_the_next_outage_moves_again_and_order_of_telling_is_nothing(at, first, second):
    one = outage(at - MINUTE, first + 1)
    landed = moved(at, one)
    other = outage(max(landed - MINUTE, one.end), second + 1)

    found = moved(at, other, one)

    assert found == moved(landed, other)
    assert found == moved(at, one, other)


@given(at=DEADLINES, since=st.integers(1, 60 * 24))
def test_while_the_outage_lasts_nothing_falls_due(at, since):
    assert moved(at, HeldFor(at - since * MINUTE, None, "outage")) is None


@given(at=DEADLINES, minutes=LENGTHS)
def test_a_deadline_set_anew_after_the_outage_is_not_moved_by_it(at, minutes):
    failed = outage(at - (minutes + 1) * MINUTE - DAY, minutes + 2 + 24 * 60)
    again = _worked(failed.end + 20 * DAY)
    said = {"bid_deadline": again, set_again("bid_deadline"): failed.end}

    facts = Facts("bidding", failed.end, said, {}, (HeldFor(failed.start, failed.end, "objection"),))

    assert kernel.moment(ENG, OPEN, "bid_deadline", facts) == again


@pytest.mark.parametrize(("number", "days"), [(17, 3), (24, 4)], ids=["weekend", "qingming"])
def test_two_hours_of_friday_morning_move_a_deadline_past_the_rest_days(number, days):
    friday = day(number).replace(hour=9, minute=30)

    assert moved(friday, outage(friday - 30 * MINUTE, 120)) == friday + days * DAY


def test_a_publicity_period_that_would_end_inside_ends_at_midnight_of_a_later_day():
    start = ISSUED
    plain = Facts("publicity", start, {"candidates_at": start})
    ends = kernel.moment(ENG, OPEN, "publicity_ends", plain)
    failed = HeldFor(ends - 60 * MINUTE, ends + 60 * MINUTE, "outage")

    facts = Facts("publicity", start, {"candidates_at": start}, {}, (failed,))
    later = kernel.moment(ENG, OPEN, "publicity_ends", facts)

    assert later - ends >= DAY
    assert later > failed.end


def test_only_a_document_with_the_clause_is_moved_and_only_what_is_inside():
    assert asked(course.remedy_published, outage_clause=False).code == "outage.no_clause"
    assert asked(course.remedy_published, outage_clause=True) is None
    assert asked(course.inside_the_outage, inside=False).code == "outage.nothing_inside"
    assert asked(course.inside_the_outage, inside=True) is None
