"""The desk and the page of a lot."""

import pytest

from tests.trading.stage import START, drafted, signed_in


@pytest.fixture
def cast(stage_cast, db):
    return stage_cast


def test_a_desk_shows_the_drafts_of_the_own_subject_with_the_next_step(cast, at):
    scene = drafted(cast)
    at(START)

    page = signed_in(cast, "agency").get("/work/").content.decode()

    assert scene.lot.title in page
    assert "招标人编制并提交公告" in page


def test_a_stranger_finds_no_draft_on_the_desk_and_none_behind_its_address(cast, at):
    scene = drafted(cast)
    at(START)
    stranger = signed_in(cast, "purchaser")

    assert scene.lot.title not in stranger.get("/work/").content.decode()
    for tail in ("", "draft/times/", "draft/review/"):
        assert stranger.get(scene.url(tail)).status_code == 404
