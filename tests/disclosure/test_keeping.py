"""A public page is kept for a moment, for nobody in particular, and never past what it tells."""

from datetime import timedelta

import pytest
from django.conf import settings as configured
from django.core.cache import caches
from django.http import HttpResponse
from django.middleware.csrf import get_token
from django.test import RequestFactory

from disclosure.keeping import kept_briefly
from disclosure.models import Projection
from platform_site import clock

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def keeps(settings):
    settings.PAGE_CACHE_SECONDS = 2
    caches["pages"].clear()
    yield
    caches["pages"].clear()


@pytest.fixture
def page():
    """A view that counts how often it was asked; `page.look(…)` asks it."""
    made = []

    @kept_briefly
    def view(request):
        made.append(request)
        if "token" in request.GET:
            get_token(request)
        status = 404 if "missing" in request.GET else 200
        answer = HttpResponse(f'<html data-now="then">{len(made)}', status=status, headers={"X-Kept": "yes"})
        if "cookie" in request.GET:
            answer.set_cookie("own", "1")
        return answer

    def look(path="/a/", *, method="get", cookies=None, **headers):
        request = getattr(RequestFactory(), method)(path, headers=headers)
        request.COOKIES.update(cookies or {})
        request.htmx = None
        return view(request)

    view.look, view.made = look, made
    return view


def test_who_asks_the_same_in_the_same_moment_is_given_the_same_page_with_his_own_clock(page, at):
    at(clock.now())
    page.look()
    later = clock.now() + timedelta(seconds=1)
    at(later)
    second = page.look()

    assert len(page.made) == 1
    assert second.content == f'<html data-now="{clock.china(later).isoformat()}">1'.encode()
    assert second["X-Kept"] == "yes"


@pytest.mark.parametrize("seconds", [2, 3600, -5])
def test_a_page_is_not_given_out_at_another_time(page, at, seconds):
    at(clock.now())
    page.look()
    at(clock.now() + timedelta(seconds=seconds))
    page.look()

    assert len(page.made) == 2


def test_a_page_is_not_given_out_once_anything_was_projected(page, at):
    at(clock.now())
    Projection.objects.create(name="record", position=1)
    page.look()
    Projection.objects.update(position=2)
    page.look()

    assert len(page.made) == 2


@pytest.mark.parametrize(
    "other",
    [
        {"path": "/b/"}, {"path": "/a/?q=1"}, {"method": "head"}, {"method": "post"}, {"host": "localhost"},
        {"cookies": {"gz-theme": "dark"}}, {"cookies": {configured.SESSION_COOKIE_NAME: "x"}},
    ],
)  # fmt: skip
def test_what_was_kept_for_one_question_answers_no_other(page, at, other):
    at(clock.now())
    page.look()
    page.look(**other)

    assert len(page.made) == 2


@pytest.mark.parametrize(
    "own",
    [
        {"path": "/?cookie"}, {"path": "/?token"}, {"path": "/?missing"},
        {"cookies": {configured.SESSION_COOKIE_NAME: "x"}}, {"cookies": {configured.CSRF_COOKIE_NAME: "x" * 32}},
    ],
)  # fmt: skip
def test_what_was_made_for_its_reader_is_not_kept(page, at, own):
    at(clock.now())
    page.look(**own)
    page.look(**own)

    assert len(page.made) == 2


@pytest.mark.parametrize("path", ["/", "/trades/", "/calendar/", "/deals/", "/draws/"])
def test_a_page_of_the_portal_costs_two_queries_while_it_is_kept(client, path, at, django_assert_num_queries, settings):
    at(clock.now())
    settings.ALLOWED_HOSTS = ["testserver"]
    first = client.get(path)
    with django_assert_num_queries(2):  # the clock's offset and how far the projections are
        second = client.get(path)

    assert second.content == first.content
    assert set(second["Vary"].split(", ")) == set(first["Vary"].split(", "))
