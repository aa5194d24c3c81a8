"""Every page of the site, opened by somebody who may, on a desk and on a phone: nothing grave for axe, no sideways
scrolling, a quiet console, a kept content policy. A route nobody has put into the itinerary fails."""

import re
from collections.abc import Iterator
from datetime import datetime

import pytest
from django.db import ProgrammingError
from django.test import Client
from django.urls import reverse

from platform_site import clock, urls
from platform_site.accounts.models import User
from platform_site.faces import routes
from tests import databases, itinerary
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


MASKED = re.compile(r'name="csrfmiddlewaretoken" value="[^"]+"')


def answers(clients: dict[str, Client], asked: list[tuple[Visit, str]], now: datetime) -> dict[str, tuple[int, str]]:
    """title: (status, text without tokens) of every visit."""
    found = {}
    with clock.at(now):
        for visit, path in asked:
            answer = clients[visit.who].get(path)
            shown = answer.content if not answer.streaming else b"".join(answer.streaming_content)
            text = shown.decode(errors="replace") if "xlsx" not in path else ""  # a zip knows its minute
            found[f"{visit.title} {path}"] = (answer.status_code, MASKED.sub("", text))
    return found


@pytest.mark.browser
def test_the_public_face_shows_every_public_page_without_a_right_to_the_trade(
    toured, cluster, django_db_setup, django_db_blocker, settings
):
    with looking_into(toured, cluster, django_db_blocker, settings):
        asked = [(v, v.path()) for v in [*PAGES, *FETCHED] if "public" in routes.faces_of(v.name)]
        now, clients = clock.now(), {who: Client() for who in {visit.who for visit, _ in asked}}
        for who in clients.keys() - {""}:
            clients[who].force_login(User.objects.get(username=who), "django.contrib.auth.backends.ModelBackend")
        everything = answers(clients, asked, now)

        settings.ROOT_URLCONF = tuple(routes.served(urls.everything, "public"))
        with databases.behind_default(cluster, toured.database, login="portal_public"):
            public = answers(clients, asked, now)
            with pytest.raises(ProgrammingError, match="permission denied"):
                filed_lot()

    assert {title: status for title, (status, _) in public.items()} == {
        f"{visit.title} {path}": 302 if visit.leads_to else visit.status for visit, path in asked
    }
    assert [title for title in public if public[title] != everything[title]] == []
    assert len(asked) > 60


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
