"""A world per test, and sealing alone behind a small server."""

import threading

import pytest
from django.contrib.staticfiles.handlers import StaticFilesHandler
from django.core.servers.basehttp import ThreadedWSGIServer, WSGIRequestHandler
from django.core.wsgi import get_wsgi_application

from tests.sealing.world import World


@pytest.fixture
def world(tmp_path) -> World:
    """One lot, four trustees, a bidder; no database."""
    return World(tmp_path)


class Quiet(WSGIRequestHandler):
    """Says nothing about the requests it serves."""

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def served(fresh_db, settings, tmp_path):
    """The origin of a small server in this process with the addresses of tests/sealing/urls.py."""
    settings.ROOT_URLCONF = "tests.sealing.urls"
    settings.MEDIA_ROOT = tmp_path / "files"
    server = ThreadedWSGIServer(("127.0.0.1", 0), Quiet)
    server.set_app(StaticFilesHandler(get_wsgi_application()))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join(5)
