"""The stage of the trade's tests."""

from tests.stages import files, play_until
from tests.trading.filing import announced
from tests.trading.served import portal
from tests.trading.stage import scene, stage_cast, standing

__all__ = ["announced", "files", "play_until", "portal", "scene", "stage_cast", "standing"]
