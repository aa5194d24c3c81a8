"""The test databases keep their promises, so that every other test may rest on them."""

import threading

import pytest
from django.db import connection, connections


def user() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user || ' ' || (SELECT rolsuper FROM pg_roles WHERE rolname = current_user)")
        return cursor.fetchone()[0]


@pytest.mark.django_db
def test_tests_connect_as_the_role_that_owns_nothing():
    assert user() == "portal_app false"
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public' AND tableowner <> 'portal_owner'")
        assert cursor.fetchone() == (0,)


def test_threads_of_a_fresh_database_see_each_others_commits(fresh_db):
    from credit.models import Region

    seen = []

    def look() -> None:
        seen.append(Region.objects.filter(name="frame").count())
        connections.close_all()

    Region.objects.create(code="999999", name="frame")
    thread = threading.Thread(target=look)
    thread.start()
    thread.join()

    assert seen == [1]


def test_what_a_fresh_database_committed_is_not_seen_by_the_next(fresh_db):
    from credit.models import Region

    assert not Region.objects.filter(name="frame").exists()


@pytest.mark.django_db
def test_the_run_database_is_not_the_fresh_one():
    from credit.models import Region

    assert not Region.objects.filter(name="frame").exists()
