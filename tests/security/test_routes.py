"""Role × URL × state: what was written by hand (tests.security.routes) is what the portal answers."""

import copy
import logging
from collections.abc import Callable
from datetime import timedelta
from operator import attrgetter
from typing import Any

import pytest
from django.contrib.auth.backends import ModelBackend
from django.contrib.sessions.backends.db import SessionStore
from django.db import connection, transaction
from django.http import HttpResponse
from django.template.base import Template
from django.test import Client

import credit.middleware
from platform_site.clock.models import ClockOffset
from tests.security import routes
from tests.security.things import Things
from tests.security.walk import routes as served

EMPTY = "nothing=1"  # a form without a field of its own; a body of no bytes would not even count as a form
REFUSED = {400, 401, 403, 404, 405, 409}


def test_every_route_of_the_resolver_stands_in_the_table_and_none_besides():
    found = {route.name for route in served()}

    assert sorted(found - set(routes.TABLE)) == [], "write the expected side of these by hand"
    assert sorted(set(routes.TABLE) - found) == [], "these are gone"


def met(method: str, status: int, location: str) -> str:
    """The answer in the table's words."""
    if status == 302 and location.startswith("/sign-in/"):
        return "no" if method == "POST" else "in"
    if method == "GET":
        return "go" if status in (301, 302) else str(status)
    said = {200: "form", 201: "ok", 204: "ok", 302: "ok go", 409: "no form", 422: "form"}
    return said.get(status, "no" if status in REFUSED else str(status))


class Record:
    """Counts what one request appends to the record, while it stands around the connection."""

    def __init__(self) -> None:
        self.grown = 0

    def __call__(self, execute, sql, params, many, context):
        self.grown += "ledger_append" in sql
        return execute(sql, params, many, context)


def asked(client: Client, method: str, url: str) -> tuple[str, int]:
    """What one request met, and how many entries it appended. It is undone."""
    record, cookies = Record(), client.cookies.output()
    with transaction.atomic(), connection.execute_wrapper(record):
        answer = client.generic(method, url, EMPTY, content_type="application/x-www-form-urlencoded")
        if answer.streaming:
            b"".join(answer.streaming_content)
        transaction.set_rollback(True)
    if client.cookies.output() != cookies:
        client.cookies.clear()
        client.cookies.load(cookies.replace("Set-Cookie: ", ""))
    return met(method, answer.status_code, answer.headers.get("Location", "")), record.grown


@pytest.fixture(scope="module")
def who(life):
    """role -> user, of the life."""
    from trading.models import CommitteeMember

    with life.shown("ended"):
        drawn = set(CommitteeMember.objects.filter(is_expert=True).values_list("user__username", flat=True))
    experts = sorted(name for name in life.cast.people if name.startswith("expert"))
    found = {role: life.cast[name].user for role, name in routes.ROLES.items() if name}
    found["member"] = life.cast[min(drawn)].user
    found["expert"] = life.cast[next(name for name in experts if name not in drawn)].user
    return found


@pytest.fixture(autouse=True)
def plain_errors(monkeypatch):
    """What a refusal looks like is another test's business; here there are thousands, so nobody draws or logs them."""
    from platform_site import urls

    def plain(status: int):
        return lambda request, *_, **__: HttpResponse(status=status)

    for status in (400, 403, 404):
        monkeypatch.setattr(urls, f"handler{status}", plain(status), raising=False)
    logging.disable(logging.ERROR)
    yield
    logging.disable(logging.NOTSET)


@pytest.fixture(autouse=True)
def known(monkeypatch):
    """Who asks is asked of the database once a session and not once a request: that was two thirds of the work.

    Legal time stands still, so the clock's row is not asked for either; and nobody looks into the templates' contexts,
    which Django keeps copies of for a test.
    """
    monkeypatch.setattr(ClockOffset, "current", timedelta)
    monkeypatch.setattr(Template, "_render", lambda self, context: self.nodelist.render(context))
    monkeypatch.setattr(SessionStore, "_get_session_from_db", once(SessionStore._get_session_from_db, of="session_key"))
    monkeypatch.setattr(ModelBackend, "get_user", once(ModelBackend.get_user))
    monkeypatch.setattr(credit.middleware, "acting_for", once(credit.middleware.acting_for, of="session.session_key"))


def once(asked: Callable, *, of: str = "") -> Callable:
    """`asked` with what it answered kept, by its arguments and by an attribute of the first."""
    found: dict[tuple, Any] = {}

    def answer(first: Any, *others: Any) -> Any:
        key = (attrgetter(of)(first) if of else None, *others)
        if key not in found:
            found[key] = asked(first, *others)
        # A request may change what it holds: the next gets its own.
        return copy.copy(found[key])

    return answer


@pytest.mark.parametrize("state", routes.ORDER)
def test_who_meets_what(life, who, state, django_db_blocker):
    wrong = []
    with django_db_blocker.unblock(), life.shown(routes.STATES[state]), transaction.atomic():
        things = Things(life.cast)
        for role in routes.ROLES:
            client = Client(raise_request_exception=False)
            if role in who:
                client.force_login(who[role])
            for route in served():
                if (row := routes.TABLE.get(route.name)) is None:
                    continue
                for method in row.methods(role, state, route.arguments):
                    expected = row.expected(method, role, state)
                    answer, grown = asked(client, method, things.url(route))
                    right = {one for one in expected.split("/") if one in answer.split()}
                    if not right or (grown and right != {"ok"}):
                        wrong.append(f"{method} {route.name} as {role}, {state}: {expected}, met {answer} +{grown}")
        transaction.set_rollback(True)
    if wrong:
        pytest.fail("\n".join(wrong), pytrace=False)
