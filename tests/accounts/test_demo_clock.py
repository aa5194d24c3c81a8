"""One click moves the demo's clock. Every commit on the way is one, so these tests have databases of their own."""

from datetime import timedelta

import pytest

from platform_site import clock
from platform_site.clock import services

DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def no_sources(monkeypatch):
    monkeypatch.setattr(services, "_sources", [])


def test_a_day_forward_by_one_click(fresh_db, client):
    before = clock.now()

    response = client.post("/demo/clock/", {"step": "day"})

    assert response.status_code == 302
    assert timedelta(0) <= clock.now() - before - DAY < timedelta(minutes=5)


def test_a_moment_typed_without_a_zone_is_chinas(fresh_db, client):
    there = clock.china(clock.now() + 3 * DAY).replace(second=0, microsecond=0)

    client.post("/demo/clock/", {"to": there.strftime("%Y-%m-%dT%H:%M")})

    assert timedelta(0) <= clock.now() - there < timedelta(minutes=5)


def test_backwards_is_refused_in_words(fresh_db, client):
    there = clock.china(clock.now() - DAY)

    response = client.post("/demo/clock/", {"to": there.strftime("%Y-%m-%dT%H:%M")})

    assert response.status_code == 409
    assert "时钟不能后退" in response.text


@pytest.mark.parametrize("to", ["", "tomorrow", "9999-01-01T00:00"])
def test_a_moment_that_is_none_or_years_away_moves_nothing(fresh_db, client, to):
    before = clock.now()

    client.post("/demo/clock/", {"to": to})

    assert clock.now() - before < timedelta(minutes=5)
