"""The member's room: who gets in, what is saved mark by mark, what is refused and stays typed."""

from uuid import uuid4

import pytest
from django.test import Client

from tests.trading import evaluation_world as w
from trading.models import ReviewMark, ScoreMark
from trading.services.committees import members_of

HTMX = {"HTTP_HX_REQUEST": "true"}


@pytest.fixture(scope="module")
def made(django_db_setup, django_db_blocker):
    with w.kept(django_db_blocker, w.evaluating) as world:
        yield world


@pytest.fixture
def world(made, db):
    return made.again()


def url(world, tail=""):
    return f"/work/lots/{world.lot.tender.reference}/{world.lot.number}/evaluation/{tail}"


def browser(user):
    client = Client()
    client.force_login(user)
    return client


def member(world, n=0):
    """A browser in which the n-th member is signed in."""
    return browser(members_of(world.lot.committee)[n].user)


def put(client, world, kind, item, n=0, **said):
    line = {"plan": "s1", "team": "s2", "business": "s3", "signature": "r1", "qualification": "r2"}[item]
    body = "&".join(f"{line}-{name}={value}" for name, value in said.items())
    return client.put(
        url(world, f"room/{world.bids[n].id}/{kind}/{item}/"), body, content_type="application/x-www-form-urlencoded", **HTMX
    )


def test_the_room_stands(world):
    html = member(world).get(url(world, "room/")).content.decode()

    assert "评委甲" in html
    assert "施工组织设计" in html
