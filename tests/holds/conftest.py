"""Holds are tested alone: who listens to them is the listener's test."""

import pytest

from platform_site.holds import services


@pytest.fixture(autouse=True)
def no_listeners(monkeypatch):
    monkeypatch.setattr(services, "_listeners", [])
