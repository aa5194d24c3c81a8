"""A world per test."""

import pytest

from tests.sealing.world import World


@pytest.fixture
def world(tmp_path) -> World:
    return World(tmp_path)
