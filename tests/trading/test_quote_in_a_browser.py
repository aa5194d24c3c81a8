"""A supplier declares what its price is preferred by, and seals its final quote to the second round, in real pages."""

from datetime import timedelta

import pytest

from platform_site import clock
from tests.browser_checks import Watched, assert_accessible, assert_no_overflow
from tests.databases import BASE
from tests.trading.served import demo_key, press, receipt
from trading.models import Bid, Quote
from trading.rehearsal import engineering_open as shared
from trading.rehearsal import sealed
from trading.services import openings, ticks

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(
        not (BASE / "static" / "vendor" / "sealing.js").exists(), reason="needs the files of `make setup`"
    ),
]
NAME = "procurement.consultation"
DECLARING = {"procedure": NAME, "variant": "preference_decides"}
QUOTING = {"procedure": NAME, "milestone": "quoted_bidder3", "days": 40}


@pytest.fixture
def letter(portal):
    file = portal.folder / "中小企业声明函.txt"
    file.write_text("本公司为小型企业。")
    return str(file)


def filled(page, letter, price):
    page.locator("#price").fill(price)
    page.locator("#period").fill("45")
    page.locator("#files").set_input_files([letter])
    demo_key(page)


@pytest.mark.parametrize("portal", [DECLARING], indirect=True)
def test_what_a_bid_declares_is_sealed_with_its_price(portal, page, letter):
    cast = portal.scene.cast
    portal.sign_in(page, "bidder1")
    watched = Watched(page)
    watched.goto(portal.address("bid/file/"))
    assert_accessible(page)
    filled(page, letter, "1860000")
    page.locator("#size").select_option("small")
    page.locator("#domestic").fill("185")
    press(page)
    page.get_by_text("填写 0 到 100 之间的数").wait_for()
    page.locator("#domestic").fill("85.5")
    press(page)
    receipt(page)
    watched.check()

    for rival in ("bidder2", "bidder3"):
        sealed.file(cast, portal.scene.again(), cast[rival], sealed.offer(cast[rival], "1900000"))
    with clock.at(portal.deadline()):
        ticks.tick(until=portal.deadline())
        for trustee in list(cast.trustees)[1:3]:
            shared.release(cast, portal.scene.again(), trustee)
        openings.bids_disclose(lot_id=portal.scene.lot.pk, actor=cast["operator"].actor)
    offer = Bid.objects.get(subject__code=cast["bidder1"].code).offer
    assert offer["declares"] == {"size": "small", "domestic_share": "0.855"}


@pytest.mark.parametrize("portal", [QUOTING], indirect=True)
def test_a_final_quote_is_sealed_in_the_page_to_keys_nobody_has_given_away(portal, page, letter):
    lot = portal.scene.again()
    # The play lies in the past, however many rest days it met; its quotes are still being filed.
    lot.record("final_deadline", clock.now() + timedelta(hours=2))
    lot.save(update_fields=["moments"])
    portal.sign_in(page, "bidder4")
    watched = Watched(page)
    for width in (390, 1440):
        page.set_viewport_size({"width": width, "height": 900})
        watched.goto(portal.address("bid/"))
        assert_no_overflow(page)
    page.get_by_role("link", name="提交最后报价").click()
    page.locator("#price").wait_for()
    assert_accessible(page)
    filled(page, letter, "1850000")
    press(page)
    receipt(page)
    page.get_by_text("的最后报价").first.wait_for()
    watched.check()

    quote = Quote.objects.get(bid__subject__code=portal.scene.cast["bidder4"].code)
    assert quote.envelope.header["lot"] == portal.scene.again().final_ref
    assert quote.state == "sealed"
