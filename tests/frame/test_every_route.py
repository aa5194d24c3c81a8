"""Every page of the site, opened by somebody who may, on a desk and on a phone: nothing grave for axe, no sideways
scrolling, a quiet console, a kept content policy. A route nobody has put into the itinerary fails."""

import re
from collections.abc import Iterator

import pytest
from django.urls import reverse

from platform_site import clock
from tests import itinerary
from tests.browser import Portal, looking_into, running_portal
from tests.browser_checks import assert_no_csp_reports, assert_no_inline_style
from tests.itinerary import AT_THE_OPENING, FETCHED, PAGES, POSTED, Visit
from tests.province_things import filed_lot
from tests.tour import Tour, faults

FILLING = {"uuid": "00000000-0000-4000-8000-000000000000", "int": "1", "str": "a", "path": "a"}


def test_every_named_route_has_its_place_in_the_itinerary():
    assert itinerary.astray() == {}


def test_no_two_visits_have_one_name():
    titles = [visit.title for visit in [*PAGES, *AT_THE_OPENING]]

    assert len(titles) == len(set(titles))


@pytest.fixture(scope="module")
def toured(cluster, template_database) -> Iterator[Portal]:
    """A demo of these tests alone: the last of them moves its clock."""
    with running_portal(cluster, template_database, seed=["manage.py", "demo_province"]) as portal:
        yield portal


@pytest.fixture(scope="module")
def windows(toured, browser) -> Iterator[Tour]:
    """Everybody's window, signed in once."""
    found = Tour(browser, toured.url)
    yield found
    found.close()


@pytest.fixture
def tour(toured, windows, cluster, django_db_setup, django_db_blocker, settings) -> Iterator[Tour]:
    """The walk through the demo; the itinerary's arguments come out of its database."""
    with looking_into(toured, cluster, django_db_blocker, settings):
        yield windows


@pytest.mark.browser
@pytest.mark.parametrize("visit", PAGES, ids=lambda visit: visit.title)
def test_a_page_is_in_order_on_a_desk_and_on_a_phone(tour, visit: Visit):
    watched = tour.open(visit)

    assert_no_inline_style(watched.page)
    assert faults(watched) == []


@pytest.mark.browser
@pytest.mark.parametrize("visit", FETCHED, ids=lambda visit: visit.title)
def test_what_programs_fetch_is_answered(tour, visit: Visit):
    answer = tour.fetch(visit)

    assert answer.status == visit.status
    if visit.status == 200:
        assert answer.body()


@pytest.mark.browser
def test_a_get_does_no_act(tour):
    routes, done = itinerary.route_names(), []
    for name in POSTED:
        path = reverse(name, kwargs=made_up(routes[name]))
        answer = tour.window("operator").page.request.get(tour.origin + path, max_redirects=0)
        if answer.status not in {404, 405, 409}:
            done.append(f"{name}: {answer.status}")

    assert done == []


def made_up(pattern: str) -> dict[str, str]:
    """Arguments that fit the pattern and name nothing."""
    return {name: FILLING[kind] for kind, name in re.findall(r"<(\w+):(\w+)>", pattern)}


@pytest.mark.browser
def test_the_opening_room_is_in_order_while_bids_are_opened(tour):
    # The last one: the clock moves for everybody.
    tour.clock_to(clock.china(filed_lot().recorded["bid_deadline"]))

    wrong = {visit.title: found for visit in AT_THE_OPENING if (found := faults(tour.open(visit)))}

    assert wrong == {}


@pytest.mark.browser
def test_no_browser_reported_a_breach_of_the_content_policy(tour):
    assert_no_csp_reports()
