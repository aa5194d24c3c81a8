"""Bans are checked by their dates at each act (CRE-07, CRE-08)."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied

from credit import selectors, services
from platform_site.accounts.actors import CONSOLE
from platform_site.accounts.refusals import Refused
from platform_site.accounts.selectors import actor_for
from platform_site.accounts.services import duty_grant
from platform_site.workdays import midnight
from tests.people import a_code, a_person, a_subject

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
FIRST, LAST = date(2026, 3, 1), date(2027, 2, 28)


def ban(code, **changes):
    fields = {
        "subject_code": code,
        "subject_name": "云泽某建设有限公司",
        "kind": "ban",
        "scope": "engineering",
        "since": FIRST,
        "until": LAST,
        "article": "招标投标法 第五十四条",
        "rule": "CRE-02",
        "authority": "云泽省住房和城乡建设厅",
        "document_no": "云建罚〔2026〕7号",
        "decided_on": FIRST,
        "reason": "弄虚作假骗取中标",
        "actor": CONSOLE,
        **changes,
    }
    return services.sanction_publish(**fields)


@pytest.mark.rule("CRE-07", "CRE-08")
@pytest.mark.parametrize(
    ("on", "banned"),
    [
        (date(2026, 2, 28), False),
        (FIRST, True),
        (date(2026, 11, 21), True),
        (LAST, True),
        (date(2027, 3, 1), False),
    ],
)
def test_a_ban_holds_on_its_first_and_last_day_and_not_outside(on, banned):
    code = a_code()
    ban(code)

    assert bool(selectors.standing(code, on, scope="engineering")) is banned


def test_the_last_day_lasts_until_24_00_in_china():
    code = a_code()
    ban(code)
    after = midnight(date(2027, 3, 1))

    assert selectors.standing(code, after - timedelta(seconds=1))
    assert not selectors.standing(code, after)


@pytest.mark.parametrize(("scope", "banned"), [("engineering", True), ("procurement", False), ("", True)])
def test_a_ban_keeps_out_of_its_own_scope(scope, banned):
    code = a_code()
    ban(code)

    assert bool(selectors.standing(code, date(2026, 11, 21), scope=scope)) is banned


def test_a_ban_from_everything_counts_everywhere():
    code = a_code()
    ban(code, scope="all")

    assert selectors.standing(code, date(2026, 11, 21), scope="land")


def test_a_ban_without_end_stands_until_lifted():
    code = a_code()
    sanction = ban(code, until=None)

    services.sanction_lift(sanction_id=sanction.pk, on=date(2026, 10, 1), reason="信用修复", actor=CONSOLE)

    assert selectors.standing(code, date(2026, 9, 30))
    assert not selectors.standing(code, date(2026, 10, 1))
    assert [s.pk for s in selectors.sanctions_of(code)] == [sanction.pk]


def test_a_penalty_or_record_bars_nobody():
    code = a_code()
    ban(code, kind="penalty", document_no="a")
    ban(code, kind="record", document_no="b")

    assert selectors.standing(code, date(2026, 11, 21)) == []


def test_a_refusal_says_who_banned_until_when_by_which_article():
    code = a_code()
    ban(code)

    (violation,) = selectors.ban_violations(code, date(2026, 11, 21), scope="engineering")

    assert (violation.code, violation.rule, violation.article) == ("sanction.banned", "CRE-02", "招标投标法 第五十四条")
    assert violation.facts["until"] == LAST
    assert violation.facts["authority"] == "云泽省住房和城乡建设厅"


def test_many_subjects_are_checked_by_one_query(django_assert_num_queries):
    clean, banned = a_code(), a_code()
    ban(banned)

    with django_assert_num_queries(1):
        found = selectors.standings([clean, banned], date(2026, 11, 21))

    assert list(found) == [banned]


def test_a_decision_is_published_once():
    code = a_code()
    ban(code)

    with pytest.raises(Refused, match=r"sanction\.known"):
        ban(code)


def test_a_ban_that_ends_before_it_starts_is_refused():
    with pytest.raises(Refused, match=r"sanction\.dates"):
        ban(a_code(), until=date(2026, 2, 1))


def test_a_trader_publishes_and_lifts_nothing():
    subject, trader = a_subject()
    sanction = ban(subject.code)

    with pytest.raises(PermissionDenied):
        ban(a_code(), actor=trader, document_no="x")
    with pytest.raises(PermissionDenied):
        services.sanction_lift(sanction_id=sanction.pk, on=FIRST, reason="", actor=trader)


# -- the terms the articles allow ----------------------------------------------------------------------------------


@pytest.fixture
def supervisor():
    person = a_person()
    duty_grant(user=person, duty="supervisor", actor=CONSOLE)
    return actor_for(person)


TERMS = [
    pytest.param("CRE-01", "engineering", 1, 2, marks=pytest.mark.rule("CRE-01")),
    pytest.param("CRE-02", "engineering", 1, 3, marks=pytest.mark.rule("CRE-02")),
    pytest.param("CRE-03", "engineering", 2, 5, marks=pytest.mark.rule("CRE-03")),
    pytest.param("CRE-04", "agency", 1, 2, marks=pytest.mark.rule("CRE-04")),
    pytest.param("CRE-04", "procurement", 1, 3, marks=pytest.mark.rule("CRE-04")),
    pytest.param("CRE-05", "procurement", 1, 3, marks=pytest.mark.rule("CRE-05")),
]


@pytest.mark.parametrize(("rule", "scope", "least", "most"), TERMS)
def test_a_supervisor_bans_for_no_other_term_than_the_article_allows(supervisor, rule, scope, least, most):
    shortest, longest = date(2026 + least, 3, 1) - DAY, date(2026 + most, 3, 1)
    for number, until in enumerate([shortest, longest]):
        ban(a_code(), rule=rule, scope=scope, until=until, actor=supervisor, document_no=f"ok{number}")

    for until in (shortest - DAY, longest + DAY, None):
        with pytest.raises(Refused, match=r"sanction\.term"):
            ban(a_code(), rule=rule, scope=scope, until=until, actor=supervisor)


def test_a_decision_taken_over_from_elsewhere_is_kept_as_it_is():
    assert ban(a_code(), until=date(2056, 1, 1), actor=CONSOLE).until == date(2056, 1, 1)


@pytest.mark.rule("CRE-06")
@pytest.mark.parametrize(("published", "late"), [(date(2026, 3, 10), False), (date(2026, 3, 11), True)])
def test_a_decision_published_after_the_seventh_working_day_is_late(at, published, late):
    at(midnight(published))

    sanction = ban(a_code(), decided_on=date(2026, 2, 28))  # a Saturday worked for the Spring Festival

    assert (sanction in selectors.late_publications()) is late
