"""A scene in the present behind a server of this process, for tests in which a bidder's browser files."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from platform_site import clock, ledger
from tests.trading.filing import signed_in
from tests.trading.stage import START, Scene
from tests.web.serving import serving
from trading.models import Lot
from trading.rehearsal.casting import assemble
from trading.rehearsal.province import ROLES, User, store_keys

PRICE, WORDS = "170500000.50", "人民币壹亿柒仟零伍拾万元伍角整"
MANAGER = "诸葛长明"


@dataclass
class Portal:
    """A served scene in the present."""

    url: str
    scene: Scene
    folder: Path

    def address(self, tail: str = "") -> str:
        """A page of the lot."""
        return self.url + self.scene.url(tail)

    def sign_in(self, window: Any, username: str) -> None:
        """The window's browser is signed in."""
        cookie = signed_in(self.scene.cast, username).cookies["sessionid"].value
        window.context.add_cookies([{"name": "sessionid", "value": cookie, "url": self.url}])

    def deadline(self) -> datetime:
        """The lot's bid deadline."""
        return self.scene.again().recorded["bid_deadline"]


@pytest.fixture
def portal(request, fresh_db, files, settings, play_until):
    """The notice is out since yesterday; legal time runs with the wall.

    Parametrized indirectly: {"milestone", "days": how long ago it began, "procedure", "variant"}.
    """
    asked = {"milestone": "bidding", "days": 2} | getattr(request, "param", {})
    settings.LOCAL_DIR = files
    with clock.at(START):
        cast = assemble()
        ledger.sequence_once()  # the first entry names the platform's keys
    for username, role in ROLES.items():
        User.objects.filter(username=username).update(demo_role=role)
    store_keys(cast)
    began = clock.machine() - timedelta(days=asked.pop("days"))
    stage = play_until(cast, asked.pop("milestone"), start=began, **asked)
    with serving() as url:
        yield Portal(url, Scene(cast, stage, Lot.objects.select_related("tender").get()), files)


def fill(window: Any, documents: list[str], *, price: str = PRICE) -> None:
    """Everything typed and chosen; the key by the demo's button."""
    window.locator("#price").fill(price)
    window.locator("#period").fill("520")
    window.locator("#manager").fill(MANAGER)
    window.locator("#files").set_input_files(documents)
    demo_key(window)


def demo_key(window: Any) -> None:
    """The invented person's own key is chosen."""
    window.get_by_role("button", name="使用演示密钥").click()
    window.get_by_text("将使用演示密钥").wait_for()


def press(window: Any) -> None:
    """Seal and file."""
    window.locator("#send").click()


def receipt(window: Any) -> None:
    """The filing was received."""
    window.wait_for_url("**/bid/receipts/**", timeout=60_000)
