"""A plot is sold in real pages: a bidder at a desk, one on a phone, a visitor who looks on, the grantor at the end."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from platform_site import clock
from platform_site.clock.models import ClockOffset
from tests.browser_checks import DESK, PHONE, Watched
from tests.trading.served import Portal
from trading.models import Offer
from trading.services import ticks

pytestmark = pytest.mark.browser
LISTING = {"procedure": "land.listing", "variant": "low_offer", "milestone": "announced", "days": 2}
SECOND = timedelta(seconds=1)
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
        "grantor": Seat(browser, portal, "grantor", DESK),
    }
    yield found
    for seat in found.values():
        seat.page.context.close()


def move(moment: datetime) -> None:
    """Legal time is `moment`, and what fell due by then has happened."""
    ClockOffset.objects.update_or_create(pk=1, defaults={"offset": moment - clock.machine()})
    ticks.tick(until=moment)


@pytest.mark.parametrize("portal", [LISTING], indirect=True)
def test_a_plot_is_sold_in_the_hall(portal, seats):
    desk, phone, visitor, grantor = seats.values()
    lot = portal.scene.again

    visitor.at().sees("在此以前这里只有时间")
    for seat in (desk, phone):
        seat.at().press("竞买申请").sees("我的代号")
    pseudonyms = list(lot().sign_ups.values_list("pseudonym", flat=True))
    assert not any(name in visitor.at().page.inner_text("main") for name in pseudonyms)

    move(lot().recorded["listing_from"] + timedelta(hours=1))
    visitor.at().sees("还没有报价")
    phone.at()
    desk.at().page.fill("#amount", "50,000,000")
    desk.sees("人民币伍仟万元整").press("报价").sees("已受理", "领先")
    # Nobody reloads from here on: the news comes by itself.
    phone.sees("50,000,000").page.locator("#step-1[value^='50500000']").wait_for()
    phone.quick(1)
    desk.sees("未领先")
    visitor.sees("50,500,000")
    desk.page.fill("#amount", "50600000")
    desk.press("报价").sees("报价低于下一口价").press("改为 51,000,000.00 元")
    assert desk.page.input_value("#amount") == "51000000.00"
    desk.check()
    phone.check()

    move(lot().recorded["listing_until"] + SECOND)
    visitor.at().sees("是否有人继续竞价")
    desk.at()
    phone.at().press("要求继续竞价").sees("限时竞价")
    desk.sees("剩余时间不足 5 分钟")
    visitor.sees("剩余时间不足 5 分钟")
    before = visitor.ends()
    desk.quick(2)
    visitor.sees("51,500,000")
    phone.sees("未领先")
    assert visitor.ends() > before, "the extension is seen without a reload"
    phone.check()

    move(lot().recorded["round_ends"] + SECOND)
    desk.at().sees("竞价结束", "最高报价")
    assert lot().state == "closed"
    grantor.at("").page.get_by_role("link", name="去办理").first.click()
    grantor.sees("51,500,000.00 元").press("签订成交确认书").sees("成交确认书已签发")
    desk.at("part/").sees("成交确认书")
    assert lot().standing_award.amount_cny == max(Offer.objects.values_list("amount_cny", flat=True))
    for seat in seats.values():
        seat.check()
