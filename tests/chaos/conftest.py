"""The stage of the chaos tests."""

from tests.stages import files, play_until

__all__ = ["files", "play_until"]
