"""Every page of the site, opened by somebody who may, on a desk and on a phone: nothing grave for axe, no sideways
scrolling, a quiet console, a kept content policy. A route nobody has put into the itinerary fails."""

import contextlib
import difflib
import importlib
import re
from collections.abc import Iterator
from datetime import datetime

import pytest
from django.db import ProgrammingError, connection, transaction
from django.test import Client
from django.urls import reverse
from django_otp import DEVICE_ID_SESSION_KEY

from platform_site import celery, clock, urls
from platform_site.accounts.models import User
from platform_site.accounts.selectors import actor_for
from platform_site.faces import facing, routes
from platform_site.ledger import sequencer
from supervision.services import order_issue, order_lift
from tests import databases, itinerary
from tests import province_things as things
from tests.browser import Portal, looking_into, running_portal
from tests.browser_checks import assert_no_csp_reports, assert_no_inline_style
from tests.itinerary import AT_THE_OPENING, FETCHED, PAGES, POSTED, Visit
from tests.province_things import filed_lot
from tests.tour import Tour, faults
from tests.trading.public_side import followed
from trading.models import Lot, Notice
from trading.services import papers

FILLING = {"uuid": "00000000-0000-4000-8000-000000000000", "int": "1", "str": "a", "path": "a"}


def test_every_named_route_has_its_place_in_the_itinerary():
    assert itinerary.astray() == {}


def test_no_two_visits_have_one_name():
    titles = [visit.title for visit in [*PAGES, *AT_THE_OPENING]]

    assert len(titles) == len(set(titles))


@pytest.fixture(scope="module")
def toured(cluster, template_database) -> Iterator[Portal]:
    """A demo of these tests alone: the last of them moves its clock. Its worker sets no papers beside the browser."""
    seed = ["-m", "tests.frame.seeding"]
    with running_portal(cluster, template_database, seed=seed, PORTAL_PAPERS_AT_ONCE="0") as portal:
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


MASKED = re.compile(r'(?:csrfmiddlewaretoken" value=|"X-CSRFToken":)"[^"]+"')
# They tell the newest checkpoint, the age of jobs or the process's own state, which go on meanwhile.
GROWING = (
    "ledger.", "web.", "disclosure.home ", "disclosure.verify ", "disclosure.status ", "disclosure.operations ",
    "disclosure.metrics ",
)  # fmt: skip


@pytest.fixture
def shown(toured, cluster, django_db_setup, django_db_blocker, settings):
    """shown(face): every visit to that face, and its people's clients, in the demo; then it is its login that asks."""
    with looking_into(toured, cluster, django_db_blocker, settings), contextlib.ExitStack() as stack:
        # One paper at least, whether or not the worker has come to it.
        papers.paper_make(Notice, Notice.objects.filter(state="published").earliest("published_at").pk)
        followed()

        def face(name: str):
            asked = [(v, v.path()) for v in [*PAGES, *FETCHED] if name in routes.faces_of(v.name)]
            clients = {visit.who: Client() for visit, _ in asked}
            for who in clients.keys() - {""}:
                clients[who].force_login(User.objects.get(username=who), "django.contrib.auth.backends.ModelBackend")
                session = clients[who].session
                session[DEVICE_ID_SESSION_KEY] = "otp_totp.totpdevice/1"  # as after a second factor
                session.save()

            def as_itself() -> None:
                settings.FACE, settings.ROOT_URLCONF = name, tuple(routes.served(urls.everything, name))
                settings.MIDDLEWARE = facing.middleware(name, settings.MIDDLEWARE)
                login = f"portal_{name}"
                stack.enter_context(databases.behind_default(cluster, toured.database, login=login))

            return asked, clients, as_itself

        yield face


def answers(asked: list[tuple[Visit, str]], clients: dict[str, Client], now: datetime) -> dict[str, tuple[int, str]]:
    """title: (status, text without tokens) of every visit."""
    found = {}
    with clock.at(now):
        for visit, path in asked:
            answer = clients[visit.who].get(path)
            whole = b"".join(answer.streaming_content) if answer.streaming else answer.content
            text = whole.decode(errors="replace") if "xlsx" not in path else ""  # a zip knows its minute
            found[f"{visit.title} {path}"] = (answer.status_code, MASKED.sub("", text))
    return found


def changed(before: str, after: str) -> list[str]:
    """The lines that differ."""
    return [line for line in difflib.unified_diff(before.split("\n"), after.split("\n"), n=0) if line[:2] != "@@"]


def expected(asked: list[tuple[Visit, str]]) -> dict[str, int]:
    return {f"{visit.title} {path}": 302 if visit.leads_to else visit.status for visit, path in asked}


@pytest.mark.browser
def test_the_public_face_shows_every_public_page_without_a_right_to_the_trade(shown, toured, cluster):
    asked, clients, as_itself = shown("public")
    now = clock.now()
    with contextlib.closing(cluster.connect(toured.database)) as other, other.cursor() as held:
        # Nothing is numbered, and the worker leaves the read models alone, while somebody else is at them.
        held.execute("BEGIN")
        held.execute("SELECT pg_advisory_xact_lock(7020011)")
        held.execute("SELECT 1 FROM disclosure_projection FOR UPDATE")
        everything = answers(asked, clients, now)
        as_itself()
        public = answers(asked, clients, now)
        held.execute("ROLLBACK")

    assert {title: status for title, (status, _) in public.items()} == expected(asked)
    pages = [title for title in public if not title.startswith(GROWING)]
    assert {title: found for title in pages if (found := changed(everything[title][1], public[title][1]))} == {}
    assert len(asked) > 60
    with pytest.raises(ProgrammingError, match="permission denied"):
        filed_lot()


@pytest.mark.browser
@pytest.mark.parametrize("face", ["trading", "supervision"])
def test_the_other_faces_show_their_pages_with_their_own_login(shown, face):
    asked, clients, as_itself = shown(face)

    as_itself()
    found = answers(asked, clients, clock.now())

    assert {title: status for title, (status, _) in found.items()} == expected(asked)


@pytest.mark.browser
def test_supervision_holds_a_lot_and_lets_it_go_with_its_own_login(shown):
    lot = things.lot_in("bidding")
    supervisor = actor_for(User.objects.get(username="supervisor"))
    _, _, as_itself = shown("supervision")
    as_itself()

    with transaction.atomic():
        order = order_issue(lot_id=lot.pk, kind="suspend", number="监〔2026〕99号", text="暂停。", actor=supervisor)
        held = Lot.objects.get(pk=lot.pk).next_check
        order_lift(order_id=order.pk, reason="查清。", actor=supervisor)
        released = Lot.objects.get(pk=lot.pk).next_check
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        transaction.set_rollback(True)

    # The database wakes the lot, and the worker's next tick counts its moments anew.
    assert held == order.issued_at
    assert released > held


@pytest.mark.browser
def test_the_processes_without_a_door_do_their_work_with_their_own_logins(
    toured, cluster, django_db_setup, django_db_blocker, settings, caplog
):
    with looking_into(toured, cluster, django_db_blocker, settings):
        with databases.behind_default(cluster, toured.database, login="portal_worker"):
            for entry in celery.app.conf.beat_schedule.values():
                module, _, name = entry["task"].rpartition(".")
                getattr(importlib.import_module(module), name)()
        with databases.behind_default(cluster, toured.database, login="portal_sequencer"):
            sequencer.sequence_once()

    assert "permission denied" not in caplog.text


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
