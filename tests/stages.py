"""The stage: a cast in the database, lots brought to a milestone by the rehearsal's own scripts."""

import contextlib
from collections.abc import Iterator
from datetime import datetime
from functools import lru_cache
from unittest import mock

import pytest

from platform_site.web import papers as sheets
from trading.rehearsal import repertoire
from trading.rehearsal.people import Cast
from trading.rehearsal.stage import Played, Stage, play
from trading.services import papers


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


@contextlib.contextmanager
def plain_papers() -> Iterator[None]:
    """Within, papers are signed, recorded and packed as ever, of a page set once a kind: half a life's work is setting.

    No two papers are the same bytes: a remark behind the page tells them apart.
    For tests of what is done with papers; how they look and what they say, tests/trading/test_papers.py asks.
    """
    with mock.patch.object(papers, "render", lambda sheet: _page(sheet.template) + f"%{sheet.digest}\n".encode()):
        yield


@lru_cache
def _page(said: str) -> bytes:
    return sheets.pdf(f"<!doctype html><html lang='zh-CN'><title>{said}</title><p>{said}</p></html>")
