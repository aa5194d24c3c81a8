"""These tests add a gallery to the site's addresses and can serve it to a browser."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.web.serving import serving


@pytest.fixture(autouse=True)
def gallery_urls(settings) -> None:
    """The gallery's addresses and templates beside the site's own."""
    settings.ROOT_URLCONF = "tests.web.urls"
    folders = [*settings.TEMPLATES[0]["DIRS"], Path(__file__).parent / "templates"]
    settings.TEMPLATES = [{**settings.TEMPLATES[0], "DIRS": folders}]


@pytest.fixture
def served(fresh_db, gallery_urls) -> Iterator[str]:
    """The origin of the gallery and the public pages, with static files."""
    with serving() as origin:
        yield origin
