"""A plot is sold in real pages: a bidder at a desk, one on a phone, a visitor who looks on, the grantor at the end."""

from datetime import timedelta

import pytest

from tests.trading.seats import SECOND, move, seats
from trading.models import Offer

__all__ = ["seats"]
pytestmark = pytest.mark.browser
LISTING = {"procedure": "land.listing", "variant": "low_offer", "milestone": "announced", "days": 2}


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
