"""GEN-01…04: how the law counts days. Golden dates are the State Council notices for 2025 and 2026."""

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from platform_site import workdays
from platform_site.workdays import CHINA, add_days, days_between, earliest_after, latest_before, period_end

DAYS = st.dates(date(2024, 1, 1), date(2027, 12, 31))
MOMENTS = st.builds(
    lambda day, since_midnight: workdays.midnight(day) + since_midnight,
    DAYS,
    st.timedeltas(timedelta(0), timedelta(hours=23, minutes=59)),
)
PERIODS = st.tuples(st.integers(1, 90), st.sampled_from(["cd", "wd"]))


def china(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=CHINA)


@pytest.mark.rule("GEN-01")
def test_the_day_of_the_trigger_is_not_counted():
    assert add_days(date(2026, 11, 23), 3, "cd") == date(2026, 11, 26)
    assert add_days(date(2026, 11, 23), 3, "wd") == date(2026, 11, 26)


@pytest.mark.rule("GEN-02")
@pytest.mark.parametrize(
    ("start", "n", "last"),
    [
        (date(2026, 9, 10), 21, date(2026, 10, 8)),  # 21st day is National Day: the first workday after it is the 8th
        (date(2026, 2, 5), 10, date(2026, 2, 24)),  # into the Spring Festival of 2026, 15 to 23 February
        (date(2026, 1, 30), 15, date(2026, 2, 14)),  # a Saturday worked for the Spring Festival does not roll
        (date(2026, 11, 18), 3, date(2026, 11, 23)),  # a plain Saturday rolls to Monday
        (date(2025, 9, 8), 20, date(2025, 9, 28)),  # a Sunday worked for National Day does not roll
        (date(2025, 9, 25), 10, date(2025, 10, 9)),
    ],
)
def test_a_last_day_that_is_a_rest_day_rolls_forward(start, n, last):
    assert add_days(start, n, "cd") == last


@pytest.mark.rule("GEN-03")
@pytest.mark.parametrize(
    ("day", "worked"),
    [
        (date(2025, 9, 28), True),  # Sunday, made up for National Day 2025
        (date(2025, 10, 11), True),
        (date(2025, 10, 8), False),  # Wednesday inside the eight days of National Day and Mid-Autumn 2025
        (date(2026, 1, 4), True),
        (date(2026, 2, 14), True),
        (date(2026, 2, 16), False),  # Monday, New Year's Eve of the lunar calendar
        (date(2026, 2, 23), False),
        (date(2026, 2, 24), True),
        (date(2026, 2, 28), True),
        (date(2026, 5, 9), True),
        (date(2026, 9, 20), True),
        (date(2026, 10, 10), True),
        (date(2026, 11, 21), False),
    ],
)
def test_working_days_follow_the_state_council_notice(day, worked):
    assert workdays.is_workday(day) is worked


@pytest.mark.rule("GEN-03")
def test_working_days_jump_over_the_spring_festival():
    assert add_days(date(2026, 2, 13), 3, "wd") == date(2026, 2, 25)  # 14th (made up), 24th, 25th


@pytest.mark.rule("GEN-04")
def test_a_period_of_twenty_days_is_complete_with_its_twentieth_day():
    issued = china(2026, 11, 25, 9, 30)

    assert earliest_after(issued, 20, "cd") == china(2026, 12, 16)
    assert days_between(issued, china(2026, 12, 16)) == 20
    assert days_between(issued, china(2026, 12, 15, 23, 59)) == 19


def test_a_period_ends_at_24_00_in_china_wherever_the_moment_was_written():
    utc_evening = datetime.fromisoformat("2026-11-22T16:30:00+00:00")  # already the 23rd in China

    assert period_end(utc_evening, 3, "cd") == china(2026, 11, 27)


def test_the_year_after_the_last_notice_counts_by_statutory_holidays_and_says_so():
    assert workdays.provisional(date(2027, 2, 8))
    assert not workdays.provisional(date(2026, 2, 8))
    assert not workdays.is_workday(date(2027, 2, 8))  # second day of the lunar year
    assert not workdays.is_workday(date(2027, 2, 10))  # in lieu of a festival day on a weekend (放假办法 第六条)
    assert workdays.is_workday(date(2027, 2, 11))
    assert workdays.count(china(2026, 12, 25, 12), 10, "cd").provisional


def test_months_end_on_the_corresponding_day_or_the_last_of_the_month():
    assert add_days(date(2026, 3, 31), 1, "mo") == date(2026, 4, 30)
    assert add_days(date(2026, 1, 29), 1, "mo") == date(2026, 2, 28)  # a worked Saturday
    assert add_days(date(2024, 2, 29), 1, "yr") == date(2025, 2, 28)


def test_an_objection_ten_days_before_the_deadline_is_in_time_until_24_00_of_the_tenth_day_back():
    assert workdays.window_closes(china(2026, 11, 17, 9, 30), 10, "cd") == china(2026, 11, 8)
    assert workdays.window_closes(china(2026, 10, 9, 9), 2, "wd") == china(2026, 10, 1)  # 8 October, 30 September


def test_a_naive_moment_is_refused():
    with pytest.raises(ValueError, match="time zone"):
        period_end(china(2026, 11, 21).replace(tzinfo=None), 1, "cd")


@pytest.mark.parametrize(("n", "unit"), [(0, "cd"), (3, "days")])
def test_a_period_without_days_or_with_an_unknown_unit_is_refused(n, unit):
    with pytest.raises(ValueError, match=r"at least one day|unit must be"):
        add_days(date(2026, 11, 21), n, unit)


@pytest.mark.rule("GEN-02")
@given(start=DAYS, period=PERIODS)
def test_every_period_ends_on_a_working_day_not_before_its_nth_day(start, period):
    n, unit = period
    last = add_days(start, n, unit)

    assert workdays.is_workday(last)
    assert last >= start + timedelta(days=n)


@pytest.mark.rule("GEN-03")
@given(start=DAYS, n=st.integers(1, 60))
def test_a_working_day_period_holds_exactly_n_working_days(start, n):
    last = add_days(start, n, "wd")

    assert sum(workdays.is_workday(start + timedelta(days=i)) for i in range(1, (last - start).days + 1)) == n


@given(start=DAYS, later=st.integers(0, 30), period=PERIODS)
def test_a_later_trigger_never_ends_earlier(start, later, period):
    assert add_days(start, *period) <= add_days(start + timedelta(days=later), *period)


@pytest.mark.rule("GEN-04")
@given(start=MOMENTS, period=PERIODS)
def test_a_minimum_period_is_never_short_of_a_full_day(start, period):
    assert days_between(start, earliest_after(start, *period), period[1]) >= period[0]


@given(start=MOMENTS, gap=st.timedeltas(timedelta(0), timedelta(days=60)), period=PERIODS)
def test_the_latest_trigger_is_the_exact_mirror_of_the_earliest_end(start, gap, period):
    end = start + gap

    assert (start < latest_before(end, *period)) == (earliest_after(start, *period) <= end)
