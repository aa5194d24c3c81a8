"""The stage: a cast in the database, lots brought to a milestone by the rehearsal's own scripts."""

from datetime import datetime

import pytest

from trading.rehearsal import repertoire
from trading.rehearsal.people import Cast
from trading.rehearsal.stage import Played, Stage, play


@pytest.fixture
def files(tmp_path, settings):
    """Files, keys and ledger of this test alone."""
    settings.MEDIA_ROOT, settings.LEDGER_DIR = tmp_path / "files", tmp_path / "ledger"
    settings.KEYS_DIR = tmp_path / "keys"
    return tmp_path


@pytest.fixture
def play_until(files):
    """Call `play_until(cast, milestone, procedure=…, variant=…, start=…)`: the stage, one lot at that milestone."""

    def go(
        cast: Cast,
        milestone: str,
        *,
        procedure: str = "engineering.open",
        variant: str = "happy",
        start: datetime = repertoire.START,
    ) -> Stage:
        stage, module = Stage(start), repertoire.SCRIPTS[procedure]
        play(stage, module.script(stage, cast, variant), Played(procedure, variant), stop_at=milestone)
        return stage

    return go
