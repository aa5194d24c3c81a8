"""The stage of the chaos tests."""

from tests.chaos.own_redis import store
from tests.stages import files, play_until

__all__ = ["files", "play_until", "store"]
