"""A9 and D8: operator ⟂ supervisor ⟂ trader, and the pool's three ends, also between parallel transactions."""

from itertools import permutations
from threading import Barrier, Thread

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, ProgrammingError, connection, transaction

from platform_site import clock
from platform_site.accounts import policy
from platform_site.accounts.actors import CONSOLE
from platform_site.accounts.models import TRADER, DutyGrant
from platform_site.accounts.refusals import Refused
from platform_site.accounts.selectors import actor_for
from platform_site.accounts.services import duty_end, duty_grant, trader_begin
from platform_site.ledger.models import Entry
from tests import databases
from tests.people import a_person

DUTIES = [*policy.DUTIES, TRADER]
EXCLUDED = [pair for pair in permutations(DUTIES, 2) if policy.conflicting({pair[0]}, pair[1])]
ALLOWED = [p for p in permutations(policy.DUTIES, 2) if p not in EXCLUDED]


def give(user, duty):
    if duty == TRADER:
        trader_begin(user=user, actor=CONSOLE, since=clock.now())
    else:
        duty_grant(user=user, duty=duty, actor=CONSOLE)


@pytest.mark.django_db
@pytest.mark.rule("PLT-04")
@pytest.mark.parametrize(("held", "wanted"), EXCLUDED)
def test_a_duty_that_excludes_one_held_is_refused(held, wanted):
    person = a_person()
    give(person, held)

    with pytest.raises(Refused, match=r"duty\.conflict"):
        give(person, wanted)

    assert list(person.duty_grants.values_list("duty", flat=True)) == [held]
    assert Entry.objects.filter(subject=person.ref, event="duty.granted").count() == 1


@pytest.mark.django_db
@pytest.mark.parametrize(("held", "wanted"), ALLOWED)
def test_duties_that_do_not_exclude_each_other_may_be_held_together(held, wanted):
    person = a_person()
    give(person, held)

    give(person, wanted)

    assert actor_for(person).duties == {held, wanted}


@pytest.mark.django_db
def test_the_database_excludes_the_same_pairs_as_the_policy():
    with connection.cursor() as cursor:
        cursor.execute("SELECT a, b FROM unnest(%s) a, unnest(%s) b WHERE accounts_duties_exclude(a, b)", [DUTIES] * 2)
        assert sorted(cursor.fetchall()) == sorted(EXCLUDED)


@pytest.mark.django_db
def test_the_database_refuses_what_slips_past_the_service():
    person = a_person()
    give(person, "operator")

    with pytest.raises(IntegrityError, match="excludes"), transaction.atomic():
        DutyGrant.objects.create(user=person, duty="supervisor", since=clock.now())


@pytest.mark.django_db
def test_a_duty_that_has_ended_excludes_nothing_any_more():
    person = a_person()
    give(person, "operator")
    duty_end(user=person, duty="operator", actor=CONSOLE)

    give(person, "supervisor")

    assert actor_for(person).duties == {"supervisor"}


@pytest.mark.django_db
def test_only_the_console_grants_and_ends_duties():
    boss = a_person()
    give(boss, "operator")

    with pytest.raises(PermissionDenied):
        duty_grant(user=a_person(), duty="operator", actor=actor_for(boss))
    with pytest.raises(PermissionDenied):
        duty_end(user=boss, duty="operator", actor=actor_for(boss))


@pytest.mark.django_db
def test_a_duty_held_is_not_granted_again():
    person = a_person()
    give(person, "operator")

    with pytest.raises(Refused, match=r"duty\.held"):
        give(person, "operator")


@pytest.mark.django_db
def test_trader_follows_from_memberships_and_is_never_granted():
    with pytest.raises(ValueError, match="unknown duty"):
        duty_grant(user=a_person(), duty=TRADER, actor=CONSOLE)


def test_no_duty_begins_without_its_entry(fresh_db):
    person = a_person()

    with pytest.raises(IntegrityError, match="without an entry"):
        DutyGrant.objects.create(user=person, duty="operator", since=clock.now())

    assert not DutyGrant.objects.exists()


@pytest.mark.rule("PLT-04")
def test_the_trading_faces_login_makes_traders_and_neither_makes_nor_unmakes_an_official(fresh_db, cluster):
    trader, official = a_person(), a_person()
    give(official, "operator")

    with databases.behind_default(cluster, fresh_db, login="portal_trading"):
        with transaction.atomic():
            trader_begin(user=trader, actor=CONSOLE, since=clock.now())
        for forbidden in (
            lambda: give(trader, "pool_supervisor"),
            lambda: duty_end(user=official, duty="operator", actor=CONSOLE),
        ):
            with pytest.raises(ProgrammingError, match="from the console, not by portal_trading"):
                forbidden()

    assert set(DutyGrant.objects.filter(until__isnull=True).values_list("duty", flat=True)) == {TRADER, "operator"}


@pytest.mark.parametrize(("one", "other"), [("operator", "supervisor"), ("supervisor", TRADER)])
def test_two_parallel_grants_that_exclude_each_other_leave_one(fresh_db, one, other):
    person = a_person()
    outcomes, start = [], Barrier(2)

    def attempt(duty):
        try:
            with transaction.atomic():
                start.wait()
                give(person, duty)
            outcomes.append("granted")
        except Refused:
            outcomes.append("refused")
        finally:
            connection.close()

    threads = [Thread(target=attempt, args=[duty]) for duty in (one, other)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(outcomes) == ["granted", "refused"]
    assert DutyGrant.objects.filter(user=person).count() == 1
