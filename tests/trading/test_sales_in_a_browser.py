"""State property and a mining right are sold in real pages, from the first sign-up to voucher and contract."""

from datetime import timedelta

import pytest

from platform_site import clock
from tests.trading.public_side import followed
from tests.trading.seats import SECOND, Seat, move, seats
from trading.services.acts import moment_of

__all__ = ["seats"]
pytestmark = pytest.mark.browser
EQUITY = {"procedure": "equity.transfer", "variant": "happy", "milestone": "announced", "days": 5}
MINING = {"procedure": "mining.listing", "variant": "short_period", "milestone": "announced", "days": 2}


def public(seat: Seat, portal) -> Seat:
    """The trade's public page as it stands now."""
    followed()
    tender = portal.scene.lot.tender
    seat.watched.goto(f"{portal.url}/trades/{tender.reference}/{portal.scene.lot.number}/")
    return seat


@pytest.mark.parametrize("portal", [EQUITY], indirect=True)
def test_a_share_in_a_company_is_bid_for_and_paid_through_the_exchange(portal, seats):
    desk, phone, visitor, seller = seats.values()
    lot = portal.scene.again

    for seat in (desk, phone):
        seat.at().press("登记受让意向").sees("我的代号")
    names = list(lot().sign_ups.values_list("pseudonym", flat=True))
    said = visitor.at().page.inner_text("main")
    assert "转让方" in said
    assert not any(name in said for name in names)
    phone.check()
    seller.at("results/").check()

    move(lot().recorded["disclosure_until"] + SECOND)
    desk.at().sees("等待网络竞价").check()
    move(lot().recorded["bidding_from"] + SECOND)
    phone.at()
    visitor.at()
    desk.at().page.fill("#amount", "86,000,000")
    desk.press("报价").sees("已受理", "领先")
    # The panel has followed the desk's offer once its next step lies above it.
    phone.page.locator("#step-1[value^='86500000']").wait_for()
    phone.quick(2)
    desk.sees("未领先")
    visitor.sees("87,000,000")
    for seat in (desk, phone, visitor):
        seat.check()

    move(lot().recorded["round_ends"] + SECOND)
    assert lot().state == "closed"
    seller.at("").page.get_by_role("link", name="去办理").first.click()
    seller.sees("87,000,000.00 元").check()
    seller.press("确定受让方").sees("成交确认书已签发").check()
    public(visitor, portal).sees("成交结果公告").check()

    move(max(clock.now(), moment_of(lot(), "priority_until") + SECOND))
    seller.at("acts/sign_contract/").check()
    seller.press("签订产权交易合同").sees("合同已登记并公告").check()

    portal.sign_in(seller.page, "operator")
    seller.at("acts/settle/").page.fill("[name=paid_cny]", "86,999,999.99")
    seller.press("结算价款，出具交易凭证").sees("价款没有付清，不能出具交易凭证", "第二十八条").check()
    assert lot().state == "contracted"
    seller.page.fill("[name=paid_cny]", "87,000,000")
    seller.press("结算价款，出具交易凭证").sees("交易凭证已出具").check()
    assert lot().state == "settled"
    phone.at("part/").sees("成交确认书").check()
    public(visitor, portal).sees("交易结果公告").check()


@pytest.mark.parametrize("portal", [MINING], indirect=True)
def test_a_mining_right_is_contracted_after_its_result_was_public(portal, seats):
    desk, phone, visitor, seller = seats.values()
    lot = portal.scene.again

    phone.at().press("竞买申请").sees("我的代号")
    move(lot().recorded["listing_from"] + timedelta(hours=1))
    phone.at().page.fill("#amount", lot().terms["start_price_cny"])
    phone.press("报价").sees("已受理", "领先").check()
    move(lot().recorded["listing_until"] + SECOND)
    visitor.at().sees("是否有人继续竞价").check()
    move(lot().recorded["call_ends"] + SECOND)
    visitor.at().sees("竞价结束").check()
    seller.at("acts/award/").check()
    seller.press("签订成交确认书").sees("成交确认书已签发").check()
    public(visitor, portal).sees("成交结果").check()

    seller.at("acts/sign_contract/").sees("成交结果公示期满").check()
    assert lot().state == "awarded"
    move(moment_of(lot(), "publicity_ends") + SECOND)
    seller.at("acts/sign_contract/").press("签订出让合同").sees("合同已登记并公告").check()
    desk.at().sees("竞价").check()
    phone.at("part/").check()
    public(visitor, portal).check()
    assert lot().state == "contracted"
