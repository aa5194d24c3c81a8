"""These tests add a gallery to the site's addresses and can serve it to a browser."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.contrib.staticfiles.handlers import StaticFilesHandler
from django.core.servers.basehttp import ThreadedWSGIServer, WSGIRequestHandler
from django.core.wsgi import get_wsgi_application


class Quiet(WSGIRequestHandler):
    """Says nothing about the requests it serves."""

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture(autouse=True)
def gallery_urls(settings) -> None:
    """The gallery's addresses and templates beside the site's own."""
    settings.ROOT_URLCONF = "tests.web.urls"
    folders = [*settings.TEMPLATES[0]["DIRS"], Path(__file__).parent / "templates"]
    settings.TEMPLATES = [{**settings.TEMPLATES[0], "DIRS": folders}]


@pytest.fixture
def served(fresh_db, gallery_urls) -> Iterator[str]:
    """The origin of a small server in this process: the gallery and the public pages, with static files."""
    server = ThreadedWSGIServer(("127.0.0.1", 0), Quiet)
    server.set_app(StaticFilesHandler(get_wsgi_application()))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join(5)
