"""People in windows of their own at one auction: at a desk, on a phone, looking on, selling."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from platform_site import clock
from platform_site.clock.models import ClockOffset
from tests.browser_checks import DESK, PHONE, Watched
from tests.trading.served import Portal
from trading.services import ticks

SECOND = timedelta(seconds=1)
# Who sells, by procedure.
SELLERS = {"land.listing": "grantor", "mining.listing": "grantor", "equity.transfer": "transferor"}
# No stream process stands behind this server: each connection is told to look and ends, and the browser comes back.
STREAM = "retry: 1000\nevent: ready\ndata: {}\n\n"


class Seat:
    """One person's window in the hall."""

    def __init__(self, browser: Any, portal: Portal, who: str, size: dict[str, int]) -> None:
        self.portal = portal
        self.page = browser.new_context(locale="zh-CN", timezone_id="Asia/Shanghai", viewport=size).new_page()
        self.page.set_default_timeout(60_000)
        self.page.route("**/stream/**", lambda one: one.fulfill(body=STREAM, content_type="text/event-stream"))
        self.watched = Watched(self.page)
        if who:
            portal.sign_in(self.page, who)

    def at(self, tail: str = "hall/") -> "Seat":
        self.watched.goto(self.portal.address(tail))
        return self

    def sees(self, *texts: str) -> "Seat":
        for text in texts:
            self.page.get_by_text(text).first.wait_for()
        return self

    def press(self, name: str) -> "Seat":
        self.page.get_by_role("button", name=name, exact=True).first.click()
        return self

    def quick(self, steps: int) -> "Seat":
        """The quick button for so many increments was pressed and the answer is there."""
        self.page.locator(f"#step-{steps}").click()
        return self.sees("已受理")

    def ends(self) -> datetime:
        """The end of the round as the page counts down to it."""
        return datetime.fromisoformat(self.page.locator("#room-live [data-until]").first.get_attribute("data-until"))

    def check(self) -> None:
        """The page is in order; no button is on its way from one colour to another under the mouse."""
        self.page.mouse.move(0, 0)
        self.page.evaluate("Promise.all(document.getAnimations().map((one) => one.finished))")
        self.watched.check()


@pytest.fixture
def seats(browser, portal):
    found = {
        "desk": Seat(browser, portal, "bidder1", DESK),
        "phone": Seat(browser, portal, "bidder2", PHONE),
        "visitor": Seat(browser, portal, "", DESK),
        "seller": Seat(browser, portal, SELLERS[portal.scene.lot.tender.procedure], DESK),
    }
    yield found
    for seat in found.values():
        seat.page.context.close()


def move(moment: datetime) -> None:
    """Legal time is `moment`, and what fell due by then has happened."""
    ClockOffset.objects.update_or_create(pk=1, defaults={"offset": moment - clock.machine()})
    ticks.tick(until=moment)
