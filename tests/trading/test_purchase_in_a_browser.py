"""A school buys by open tender in real pages: sealed on a phone and at a desk, opened, awarded, contracted, read."""

import pytest

from platform_site import clock
from tests.browser_checks import DESK, PHONE
from tests.databases import BASE
from tests.trading.public_side import followed
from tests.trading.seats import SECOND, Seat, move
from tests.trading.served import demo_key, press, receipt
from trading.models import Bid
from trading.rehearsal import engineering_open as shared
from trading.rehearsal import sealed
from trading.rehearsal.stage import Played, Stage, play

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(
        not (BASE / "static" / "vendor" / "sealing.js").exists(), reason="needs the files of `make setup`"
    ),
]
NAME = "procurement.open"
PURCHASE = {"procedure": NAME, "milestone": "bidding", "days": 2}


@pytest.fixture
def seats(browser, portal):
    found = {
        "desk": Seat(browser, portal, "bidder1", DESK),
        "phone": Seat(browser, portal, "bidder2", PHONE),
        "visitor": Seat(browser, portal, "", PHONE),
        "buyer": Seat(browser, portal, "purchaser", DESK),
    }
    yield found
    for seat in found.values():
        seat.page.context.close()


def filed(seat, portal, price):
    """The supplier takes the document, seals and files in its own page."""
    seat.at("bid/").press("获取招标文件")
    seat.at("bid/file/").page.fill("#price", price)
    letter = portal.folder / f"投标函-{price}.txt"
    letter.write_text(f"报价 {price} 元。")
    seat.page.fill("#period", "45")
    seat.page.locator("#files").set_input_files([str(letter)])
    demo_key(seat.page)
    seat.check()
    press(seat.page)
    receipt(seat.page)
    seat.sees("已有承诺")


def opened_letter(seat, portal, title):
    """The message about the letter was opened in the inbox, and with it the letter."""
    seat.watched.goto(f"{portal.url}/messages/")
    seat.page.locator("tr", has_text=title).first.get_by_role("button").click()
    return seat.sees("核验码")


def played(portal, script):
    """What others do meanwhile, at the portal's own time."""
    play(Stage(clock.now()), script, Played(NAME, "happy"))


def public(seat, portal, tail=""):
    """A public page of the trade as it stands now."""
    followed()
    lot = portal.scene.lot
    seat.watched.goto(f"{portal.url}/trades/{lot.tender.reference}/{lot.number}/{tail}")
    return seat


@pytest.mark.parametrize("portal", [PURCHASE], indirect=True)
def test_a_purchase_is_tendered_opened_awarded_and_contracted(portal, seats):
    desk, phone, visitor, buyer = seats.values()
    cast, lot = portal.scene.cast, portal.scene.again

    filed(desk, portal, "2860000")
    filed(phone, portal, "2795000")
    phone.check()
    sealed.file(cast, lot(), cast["bidder3"], sealed.offer(cast["bidder3"], "2920000"))
    said = visitor.at("opening/").page.inner_text("main")
    assert not any(bid.subject.name in said for bid in Bid.objects.select_related("subject"))

    move(portal.deadline() + SECOND)
    visitor.at("opening/").sees("投标人名册", cast.subjects["bidder3"].name)
    phone.at("opening/").press("使用演示密钥").sees("将使用演示密钥")
    phone.press("解密").sees("密钥已收到").check()
    for trustee in list(cast.trustees)[1:3]:
        shared.release(cast, lot(), trustee)
    portal.sign_in(buyer.page, "operator")
    buyer.at("opening/").press("公布全部投标文件").sees("2,920,000")
    visitor.sees("2,920,000").check()

    played(portal, shared.seated(None, cast, lot(), initiator="purchaser", host="operator"))
    portal.sign_in(buyer.page, "purchaser")
    assert "2,795,000" not in buyer.at("results/").page.inner_text("main"), "no ranking before the report"
    played(portal, shared.reported(cast, lot()))
    buyer.at("results/").check()
    assert lot().state == "reported"
    buyer.page.get_by_role("link", name="核对并发出").click()
    buyer.check()
    buyer.press("发出中标通知书并告知所有未中标人")
    buyer.sees("已发出").check()
    winner = lot().standing_award.subject.name
    opened_letter(desk, portal, "中标通知书").sees(winner)
    opened_letter(phone, portal, "中标结果通知书").check()
    public(visitor, portal).sees(winner).check()
    visitor.page.get_by_role("link", name="结果公告").first.click()
    visitor.sees(winner).check()

    buyer.at("results/").page.get_by_role("link", name="订立合同").click()
    buyer.page.fill("[name=amount_cny]", "2000000")
    buyer.press("登记合同并公告").sees("第四十六条").check()
    assert lot().state == "awarded"
    buyer.at("results/contract/").press("登记合同并公告").sees("合同已登记并公告").check()
    assert lot().state == "contracted"
    public(visitor, portal).page.get_by_role("link", name="合同公告").first.click()
    visitor.sees(winner).check()
    desk.at("bid/").sees("已签订合同").check()
    assert "合同履行" not in desk.page.inner_text("main"), "the book of purchases has no page for it"
    phone.at("bid/").check()
