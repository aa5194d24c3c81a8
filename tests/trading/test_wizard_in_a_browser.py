"""The wizard as a person meets it: type, read the refusal, click the way out."""

import threading
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.contrib.staticfiles.handlers import StaticFilesHandler
from django.core.servers.basehttp import ThreadedWSGIServer, WSGIRequestHandler
from django.core.wsgi import get_wsgi_application

from platform_site import clock
from platform_site.clock import CHINA
from tests.browser_checks import Watched
from tests.trading.stage import drafted, signed_in
from trading.rehearsal.repertoire import cast_for

pytestmark = pytest.mark.browser


class Quiet(WSGIRequestHandler):
    """Says nothing about the requests it serves."""

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def site(fresh_db, files) -> Iterator[str]:
    """The origin of a small server in this process, with static files."""
    server = ThreadedWSGIServer(("127.0.0.1", 0), Quiet)
    server.set_app(StaticFilesHandler(get_wsgi_application()))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join(5)


@pytest.fixture
def scene(site):
    """A draft of today."""
    start = clock.machine()
    return drafted(cast_for(start=start), start=start)


@pytest.fixture
def entered(site, scene, page):
    """The page, signed in as the agency."""
    cookie = signed_in(scene.cast, "agency").cookies["sessionid"].value
    page.context.add_cookies([{"name": "sessionid", "value": cookie, "url": site}])
    return page


def test_a_deadline_is_judged_as_it_is_typed_and_mended_by_one_click(site, scene, entered):
    page = entered
    page.goto(site + scene.url("draft/times/"))
    start = scene.lot.recorded["documents_from"].astimezone(CHINA)

    page.fill("#id_bid_deadline", f"{start + timedelta(days=10):%Y-%m-%d} 09:30")
    page.press("#id_bid_deadline", "Tab")
    page.wait_for_selector("#f-bid_deadline .gz-refusal")
    assert "1 处不符" in page.inner_text("#checks")
    assert page.evaluate("document.activeElement.name") == "validity_days"

    page.click("#f-bid_deadline .gz-refusal button")
    page.wait_for_selector("#f-bid_deadline .gz-refusal", state="detached")
    assert "处不符" not in page.inner_text("#checks")
    assert scene.again().recorded["bid_deadline"] >= start + timedelta(days=21)


def test_a_row_is_added_filled_and_counted(site, scene, entered):
    page = entered
    page.goto(site + scene.url("draft/method/"))

    page.click("#f-criteria button:has-text('加子项') >> nth=0")
    page.fill("[name=criteria-0-2-title]", "安全文明施工")
    page.fill("[name=criteria-0-2-points]", "5")
    page.press("[name=criteria-0-2-points]", "Tab")
    page.wait_for_selector("#f-criteria .gz-refusal")

    assert "105" in page.inner_text("#f-criteria")
    assert scene.again().terms["criteria"][0]["items"][2] == {"key": "item1", "title": "安全文明施工", "points": "5"}


@pytest.mark.parametrize("tail", ["draft/times/", "draft/method/"])
def test_the_workbench_is_accessible_and_fits_every_screen(site, scene, entered, tail):
    window = Watched(entered)
    entered.goto(f"{site}/health/")

    window.check_everywhere(site + scene.url(tail))
